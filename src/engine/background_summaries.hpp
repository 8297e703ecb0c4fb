#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/shown_catalogue.hpp"
#include "engine/summaries.hpp"
#include "pilling/engine.hpp"
#include "pilling/search.hpp"
#include "pilling/symptoms.hpp"
#include "pilling/worker_pool.hpp"

namespace pilling::engine {

/// Has the summarizer's summaries found or made of what searches show, while these answer with what is in memory: a
/// search reads no store for that, and hands all that it lacks to a thread of the pool at once. Thread-safe.
class BackgroundSummaries {
 public:
  /// All are used for as long as this is.
  BackgroundSummaries(const EngineOptions& options, Summaries& summaries, ShownCatalogue& shown, WorkerPool& pool);
  /// Waits for what is being looked up in the store.
  ~BackgroundSummaries();
  BackgroundSummaries(const BackgroundSummaries&) = delete;
  BackgroundSummaries& operator=(const BackgroundSummaries&) = delete;

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

  /// Asks for those of the whole texts, to be shown from the next search on.
  void ask_for(const SearchResult& result);

  /// Puts in what the summarizer has written of the one symptom that a text was found for, in the words that the text
  /// has for it, and asks for what is not in memory; that is shown from the next search on.
  void use_in(SymptomResult& result);

  /// The same for an answer that was kept, whose summaries may have been refused or failed: once a second at most, for
  /// whichever answer.
  void ask_again_for(const SearchResult& result, std::chrono::steady_clock::time_point now);
  void ask_again_for(const SymptomResult& result, std::chrono::steady_clock::time_point now);

 private:
  class Queue;
  struct Wanted {
    std::string text;
    std::string keyword;
  };

  bool are_wanted() const { return options_.background_summaries && !summaries_.are_free() && pauses_ == 0; }
  bool is_wanted_of(const Medicine& medicine) const;
  bool is_time_to_ask_again(std::chrono::steady_clock::time_point now);
  void look_up(const Wanted& wanted) noexcept;

  const EngineOptions& options_;
  Summaries& summaries_;
  ShownCatalogue& shown_;
  std::atomic<int> pauses_{0};
  std::atomic<std::chrono::steady_clock::time_point> asked_again_{};
  const std::shared_ptr<Queue> queue_;
};

}  // namespace pilling::engine
