#include "engine/name_look_up.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>

namespace pilling::engine {
namespace {

std::string_view brand_of(const NameMatch& match) {
  return std::string_view(match.name).substr(match.brand.begin, match.brand.end - match.brand.begin);
}

// Brands that are equally near score alike.
std::vector<std::string> doubts_about(const std::vector<NameMatch>& matches) {
  if (matches.empty() || !matches.front().approximate) return {};
  const auto other = std::ranges::find_if(matches, [&](const NameMatch& match) {
    return match.score == matches.front().score && brand_of(match) != brand_of(matches.front());
  });
  if (other == matches.end()) return {};
  return {std::string(brand_of(matches.front())) + " and " + std::string(brand_of(*other)) +
          " are about equally near to what was typed; ask which one is meant"};
}

bool is_certain(const SearchResult& result) { return !result.matches.empty() && !result.matches.front().approximate; }

}  // namespace

SearchResult search_names(const MedicineCatalogue& catalogue, std::string_view text, std::size_t limit,
                          const NameFilter& filter) {
  SearchResult result;
  // One more, so that whoever asks for the best alone is told that another is as near.
  std::vector<NameMatch> matches = catalogue.indexes->names.search(text, std::max(limit, limit + 1), filter);
  result.answer.warnings = doubts_about(matches);
  if (matches.size() > limit) matches.resize(limit);
  std::vector<MedicineMatch> found;
  found.reserve(matches.size());
  for (NameMatch& match : matches) {
    found.push_back({.medicine = catalogue.medicines[match.index],
                     .kind = match.kind,
                     .reading = match.reading,
                     .field = match.field,
                     .edits = match.edits,
                     .score = match.score,
                     .text = std::move(match.text),
                     .spans = std::move(match.spans),
                     .approximate = match.approximate});
  }
  result.matches = std::move(found);
  return result;
}

std::vector<std::string> suggest_names(const MedicineCatalogue& catalogue, std::string_view text, std::size_t limit,
                                       const NameFilter& filter) {
  std::vector<std::string> names;
  // Products of the same name are rare, so that few more than `limit` are needed.
  for (std::size_t asked = limit; names.size() < limit; asked *= 2) {
    names.clear();
    std::unordered_set<std::string_view> seen;
    const auto matches = catalogue.indexes->names.suggest(text, asked, filter);
    for (const NameMatch& match : matches) {
      const std::string& name = catalogue.medicines[match.index]->name;
      if (names.size() < limit && seen.insert(name).second) names.push_back(name);
    }
    if (matches.size() < asked) break;
  }
  return names;
}

std::vector<ConfusableMedicine> confusable_medicines(const MedicineCatalogue& catalogue, std::string_view name,
                                                     std::size_t limit) {
  std::vector<ConfusableMedicine> medicines;
  for (ConfusableName& found : catalogue.indexes->names.confusable_names(name, limit)) {
    medicines.push_back({.medicine = catalogue.medicines[found.index],
                         .brand = std::move(found.brand),
                         .edits = found.edits,
                         .similarity = found.similarity});
  }
  return medicines;
}

void merge(SearchResult& result, SearchResult more, std::size_t limit) {
  std::vector<MedicineMatch> matches(result.matches.begin(), result.matches.end());
  matches.insert(matches.end(), more.matches.begin(), more.matches.end());
  std::ranges::stable_sort(matches, std::greater(), &MedicineMatch::score);
  if (matches.size() > limit) matches.resize(limit);
  result.matches = std::move(matches);
  // Doubts about similar names are settled by the name itself.
  if (is_certain(result)) return result.answer.warnings.clear();
  std::ranges::move(more.answer.warnings, std::back_inserter(result.answer.warnings));
}

}  // namespace pilling::engine
