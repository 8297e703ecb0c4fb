#include "cache/flight_work.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "core/deadline.hpp"
#include "core/failure.hpp"
#include "core/span.hpp"
#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

// Those of the caller and of the cache itself say nothing about the source.
bool is_of_source(const Flight& flight) {
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

}  // namespace

void FlightWork::fetch(Flight& flight) {
  CallOptions call = core::within({}, parts_.options.hard_timeout);
  call.stop = flight.stop.get_token();
  if (call.stop.stop_requested()) throw Refused("the cache is being closed, or nobody waits for the value any more");
  Reading& reading = flight.reading;
  reading.newer_than = flight.newer_than;
  // When a value shall be replaced, another process may have done so.
  if (flight.newer_than > 0) parts_.tiers.ask_local(flight.key, call, reading);
  parts_.tiers.ask_others(flight.key, call, reading);
  if (reading.fresh) return;
  if (reading.stale) flights_.offer(flight, reading.stale);
  const std::optional<Loaded> loaded = load(flight, call);
  const Loaded none{nullptr, parts_.options.absent_time_to_live, {}};
  StoredEntry entry = parts_.lifetimes.begun(loaded ? *loaded : none, flight.stamp);
  if (!loaded) entry.kept_until = entry.fresh_until;
  reading.fresh = parts_.lifetimes.kept(entry, loaded ? loaded->value : nullptr);
  if (loaded) encode(*loaded, std::move(entry), reading);
}

std::optional<FlightWork::Loaded> FlightWork::load(const Flight& flight, const CallOptions& call) {
  const core::Span span(parts_.options.on_span, "pilling.cache.load");
  loads_.fetch_add(1, std::memory_order_relaxed);
  const auto began = std::chrono::steady_clock::now();
  try {
    auto loaded = flight.load(flight.key, call);
    latency_.record(std::chrono::steady_clock::now() - began);
    return loaded;
  } catch (...) {
    latency_.record(std::chrono::steady_clock::now() - began);
    failures_.fetch_add(1, std::memory_order_relaxed);
    throw;
  }
}

// A value that was loaded is not lost because the tiers cannot take it.
void FlightWork::encode(const Loaded& loaded, StoredEntry entry, Reading& reading) const {
  if (!parts_.tiers.are_there()) return;
  try {
    entry.value = parts_.codec.encode(loaded.value.get());
    reading.entry = std::move(entry);
  } catch (...) {
    reading.warnings.push_back("the value could not be encoded for other tiers: " + core::reason_of_failure());
  }
}

void FlightWork::arrive(const Flight& flight) noexcept {
  try {
    if (flight.failure) {
      arrive_without(flight);
    } else {
      parts_.failures.forget(flight.key);
      keep(flight, flight.reading.fresh);
    }
  } catch (...) {
  }
}

// The next ones who come get the value past its time without having to ask the tiers for it again.
void FlightWork::arrive_without(const Flight& flight) {
  if (is_of_source(flight) && !flights_.is_forgotten(flight)) parts_.failures.remember(flight.key, flight.failure);
  if (flights_.is_forgotten(flight)) parts_.failures.forget(flight.key);
  if (flight.reading.stale) keep(flight, flight.reading.stale);
}

// Unless it is forgotten.
void FlightWork::keep(const Flight& flight, const KeptPointer& kept) {
  const Access access = flights_.lane_of(flight) == Lane::batch ? Access::batch : Access::user;
  parts_.residents.put(flight.key, kept, access, [&] { return !flights_.is_forgotten(flight); });
}

void FlightWork::write_below(const Flight& flight) noexcept {
  const Reading& reading = flight.reading;
  const auto is_still_good = [&] { return !flights_.is_forgotten(flight); };
  try {
    if (reading.entry && parts_.lifetimes.is_fresh(*reading.fresh)) {
      parts_.tiers.fill(flight.key, *reading.entry, reading, is_still_good);
    } else if (!reading.fresh->value && (reading.stale || flight.newer_than > 0)) {
      parts_.tiers.erase(flight.key, {}, is_still_good);
    }
  } catch (...) {
    // The links have counted it.
  }
}

void FlightWork::count_into(TieredCacheStats& stats) const {
  stats.loads = loads_.load(std::memory_order_relaxed);
  stats.load_failures = failures_.load(std::memory_order_relaxed);
  stats.load_latency = latency_.summary();
}

}  // namespace pilling::cache
