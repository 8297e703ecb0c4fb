#include "engine/catalogue.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/name_entries.hpp"
#include "engine/symptom_groups.hpp"
#include "geo/same_pharmacy.hpp"
#include "refresh/jobs.hpp"
#include "text/fingerprint.hpp"

namespace pilling::engine {
namespace {

using SummariesByText = std::unordered_map<std::string, Summary>;

// What the store knows, by the fingerprint of the text; the preferred maker's wins over the extractive.
SummariesByText load_summaries(Store& store, const std::string& preferred_maker, const std::string& extractive_maker) {
  SummariesByText summaries;
  for (auto& [key, summary] : store.summaries()) {
    const bool is_preferred = key.maker == preferred_maker;
    if (!is_preferred && key.maker != extractive_maker) continue;
    if (is_preferred) {
      summaries.insert_or_assign(key.text, std::move(summary));
    } else {
      summaries.try_emplace(key.text, std::move(summary));
    }
  }
  return summaries;
}

// The texts of the medicines, by the first that has each, and who has which.
struct Texts {
  std::vector<std::string> fingerprints;
  std::unordered_map<std::string, TextUse> uses;

  explicit Texts(const std::vector<Medicine>& medicines) {
    for (std::uint32_t position = 0; position < medicines.size(); ++position) {
      if (medicines[position].efficacy.empty()) continue;
      const auto [use, is_new] = uses.try_emplace(text::fingerprint(medicines[position].efficacy));
      if (is_new) fingerprints.push_back(use->first);
      use->second.medicines.push_back(position);
    }
  }
};

void attach_summaries(std::vector<Medicine>& medicines, const Texts& texts, SummariesByText stored,
                      Summarizer& extractive, std::chrono::sys_seconds now) {
  for (const auto& [fingerprint, use] : texts.uses) {
    const auto found = stored.find(fingerprint);
    auto summary = found != stored.end() ? std::optional<Summary>(std::move(found->second))
                                         : extract(extractive, medicines[use.medicines.front()].efficacy, now);
    if (summary && summary->made_at == std::chrono::sys_seconds()) summary->made_at = now;
    for (const std::uint32_t position : use.medicines) medicines[position].summary = summary;
  }
}

std::shared_ptr<const MedicineIndexes> make_indexes(const EngineOptions& options, NameIndex names, Texts texts,
                                                    const std::vector<std::shared_ptr<const Medicine>>& medicines,
                                                    Summarizer& extractive) {
  std::vector<search::SymptomEntry> entries;
  std::vector<Positions> owners;
  for (const std::string& fingerprint : texts.fingerprints) {
    TextUse& use = texts.uses.at(fingerprint);
    for (SymptomGroup& group : symptom_groups(options, medicines, use.medicines, extractive)) {
      use.entries.push_back(static_cast<std::uint32_t>(entries.size()));
      entries.push_back(std::move(group.entry));
      owners.push_back(std::move(group.owners));
    }
  }
  Positions by_id(medicines.size());
  std::iota(by_id.begin(), by_id.end(), 0U);
  return std::make_shared<const MedicineIndexes>(
      MedicineIndexes{.names = std::move(names),
                      .symptoms = search::SymptomIndex(std::move(entries), options.concepts),
                      .owners = std::move(owners),
                      .texts = std::move(texts.uses),
                      .by_id = std::move(by_id)});
}

std::shared_ptr<const MedicineCatalogue> make_catalogue(const EngineOptions& options, const MedicinesVersion& version,
                                                        std::vector<Medicine> rows, SummariesByText summaries,
                                                        Summarizer& extractive, std::chrono::sys_seconds now) {
  // By bytes, whatever collation the store orders by: `find` relies on it.
  std::ranges::sort(rows, {}, &Medicine::id);
  Texts texts(rows);
  attach_summaries(rows, texts, std::move(summaries), extractive, now);
  NameIndex names(name_entries(options, rows));
  std::vector<std::shared_ptr<const Medicine>> medicines;
  medicines.reserve(rows.size());
  for (Medicine& row : rows) medicines.push_back(std::make_shared<const Medicine>(std::move(row)));
  auto indexes = make_indexes(options, std::move(names), std::move(texts), medicines, extractive);
  return std::make_shared<const MedicineCatalogue>(
      MedicineCatalogue{.version = version, .medicines = std::move(medicines), .indexes = std::move(indexes)});
}

// Tells one set of pharmacies from another, for cursors: the store's version changes with medicines, too.
std::uint64_t fingerprint_of(const std::vector<std::shared_ptr<const Pharmacy>>& pharmacies) {
  std::string all;
  for (const auto& pharmacy : pharmacies) {
    const auto [latitude, longitude] = pharmacy->position;
    all.append(pharmacy->id.value).append(1, '\n');
    for (const double degrees : {latitude, longitude}) {
      all.append(reinterpret_cast<const char*>(&degrees), sizeof degrees);
    }
  }
  // Cursors travel through JSON, where programs in JavaScript read numbers as doubles: these are whole up to 53 bits.
  constexpr std::uint64_t exact_in_a_double = (std::uint64_t{1} << 53) - 1;
  return text::checksum({reinterpret_cast<const std::uint8_t*>(all.data()), all.size()}) & exact_in_a_double;
}

}  // namespace

StoredVersions stored_versions(const EngineOptions& options) {
  const CatalogueVersions versions = options.store->catalogue_versions();
  StoredVersions stored{.medicines = {.catalogue = versions.medicines, .published = {}},
                        .pharmacies = versions.pharmacies};
  const auto published = options.store->job(refresh::published_job(options.summarizer->maker()));
  if (published) stored.medicines.published = published->cursor;
  return stored;
}

bool has_news(const MedicinesVersion& stored, const MedicinesVersion& loaded) {
  return stored.catalogue != loaded.catalogue || stored.published != loaded.published;
}

Positions::const_iterator place_of(const MedicineId& id, const Positions& by_id,
                                   const std::vector<std::shared_ptr<const Medicine>>& medicines) {
  return std::ranges::lower_bound(by_id, id, {},
                                  [&](std::uint32_t position) -> const MedicineId& { return medicines[position]->id; });
}

std::optional<Summary> extract(Summarizer& extractive, std::string_view efficacy, std::chrono::sys_seconds now) {
  auto summary = extractive.summarize({.text = efficacy, .keyword = {}}, {});
  if (summary) summary->made_at = now;
  return summary;
}

std::shared_ptr<const Medicine> MedicineCatalogue::find(const MedicineId& id) const {
  const auto place = place_of(id, indexes->by_id, medicines);
  if (place == indexes->by_id.end() || medicines[*place]->id != id) return nullptr;
  return medicines[*place];
}

// The maker and its words count, not when it said them.
std::shared_ptr<const MedicineCatalogue> MedicineCatalogue::with_summary(const std::string& fingerprint,
                                                                         const Summary& summary) const {
  const auto use = indexes->texts.find(fingerprint);
  if (use == indexes->texts.end()) return nullptr;
  const auto has_it = [&](std::uint32_t position) {
    const std::optional<Summary>& shown = medicines[position]->summary;
    return shown && shown->maker == summary.maker && shown->text == summary.text;
  };
  if (std::ranges::all_of(use->second.medicines, has_it)) return nullptr;
  auto changed = std::make_shared<MedicineCatalogue>(*this);
  for (const std::uint32_t position : use->second.medicines) {
    Medicine medicine = *medicines[position];
    medicine.summary = summary;
    changed->medicines[position] = std::make_shared<const Medicine>(std::move(medicine));
  }
  return changed;
}

std::shared_ptr<const MedicineCatalogue> load_medicines(const EngineOptions& options, Summarizer& extractive,
                                                        std::chrono::sys_seconds now) {
  Store& store = *options.store;
  // First: what is committed while the rows are read counts as news then, rather than as loaded.
  const MedicinesVersion version = stored_versions(options).medicines;
  std::vector<Medicine> rows = store.medicines();
  SummariesByText summaries = load_summaries(store, options.summarizer->maker(), extractive.maker());
  return make_catalogue(options, version, std::move(rows), std::move(summaries), extractive, now);
}

std::shared_ptr<const MedicineCatalogue> index_medicines(const EngineOptions& options, std::vector<Medicine> rows,
                                                         Summarizer& extractive, std::chrono::sys_seconds now) {
  return make_catalogue(options, {}, std::move(rows), {}, extractive, now);
}

std::shared_ptr<const PharmacyCatalogue> load_pharmacies(const EngineOptions& options) {
  Store& store = *options.store;
  const std::uint64_t version = store.catalogue_versions().pharmacies;
  std::vector<std::shared_ptr<const Pharmacy>> pharmacies;
  for (Pharmacy& row : store.pharmacies()) pharmacies.push_back(std::make_shared<const Pharmacy>(std::move(row)));
  pharmacies = geo::drop_same(std::move(pharmacies));
  const std::uint64_t set = fingerprint_of(pharmacies);
  return std::make_shared<const PharmacyCatalogue>(
      PharmacyCatalogue{.version = version, .index = PharmacyIndex(std::move(pharmacies), options.holidays, set)});
}

}  // namespace pilling::engine
