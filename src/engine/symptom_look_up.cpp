#include "engine/symptom_look_up.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace pilling::engine {
namespace {

using Medicines = std::vector<std::shared_ptr<const Medicine>>;
using Owners = std::vector<std::uint32_t>;

// The positions of medicines by their text and, within it, by how they are dispensed.
std::vector<std::map<std::string_view, Owners>> by_text(const Medicines& medicines) {
  std::vector<std::map<std::string_view, Owners>> groups;
  std::unordered_map<std::string_view, std::size_t> positions;
  for (std::uint32_t owner = 0; owner < medicines.size(); ++owner) {
    const Medicine& medicine = *medicines[owner];
    // Nobody is to be told to buy what was withdrawn.
    if (medicine.efficacy.empty() || !medicine.withdrawn_on.empty()) continue;
    const auto [position, is_new] = positions.try_emplace(medicine.efficacy, groups.size());
    if (is_new) groups.emplace_back();
    groups[position->second][medicine.dispensing].push_back(owner);
  }
  return groups;
}

// The medicine's summary is the extractive one, unless a model has written a better line.
std::vector<std::string> indications_of(const Medicine& medicine, Summarizer& extractive) {
  if (medicine.summary && medicine.summary->maker == extractive.maker()) return medicine.summary->indications;
  return extractive.summarize({.text = medicine.efficacy, .keyword = {}}, {}).value_or(Summary{}).indications;
}

std::uint32_t popularity_of(const EngineOptions& options, const Medicine& medicine) {
  const auto found = options.popularity.find(medicine.id.value);
  return found == options.popularity.end() ? 0 : found->second;
}

std::vector<std::string> ids_of(const SymptomCatalogue& symptoms, const std::vector<std::uint32_t>& concepts) {
  std::vector<std::string> ids;
  ids.reserve(concepts.size());
  for (const std::uint32_t symptom : concepts) ids.push_back(symptoms.index.id_of(symptom));
  return ids;
}

// The summary is the extractive one of what was asked. One that a model has written for the same text and concept
// belongs here, when there is one: see `SummaryKey::keyword`.
std::vector<SymptomMatch> matches_of(const MedicineCatalogue& catalogue, const std::vector<search::SymptomHit>& hits,
                                     std::size_t limit) {
  std::vector<SymptomMatch> matches;
  for (const search::SymptomHit& hit : hits) {
    SymptomMatch match{.medicine = nullptr,
                       .score = hit.score,
                       .concepts = ids_of(catalogue.indexes->symptoms, hit.concepts),
                       .missing = ids_of(catalogue.indexes->symptoms, hit.missing),
                       .spans = hit.spans,
                       .summary = hit.summary,
                       .approximate = hit.is_approximate};
    for (const std::uint32_t owner : catalogue.indexes->symptoms.owners[hit.entry]) {
      if (matches.size() == limit) return matches;
      matches.push_back(match);
      matches.back().medicine = catalogue.medicines[owner];
      const auto& whole = matches.back().medicine->summary;
      if (hit.summary.empty() && whole) matches.back().summary = whole->text;
    }
  }
  return matches;
}

}  // namespace

SymptomCatalogue index_symptoms(const EngineOptions& options, const Medicines& medicines, Summarizer& extractive) {
  std::vector<search::SymptomEntry> entries;
  std::vector<Owners> owners;
  const auto popularity = [&](std::uint32_t owner) { return popularity_of(options, *medicines[owner]); };
  for (auto& ways : by_text(medicines)) {
    const Medicine& first = *medicines[ways.begin()->second.front()];
    const std::vector<std::string> indications = indications_of(first, extractive);
    for (auto& [dispensing, group] : ways) {
      // Medicines come by their ids, which decide between equally popular ones.
      std::ranges::stable_sort(group, std::ranges::greater(), popularity);
      entries.push_back({.text = first.efficacy,
                         .indications = indications,
                         .dispensing = std::string(dispensing),
                         .popularity = popularity(group.front())});
      owners.push_back(std::move(group));
    }
  }
  return {.index = search::SymptomIndex(std::move(entries), options.concepts), .owners = std::move(owners)};
}

SymptomResult search_symptoms(const MedicineCatalogue& catalogue, std::string_view phrase,
                              const SymptomOptions& options) {
  const search::SymptomIndex& index = catalogue.indexes->symptoms.index;
  const search::PhraseReading read = index.read(phrase);
  SymptomReading reading = index.describe(read);
  const bool is_mere_words = !reading.red_flag && reading.understood.empty() && reading.absent.empty();
  const auto hits = is_mere_words ? index.search_words(phrase, options.limit, options.dispensing)
                                  : index.search(read, options.limit, options.dispensing);
  SymptomResult result;
  result.understood = std::move(reading.understood);
  result.absent = std::move(reading.absent);
  result.red_flag = std::move(reading.red_flag);
  result.matches = matches_of(catalogue, hits, options.limit);
  result.answer.warnings = std::move(reading.notes);
  return result;
}

bool is_unanswered(const SymptomResult& result) {
  return !result.red_flag && std::ranges::all_of(result.matches, &SymptomMatch::approximate);
}

UnansweredSymptom unanswered(std::string_view phrase, const SymptomResult& result) {
  return {.phrase = phrase, .is_understood = !result.understood.empty(), .approximate = result.matches.size()};
}

}  // namespace pilling::engine
