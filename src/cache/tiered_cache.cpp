#include "pilling/tiered_cache.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <limits>
#include <utility>

#include "cache/cache_parts.hpp"
#include "cache/flight_work.hpp"
#include "cache/flights.hpp"
#include "cache/hot_keys.hpp"
#include "cache/kept.hpp"
#include "cache/lifetimes.hpp"
#include "cache/tiers.hpp"
#include "core/deadline.hpp"
#include "core/failure.hpp"
#include "core/process.hpp"
#include "pilling/error.hpp"

namespace pilling {

namespace detail {
namespace {

using cache::Flight;
using cache::Flights;
using cache::KeptPointer;
using cache::Lifetimes;

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
      : parts_(with_pool(std::move(options)), std::move(codec)),
        flights_(parts_.options.pool, parts_.options.cancel_abandoned_loads,
                 {.fetch = [this](Flight& flight) { work_.fetch(flight); },
                  .arrive = [this](const Flight& flight) { work_.arrive(flight); },
                  .clear = [this](const Flight& flight) { clear(flight); }}) {}

  ~Impl() {
    try {
      hot_keys_.save(core::within({}, std::chrono::seconds(1)));
    } catch (...) {
      // The next start is a little slower.
    }
  }

  std::optional<Found> find(const std::string& key, Access access) {
    const std::int64_t began = parts_.lifetimes.steady_now();
    std::optional<Found> found;
    parts_.residents.visit(key, access, [&](const cache::Kept& kept) {
      if (Lifetimes::state_of(kept, began) == Lifetimes::State::fresh) found = in_memory(kept, began);
    });
    if (!found) return found;
    found->answer.elapsed = std::chrono::nanoseconds(parts_.lifetimes.steady_now() - began);
    if (began % timed_hits == 0) hit_latency_.record(found->answer.elapsed);
    return found;
  }

  Found get(const std::string& key, const Loader& load, const CallOptions& call, Access access) {
    check(key);
    const std::int64_t began = parts_.lifetimes.steady_now();
    Found found = search({key, load, call, access, nullptr, {}});
    found.answer.elapsed = std::chrono::nanoseconds(parts_.lifetimes.steady_now() - began);
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
    cache::StoredEntry entry = parts_.lifetimes.begun(loaded, parts_.clock.next());
    if (parts_.tiers.are_there()) entry.value = parts_.codec.encode(loaded.value.get());
    const KeptPointer kept = parts_.lifetimes.kept(entry, std::move(loaded.value));
    // What is there is older than a value that is not to be kept.
    if (!parts_.lifetimes.is_fresh(*kept)) return erase(key, call);
    const Rewriting rewriting(*this, key, entry.stamp);
    parts_.residents.put(key, kept, access, [] { return true; });
    parts_.tiers.put(key, entry, call);
  }

  void erase(const std::string& key, const CallOptions& call) {
    check(key);
    const Rewriting rewriting(*this, key, std::numeric_limits<std::int64_t>::max());
    parts_.tiers.erase(key, call);
  }

  void invalidate(const std::optional<std::string>& tag, const CallOptions& call) {
    const std::int64_t stamp = parts_.clock.next();
    if (tag) {
      parts_.invalidations.mark(*tag, stamp);
    } else {
      parts_.invalidations.mark_all(stamp);
      parts_.residents.clear();
    }
    parts_.tiers.put_mark(tag, stamp, call);
  }

  std::size_t warm_start(const CallOptions& call) { return hot_keys_.read(call); }

  void save_hot_keys(const CallOptions& call) { hot_keys_.save(call); }

  bool drain(const CallOptions& call) { return flights_.drain(call); }

  const core::HomeProcess home;

  TieredCacheStats stats() const {
    TieredCacheStats stats;
    stats.name = parts_.options.name;
    stats.memory = parts_.residents.stats();
    stats.memory_latency = hit_latency_.summary();
    stats.stale = stale_.load(std::memory_order_relaxed);
    stats.absent = absent_answers_.load(std::memory_order_relaxed);
    work_.count_into(stats);
    stats.loads_saved = loads_saved_.load(std::memory_order_relaxed);
    stats.early_refreshes = early_refreshes_.load(std::memory_order_relaxed);
    stats.refused = flights_.refused();
    stats.backed_off = backed_off_.load(std::memory_order_relaxed);
    stats.tiers = parts_.tiers.stats();
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
      cache_.parts_.failures.forget(key);
      cache_.parts_.residents.erase_older(key, stamp);
    }
    ~Rewriting() { cache_.parts_.residents.erase_older(key_, stamp_); }
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
    Found found = in_memory(kept, parts_.lifetimes.steady_now());
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
    const std::int64_t began = parts_.clock.next();
    for (;;) {
      call.stale = nullptr;
      call.warnings.clear();
      const std::uint64_t landings = flights_.landings(call.key);
      if (auto found = look_up(call)) return std::move(*found);
      if (auto found = ask_local(call)) return std::move(*found);
      if (auto failure = parts_.failures.find(call.key)) return after_failure(call, *failure);
      auto found = fetch(call, landings, began);
      if (found) return std::move(*found);
    }
  }

