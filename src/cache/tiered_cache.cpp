#include "pilling/tiered_cache.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <mutex>
#include <utility>

#include "cache/failure_memory.hpp"
#include "cache/flights.hpp"
#include "cache/hybrid_clock.hpp"
#include "cache/invalidations.hpp"
#include "cache/kept.hpp"
#include "cache/lifetimes.hpp"
#include "cache/tiers.hpp"
#include "core/deadline.hpp"
#include "core/process.hpp"
#include "core/retry.hpp"
#include "core/span.hpp"
#include "pilling/error.hpp"

namespace pilling {

namespace detail {
namespace {

using cache::Flight;
using cache::KeptPointer;
using cache::Lifetimes;
using SteadyClock = std::chrono::steady_clock;

// What an entry costs beside its key and value: the node, the times, two shared blocks.
constexpr std::size_t entry_overhead = 256;

// Of the memory, for answers that there is none.
constexpr std::size_t absent_part = 10;

// Memory hits are so many and so short that only one in so many is timed.
constexpr std::int64_t timed_hits = 64;

std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (...) {
    return cache::reason_of_failure();
  }
}

Lane lane_of(Access access) { return access == Access::user ? Lane::user : Lane::batch; }

MemoryCacheOptions memory_options(const TieredCacheOptions& options, std::size_t bytes) {
  MemoryCacheOptions memory;
  memory.maximum_weight = bytes;
  memory.jitter = 0;
  memory.now = options.steady_now;
  return memory;
}

TieredCacheOptions with_pool(TieredCacheOptions options) {
  if (!options.pool) options.pool = std::make_shared<WorkerPool>();
  return options;
}

}  // namespace

class TieredCacheCore::Impl {
 public:
  Impl(TieredCacheOptions options, Codec codec)
      : options_(with_pool(std::move(options))),
        codec_(std::move(codec)),
        random_(core::default_retry_hooks().random),
        lifetimes_(options_, random_),
        clock_(options_.now),
        tiers_(options_, codec_, lifetimes_, clock_, invalidations_, random_),
        memory_(memory_options(options_, options_.memory_bytes - options_.memory_bytes / absent_part)),
        absent_(memory_options(options_, options_.memory_bytes / absent_part)),
        failures_({options_.first_back_off, options_.maximum_back_off}, options_.steady_now, random_),
        flights_(options_.pool, options_.cancel_abandoned_loads,
                 {.fetch = [this](Flight& flight) { fetch(flight); },
                  .arrive = [this](const Flight& flight) { arrive(flight); },
                  .clear = [this](const Flight& flight) { clear(flight); }}) {}

  ~Impl() {
    try {
      save_hot_keys(core::within({}, std::chrono::seconds(1)));
    } catch (...) {
      // The next start is a little slower.
    }
  }

  std::optional<Found> find(const std::string& key, Access access) {
    const std::int64_t began = lifetimes_.steady_now();
    std::optional<Found> found;
    const auto take = [&](const KeptPointer& kept) {
      const bool is_fresh = Lifetimes::state_of(*kept, began) == Lifetimes::State::fresh;
      if (is_fresh && tiers_.holds(*kept)) found = in_memory(*kept, began);
    };
    memory_.visit(key, take, access);
    if (!found) return found;
    found->answer.elapsed = std::chrono::nanoseconds(lifetimes_.steady_now() - began);
    if (began % timed_hits == 0) hit_latency_.record(found->answer.elapsed);
    return found;
  }

  Found get(const std::string& key, const Loader& load, const CallOptions& call, Access access) {
    check(key);
    const std::int64_t began = lifetimes_.steady_now();
    Found found = search({key, load, call, access, nullptr, {}});
    found.answer.elapsed = std::chrono::nanoseconds(lifetimes_.steady_now() - began);
    return found;
  }

  void put(const std::string& key, Loaded loaded, const CallOptions& call, Access access) {
    check(key);
    cache::StoredEntry entry = begun(loaded, clock_.next());
    if (tiers_.are_there()) entry.value = codec_.encode(loaded.value.get());
    const KeptPointer kept = tiers_.keep(entry, loaded.value);
    forget(key);
    failures_.forget(key);
    if (!is_fresh(*kept)) return;
    publish(key, kept, access);
    tiers_.put(key, entry, call);
  }

