#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

/// Positions in `MedicineCatalogue::medicines`.
using Positions = std::vector<std::uint32_t>;

/// Who has an efficacy text.
struct TextUse {
  Positions medicines;
  std::vector<std::uint32_t> entries;  ///< of `MedicineIndexes::symptoms`
};

/// What is found by the words of the medicines. Immutable.
struct MedicineIndexes {
  NameIndex names;                                 ///< the number of a name is the position of its medicine
  search::SymptomIndex symptoms;                   ///< what current medicines are for; one for each `SymptomGroup`
  std::vector<Positions> owners;                   ///< of each entry, most popular first
  std::unordered_map<std::string, TextUse> texts;  ///< by fingerprint
  Positions by_id;
};

/// All medicines and the indexes over them. Immutable.
struct MedicineCatalogue {
  MedicinesVersion version;                                ///< of the store, at or before the state read
  std::vector<std::shared_ptr<const Medicine>> medicines;  ///< null: there is a newer row of it further on
  std::shared_ptr<const MedicineIndexes> indexes;          ///< of `medicines`
  std::size_t changes = 0;                                 ///< rows that came since all were loaded

  std::size_t size() const { return indexes->by_id.size(); }
  std::shared_ptr<const Medicine> find(const MedicineId& id) const;

  /// The same with another summary of a text; null when that is what they have, or none has the text.
  std::shared_ptr<const MedicineCatalogue> with_summary(const std::string& fingerprint, const Summary& summary) const;
};

/// All pharmacies, each once. Immutable.
struct PharmacyCatalogue {
  std::uint64_t version;  ///< `CatalogueVersions::pharmacies`, at or before the state read
  PharmacyIndex index;
};

/// Where the id stands among positions that are ordered by the ids of `medicines`, or would stand.
Positions::const_iterator place_of(const MedicineId& id, const Positions& by_id,
                                   const std::vector<std::shared_ptr<const Medicine>>& medicines);

/// What the text itself says it is for, made `now`; nothing when it says none.
std::optional<Summary> extract(Summarizer& extractive, std::string_view efficacy, std::chrono::sys_seconds now);

/// The medicines of the store, with the aliases and the popularity that the options name. Every medicine has a summary
/// of its text: the one of the options' summarizer when the store has it, else the extractive, made `now`.
std::shared_ptr<const MedicineCatalogue> load_medicines(const EngineOptions& options, Summarizer& extractive,
                                                        std::chrono::sys_seconds now);

/// The same of rows that are in no store.
std::shared_ptr<const MedicineCatalogue> index_medicines(const EngineOptions& options, std::vector<Medicine> rows,
                                                         Summarizer& extractive, std::chrono::sys_seconds now);

std::shared_ptr<const PharmacyCatalogue> load_pharmacies(const EngineOptions& options);

}  // namespace pilling::engine