  std::optional<Found> look_up(Call& call) {
    const KeptPointer kept = parts_.residents.value(call.key);
    const std::int64_t now = parts_.lifetimes.steady_now();
    const auto state = kept ? Lifetimes::state_of(*kept, now) : Lifetimes::State::gone;
    if (state == Lifetimes::State::due) refresh_early(call, kept);
    if (state == Lifetimes::State::fresh || state == Lifetimes::State::due) return in_memory(*kept, now);
    if (state == Lifetimes::State::stale) call.stale = kept;
    if (state == Lifetimes::State::gone && parts_.residents.absence(call.key)) return none();
    return std::nullopt;
  }

  // A value that is past its time in memory is no younger in a tier, whatever the clock says there.
  std::optional<Found> ask_local(Call& call) {
    if (!parts_.tiers.are_local_there()) return std::nullopt;
    const std::uint64_t erasures = parts_.residents.erasures(call.key);
    cache::Reading reading;
    if (call.stale) reading.newer_than = call.stale->stamp;
    parts_.tiers.ask_local(call.key, call.options, reading);
    take(reading, call);
    if (!reading.fresh) return std::nullopt;
    try {
      parts_.residents.put_unless_erased(call.key, reading.fresh, call.access, erasures);
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

  // ---- flights

  // Nothing when it is to be looked up once more: a flight has landed meanwhile, or brought what was declared invalid
  // before this call began.
  std::optional<Found> fetch(Call& call, std::uint64_t landings, std::int64_t began) {
    const auto [flight, is_first] = flights_.board(request(call, lane_of(call.access)), landings);
    if (!flight) return std::nullopt;
    const cache::Patience patience{std::min(parts_.options.soft_timeout, parts_.options.hard_timeout),
                                   parts_.options.hard_timeout};
    const bool came = flights_.await(flight, call.options, patience, call.stale);
    if (!came) return out_of_time(call);
    if (!is_first) loads_saved_.fetch_add(1, std::memory_order_relaxed);
    return landed(*flight, call, began);
  }

  cache::Request request(const Call& call, Lane lane) {
    return {.key = call.key,
            .load = call.load,
            .stamp = parts_.clock.next(),
            .newer_than = call.stale ? call.stale->stamp : 0,
            .lane = lane};
  }

  Found out_of_time(Call& call) {
    call.stale = parts_.residents.if_it_holds(call.stale);
    if (call.stale) return stand_in(call, "a newer one takes longer to fetch than the call may wait");
    throw Timeout("to load '" + cache::shown(call.key) + "' takes longer than this call may; allow more time", "");
  }

  // What was declared invalid while this call waited is as good as before, when it was begun to be loaded for it.
  std::optional<Found> landed(const Flight& flight, Call& call, std::int64_t began) {
    const cache::Reading& reading = flight.reading;
    if (!flight.failure && flight.stamp < began && !parts_.invalidations.holds(*reading.fresh)) return std::nullopt;
    std::ranges::copy(reading.warnings, std::back_inserter(call.warnings));
    if (!flight.failure) return answer(*reading.fresh, reading.origin, call);
    prefer_newer(call.stale, reading.stale);
    call.stale = parts_.residents.if_it_holds(call.stale);
    if (!call.stale) std::rethrow_exception(flight.failure);
    return stand_in(call, reason_of(flight.failure));
  }

  void refresh_early(Call call, const KeptPointer& kept) {
    call.stale = kept;
    send_off(call, flights_.landings(call.key));
  }

  // Nobody waits for it. What has landed meanwhile is there.
  void send_off(const Call& call, std::uint64_t landings) {
    if (parts_.failures.find(call.key)) return;
    if (flights_.send(request(call, Lane::refresh), landings)) early_refreshes_.fetch_add(1, std::memory_order_relaxed);
  }

  // What came is written to the tiers behind the backs of those who waited for it.
  void clear(const Flight& flight) noexcept {
    if (flight.failure) return;
    work_.write_below(flight);
    hot_keys_.save_now_and_then();
  }

  cache::CacheParts parts_;
  cache::HotKeys hot_keys_{parts_};
  cache::FlightWork work_{parts_, flights_};

  LatencyHistogram hit_latency_;
  std::atomic<std::uint64_t> stale_{0};
  std::atomic<std::uint64_t> absent_answers_{0};
  std::atomic<std::uint64_t> loads_saved_{0};
  std::atomic<std::uint64_t> early_refreshes_{0};
  std::atomic<std::uint64_t> backed_off_{0};

  Flights flights_;  // the last, so that all else is there while they land
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
