#pragma once

#include <atomic>
#include <memory>

#include "engine/shown_catalogue.hpp"
#include "engine/summaries.hpp"
#include "pilling/engine.hpp"
#include "pilling/search.hpp"
#include "pilling/symptoms.hpp"

namespace pilling::engine {

/// Has the summarizer's summaries made of what searches show, while these answer with what is at hand. Thread-safe.
class BackgroundSummaries {
 public:
  /// All are used for as long as this is.
  BackgroundSummaries(const EngineOptions& options, Summaries& summaries, ShownCatalogue& shown)
      : options_(options), summaries_(summaries), shown_(shown) {}

  /// While it lives, no summary is asked for: what a refresh under way has summarised is not to be paid for twice.
  class Pause {
   public:
    explicit Pause(BackgroundSummaries& paused) : pauses_(paused.pauses_) { ++pauses_; }
    ~Pause() { --pauses_; }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    std::atomic<int>& pauses_;
  };

  /// Those of the whole texts. What is at hand already is shown from the next search on.
  void ask_for(const SearchResult& result);

  /// Puts in what the summarizer has written of the one symptom that a text was found for, in the words that the text
  /// has for it, and asks for what it has not; that is shown from the next search on.
  void use_in(SymptomResult& result);

 private:
  bool are_wanted() const { return options_.background_summaries && !summaries_.are_free() && pauses_ == 0; }
  bool is_wanted_of(const Medicine& medicine) const;

  const EngineOptions& options_;
  Summaries& summaries_;
  ShownCatalogue& shown_;
  std::atomic<int> pauses_{0};
};

}  // namespace pilling::engine
