#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/invalidations.hpp"
#include "cache/kept.hpp"
#include "cache/lifetimes.hpp"
#include "pilling/memory_cache.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

/// What is in memory: values, and the answers that there is none, which take a tenth of it at most. Gives only what
/// still holds. Thread-safe: looked up without a lock, and changed under one of the key's, so that nobody puts what
/// another erased meanwhile.
class Residents {
 public:
  Residents(const TieredCacheOptions& options, const detail::TieredCacheCore::Codec& codec, const Lifetimes& lifetimes,
            const Invalidations& invalidations)
      : codec_(codec),
        lifetimes_(lifetimes),
        invalidations_(invalidations),
        values_(memory_options(options, options.memory_bytes - options.memory_bytes / absent_part)),
        absences_(memory_options(options, options.memory_bytes / absent_part)) {}

  /// The short way: counts as a look-up.
  template <class Use>
  void visit(const std::string& key, Access access, const Use& use) {
    values_.visit(
        key,
        [&](const KeptPointer& kept) {
          if (invalidations_.holds(*kept)) use(*kept);
        },
        access);
  }

  /// These do not count.
  KeptPointer value(const std::string& key) { return if_it_holds(found(values_, key)); }
  KeptPointer absence(const std::string& key) { return if_it_holds(found(absences_, key)); }
  KeptPointer if_it_holds(KeptPointer kept) const {
    return kept && invalidations_.holds(*kept) ? std::move(kept) : nullptr;
  }

  /// Taken before something is read from elsewhere: when it has changed, the key may have been erased meanwhile.
  std::uint64_t erasures(const std::string& key) const noexcept {
    return stripe_of(key).erasures.load(std::memory_order_acquire);
  }

  /// Unless its time is over, something newer is there, or `is_still_good` says no, which is asked under the lock that
  /// erasures take, too. Gives whether it was kept.
  template <class IsStillGood>
  bool put(const std::string& key, const KeptPointer& kept, Access access, const IsStillGood& is_still_good) {
    if (Lifetimes::state_of(*kept, lifetimes_.steady_now()) == Lifetimes::State::gone) return false;
    const std::size_t weight =
        entry_overhead + key.size() + (kept->value ? codec_.weight_of(kept->value.get()) : std::size_t{0});
    const DeferredDeaths deferred;
    const std::scoped_lock lock(stripe_of(key).mutex);
    const KeptPointer there = newest(key);
    const bool is_outdone = there && there->stamp > kept->stamp && invalidations_.holds(*there);
    if (is_outdone || !is_still_good()) return false;
    const PutOptions options{.time_to_live = remaining(*kept), .access = access};
    if (kept->value) {
      values_.put(key, kept, weight, options);
      absences_.erase(key);
    } else {
      absences_.put(key, kept, weight, options);
      values_.erase(key);
    }
    return true;
  }
  bool put_unless_erased(const std::string& key, const KeptPointer& kept, Access access,
                         std::uint64_t erasures_before) {
    return put(key, kept, access, [&] { return erasures(key) == erasures_before; });
  }

  /// What was written before `stamp`, and what is being read meanwhile.
  void erase_older(const std::string& key, std::int64_t stamp) {
    Stripe& stripe = stripe_of(key);
    const DeferredDeaths deferred;
    const std::scoped_lock lock(stripe.mutex);
    stripe.erasures.fetch_add(1, std::memory_order_release);
    const KeptPointer kept = newest(key);
    if (!kept || kept->stamp >= stamp) return;
    values_.erase(key);
    absences_.erase(key);
  }

  void clear() {
    values_.clear();
    absences_.clear();
  }

  std::vector<std::string> hottest_keys(std::size_t limit) const { return values_.hottest_keys(limit); }
  CacheStats stats() const { return values_.stats(); }

 private:
  using Memory = MemoryCache<std::string, KeptPointer>;
  struct Stripe {
    std::mutex mutex;
    std::atomic<std::uint64_t> erasures{0};
  };

  // What an entry costs beside its key and value: the node, the times, two shared blocks.
  static constexpr std::size_t entry_overhead = 256;
  // Of the memory, for answers that there is none.
  static constexpr std::size_t absent_part = 10;

  static MemoryCacheOptions memory_options(const TieredCacheOptions& options, std::size_t bytes) {
    MemoryCacheOptions memory;
    memory.maximum_weight = bytes;
    memory.typical_weight = options.typical_bytes;
    memory.jitter = 0;
    memory.now = options.steady_now;
    return memory;
  }

  static KeptPointer found(Memory& memory, const std::string& key) {
    const auto handle = memory.get(key, Access::batch);
    return handle ? *handle : nullptr;
  }

  KeptPointer newest(const std::string& key) {
    KeptPointer kept = found(values_, key);
    return kept ? kept : found(absences_, key);
  }

  std::optional<std::chrono::nanoseconds> remaining(const Kept& kept) const {
    if (kept.kept_until == Kept::never) return std::nullopt;
    return std::chrono::nanoseconds(std::max(kept.kept_until - lifetimes_.steady_now(), std::int64_t{0}));
  }

  Stripe& stripe_of(const std::string& key) const noexcept {
    return stripes_[std::hash<std::string>{}(key) % stripes_.size()];
  }

  const detail::TieredCacheCore::Codec& codec_;
  const Lifetimes& lifetimes_;
  const Invalidations& invalidations_;
  Memory values_;
  Memory absences_;
  mutable std::array<Stripe, 64> stripes_;
};

}  // namespace pilling::cache
