#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/metrics.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

/// The way to one tier: bounds the time of each operation, leaves a tier alone that fails, makes up later for the
/// writes it missed, and counts. Thread-safe.
class TierLink {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Write = std::pair<std::string, std::optional<SharedEntry>>;  ///< a key, and what to put; none: erase

  TierLink(CacheTier tier, std::function<Time()> now, std::function<double()> random, SpanHook on_span = {});

  bool is_local() const noexcept { return tier_.is_local; }
  std::string name() const { return tier_.cache->name(); }
  Origin origin() const { return tier_.cache->origin(); }

  /// The bytes of each key. Throws Error when the tier cannot be asked.
  std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call);

  /// One write, after those that were missed. Throws Error when it could not be done now; it is done later then.
  void write(Write write, const CallOptions& call);

  void count_hit() noexcept { hits_.fetch_add(1, std::memory_order_relaxed); }
  void count_miss() noexcept { misses_.fetch_add(1, std::memory_order_relaxed); }
  void count_damaged() noexcept { damaged_.fetch_add(1, std::memory_order_relaxed); }
  CacheTierStats stats() const;

 private:
  template <class Operation>
  auto guarded(std::string_view name, const CallOptions& call, const Operation& operation);
  void check_whether_open();
  void note_success();
  void note_failure();
  void send(const std::vector<Write>& writes, const CallOptions& call);
  void keep_for_later(std::vector<Write> writes);

  const CacheTier tier_;
  const std::function<Time()> now_;
  const std::function<double()> random_;
  const SpanHook on_span_;
  LatencyHistogram latency_;
  std::atomic<std::uint64_t> hits_{0};
  std::atomic<std::uint64_t> misses_{0};
  std::atomic<std::uint64_t> damaged_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> skipped_{0};

  mutable std::mutex mutex_;
  int failures_in_a_row_ = 0;
  Time closed_until_{};
  std::map<std::string, std::optional<SharedEntry>> missed_;  // the last write of each key
};

}  // namespace pilling::cache
