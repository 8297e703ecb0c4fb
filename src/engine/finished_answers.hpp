#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "pilling/cache.hpp"
#include "pilling/search.hpp"
#include "pilling/symptoms.hpp"

namespace pilling::engine {

/// Roughly what a match adds to memory: it shares its medicine with the catalogue.
inline std::size_t weight_of(const MedicineMatch& match) {
  return sizeof match + match.text.size() + match.spans.size() * sizeof(ByteSpan);
}

inline std::size_t weight_of(const SymptomMatch& match) {
  std::size_t weight = sizeof match + match.spans.size() * sizeof(ByteSpan) + match.summary.size();
  for (const auto* words : {&match.concepts, &match.missing}) {
    for (const std::string& word : *words) weight += sizeof(std::string) + word.size();
  }
  return weight;
}

/// What a result holds beside its matches.
inline std::size_t weight_of_rest(const SearchResult&) { return 0; }

inline std::size_t weight_of_rest(const SymptomResult& result) {
  std::size_t weight = result.red_flag ? result.red_flag->sentence.size() + sizeof(RedFlag) : 0;
  for (const auto* symptoms : {&result.understood, &result.absent}) {
    for (const UnderstoodSymptom& symptom : *symptoms) {
      weight += sizeof symptom + symptom.name.size() + symptom.spans.size() * sizeof(ByteSpan);
    }
  }
  return weight;
}

/// Finished answers in memory. The number of the catalogue's load is part of every key, so that no answer outlives its
/// catalogue. Thread-safe.
template <class Result>
class FinishedAnswers {
 public:
  explicit FinishedAnswers(std::size_t maximum_weight) : answers_({.maximum_weight = maximum_weight}) {}

  /// The answer as it was kept, or made by `make` and kept.
  template <class Make>
  Result find(std::uint64_t generation, std::string_view question, const Make& make) {
    std::string key = std::to_string(generation) + '/';
    key += question;
    if (const auto hit = answers_.get(key)) {
      Result result = *hit;
      result.answer.origin = Origin::memory_cache;
      return result;
    }
    Result result = make();
    result.answer.origin = Origin::index;
    answers_.put(key, result, weight_with(key, result));
    return result;
  }

  void clear() { answers_.clear(); }
  CacheStats stats() const { return answers_.stats(); }

 private:
  static std::size_t weight_with(const std::string& key, const Result& result) {
    constexpr std::size_t of_entry = 256;
    std::size_t weight = key.size() + of_entry + weight_of_rest(result);
    for (const auto& match : result.matches) weight += weight_of(match);
    return weight;
  }

  MemoryCache<std::string, Result> answers_;
};

/// The counters of two caches as those of one.
inline CacheStats together(CacheStats one, const CacheStats& other) {
  one.hits += other.hits;
  one.misses += other.misses;
  one.evictions += other.evictions;
  one.entries += other.entries;
  one.weight += other.weight;
  one.maximum_weight += other.maximum_weight;
  return one;
}

}  // namespace pilling::engine
