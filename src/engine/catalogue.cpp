#include "engine/catalogue.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "geo/same_pharmacy.hpp"
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

// The distinct efficacy texts, and who has which.
struct DistinctTexts {
  std::vector<std::string> texts;
  std::vector<std::vector<std::uint32_t>> owners;

  explicit DistinctTexts(const std::vector<Medicine>& medicines) {
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::uint32_t owner = 0; owner < medicines.size(); ++owner) {
      const std::string& text = medicines[owner].efficacy;
      if (text.empty()) continue;
      const auto [position, is_new] = positions.try_emplace(text, texts.size());
      if (is_new) {
        texts.push_back(text);
        owners.emplace_back();
      }
      owners[position->second].push_back(owner);
    }
  }
};

void attach_summaries(std::vector<Medicine>& medicines, const DistinctTexts& distinct, SummariesByText stored,
                      Summarizer& extractive, std::chrono::sys_seconds now) {
  for (std::size_t text = 0; text < distinct.texts.size(); ++text) {
    const auto found = stored.find(text::fingerprint(distinct.texts[text]));
    auto summary = found != stored.end() ? std::optional<Summary>(std::move(found->second))
                                         : extractive.summarize({.text = distinct.texts[text], .keyword = {}}, {});
    if (summary && summary->made_at == std::chrono::sys_seconds()) summary->made_at = now;
    for (const std::uint32_t owner : distinct.owners[text]) medicines[owner].summary = summary;
  }
}

std::shared_ptr<const MedicineCatalogue> make_catalogue(std::uint64_t version, std::vector<Medicine> rows,
                                                        SummariesByText summaries, Summarizer& extractive,
                                                        std::chrono::sys_seconds now) {
  // By bytes, whatever collation the store orders by: `find` relies on it.
  std::ranges::sort(rows, {}, &Medicine::id);
  DistinctTexts distinct(rows);
  attach_summaries(rows, distinct, std::move(summaries), extractive, now);

  std::vector<std::string> names;
  std::vector<std::shared_ptr<const Medicine>> medicines;
  names.reserve(rows.size());
  medicines.reserve(rows.size());
  for (Medicine& row : rows) {
    names.push_back(row.name);
    medicines.push_back(std::make_shared<const Medicine>(std::move(row)));
  }
  return std::make_shared<const MedicineCatalogue>(MedicineCatalogue{.version = version,
                                                                     .medicines = std::move(medicines),
                                                                     .names = NameIndex(names),
                                                                     .symptoms = search::SymptomIndex(distinct.texts),
                                                                     .medicines_of_text = std::move(distinct.owners)});
}

}  // namespace

std::shared_ptr<const Medicine> MedicineCatalogue::find(const MedicineId& id) const {
  const auto found = std::ranges::lower_bound(medicines, id, {},
                                              [](const auto& medicine) -> const MedicineId& { return medicine->id; });
  return found != medicines.end() && (*found)->id == id ? *found : nullptr;
}

std::shared_ptr<const MedicineCatalogue> load_medicines(Store& store, const std::string& preferred_maker,
                                                        Summarizer& extractive, std::chrono::sys_seconds now) {
  const std::uint64_t version = store.catalogue_version();
  std::vector<Medicine> rows = store.medicines();
  return make_catalogue(version, std::move(rows), load_summaries(store, preferred_maker, extractive.maker()),
                        extractive, now);
}

std::shared_ptr<const MedicineCatalogue> index_medicines(std::vector<Medicine> rows, Summarizer& extractive,
                                                         std::chrono::sys_seconds now) {
  return make_catalogue(0, std::move(rows), {}, extractive, now);
}

std::shared_ptr<const PharmacyCatalogue> load_pharmacies(Store& store) {
  const std::uint64_t version = store.catalogue_version();
  std::vector<std::shared_ptr<const Pharmacy>> pharmacies;
  for (Pharmacy& row : store.pharmacies()) pharmacies.push_back(std::make_shared<const Pharmacy>(std::move(row)));
  return std::make_shared<const PharmacyCatalogue>(
      PharmacyCatalogue{.version = version, .index = PharmacyIndex(geo::drop_same(std::move(pharmacies)))});
}

}  // namespace pilling::engine
