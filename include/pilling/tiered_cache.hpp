#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/medicine.hpp"
#include "pilling/memory_cache.hpp"
#include "pilling/metrics.hpp"
#include "pilling/shared_cache.hpp"
#include "pilling/worker_pool.hpp"

namespace pilling {

/// One tier below memory.
struct CacheTier {
  std::shared_ptr<SharedCache> cache;  ///< never null
  /// On this machine and asked in microseconds: the thread that asks for a value asks it itself. Other tiers are asked
  /// by the worker pool, once for all who wait. Local tiers come first, or they are asked by the pool, too.
  bool is_local = false;
  std::chrono::milliseconds timeout{50};  ///< of one operation
};

/// How a TieredCache keeps and fetches.
struct TieredCacheOptions {
  std::string name{};  ///< tells caches apart that share tiers: in front of every key there; and names it in metrics
  std::size_t memory_bytes = std::size_t{64} << 20;  ///< of all values, as `CacheCodec::weight_of` weighs them
  std::size_t typical_bytes =
      4096;  ///< of one value with its key; what is heavier than some hundred such is not kept in memory
  std::vector<CacheTier> tiers{};      ///< in the order in which they are asked
  std::shared_ptr<WorkerPool> pool{};  ///< that loads; none: one of its own

  std::optional<std::chrono::milliseconds> time_to_live{};  ///< how long a value is fresh; none: for ever
  double jitter = 0.1;  ///< values are fresh up to this part of it shorter, so that they do not end together
  double early_refresh =
      0.1;  ///< about the last part of it in which a value that is asked for is fetched anew; 0: never
  std::chrono::milliseconds stale_for = std::chrono::hours(24);  ///< how long after it a value may stand in

  /// How long it is remembered that there is none. Such answers take a tenth of the memory at most.
  std::chrono::milliseconds absent_time_to_live = std::chrono::seconds(30);

  std::chrono::milliseconds soft_timeout{200};  ///< wait for a fetch while a stale value is at hand
  std::chrono::milliseconds hard_timeout = std::chrono::seconds(10);  ///< of a load, and of those who have nothing else
  bool cancel_abandoned_loads = false;  ///< whether a load is stopped when nobody waits for it any more

  std::chrono::milliseconds first_back_off{200};     ///< after a failure, a key is not loaded again for so long
  std::chrono::milliseconds maximum_back_off{5000};  ///< it doubles up to this; a service may ask for more

  std::size_t hot_keys = 1000;  ///< that are saved for a warm start; 0: none
  std::chrono::milliseconds save_hot_keys_every = std::chrono::minutes(5);  ///< at most so often

  SpanHook on_span{};  ///< of loads and of operations of tiers