  // Twice: a tier may have given the value to somebody before it forgot it.
  void erase(const std::string& key, const CallOptions& call) {
    check(key);
    forget(key);
    failures_.forget(key);
    try {
      tiers_.erase(key, call);
    } catch (...) {
      forget(key);
      throw;
    }
    forget(key);
  }

  void invalidate(const std::optional<std::string>& tag, const CallOptions& call) {
    const std::int64_t stamp = clock_.next();
    if (tag) {
      invalidations_.mark(*tag, stamp);
    } else {
      invalidations_.mark_all(stamp);
      memory_.clear();
      absent_.clear();
    }
    tiers_.put_mark(tag, stamp, call);
  }

  std::size_t warm_start(const CallOptions& call) {
    std::size_t taken = 0;
    try {
      const std::uint64_t erasures = erasures_;
      for (const auto& [key, kept] : tiers_.read_saved(call)) {
        publish_unless_erased(key, kept, Access::user, erasures);
        ++taken;
      }
    } catch (...) {
      // What is not warm is read when it is asked for.
    }
    return taken;
  }

  void save_hot_keys(const CallOptions& call) {
    if (options_.hot_keys == 0 || !tiers_.are_there()) return;
    std::vector<std::string> keys = memory_.hottest_keys(options_.hot_keys);
    if (!keys.empty()) tiers_.save_keys(std::move(keys), clock_.next(), call);
  }

  bool drain(const CallOptions& call) { return flights_.drain(call); }

  const core::HomeProcess home;

  TieredCacheStats stats() const {
    TieredCacheStats stats;
    stats.name = options_.name;
    stats.memory = memory_.stats();
    stats.memory_latency = hit_latency_.summary();
    stats.stale = stale_.load(std::memory_order_relaxed);
    stats.absent = absent_answers_.load(std::memory_order_relaxed);
    stats.loads = loads_.load(std::memory_order_relaxed);
    stats.load_failures = load_failures_.load(std::memory_order_relaxed);
    stats.loads_saved = loads_saved_.load(std::memory_order_relaxed);
    stats.early_refreshes = early_refreshes_.load(std::memory_order_relaxed);
    stats.refused = flights_.refused();
    stats.backed_off = backed_off_.load(std::memory_order_relaxed);
    stats.load_latency = load_latency_.summary();
    stats.tiers = tiers_.stats();
    stats.in_flight = flights_.size();
    return stats;
  }

 private:
  // One call, and what it has at hand.
  struct Call {
    const std::string& key;
    const Loader& load;
    const CallOptions& options;
    Access access;
    KeptPointer stale;
    std::vector<std::string> warnings;
  };

  static void check(const std::string& key) {
    if (key.starts_with(cache::Tiers::reserved)) {
      throw InvalidArgument("keys of a cache must not begin with the byte 1: it marks those of the cache itself");
    }
  }

  // ---- answers

  static Found in_memory(const cache::Kept& kept, std::int64_t now) {
    Found found{kept.value, {}};
    found.answer.origin = Origin::memory_cache;
    if (kept.fresh_until != cache::Kept::never) found.answer.age = Lifetimes::age_of(kept, now);
    return found;
  }

  Found answer(const cache::Kept& kept, Origin origin, Call& call) const {
    Found found = in_memory(kept, lifetimes_.steady_now());
    found.answer.origin = origin;
    found.answer.degraded = !call.warnings.empty();
    found.answer.warnings = std::move(call.warnings);
    return found;
  }

  Found stand_in(Call& call, const std::string& reason) {
    stale_.fetch_add(1, std::memory_order_relaxed);
    call.warnings.push_back("the value is past its time: " + reason);
    Found found = answer(*call.stale, Origin::memory_cache, call);
    found.answer.stale = true;
    return found;
  }

  Found none() {
    absent_answers_.fetch_add(1, std::memory_order_relaxed);
    Found found;
    found.answer.origin = Origin::memory_cache;
    return found;
  }

  // ---- the way down

  Found search(Call call) {
    for (;;) {
      const std::uint64_t version = invalidations_.version();
      if (auto found = look_up(call)) return std::move(*found);
      if (auto found = ask_local(call)) return std::move(*found);
      if (auto failure = failures_.find(call.key)) return after_failure(call, *failure);
      auto found = fetch(call, version);
      if (found) return std::move(*found);
    }
  }

