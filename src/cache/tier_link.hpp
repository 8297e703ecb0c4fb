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
/// writes it missed, and counts. Of two writes of a key, the one that was called for last stands, whichever comes to
/// the tier first; of two puts, the one with the greater stamp. Thread-safe.
class TierLink {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using IsStillGood = std::function<bool()>;
  using Write = std::pair<std::string, std::optional<SharedEntry>>;  ///< a key, and what to put; none: erase

  TierLink(CacheTier tier, std::function<Time()> now, std::function<double()> random, SpanHook on_span = {});

  std::string name() const { return tier_.cache->name(); }
  Origin origin() const { return tier_.cache->origin(); }

  /// The bytes of each key. Throws Error when the tier cannot be asked.
  std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call);

  /// One write, and then a few of those that were missed. Throws Error when it could not be done now; it is done later
  /// then. `is_still_good` is asked under the lock that orders the writes: when it says no, nothing is written.
  void write(Write write, const CallOptions& call, const IsStillGood& is_still_good = {});

  void count_hit() noexcept { hits_.fetch_add(1, std::memory_order_relaxed); }
  void count_miss() noexcept { misses_.fetch_add(1, std::memory_order_relaxed); }
  void count_damaged() noexcept { damaged_.fetch_add(1, std::memory_order_relaxed); }
  CacheTierStats stats() const;

 private:
  // The last write of a key, until the tier is known to have it.
  struct Pending {
    std::optional<SharedEntry> entry;
    std::uint64_t number = 0;
    std::size_t under_way = 0;  // operations that write the key just now
  };
  // One write that an operation takes to the tier.
  struct Sending {
    std::string key;
    std::optional<SharedEntry> entry;
    std::uint64_t number = 0;
    bool is_alone = false;  // or another operation, which may come later, was under way with the same key
  };

  // Whether operations of one kind are left alone. Reads and writes each have their own: a database that another writer
  // keeps can still be read.
  struct Rest {
    int failures_in_a_row = 0;
    Time ends_at{};
  };

  template <class Operation>
  auto guarded(Rest& rest, std::string_view name, const CallOptions& call, const Operation& operation);
  void check_whether_over(const Rest& rest);
  void note_success(Rest& rest);
  void note_failure(Rest& rest);
  std::vector<Sending> begin(Write write, const IsStillGood& is_still_good);
  std::vector<Sending> begin_missed();
  static Sending begin(const std::string& key, Pending& pending);
  void make_up(const CallOptions& call);
  void send(std::vector<Sending>& writes, const CallOptions& call);
  void end(const std::vector<Sending>& writes, bool has_arrived);
  void note_missed_again(const std::vector<Sending>& writes);

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
  Rest rest_of_reads_;
  Rest rest_of_writes_;
  std::map<std::string, Pending> pending_;
  std::uint64_t last_number_ = 0;
  std::size_t at_once_;  // missed writes that are made up for by one operation
};

}  // namespace pilling::cache
