#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "cache/cache_parts.hpp"
#include "cache/flights.hpp"
#include "pilling/metrics.hpp"

namespace pilling::cache {

/// What the flights of one cache do: fetch a value, publish it in memory, write it below. Thread-safe; the functions of
/// one flight are called by the thread that flies it, in this order.
class FlightWork {
 public:
  FlightWork(CacheParts& parts, Flights& flights) : parts_(parts), flights_(flights) {}

  /// From the tiers that are left, or from the loader. What it finds is fresh, even when it will not be kept.
  void fetch(Flight& flight);
  /// For those who come from now on. What stands in the way of it only costs another load.
  void arrive(const Flight& flight) noexcept;
  /// Also into a tier that could not be asked: what was loaded may have been dear. The links count failures, and make
  /// up for what was missed. Not for a flight that failed.
  void write_below(const Flight& flight) noexcept;

  /// Fills in what it counts.
  void count_into(TieredCacheStats& stats) const;

 private:
  using Loaded = detail::TieredCacheCore::Loaded;

  std::optional<Loaded> load(const Flight& flight, const CallOptions& call);
  void encode(const Loaded& loaded, StoredEntry entry, Reading& reading) const;
  void arrive_without(const Flight& flight);
  void keep(const Flight& flight, const KeptPointer& kept);

  CacheParts& parts_;
  Flights& flights_;
  LatencyHistogram latency_;
  std::atomic<std::uint64_t> loads_{0};
  std::atomic<std::uint64_t> failures_{0};
};

}  // namespace pilling::cache
