#include "engine/symptom_groups.hpp"

#include <algorithm>
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

}  // namespace

std::vector<SymptomGroup> symptom_groups(const EngineOptions& options,
                                         const std::vector<std::shared_ptr<const Medicine>>& medicines,
                                         const std::vector<std::uint32_t>& sharing, Summarizer& extractive) {
  std::map<std::string_view, std::vector<std::uint32_t>> by_dispensing;
  for (const std::uint32_t owner : sharing) {
    const Medicine& medicine = *medicines[owner];
    // Nobody is to be told to buy what was withdrawn.
    if (medicine.withdrawn_on.empty()) by_dispensing[medicine.dispensing].push_back(owner);
  }
  if (by_dispensing.empty()) return {};
  const Medicine& first = *medicines[sharing.front()];
  const std::vector<std::string> indications = indications_of(first, extractive);
  const auto popularity = [&](std::uint32_t owner) { return popularity_of(options, *medicines[owner]); };
  std::vector<SymptomGroup> groups;
  for (auto& [dispensing, owners] : by_dispensing) {
    // By their ids, which decide between equally popular ones, wherever they came to stand.
    std::ranges::sort(owners, {}, [&](std::uint32_t owner) -> const MedicineId& { return medicines[owner]->id; });
    std::ranges::stable_sort(owners, std::ranges::greater(), popularity);
    groups.push_back({.entry = {.text = first.efficacy,
                                .indications = indications,
                                .dispensing = std::string(dispensing),
                                .popularity = popularity(owners.front())},
                      .owners = std::move(owners)});
  }
  return groups;
}

}  // namespace pilling::engine