  std::function<std::chrono::system_clock::time_point()> now = &std::chrono::system_clock::now;         ///< for tests
  std::function<std::chrono::steady_clock::time_point()> steady_now = &std::chrono::steady_clock::now;  ///< as above
};

/// Counters of one tier since the cache was made.
struct CacheTierStats {
  std::string name;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t damaged = 0;   ///< entries that were dropped because they made no sense
  std::uint64_t failures = 0;  ///< operations that threw
  std::uint64_t skipped = 0;   ///< operations that were not tried, because the tier had failed just before
  std::size_t pending = 0;     ///< writes that wait until it answers again
  bool is_resting = false;     ///< left alone for a while, because it failed several times
  LatencySummary latency;      ///< of all operations
};

/// Counters of a TieredCache since it was made.
struct TieredCacheStats {
  std::string name;  ///< of the cache
  CacheStats memory;
  LatencySummary memory_latency;  ///< of one memory hit in 64
  std::uint64_t stale = 0;        ///< answers that were past their time
  std::uint64_t absent = 0;       ///< answers that there is none, remembered
  std::uint64_t loads = 0;        ///< calls of a loader
  std::uint64_t load_failures = 0;
  std::uint64_t loads_saved = 0;      ///< callers who shared the load of another
  std::uint64_t early_refreshes = 0;  ///< loads that nobody waited for, those of `at_hand` included
  std::uint64_t refused = 0;          ///< loads that the pool had no room for
  std::uint64_t backed_off = 0;       ///< calls that found a failure remembered
  std::size_t in_flight = 0;          ///< loads under way now
  LatencySummary load_latency;
  std::vector<CacheTierStats> tiers;  ///< in the order in which they are asked
};

/// How values become bytes for the tiers below memory, and what they weigh in memory. `decode` throws BadData for what
/// it did not write: the entry is dropped.
template <class Value>
struct CacheCodec {
  std::function<std::string(const Value&)> encode;     ///< not called without tiers
  std::function<Value(std::string_view)> decode;       ///< as above
  std::function<std::size_t(const Value&)> weight_of;  ///< in bytes, as far as it goes
};

/// Of texts and of bytes.
inline CacheCodec<std::string> text_codec() {
  return {.encode = [](const std::string& text) { return text; },
          .decode = [](std::string_view bytes) { return std::string(bytes); },
          .weight_of = [](const std::string& text) { return text.size(); }};
}

/// What a loader found.
template <class Value>
struct LoadedValue {
  Value value;
  std::optional<std::chrono::milliseconds> time_to_live{};  ///< none: as the options say; 0: not to be kept
  std::vector<std::string> tags{};                          ///< for `invalidate_tag`
};

/// Makes the value that no tier has. Nothing means "there is none", for certain: it is remembered. An exception means
/// "not now". It is run by the worker pool, perhaps for longer than the call that brought it: it owns what it uses, but
/// never the cache. It should heed the call's deadline and stop token, which are its own, not those of a caller.
template <class Value>
using CacheLoader = std::function<std::optional<LoadedValue<Value>>(std::string_view key, const CallOptions& call)>;

/// A value and how it was found.
template <class Value>
struct CachedValue {
  std::shared_ptr<const Value> value;  ///< null: there is none
  Answer answer;
};

namespace detail {

/// A TieredCache without its types. See there.
class PILLING_API TieredCacheCore {
 public:
  using Pointer = std::shared_ptr<const void>;
  struct Codec {
    std::function<std::string(const void*)> encode;
    std::function<Pointer(std::string_view)> decode;
    std::function<std::size_t(const void*)> weight_of;
  };
  struct Loaded {
    Pointer value;
    std::optional<std::chrono::milliseconds> time_to_live;
    std::vector<std::string> tags;
  };
  using Loader = std::function<std::optional<Loaded>(std::string_view key, const CallOptions& call)>;
  struct Found {
    Pointer value;
    Answer answer;
  };

  TieredCacheCore(TieredCacheOptions options, Codec codec);
  ~TieredCacheCore();

  /// What is fresh in memory and need not be fetched anew: the short way of most calls.
  std::optional<Found> find(const std::string& key, Access access);
  Found get(const std::string& key, const Loader& load, const CallOptions& call, Access access);
  std::optional<Found> at_hand(const std::string& key, const Loader& load, const CallOptions& call, Access access);
  void put(const std::string& key, Loaded loaded, const CallOptions& call, Access access);
  void erase(const std::string& key, const CallOptions& call);
  void invalidate_tag(const std::string& tag, const CallOptions& call);
  void invalidate_all(const CallOptions& call);
  std::size_t warm_start(const CallOptions& call);
  void save_hot_keys(const CallOptions& call);
  bool drain(const CallOptions& call);
  TieredCacheStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace detail

/// Memory, then the tiers of the options in their order, then a loader; what is found below is kept above. Nothing
/// expensive is done twice, and nobody waits for what is already known:
///
/// - However many threads ask for a key, it is loaded once, and all share the value or the failure.
/// - A value has a time to live and a longer one for emergencies. When a fetch fails, is refused, or takes longer than
///   `soft_timeout`, the last known value is answered at once, marked as stale, with its age and the reason, while the
///   fetch goes on. Shortly before its time ends, a value that is still asked for is fetched anew in the background.
/// - A failure is remembered, for waits that double: meanwhile the last value is answered, or the failure thrown again.
/// - A damaged entry is a miss and is dropped; a tier that fails is passed over and named in the answer's warnings.
///
/// Loads are run by the worker pool under a deadline of their own, so that a caller who gives up takes nothing from
/// those who wait on. Thread-safe. No lock is held while a tier or a loader works. The destructor stops the loads under
/// way and waits for them; no call may be under way.
template <class Value>
class TieredCache {
 public:
  /// Reads nothing yet: see `warm_start`. Throws InvalidArgument for a tier without a cache, a share outside of 0 to 1,
  /// and an empty clock.
  explicit TieredCache(TieredCacheOptions options, CacheCodec<Value> codec)
      : core_(std::move(options), untyped(std::move(codec))) {}

