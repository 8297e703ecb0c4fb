#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pilling/cache.hpp"
#include "pilling/call.hpp"
#include "pilling/medicine.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

/// Told of a summary that was just made, on the thread that made it.
using SummaryHook = std::function<void(const SummaryRequest& request, const Summary& summary)>;

/// Summaries by one summarizer, each made once however many ask for it, and kept. Requests are of texts that are not
/// empty, and of keywords with a letter or digit, or none. Thread-safe.
class Summaries {
 public:
  Summaries(std::shared_ptr<Summarizer> summarizer, std::shared_ptr<Summarizer> extractive, TieredCacheOptions options,
            SummaryHook on_made);

  /// Whether there is anything to wait for.
  bool are_free() const { return summarizer_->is_free(); }

  /// What was made before and is in memory.
  std::optional<Summary> in_memory(const SummaryRequest& request);

  /// What was made before, or else nothing: then it is made in the background.
  std::optional<Summary> made(const SummaryRequest& request);

  /// As `made`, but the extractive one where there is none. Never waits for the summarizer, unless it is free.
  std::optional<Summary> at_hand(const SummaryRequest& request);

  /// Waits until it is made, but no longer than the call may. When that fails, in whichever way, the extractive one.
  std::optional<Summary> wait_for(const SummaryRequest& request, const CallOptions& call);

  void warm_start() { kept_.warm_start(); }
  TieredCacheStats stats() const { return kept_.stats(); }

 private:
  std::optional<Summary> just_made(const std::string& key);
  void note(std::string_view key, const Summary& summary);
  std::string key_of(const SummaryRequest& request) const;
  CacheLoader<Summary> loader_of(const SummaryRequest& request);
  void tell(const SummaryRequest& request, const Summary& summary) const noexcept;
  std::optional<Summary> extract(const SummaryRequest& request) const;
  std::optional<Summary> dated(std::optional<Summary> summary) const;

  const std::shared_ptr<Summarizer> summarizer_;
  const std::shared_ptr<Summarizer> extractive_;
  const SummaryHook on_made_;
  const std::chrono::milliseconds time_limit_;
  const std::function<std::chrono::system_clock::time_point()> now_;
  std::mutex mutex_;
  std::unordered_map<std::string, Summary> just_made_;  // the latest, by key
  TieredCache<Summary> kept_;                           // the last member: what it loads uses all others
};

}  // namespace pilling::engine