  std::optional<Found> look_up(Call& call) {
    const KeptPointer kept = kept_in_memory(call.key);
    const std::int64_t now = lifetimes_.steady_now();
    const auto state = kept ? Lifetimes::state_of(*kept, now) : Lifetimes::State::gone;
    if (state == Lifetimes::State::due) refresh_early(call, kept);
    if (state == Lifetimes::State::fresh || state == Lifetimes::State::due) return in_memory(*kept, now);
    if (state == Lifetimes::State::stale) call.stale = kept;
    if (state == Lifetimes::State::gone && absent_.get(call.key)) return none();
    return std::nullopt;
  }

  // Counted as a look-up by `find`.
  KeptPointer kept_in_memory(const std::string& key) {
    const auto handle = memory_.get(key, Access::batch);
    return handle && tiers_.holds(**handle) ? *handle : nullptr;
  }

  std::optional<Found> ask_local(Call& call) {
    if (!tiers_.are_local_there()) return std::nullopt;
    const std::uint64_t erasures = erasures_;
    cache::Reading reading;
    // A value that is past its time in memory is no younger in a tier, whatever the clock says there.
    if (call.stale) reading.newer_than = call.stale->stamp;
    tiers_.ask_local(call.key, call.options, reading);
    take(reading, call);
    if (!reading.fresh) return std::nullopt;
    publish_unless_erased(call.key, reading.fresh, call.access, erasures);
    return answer(*reading.fresh, reading.origin, call);
  }

  static void take(cache::Reading& reading, Call& call) {
    call.warnings = std::move(reading.warnings);
    prefer_newer(call.stale, reading.stale);
  }

  static void prefer_newer(KeptPointer& one, const KeptPointer& other) {
    if (other && (!one || one->stamp < other->stamp)) one = other;
  }

  Found after_failure(Call& call, const cache::FailureMemory::Failure& failure) {
    backed_off_.fetch_add(1, std::memory_order_relaxed);
    if (!call.stale) std::rethrow_exception(failure.reason);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(failure.remaining).count();
    return stand_in(call, reason_of(failure.reason) + "; it is tried again in " + std::to_string(wait) + " ms");
  }

  // ---- flights, from the side of those who wait

  // Nothing when what came was declared invalid before this call began: then once more.
  std::optional<Found> fetch(Call& call, std::uint64_t version) {
    KeptPointer kept;  // outlives the lock of the flights, in case it is the last to hold the value
    const auto [flight, is_first] = flights_.board(request(call, lane_of(call.access)), [&] {
      kept = kept_in_memory(call.key);
      return kept && is_fresh(*kept);
    });
    if (!flight) return in_memory(*kept, lifetimes_.steady_now());
    const auto patience = call.stale ? std::min(options_.soft_timeout, options_.hard_timeout) : options_.hard_timeout;
    if (!flights_.await(flight, core::within(call.options, patience), call.stale != nullptr)) return out_of_time(call);
    if (!is_first) loads_saved_.fetch_add(1, std::memory_order_relaxed);
    return landed(*flight, call, version);
  }

  cache::Request request(const Call& call, Lane lane) {
    return {.key = call.key,
            .load = call.load,
            .stamp = clock_.next(),
            .newer_than = call.stale ? call.stale->stamp : 0,
            .lane = lane};
  }

  Found out_of_time(Call& call) {
    if (call.stale) return stand_in(call, "a newer one takes longer to fetch than the call may wait");
    throw Timeout("to load '" + cache::shown(call.key) + "' takes longer than this call may; allow more time", "");
  }

  std::optional<Found> landed(const Flight& flight, Call& call, std::uint64_t version) {
    const cache::Reading& reading = flight.reading;
    std::ranges::copy(reading.warnings, std::back_inserter(call.warnings));
    if (!flight.failure) {
      // Declared invalid while this call waited, it is as good as before; declared so earlier, it is what nobody wants.
      if (!tiers_.holds(*reading.fresh) && invalidations_.version() == version) return std::nullopt;
      return answer(*reading.fresh, reading.origin, call);
    }
    prefer_newer(call.stale, reading.stale);
    if (!call.stale) std::rethrow_exception(flight.failure);
    return stand_in(call, reason_of(flight.failure));
  }

  void refresh_early(Call call, const KeptPointer& kept) {
    if (failures_.find(call.key)) return;
    call.stale = kept;
    if (flights_.send(request(call, Lane::refresh))) early_refreshes_.fetch_add(1, std::memory_order_relaxed);
  }

  // ---- flights, from the side of the one that fetches

