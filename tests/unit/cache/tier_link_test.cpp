#include "cache/tier_link.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "unit/cache/tier_link_fixture.hpp"

namespace pilling::cache {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

TEST_F(TierLinkTest, IsNothingWithoutATier) {
  EXPECT_THROW(TierLink({.cache = nullptr}, clock_.function(), [] { return 1.0; }), InvalidArgument);
}

TEST_F(TierLinkTest, PassesOnWhatItIsGiven) {
  put("a", "1");
  put("b", "2");
  erase("b");

  EXPECT_EQ(get({"b", "a"}), (Found{std::nullopt, "1"}));
  EXPECT_EQ(tier_->entry("a"), entry("1"));
  EXPECT_EQ(link_.name(), "near");
  EXPECT_EQ(link_.origin(), Origin::store);
}

TEST_F(TierLinkTest, WaitsNoLongerThanTheTimeoutOfTheTier) {
  TierLink link = make_link(1ms);
  tier_->block_gets();
  tier_->block_puts();

  EXPECT_THROW(link.get(std::vector<std::string>{"a"}, {}), Timeout);
  EXPECT_THROW(link.write({"a", entry("1")}, {}), Timeout);

  EXPECT_EQ(link.stats().failures, 2U);
}

TEST_F(TierLinkTest, WaitsNoLongerThanTheCallMay) {
  tier_->block_gets();
  std::stop_source stopped;
  stopped.request_stop();

  EXPECT_THROW(get({"a"}, {.deadline = std::chrono::steady_clock::now(), .stop = {}}), Timeout);
  EXPECT_THROW(get({"a"}, {.stop = stopped.get_token()}), Timeout);
}

TEST_F(TierLinkTest, DoesNotHoldItAgainstTheTierWhenTheCallHadNoTime) {
  tier_->block_gets();
  for (int i = 0; i < 10; ++i) {
    EXPECT_THROW(get({"a"}, {.deadline = std::chrono::steady_clock::now(), .stop = {}}), Timeout);
  }
  tier_->release();

  EXPECT_EQ(get({"a"}), Found{std::nullopt});
  EXPECT_EQ(link_.stats().failures, 0U);
}

TEST_F(TierLinkTest, LeavesATierAloneThatFailedThreeTimesInARow) {
  tier_->fail_get();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(get({"a"}), StorageError);
  tier_->fail_get(false);

  EXPECT_THROW(get({"a"}), Refused);
  EXPECT_THROW(get({"b"}), Refused);

  EXPECT_EQ(tier_->gets(), 3U);
  EXPECT_EQ(link_.stats().skipped, 2U);
  EXPECT_TRUE(link_.stats().is_resting);
  clock_.advance(1s);
  EXPECT_FALSE(link_.stats().is_resting);
  EXPECT_EQ(get({"a"}), Found{std::nullopt});
}

TEST_F(TierLinkTest, LetsReadsGoOnWhileWritesRestAndTheOtherWayRound) {
  tier_->fail_put();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(put("a", "1"), StorageError);
  EXPECT_THROW(put("a", "1"), Refused);
  EXPECT_THROW(erase("a"), Refused);
  EXPECT_EQ(get({"b"}), Found{std::nullopt});

  rest();
  tier_->fail_put(false);
  tier_->fail_get();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(get({"a"}), StorageError);
  EXPECT_THROW(get({"a"}), Refused);
  put("b", "2");
  EXPECT_EQ(in_tier("b"), "2");
}

TEST_F(TierLinkTest, ForgivesFailuresThatAreNotInARow) {
  for (int i = 0; i < 10; ++i) {
    tier_->fail_get(i % 3 != 2);
    if (i % 3 == 2) {
      EXPECT_NO_THROW(get({"a"}));
    } else {
      EXPECT_THROW(get({"a"}), StorageError);
    }
  }

  EXPECT_EQ(link_.stats().skipped, 0U);
}

TEST_F(TierLinkTest, DoublesTheRestOfATierThatGoesOnFailing) {
  tier_->fail_get();
  for (int i = 0; i < 2; ++i) EXPECT_THROW(get({"a"}), StorageError);

  for (const milliseconds rest : {1000ms, 2000ms, 4000ms, 8000ms, 16'000ms, 30'000ms, 30'000ms}) {
    EXPECT_THROW(get({"a"}), StorageError);
    clock_.advance(rest - 1ms);
    EXPECT_THROW(get({"a"}), Refused);
    clock_.advance(1ms);
  }

  tier_->fail_get(false);
  EXPECT_NO_THROW(get({"a"}));
  tier_->fail_get();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(get({"a"}), StorageError);
  clock_.advance(1s);
  EXPECT_THROW(get({"a"}), StorageError) << "it starts anew with the shortest rest";
}

// Ten who ask at the same moment meet one failure, not ten.
TEST_F(TierLinkTest, CountsFailuresOfOneMomentAsOneRest) {
  tier_->block_gets();
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 10; ++i) callers.emplace_back([this] { EXPECT_THROW(get({"a"}), StorageError); });
    tier_->await_blocked(10);
    tier_->fail_get();
    tier_->release();
  }
  tier_->fail_get(false);

  EXPECT_EQ(link_.stats().failures, 10U);
  EXPECT_THROW(get({"a"}), Refused);
  clock_.advance(1s);
  EXPECT_NO_THROW(get({"a"}));
}

TEST_F(TierLinkTest, RefusesAnAnswerOfTheWrongSize) {
  for (const int by : {-1, 1}) {
    tier_->miscount_gets(by);
    EXPECT_THROW(get({"a", "b"}), BadData);
  }

  EXPECT_EQ(link_.stats().failures, 2U);
}

TEST_F(TierLinkTest, CountsWhatItsUsersFind) {
  for (int i = 0; i < 3; ++i) link_.count_hit();
  for (int i = 0; i < 2; ++i) link_.count_miss();
  link_.count_damaged();
  put("a", "1");
  get({"a"});
  tier_->fail_get();
  EXPECT_THROW(get({"a"}), StorageError);

  const CacheTierStats stats = link_.stats();

  EXPECT_EQ(stats.name, "near");
  EXPECT_EQ(stats.hits, 3U);
  EXPECT_EQ(stats.misses, 2U);
  EXPECT_EQ(stats.damaged, 1U);
  EXPECT_EQ(stats.failures, 1U);
  EXPECT_EQ(stats.skipped, 0U);
  EXPECT_EQ(stats.pending, 0U);
  EXPECT_EQ(stats.latency.count, 3U);
}

}  // namespace
}  // namespace pilling::cache
