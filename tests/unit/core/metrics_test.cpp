#include "pilling/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace pilling {
namespace {

using std::chrono::nanoseconds;

LatencySummary summary_of(const std::vector<std::int64_t>& durations) {
  LatencyHistogram histogram;
  for (const auto duration : durations) histogram.record(nanoseconds(duration));
  return histogram.summary();
}

TEST(LatencyHistogram, IsEmptyAtFirst) {
  const LatencySummary summary = LatencyHistogram().summary();

  EXPECT_EQ(summary.count, 0u);
  EXPECT_EQ(summary.total, nanoseconds(0));
  EXPECT_EQ(summary.median, nanoseconds(0));
  EXPECT_EQ(summary.p99, nanoseconds(0));
  EXPECT_EQ(summary.maximum, nanoseconds(0));
}

TEST(LatencyHistogram, AddsUpWhatItHasSeen) {
  const LatencySummary summary = summary_of({5, 100, 2'000});

  EXPECT_EQ(summary.count, 3u);
  EXPECT_EQ(summary.total, nanoseconds(2'105));
  EXPECT_EQ(summary.maximum, nanoseconds(2'000));
}

TEST(LatencyHistogram, TakesATimeThatRanBackwardsForZero) {
  const LatencySummary summary = summary_of({-7});

  EXPECT_EQ(summary.count, 1u);
  EXPECT_EQ(summary.total, nanoseconds(0));
  EXPECT_EQ(summary.maximum, nanoseconds(0));
}

TEST(LatencyHistogram, IsExactForASingleDuration) {
  for (const std::int64_t duration : {0, 1, 3, 4, 5, 1'000, 123'456'789}) {
    const LatencySummary summary = summary_of({duration});

    EXPECT_EQ(summary.median, nanoseconds(duration));
    EXPECT_EQ(summary.p99, nanoseconds(duration));
  }
}

TEST(LatencyHistogram, TellsTheUsualFromTheRare) {
  std::vector<std::int64_t> durations(98, 1'000);
  durations.insert(durations.end(), 2, 1'000'000'000);

  const LatencySummary summary = summary_of(durations);

  EXPECT_LE(summary.median, nanoseconds(1'250));
  EXPECT_EQ(summary.p99, nanoseconds(1'000'000'000));
}

TEST(LatencyHistogram, TakesTheLongestDurationThereIs) {
  const LatencySummary summary = summary_of({std::numeric_limits<std::int64_t>::max()});

  EXPECT_EQ(summary.count, 1u);
  EXPECT_EQ(summary.maximum, nanoseconds::max());
}

TEST(LatencyHistogram, BoundsItsQuantilesFromAboveWithinAQuarter) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> exponent(0, 40);
    std::vector<std::int64_t> durations(1 + random() % 500);
    for (auto& duration : durations) duration = static_cast<std::int64_t>(std::exp2(exponent(random)));

    const LatencySummary summary = summary_of(durations);

    std::sort(durations.begin(), durations.end());
    for (const auto& [percent, found] : {std::pair(50, summary.median), std::pair(99, summary.p99)}) {
      const std::size_t rank = (durations.size() * static_cast<std::size_t>(percent) + 99) / 100;
      const std::int64_t truth = durations[rank - 1];
      EXPECT_GE(found.count(), truth) << percent;
      EXPECT_LE(static_cast<double>(found.count()), 1.25 * static_cast<double>(truth)) << percent;
    }
  }
}

TEST(LatencyHistogram, LosesNothingBetweenThreads) {
  LatencyHistogram histogram;
  const auto record_many = [&histogram](std::int64_t first) {
    for (std::int64_t i = 0; i < 10'000; ++i) histogram.record(nanoseconds(first + i));
  };

  {
    std::jthread one(record_many, 0);
    std::jthread two(record_many, 10'000);
    std::jthread three(record_many, 20'000);
  }

  const LatencySummary summary = histogram.summary();
  EXPECT_EQ(summary.count, 30'000u);
  EXPECT_EQ(summary.total, nanoseconds(30'000LL * 29'999 / 2));
  EXPECT_EQ(summary.maximum, nanoseconds(29'999));
}

}  // namespace
}  // namespace pilling