  // From the tiers that are left, or from the loader. What it finds is fresh, even when it will not be kept.
  void fetch(Flight& flight) {
    CallOptions call = core::within({}, options_.hard_timeout);
    call.stop = flight.stop.get_token();
    if (call.stop.stop_requested()) throw Refused("the cache is being closed, or nobody waits for the value any more");
    cache::Reading& reading = flight.reading;
    reading.newer_than = flight.newer_than;
    // When a value shall be replaced, another process may have done so.
    if (flight.newer_than > 0) tiers_.ask_local(flight.key, call, reading);
    tiers_.ask_others(flight.key, call, reading);
    if (reading.fresh) return;
    const std::optional<Loaded> loaded = load(flight, call);
    const Loaded none{nullptr, options_.absent_time_to_live, {}};
    cache::StoredEntry entry = begun(loaded ? *loaded : none, flight.stamp);
    reading.fresh = tiers_.keep(entry, loaded ? loaded->value : nullptr);
    if (loaded) encode(*loaded, std::move(entry), reading);
  }

  // A value that was loaded is not lost because the tiers cannot take it.
  void encode(const Loaded& loaded, cache::StoredEntry entry, cache::Reading& reading) const {
    if (!tiers_.are_there()) return;
    try {
      entry.value = codec_.encode(loaded.value.get());
      reading.entry = std::move(entry);
    } catch (...) {
      reading.warnings.push_back("the value could not be encoded for other tiers: " + cache::reason_of_failure());
    }
  }

  std::optional<Loaded> load(const Flight& flight, const CallOptions& call) {
    const core::Span span(options_.on_span, "pilling.cache.load");
    loads_.fetch_add(1, std::memory_order_relaxed);
    const auto began = SteadyClock::now();
    try {
      auto loaded = flight.load(flight.key, call);
      load_latency_.record(SteadyClock::now() - began);
      return loaded;
    } catch (...) {
      load_latency_.record(SteadyClock::now() - began);
      load_failures_.fetch_add(1, std::memory_order_relaxed);
      throw;
    }
  }

  cache::StoredEntry begun(const Loaded& loaded, std::int64_t stamp) const {
    cache::StoredEntry entry;
    entry.stamp = stamp;
    entry.tags = loaded.tags;
    lifetimes_.begin(entry, loaded.time_to_live);
    return entry;
  }

  // For those who come from now on. What stands in the way of it only costs another load.
  void arrive(const Flight& flight) noexcept {
    if (flights_.is_forgotten(flight)) return;
    try {
      if (flight.failure) {
        if (is_of_source(flight)) failures_.remember(flight.key, flight.failure);
        return;
      }
      failures_.forget(flight.key);
      if (flight.reading.fresh->value) {
        publish(flight.key, flight.reading.fresh,
                flights_.lane_of(flight) == Lane::batch ? Access::batch : Access::user);
      } else {
        memory_.erase(flight.key);
        absent_.put(flight.key, true, entry_overhead + flight.key.size(),
                    {.time_to_live = options_.absent_time_to_live});
      }
    } catch (...) {
    }
  }

  // Those of the caller and of the cache itself say nothing about the source.
  static bool is_of_source(const Flight& flight) {
    if (flight.stop.stop_requested()) return false;
    try {
      std::rethrow_exception(flight.failure);
    } catch (const InvalidArgument&) {
      return false;
    } catch (const Refused&) {
      return false;
    } catch (...) {
      return true;
    }
  }

  void publish(const std::string& key, const KeptPointer& kept, Access access) {
    if (!is_fresh(*kept)) return;
    const auto resident = memory_.get(key, Access::batch);
    if (resident && (*resident)->stamp > kept->stamp && tiers_.holds(**resident)) return;
    std::optional<std::chrono::nanoseconds> time_to_live;
    if (kept->kept_until != cache::Kept::never) {
      time_to_live = std::chrono::nanoseconds(kept->kept_until - lifetimes_.steady_now());
    }
    const std::size_t weight = entry_overhead + key.size() + codec_.weight_of(kept->value.get());
    memory_.put(key, kept, weight, {.time_to_live = time_to_live, .access = access});
    absent_.erase(key);
  }

  // An erasure of whichever key since `erasures` were counted may have come after the value was read.
  void publish_unless_erased(const std::string& key, const KeptPointer& kept, Access access, std::uint64_t erasures) {
    publish(key, kept, access);
    if (erasures_ != erasures) memory_.erase(key);
  }

