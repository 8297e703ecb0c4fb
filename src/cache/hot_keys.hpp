#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

#include "cache/cache_parts.hpp"
#include "pilling/call.hpp"

namespace pilling::cache {

/// The keys that are used most, saved in the tiers, so that the next process begins with them in memory. Thread-safe.
class HotKeys {
 public:
  explicit HotKeys(CacheParts& parts) : parts_(parts) {}

  /// How many values were taken into memory. Failures are no more than a slower start.
  std::size_t read(const CallOptions& call);
  void save(const CallOptions& call);
  /// When the last time was long enough ago.
  void save_now_and_then() noexcept;

 private:
  bool take_turn();

  CacheParts& parts_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point saved_at_ = parts_.options.steady_now();
};

}  // namespace pilling::cache
