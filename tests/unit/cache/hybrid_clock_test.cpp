#include "cache/hybrid_clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <thread>
#include <vector>

#include "support/fake_clock.hpp"

namespace pilling::cache {
namespace {

using std::chrono::microseconds;

class HybridClockTest : public testing::Test {
 protected:
  std::int64_t now() const { return std::chrono::floor<microseconds>(time_.now().time_since_epoch()).count(); }

  support::FakeSystemClock time_;
  HybridClock clock_{time_.function()};
};

TEST_F(HybridClockTest, GivesTheMicrosecondsOfTheClock) {
  EXPECT_EQ(clock_.next(), now());
  time_.advance(microseconds(1234));
  EXPECT_EQ(clock_.next(), now());
}

TEST_F(HybridClockTest, GrowsWhileTheClockStandsStill) {
  const std::int64_t first = clock_.next();

  EXPECT_EQ(clock_.next(), first + 1);
  EXPECT_EQ(clock_.next(), first + 2);
}

TEST_F(HybridClockTest, GrowsWhenTheClockGoesBack) {
  const std::int64_t first = clock_.next();

  time_.advance(-std::chrono::hours(24));

  EXPECT_EQ(clock_.next(), first + 1);
  time_.advance(std::chrono::hours(48));
  EXPECT_EQ(clock_.next(), now());
}

TEST_F(HybridClockTest, IsAheadOfEveryStampThatWasObserved) {
  const std::int64_t of_another = now() + 1'000'000;

  clock_.observe(of_another);

  EXPECT_EQ(clock_.next(), of_another + 1);
  time_.advance(std::chrono::seconds(2));
  EXPECT_EQ(clock_.next(), now());
}

TEST_F(HybridClockTest, IsNotHeldBackByAnOldStamp) {
  clock_.observe(5);
  EXPECT_EQ(clock_.next(), now());

  clock_.observe(now() - 1);

  EXPECT_EQ(clock_.next(), now() + 1);
}

// Stamps come from tiers that anybody may write to.
TEST_F(HybridClockTest, StaysAtTheGreatestStampThereIs) {
  constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  clock_.observe(greatest);

  EXPECT_EQ(clock_.next(), greatest);
  EXPECT_EQ(clock_.next(), greatest);
}

TEST_F(HybridClockTest, GivesNoStampTwice) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 1000;
  std::vector<std::vector<std::int64_t>> stamps(threads);
  {
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < threads; ++i) {
      callers.emplace_back([&, i] {
        for (std::size_t count = 0; count < each; ++count) stamps[i].push_back(clock_.next());
      });
    }
  }

  std::vector<std::int64_t> all;
  for (const auto& some : stamps) {
    EXPECT_TRUE(std::ranges::is_sorted(some));
    all.insert(all.end(), some.begin(), some.end());
  }
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
}

}  // namespace
}  // namespace pilling::cache
