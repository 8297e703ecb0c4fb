#include "engine/symptom_groups.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace pilling::engine {
namespace {

// The medicine's summary is the extractive one, unless a model has written a better line.
std::vector<std::string> indications_of(const Medicine& medicine, Summarizer& extractive) {
  if (medicine.summary && medicine.summary->maker == extractive.maker()) return medicine.summary->indications;
  return extractive.summarize({.text = medicine.efficacy, .keyword = {}}, {}).value_or(Summary{}).indications;
}

std::uint32_t popularity_of(const EngineOptions& options, const Medicine& medicine) {
  const auto found = options.popularity.find(medicine.id.value);
  return found == options.popularity.end() ? 0 : found->second;
}

// Whom a medicine is for, by its name and its efficacy text.
search::SymptomAge age_of(const Medicine& medicine) {
  const auto holds = [](std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
  };
  const bool names_children =
      holds(medicine.name, {"어린이", "소아", "키즈", "베이비", "유아", "아기"}) ||
      holds(medicine.efficacy, {"어린이", "소아", "유아", "영아", "신생아", "발육기", "성장기"});
  if (names_children) return search::SymptomAge::children;
  return holds(medicine.efficacy, {"성인", "노인", "고령"}) ? search::SymptomAge::adults : search::SymptomAge::any;
}

}  // namespace

std::vector<SymptomGroup> symptom_groups(const EngineOptions& options,
                                         const std::vector<std::shared_ptr<const Medicine>>& medicines,
                                         const std::vector<std::uint32_t>& sharing, Summarizer& extractive) {
  std::map<std::pair<std::string_view, search::SymptomAge>, std::vector<std::uint32_t>> ways;
  for (const std::uint32_t owner : sharing) {
    const Medicine& medicine = *medicines[owner];
    // Nobody is to be told to buy what was withdrawn.
    if (medicine.withdrawn_on.empty()) ways[{medicine.dispensing, age_of(medicine)}].push_back(owner);
  }
  if (ways.empty()) return {};
  const Medicine& first = *medicines[sharing.front()];
  const std::vector<std::string> indications = indications_of(first, extractive);
  const auto popularity = [&](std::uint32_t owner) { return popularity_of(options, *medicines[owner]); };
  std::vector<SymptomGroup> groups;
  for (auto& [way, owners] : ways) {
    // By their ids, which decide between equally popular ones, wherever they came to stand.
    std::ranges::sort(owners, {}, [&](std::uint32_t owner) -> const MedicineId& { return medicines[owner]->id; });
    std::ranges::stable_sort(owners, std::ranges::greater(), popularity);
    search::SymptomEntry entry{.text = first.efficacy,
                               .indications = indications,
                               .dispensing = std::string(way.first),
                               .popularity = popularity(owners.front()),
                               .age = way.second,
                               .code = medicines[owners.front()]->id.value};
    groups.push_back({.entry = std::move(entry), .owners = std::move(owners)});
  }
  // The words of a phrase find equally good ones in the order of their entries.
  std::ranges::sort(groups, {}, [](const SymptomGroup& group) -> const std::string& { return group.entry.code; });
  return groups;
}

}  // namespace pilling::engine
