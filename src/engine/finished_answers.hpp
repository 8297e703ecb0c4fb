#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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
  for (const auto* words : {&match.concepts, &match.missing, &match.wider}) {
    for (const std::string& word : *words) weight += sizeof(std::string) + word.size();
  }
  return weight;
}

/// What a result holds beside its matches.
inline std::size_t weight_of_rest(const SearchResult&) { return 0; }

inline std::size_t weight_of_rest(const SymptomResult& result) {
  std::size_t weight = result.red_flag ? result.red_flag->sentence.size() + sizeof(RedFlag) : 0;
  for (const auto* symptoms : {&result.understood, &result.absent}) {
    for (const MentionedSymptom& symptom : *symptoms) {
      weight += sizeof symptom + symptom.name.size() + symptom.spans.size() * sizeof(ByteSpan);
    }
  }
  for (const SymptomNote& note : result.notes) weight += sizeof note + note.sentence.size();
  return weight;
}

/// Finished answers in memory, each with the number of what was shown when it was made. An answer that an earlier
/// number stands for is given only if it still holds. Thread-safe.
template <class Result>
class FinishedAnswers {
 public:
  explicit FinishedAnswers(std::size_t maximum_weight) : answers_({.maximum_weight = maximum_weight}) {}

  /// The answer as it was kept, or made by `make` and kept. `number` is that of what is shown now;
  /// `still_holds(result, then)` is asked of an answer of another number.
  template <class StillHolds, class Make>
  Result find(std::uint64_t number, std::string_view question, const StillHolds& still_holds, const Make& make) {
    const auto hit = answers_.get(question);
    if (hit && is_current(*hit, number, still_holds)) {
      Result result = hit->result;
      result.answer.origin = Origin::memory_cache;
      return result;
    }
    Result result = make();
    result.answer.origin = Origin::index;
    answers_.put(question, Kept(result, number), weight_with(question, result));
    return result;
  }

  void clear() { answers_.clear(); }
  CacheStats stats() const { return answers_.stats(); }

 private:
  struct Kept {
    Kept(Result made, std::uint64_t number) : result(std::move(made)), holds_at(number) {}
    Kept(Kept&& other) noexcept : result(std::move(other.result)), holds_at(other.holds_at.load()) {}

    Result result;
    mutable std::atomic<std::uint64_t> holds_at;
  };

  // Two threads may find out at once, and of what is shown by then. It holds at either number, whichever is noted.
  template <class StillHolds>
  static bool is_current(const Kept& kept, std::uint64_t number, const StillHolds& still_holds) {
    const std::uint64_t then = kept.holds_at.load(std::memory_order_relaxed);
    if (then == number) return true;
    if (!still_holds(kept.result, then)) return false;
    kept.holds_at.store(number, std::memory_order_relaxed);
    return true;
  }

  static std::size_t weight_with(std::string_view key, const Result& result) {
    constexpr std::size_t of_entry = 256;
    std::size_t weight = key.size() + of_entry + weight_of_rest(result);
    for (const auto& match : result.matches) weight += weight_of(match);
    return weight;
  }

  MemoryCache<std::string, Kept> answers_;
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
