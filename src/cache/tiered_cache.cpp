#include "pilling/tiered_cache.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <limits>
#include <mutex>
#include <utility>

#include "cache/failure_memory.hpp"
#include "cache/flights.hpp"
#include "cache/hybrid_clock.hpp"
#include "cache/invalidations.hpp"
#include "cache/kept.hpp"
#include "cache/lifetimes.hpp"
#include "cache/residents.hpp"
#include "cache/tiers.hpp"
#include "core/deadline.hpp"
#include "core/failure.hpp"
#include "core/process.hpp"
#include "core/retry.hpp"
#include "core/span.hpp"
#include "pilling/error.hpp"

namespace pilling {

namespace detail {
namespace {

using cache::Flight;
using cache::Flights;
using cache::KeptPointer;
using cache::Lifetimes;
using SteadyClock = std::chrono::steady_clock;

// Memory hits are so many and so short that only one in so many is timed.
constexpr std::int64_t timed_hits = 64;

std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (...) {
    return core::reason_of_failure();
  }
}

Lane lane_of(Access access) { return access == Access::user ? Lane::user : Lane::batch; }

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
        residents_(options_),
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
    residents_.visit(key, access, [&](const cache::Kept& kept) {
      const bool is_fresh = Lifetimes::state_of(kept, began) == Lifetimes::State::fresh;
      if (is_fresh && tiers_.holds(kept)) found = in_memory(kept, began);
    });
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

  std::optional<Found> at_hand(const std::string& key, const Loader& load, const CallOptions& options, Access access) {
    check(key);
    Call call{key, load, options, access, nullptr, {}};
    const std::uint64_t landings = flights_.landings(key);
    if (auto found = look_up(call)) return found;
    if (auto found = ask_local(call)) return found;
    send_off(call, landings);
    if (!call.stale) return std::nullopt;
    return stand_in(call, "a newer one is being fetched");
  }

  void put(const std::string& key, Loaded loaded, const CallOptions& call, Access access) {
    check(key);
    cache::StoredEntry entry = begun(loaded, clock_.next());
    if (tiers_.are_there()) entry.value = codec_.encode(loaded.value.get());
    const KeptPointer kept = tiers_.keep(entry, std::move(loaded.value));
    // What is there is older than a value that is not to be kept.
    if (!is_fresh(*kept)) return erase(key, call);
    const Rewriting rewriting(*this, key, entry.stamp);
    keep_in_memory(key, kept, access, [] { return true; });
    tiers_.put(key, entry, call);
  }

  void erase(const std::string& key, const CallOptions& call) {
    check(key);
    const Rewriting rewriting(*this, key, std::numeric_limits<std::int64_t>::max());
    tiers_.erase(key, call);
  }

  void invalidate(const std::optional<std::string>& tag, const CallOptions& call) {
    const std::int64_t stamp = clock_.next();
    if (tag) {
      invalidations_.mark(*tag, stamp);
    } else {
      invalidations_.mark_all(stamp);
      residents_.clear();
    }
    tiers_.put_mark(tag, stamp, call);
  }

  std::size_t warm_start(const CallOptions& call) {
    std::size_t taken = 0;
    try {
      tiers_.read_saved(call, [&](std::span<const std::string> keys, const cache::Tiers::ReadValues& read) {
        std::vector<std::uint64_t> erasures;
        for (const std::string& key : keys) erasures.push_back(residents_.erasures(key));
        const std::vector<KeptPointer> values = read();
        for (std::size_t i = 0; i < keys.size(); ++i) {
          if (values[i] && keep_unless_erased(keys[i], values[i], Access::user, erasures[i])) ++taken;
        }
      });
    } catch (...) {
      // What is not warm is read when it is asked for.
    }
    return taken;
  }

  void save_hot_keys(const CallOptions& call) {
    if (options_.hot_keys == 0 || !tiers_.are_there()) return;
    std::vector<std::string> keys = residents_.hottest_keys(options_.hot_keys);
    if (!keys.empty()) tiers_.save_keys(std::move(keys), clock_.next(), call);
  }

  bool drain(const CallOptions& call) { return flights_.drain(call); }

  const core::HomeProcess home;

