#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/search.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"
#include "search/symptom_index.hpp"

namespace pilling::engine {

/// Which medicines and which of their summaries a store holds.
struct MedicinesVersion {
  std::uint64_t catalogue = 0;
  std::string published;  ///< by which refresh; another text after each
};

struct StoredVersions {
  MedicinesVersion medicines;
  std::uint64_t pharmacies = 0;
};

StoredVersions stored_versions(const EngineOptions& options);

/// Whether the store holds something that is not in `loaded`. A refresh counts when it publishes, not with each commit.
bool has_news(const MedicinesVersion& stored, const MedicinesVersion& loaded);

/// What current medicines are for.
struct SymptomCatalogue {
  search::SymptomIndex index;                      ///< of texts, each once for every way of dispensing
  std::vector<std::vector<std::uint32_t>> owners;  ///< positions of the medicines of each, most popular first
};

/// What is found by the words of the medicines, as positions in their list. Immutable.
struct MedicineIndexes {
  NameIndex names;
  SymptomCatalogue symptoms;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_fingerprint;  ///< all that share a text
};

/// All medicines and the indexes over them. Immutable.
struct MedicineCatalogue {
  MedicinesVersion version;                                ///< of the store, at or before the state read
  std::vector<std::shared_ptr<const Medicine>> medicines;  ///< by id
  std::shared_ptr<const MedicineIndexes> indexes;          ///< of `medicines`

  std::shared_ptr<const Medicine> find(const MedicineId& id) const;

  /// The same with another summary of a text; null when that is what they have, or none has the text.
  std::shared_ptr<const MedicineCatalogue> with_summary(const std::string& fingerprint, const Summary& summary) const;
};

/// All pharmacies, each once. Immutable.
struct PharmacyCatalogue {
  std::uint64_t version;  ///< `CatalogueVersions::pharmacies`, at or before the state read
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
