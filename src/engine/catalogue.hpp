#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/search.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"
#include "search/symptom_index.hpp"

namespace pilling::engine {

/// All medicines and the indexes over them. Immutable.
struct MedicineCatalogue {
  std::uint64_t version;                                      ///< of the store, at or before the state read
  std::vector<std::shared_ptr<const Medicine>> medicines;     ///< by id
  NameIndex names;                                            ///< of `medicines`, by position
  search::SymptomIndex symptoms;                              ///< of the distinct efficacy texts
  std::vector<std::vector<std::uint32_t>> medicines_of_text;  ///< positions of the medicines that share a text

  std::shared_ptr<const Medicine> find(const MedicineId& id) const;
};

/// All pharmacies, each once. Immutable.
struct PharmacyCatalogue {
  std::uint64_t version;  ///< as of MedicineCatalogue
  PharmacyIndex index;
};

/// The medicines of the store, with the aliases and the popularity that the options name. Every medicine has a summary
/// of its text: the one of the options' summarizer when the store has it, else the extractive, made `now`.
std::shared_ptr<const MedicineCatalogue> load_medicines(const EngineOptions& options, Summarizer& extractive,
                                                        std::chrono::sys_seconds now);

/// The same of rows that are in no store.
std::shared_ptr<const MedicineCatalogue> index_medicines(const EngineOptions& options, std::vector<Medicine> rows,
                                                         Summarizer& extractive, std::chrono::sys_seconds now);

std::shared_ptr<const PharmacyCatalogue> load_pharmacies(const EngineOptions& options);

}  // namespace pilling::engine
