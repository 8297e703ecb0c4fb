#include "pilling/metrics.hpp"

#include <algorithm>
#include <bit>

namespace pilling {
namespace {

// A bucket is an octave and the two bits below its leading one.
std::size_t bucket_of(std::uint64_t nanoseconds, std::size_t bucket_count) noexcept {
  if (nanoseconds < 4) return nanoseconds;
  const auto octave = static_cast<std::size_t>(std::bit_width(nanoseconds)) - 1;
  const auto quarter = static_cast<std::size_t>(nanoseconds >> (octave - 2)) & 3;
  return std::min(octave * 4 + quarter - 4, bucket_count - 1);
}

std::uint64_t upper_bound_of(std::size_t bucket) noexcept {
  if (bucket < 4) return bucket;
  const std::size_t octave = (bucket + 4) / 4;
  const std::uint64_t quarter = (bucket + 4) % 4;
  return ((5 + quarter) << (octave - 2)) - 1;
}

}  // namespace

void LatencyHistogram::record(std::chrono::nanoseconds elapsed) noexcept {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 0));
  buckets_[bucket_of(nanoseconds, bucket_count)].fetch_add(1, std::memory_order_relaxed);
  total_.fetch_add(nanoseconds, std::memory_order_relaxed);
  auto maximum = maximum_.load(std::memory_order_relaxed);
  while (nanoseconds > maximum && !maximum_.compare_exchange_weak(maximum, nanoseconds, std::memory_order_relaxed)) {
  }
}

LatencySummary LatencyHistogram::summary() const noexcept {
  std::array<std::uint64_t, bucket_count> counts{};
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    counts[bucket] = buckets_[bucket].load(std::memory_order_relaxed);
    count += counts[bucket];
  }
  const std::uint64_t maximum = maximum_.load(std::memory_order_relaxed);
  const auto quantile = [&](std::uint64_t per_cent) {
    const std::uint64_t rank = (count * per_cent + 99) / 100;
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
      seen += counts[bucket];
      if (seen >= rank && seen > 0) return std::chrono::nanoseconds(std::min(upper_bound_of(bucket), maximum));
    }
    return std::chrono::nanoseconds(0);
  };

  LatencySummary summary;
  summary.count = count;
  summary.total = std::chrono::nanoseconds(total_.load(std::memory_order_relaxed));
  summary.maximum = std::chrono::nanoseconds(maximum);
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    for (std::size_t bound = 0; bound < latency_bounds.size(); ++bound) {
      const auto limit = static_cast<std::uint64_t>(latency_bounds[bound].count());
      if (upper_bound_of(bucket) <= limit) summary.at_most[bound] += counts[bucket];
    }
  }
  summary.median = quantile(50);
  summary.p99 = quantile(99);
  return summary;
}

}  // namespace pilling
