#include "engine/catalogue.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/symptom_look_up.hpp"
#include "geo/same_pharmacy.hpp"
#include "refresh/jobs.hpp"
#include "search/name_parts.hpp"
#include "text/fingerprint.hpp"
#include "text/normalize.hpp"

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

// The distinct efficacy texts, and who has which.
struct DistinctTexts {
  std::vector<std::string> texts;
  std::vector<std::vector<std::uint32_t>> owners;

  template <class IsWanted>
  DistinctTexts(const std::vector<Medicine>& medicines, const IsWanted& is_wanted) {
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::uint32_t owner = 0; owner < medicines.size(); ++owner) {
      const std::string& text = medicines[owner].efficacy;
      if (text.empty() || !is_wanted(medicines[owner])) continue;
      const auto [position, is_new] = positions.try_emplace(text, texts.size());
      if (is_new) {
        texts.push_back(text);
        owners.emplace_back();
      }
      owners[position->second].push_back(owner);
    }
  }
};

using ByFingerprint = std::unordered_map<std::string, std::vector<std::uint32_t>>;

ByFingerprint by_fingerprint(DistinctTexts distinct) {
  ByFingerprint owners;
  for (std::size_t text = 0; text < distinct.texts.size(); ++text) {
    owners.emplace(text::fingerprint(distinct.texts[text]), std::move(distinct.owners[text]));
  }
  return owners;
}

void attach_summaries(std::vector<Medicine>& medicines, const ByFingerprint& distinct, SummariesByText stored,
                      Summarizer& extractive, std::chrono::sys_seconds now) {
  for (const auto& [fingerprint, owners] : distinct) {
    const auto found = stored.find(fingerprint);
    auto summary = found != stored.end()
                       ? std::optional<Summary>(std::move(found->second))
                       : extractive.summarize({.text = medicines[owners.front()].efficacy, .keyword = {}}, {});
    if (summary && summary->made_at == std::chrono::sys_seconds()) summary->made_at = now;
    for (const std::uint32_t owner : owners) medicines[owner].summary = summary;
  }
}

// The aliases of each name, brand and product code that has any.
class Aliases {
 public:
  explicit Aliases(const std::vector<MedicineAlias>& aliases) {
    for (const MedicineAlias& alias : aliases) by_name_[text::normalize(alias.name).text].push_back(alias.alias);
  }

  std::vector<std::string> of(const Medicine& medicine) const {
    if (by_name_.empty()) return {};
    const text::NormalForm name = text::normalize(medicine.name);
    const std::string brand = name.text.substr(0, search::take_apart(medicine.name, name).brand_end);
    std::vector<std::string> aliases;
    for (const std::string& key : {medicine.id.value, name.text, brand}) {
      const auto found = by_name_.find(key);
      if (found != by_name_.end()) aliases.insert(aliases.end(), found->second.begin(), found->second.end());
    }
    std::ranges::sort(aliases);
    const auto repeated = std::ranges::unique(aliases);
    aliases.erase(repeated.begin(), repeated.end());
    return aliases;
  }

 private:
  std::unordered_map<std::string, std::vector<std::string>> by_name_;
};

std::vector<NameEntry> name_entries(const EngineOptions& options, const std::vector<Medicine>& medicines) {
  const Aliases aliases(options.aliases);
  std::vector<NameEntry> entries;
  entries.reserve(medicines.size());
  for (const Medicine& medicine : medicines) {
    const auto popularity = options.popularity.find(medicine.id.value);
    const std::uint32_t known = popularity == options.popularity.end() ? 0 : popularity->second;
    // Behind all others that match as well.
    const bool is_withdrawn = !medicine.withdrawn_on.empty();
    entries.push_back({.name = medicine.name,
                       .ingredients = medicine.ingredients,
                       .english_name = medicine.english_name,
                       .aliases = aliases.of(medicine),
                       .company = medicine.company,
                       .dispensing = medicine.dispensing,
                       .popularity = is_withdrawn ? 0 : std::max(known, known + 1)});
  }
  return entries;
}

std::shared_ptr<const MedicineCatalogue> make_catalogue(const EngineOptions& options, const MedicinesVersion& version,
                                                        std::vector<Medicine> rows, SummariesByText summaries,
                                                        Summarizer& extractive, std::chrono::sys_seconds now) {
  // By bytes, whatever collation the store orders by: `find` relies on it.
  std::ranges::sort(rows, {}, &Medicine::id);
  ByFingerprint texts = by_fingerprint(DistinctTexts(rows, [](const Medicine&) { return true; }));
  attach_summaries(rows, texts, std::move(summaries), extractive, now);

  NameIndex names(name_entries(options, rows));

  std::vector<std::shared_ptr<const Medicine>> medicines;
  medicines.reserve(rows.size());
  for (Medicine& row : rows) medicines.push_back(std::make_shared<const Medicine>(std::move(row)));
  SymptomCatalogue symptoms = index_symptoms(options, medicines, extractive);
  auto indexes = std::make_shared<const MedicineIndexes>(
      MedicineIndexes{.names = std::move(names), .symptoms = std::move(symptoms), .by_fingerprint = std::move(texts)});
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
  return text::checksum({reinterpret_cast<const std::uint8_t*>(all.data()), all.size()});
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

std::shared_ptr<const Medicine> MedicineCatalogue::find(const MedicineId& id) const {
  const auto found = std::ranges::lower_bound(medicines, id, {},
                                              [](const auto& medicine) -> const MedicineId& { return medicine->id; });
  return found != medicines.end() && (*found)->id == id ? *found : nullptr;
}

// The maker and its words count, not when it said them.
std::shared_ptr<const MedicineCatalogue> MedicineCatalogue::with_summary(const std::string& fingerprint,
                                                                         const Summary& summary) const {
  const auto owners = indexes->by_fingerprint.find(fingerprint);
  if (owners == indexes->by_fingerprint.end()) return nullptr;
  const std::optional<Summary>& shown = medicines[owners->second.front()]->summary;
  if (shown && shown->maker == summary.maker && shown->text == summary.text) return nullptr;
  auto changed = std::make_shared<MedicineCatalogue>(*this);
  for (const std::uint32_t owner : owners->second) {
    Medicine medicine = *medicines[owner];
    medicine.summary = summary;
    changed->medicines[owner] = std::make_shared<const Medicine>(std::move(medicine));
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