  TieredCacheStats stats() const {
    TieredCacheStats stats;
    stats.name = options_.name;
    stats.memory = residents_.stats();
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

  // Forgets what is older than what is being written, or erased, twice: meanwhile a tier may have given it to somebody.
  class Rewriting {
   public:
    Rewriting(Impl& cache, const std::string& key, std::int64_t stamp)
        : cache_(cache), key_(key), stamp_(stamp), flights_(cache.flights_, key) {
      cache_.failures_.forget(key);
      cache_.residents_.erase_older(key, stamp);
    }
    ~Rewriting() { cache_.residents_.erase_older(key_, stamp_); }
    Rewriting(const Rewriting&) = delete;
    Rewriting& operator=(const Rewriting&) = delete;

   private:
    Impl& cache_;
    const std::string& key_;
    const std::int64_t stamp_;
    const Flights::Rewriting flights_;
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
    const std::int64_t began = clock_.next();
    for (;;) {
      call.stale = nullptr;
      call.warnings.clear();
      const std::uint64_t landings = flights_.landings(call.key);
      if (auto found = look_up(call)) return std::move(*found);
      if (auto found = ask_local(call)) return std::move(*found);
      if (auto failure = failures_.find(call.key)) return after_failure(call, *failure);
      auto found = fetch(call, landings, began);
      if (found) return std::move(*found);
    }
  }

  std::optional<Found> look_up(Call& call) {
    const KeptPointer kept = resident(residents_.value(call.key));
    const std::int64_t now = lifetimes_.steady_now();
    const auto state = kept ? Lifetimes::state_of(*kept, now) : Lifetimes::State::gone;
    if (state == Lifetimes::State::due) refresh_early(call, kept);
    if (state == Lifetimes::State::fresh || state == Lifetimes::State::due) return in_memory(*kept, now);
    if (state == Lifetimes::State::stale) call.stale = kept;
    if (state == Lifetimes::State::gone && resident(residents_.absence(call.key))) return none();
    return std::nullopt;
  }

  KeptPointer resident(KeptPointer kept) const { return kept && tiers_.holds(*kept) ? std::move(kept) : nullptr; }

  // A value that is past its time in memory is no younger in a tier, whatever the clock says there.
  std::optional<Found> ask_local(Call& call) {
    if (!tiers_.are_local_there()) return std::nullopt;
    const std::uint64_t erasures = residents_.erasures(call.key);
    cache::Reading reading;
    if (call.stale) reading.newer_than = call.stale->stamp;
    tiers_.ask_local(call.key, call.options, reading);
    take(reading, call);
    if (!reading.fresh) return std::nullopt;
    try {
      keep_unless_erased(call.key, reading.fresh, call.access, erasures);
    } catch (...) {
      // It is read anew the next time.
    }
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

  // Nothing when it is to be looked up once more: a flight has landed meanwhile, or brought what was declared invalid
  // before this call began.
  std::optional<Found> fetch(Call& call, std::uint64_t landings, std::int64_t began) {
    const auto [flight, is_first] = flights_.board(request(call, lane_of(call.access)), landings);
    if (!flight) return std::nullopt;
    const cache::Patience patience{std::min(options_.soft_timeout, options_.hard_timeout), options_.hard_timeout};
    const bool came = flights_.await(flight, call.options, patience, call.stale);
    if (!came) return out_of_time(call);
    if (!is_first) loads_saved_.fetch_add(1, std::memory_order_relaxed);
    return landed(*flight, call, began);
  }

  cache::Request request(const Call& call, Lane lane) {
    return {.key = call.key,
            .load = call.load,
            .stamp = clock_.next(),
            .newer_than = call.stale ? call.stale->stamp : 0,
            .lane = lane};
  }

  Found out_of_time(Call& call) {
    call.stale = resident(call.stale);
    if (call.stale) return stand_in(call, "a newer one takes longer to fetch than the call may wait");
    throw Timeout("to load '" + cache::shown(call.key) + "' takes longer than this call may; allow more time", "");
  }

  // What was declared invalid while this call waited is as good as before, when it was begun to be loaded for it.
  std::optional<Found> landed(const Flight& flight, Call& call, std::int64_t began) {
    const cache::Reading& reading = flight.reading;
    if (!flight.failure && flight.stamp < began && !tiers_.holds(*reading.fresh)) return std::nullopt;
    std::ranges::copy(reading.warnings, std::back_inserter(call.warnings));
    if (!flight.failure) return answer(*reading.fresh, reading.origin, call);
    prefer_newer(call.stale, reading.stale);
    call.stale = resident(call.stale);
    if (!call.stale) std::rethrow_exception(flight.failure);
    return stand_in(call, reason_of(flight.failure));
  }

  void refresh_early(Call call, const KeptPointer& kept) {
    call.stale = kept;
    send_off(call, flights_.landings(call.key));
  }

  // Nobody waits for it. What has landed meanwhile is there.
  void send_off(const Call& call, std::uint64_t landings) {
    if (failures_.find(call.key)) return;
    if (flights_.send(request(call, Lane::refresh), landings)) early_refreshes_.fetch_add(1, std::memory_order_relaxed);
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
    if (reading.stale) flights_.offer(flight, reading.stale);
    const std::optional<Loaded> loaded = load(flight, call);
    const Loaded none{nullptr, options_.absent_time_to_live, {}};
    cache::StoredEntry entry = begun(loaded ? *loaded : none, flight.stamp);
    if (!loaded) entry.kept_until = entry.fresh_until;
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
      reading.warnings.push_back("the value could not be encoded for other tiers: " + core::reason_of_failure());
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
    try {
      if (flight.failure) {
        arrive_without(flight);
      } else {
        failures_.forget(flight.key);
        keep_unless_forgotten(flight, flight.reading.fresh);
      }
    } catch (...) {
    }
  }

  // The next ones who come get the value past its time without having to ask the tiers for it again.
  void arrive_without(const Flight& flight) {
    if (is_of_source(flight) && !flights_.is_forgotten(flight)) failures_.remember(flight.key, flight.failure);
    if (flights_.is_forgotten(flight)) failures_.forget(flight.key);
    if (flight.reading.stale) keep_unless_forgotten(flight, flight.reading.stale);
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

  void keep_unless_forgotten(const Flight& flight, const KeptPointer& kept) {
    const Access access = flights_.lane_of(flight) == Lane::batch ? Access::batch : Access::user;
    keep_in_memory(flight.key, kept, access, [&] { return !flights_.is_forgotten(flight); });
  }

  // Whether it was kept: the key may have been erased after the value was read.
  bool keep_unless_erased(const std::string& key, const KeptPointer& kept, Access access, std::uint64_t erasures) {
    return keep_in_memory(key, kept, access, [&] { return residents_.erasures(key) == erasures; });
  }

  // `is_still_good` is asked under the lock that erasures take, too.
  template <class IsStillGood>
  bool keep_in_memory(const std::string& key, const KeptPointer& kept, Access access,
                      const IsStillGood& is_still_good) {
    if (Lifetimes::state_of(*kept, lifetimes_.steady_now()) == Lifetimes::State::gone) return false;
    const std::size_t weight = kept->value ? codec_.weight_of(kept->value.get()) : 0;
    return residents_.put(key, kept, weight, access, [&](const KeptPointer& there) {
      const bool is_outdone = there && there->stamp > kept->stamp && tiers_.holds(*there);
      return !is_outdone && is_still_good();
    });
  }

  bool is_fresh(const cache::Kept& kept) const { return lifetimes_.steady_now() < kept.fresh_until; }

  // What came is written to the tiers behind the backs of those who waited for it.
  void clear(const Flight& flight) noexcept {
    if (flight.failure) return;
    write_below(flight);
    save_now_and_then();
  }

  // Also into a tier that could not be asked: what was loaded may have been dear. The links count failures, and make up
  // for what was missed.
  void write_below(const Flight& flight) noexcept {
    const cache::Reading& reading = flight.reading;
    const auto is_still_good = [&] { return !flights_.is_forgotten(flight); };
    try {
      if (reading.entry && is_fresh(*reading.fresh)) {
        tiers_.fill(flight.key, *reading.entry, reading, is_still_good);
      } else if (!reading.fresh->value && (reading.stale || flight.newer_than > 0)) {
        tiers_.erase(flight.key, {}, is_still_good);
      }
    } catch (...) {
      // See above.
    }
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
  cache::Residents residents_;
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

std::optional<TieredCacheCore::Found> TieredCacheCore::at_hand(const std::string& key, const Loader& load,
                                                               const CallOptions& call, Access access) {
  return impl_->at_hand(key, load, call, access);
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