  /// Throws what the loader threw, `Refused` when too many loads wait already, or `Timeout` when the value does not
  /// come within the call's time and `hard_timeout`; none of these while a stale value is at hand. A loader that waits
  /// for its own key gets InvalidArgument, as does a key that begins with the byte 1, here and below. With
  /// Access::batch, values do not enter memory, and loads give way to others.
  CachedValue<Value> get(const std::string& key, const CacheLoader<Value>& load, const CallOptions& call = {},
                         Access access = Access::user) {
    if (auto found = core_.find(key, access)) return typed(std::move(*found));
    return typed(core_.get(key, untyped(load), call, access));
  }

  /// What memory or a local tier holds, stale or not. When nothing fresh is there, a load is sent off that nobody waits
  /// for, unless one has failed just before. Waits for no load and throws none of its failures.
  std::optional<CachedValue<Value>> at_hand(const std::string& key, const CacheLoader<Value>& load,
                                            const CallOptions& call = {}, Access access = Access::user) {
    if (auto found = core_.find(key, access)) return typed(std::move(*found));
    auto found = core_.at_hand(key, untyped(load), call, access);
    return found ? std::optional(typed(std::move(*found))) : std::nullopt;
  }

  /// What memory holds that need not be fetched anew. Asks no tier and loads nothing.
  std::optional<CachedValue<Value>> in_memory(const std::string& key, Access access = Access::user) {
    auto found = core_.find(key, access);
    return found ? std::optional(typed(std::move(*found))) : std::nullopt;
  }

  /// Keeps a value as if it had been loaded, in every tier. Throws the first failure of a tier, after all were tried;
  /// a write that failed is made up for when the tier answers again.
  void put(const std::string& key, LoadedValue<Value> loaded, const CallOptions& call = {},
           Access access = Access::user) {
    core_.put(key, untyped(std::move(loaded)), call, access);
  }

  /// Forgets the key in every tier; what is being loaded meanwhile is given to those who wait for it, but not kept.
  /// Throws as `put`.
  void erase(const std::string& key, const CallOptions& call = {}) { core_.erase(key, call); }

  /// From now on no value counts that carries the tag and was loaded, or begun to be loaded, before: in any tier, and
  /// in other processes as soon as they read it from one. Takes the same time however many values there are. Throws as
  /// `put`.
  void invalidate_tag(const std::string& tag, const CallOptions& call = {}) { core_.invalidate_tag(tag, call); }

  /// The same for all values.
  void invalidate_all(const CallOptions& call = {}) { core_.invalidate_all(call); }

  /// Takes the values into memory that an earlier process had used most, from the first tier that knows them; gives
  /// their number. Failures are no more than a slower start.
  std::size_t warm_start(const CallOptions& call = {}) { return core_.warm_start(call); }

  /// What `warm_start` reads. Is done now and then when values are loaded, and by the destructor.
  void save_hot_keys(const CallOptions& call = {}) { core_.save_hot_keys(call); }

  /// Waits until nothing is loaded and nothing is written to tiers behind a caller's back; false when the call's time
  /// was over before.
  bool drain(const CallOptions& call = {}) { return core_.drain(call); }

  /// Since the cache was made.
  TieredCacheStats stats() const { return core_.stats(); }

 private:
  using Core = detail::TieredCacheCore;

  static Core::Codec untyped(CacheCodec<Value> codec) {
    return {.encode = [encode = std::move(codec.encode)](
                          const void* value) { return encode(*static_cast<const Value*>(value)); },
            .decode = [decode = std::move(codec.decode)](std::string_view bytes) -> Core::Pointer {
              return std::make_shared<const Value>(decode(bytes));
            },
            .weight_of = [weight_of = std::move(codec.weight_of)](
                             const void* value) { return weight_of(*static_cast<const Value*>(value)); }};
  }

  static Core::Loaded untyped(LoadedValue<Value> loaded) {
    return {.value = std::make_shared<const Value>(std::move(loaded.value)),
            .time_to_live = loaded.time_to_live,
            .tags = std::move(loaded.tags)};
  }

  static Core::Loader untyped(const CacheLoader<Value>& load) {
    return [load](std::string_view key, const CallOptions& call) -> std::optional<Core::Loaded> {
      auto loaded = load(key, call);
      return loaded ? std::optional(untyped(std::move(*loaded))) : std::nullopt;
    };
  }

  static CachedValue<Value> typed(Core::Found found) {
    return {.value = std::static_pointer_cast<const Value>(std::move(found.value)), .answer = std::move(found.answer)};
  }

  Core core_;
};

}  // namespace pilling
