#include "engine/symptom_look_up.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace pilling::engine {
namespace {

std::vector<std::string> ids_of(const search::SymptomIndex& symptoms, const std::vector<std::uint32_t>& concepts) {
  std::vector<std::string> ids;
  ids.reserve(concepts.size());
  for (const std::uint32_t symptom : concepts) ids.push_back(symptoms.id_of(symptom));
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
                       .wider = ids_of(catalogue.indexes->symptoms, hit.wider),
                       .spans = hit.spans,
                       .summary = hit.summary,
                       .approximate = hit.is_approximate};
    for (const std::uint32_t owner : catalogue.indexes->owners[hit.entry]) {
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

SymptomResult search_symptoms(const MedicineCatalogue& catalogue, std::string_view phrase,
                              const SymptomOptions& options) {
  const search::SymptomIndex& index = catalogue.indexes->symptoms;
  const search::PhraseReading read = index.read(phrase);
  SymptomReading reading = index.describe(read);
  const bool is_withheld = read.list == search::TableList::none;
  const bool is_mere_words = !reading.red_flag && !is_withheld && reading.understood.empty() && reading.absent.empty();
  const auto hits = is_mere_words ? index.search_words(phrase, options.limit, options.dispensing)
                                  : index.search(read, options.limit, options.dispensing);
  SymptomResult result;
  result.understood = std::move(reading.understood);
  result.absent = std::move(reading.absent);
  result.red_flag = std::move(reading.red_flag);
  result.matches = matches_of(catalogue, hits, options.limit);
  result.notes = std::move(reading.notes);
  result.reading = reading.reading;
  return result;
}

bool is_unanswered(const SymptomResult& result) {
  const bool is_withheld = std::ranges::any_of(result.notes, &SymptomNote::withholds_medicines);
  return !result.red_flag && !is_withheld && std::ranges::all_of(result.matches, &SymptomMatch::approximate);
}

UnansweredSymptom unanswered(std::string_view phrase, const SymptomResult& result) {
  return {.phrase = phrase, .is_understood = !result.understood.empty(), .approximate = result.matches.size()};
}

}  // namespace pilling::engine