  bool is_fresh(const cache::Kept& kept) const { return lifetimes_.steady_now() < kept.fresh_until; }

  // What came is written to the tiers behind the backs of those who waited for it.
  void clear(const Flight& flight) noexcept {
    // Erased since it was published: perhaps before.
    if (flights_.is_forgotten(flight)) memory_.erase(flight.key);
    if (!flight.failure) write_below(flight);
    save_now_and_then();
  }

  // Also into a tier that could not be asked: what was loaded may have been dear. The links count failures, and make up
  // for what was missed.
  void write_below(const Flight& flight) noexcept {
    const cache::Reading& reading = flight.reading;
    try {
      if (flights_.is_forgotten(flight)) return;
      if (reading.entry && is_fresh(*reading.fresh)) {
        tiers_.fill(flight.key, *reading.entry, reading, {});
      } else if (!reading.fresh->value && (reading.stale || flight.newer_than > 0)) {
        tiers_.erase(flight.key, {});
      }
    } catch (...) {
    }
    try {
      // Erased while it was put: perhaps before.
      if (flights_.is_forgotten(flight)) tiers_.erase(flight.key, {});
    } catch (...) {
    }
  }

  void forget(const std::string& key) {
    ++erasures_;
    flights_.forget(key);
    memory_.erase(key);
    absent_.erase(key);
  }

  void save_now_and_then() noexcept {
    {
      const std::scoped_lock lock(saving_mutex_);
      const auto now = options_.steady_now();
      if (now - saved_at_ < options_.save_hot_keys_every) return;
      saved_at_ = now;
    }
    try {
      save_hot_keys({});
    } catch (...) {
      // The next one is a few minutes away.
    }
  }

  const TieredCacheOptions options_;
  const Codec codec_;
  const std::function<double()> random_;
  const Lifetimes lifetimes_;
  cache::HybridClock clock_;
  cache::Invalidations invalidations_;
  cache::Tiers tiers_;
  MemoryCache<std::string, KeptPointer> memory_;
  MemoryCache<std::string, bool> absent_;
  cache::FailureMemory failures_;

  LatencyHistogram hit_latency_;
  LatencyHistogram load_latency_;
  std::atomic<std::uint64_t> stale_{0};
  std::atomic<std::uint64_t> absent_answers_{0};
  std::atomic<std::uint64_t> loads_{0};
  std::atomic<std::uint64_t> load_failures_{0};
  std::atomic<std::uint64_t> loads_saved_{0};
  std::atomic<std::uint64_t> early_refreshes_{0};
  std::atomic<std::uint64_t> backed_off_{0};
  std::atomic<std::uint64_t> erasures_{0};

  std::mutex saving_mutex_;
  SteadyClock::time_point saved_at_ = options_.steady_now();

  cache::Flights flights_;  // the last, so that all else is there while they land
};

TieredCacheCore::TieredCacheCore(TieredCacheOptions options, Codec codec)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(codec))) {}
TieredCacheCore::~TieredCacheCore() { impl_->home.leave_if_forked(impl_); }

std::optional<TieredCacheCore::Found> TieredCacheCore::find(const std::string& key, Access access) {
  return impl_->find(key, access);
}

TieredCacheCore::Found TieredCacheCore::get(const std::string& key, const Loader& load, const CallOptions& call,
                                            Access access) {
  return impl_->get(key, load, call, access);
}

void TieredCacheCore::put(const std::string& key, Loaded loaded, const CallOptions& call, Access access) {
  impl_->put(key, std::move(loaded), call, access);
}

void TieredCacheCore::erase(const std::string& key, const CallOptions& call) { impl_->erase(key, call); }

void TieredCacheCore::invalidate_tag(const std::string& tag, const CallOptions& call) { impl_->invalidate(tag, call); }

void TieredCacheCore::invalidate_all(const CallOptions& call) { impl_->invalidate(std::nullopt, call); }

std::size_t TieredCacheCore::warm_start(const CallOptions& call) { return impl_->warm_start(call); }

void TieredCacheCore::save_hot_keys(const CallOptions& call) { impl_->save_hot_keys(call); }

bool TieredCacheCore::drain(const CallOptions& call) { return impl_->drain(call); }

TieredCacheStats TieredCacheCore::stats() const { return impl_->stats(); }

}  // namespace detail
}  // namespace pilling
