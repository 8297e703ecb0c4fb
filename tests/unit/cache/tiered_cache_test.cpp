#include "pilling/tiered_cache.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "support/rounds.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;

class TieredCacheOfTwo : public TiersFixture {
 protected:
  Texts cache_{options(), text_codec()};
};

TEST_F(TieredCacheOfTwo, LoadsWhatNoTierHasAndFillsThemAll) {
  Counted load("v");

  const auto first = cache_.get("k", load);
  const auto second = cache_.get("k", load);
  drain(cache_);

  EXPECT_EQ(*first.value, "v");
  EXPECT_EQ(first.answer.origin, Origin::live);
  EXPECT_FALSE(first.answer.degraded);
  EXPECT_FALSE(first.answer.stale);
  EXPECT_TRUE(first.answer.warnings.empty());
  EXPECT_EQ(second.answer.origin, Origin::memory_cache);
  EXPECT_EQ(second.value, first.value);
  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(in(*near_), "v");
  EXPECT_EQ(in(*far_), "v");
}

TEST_F(TieredCacheOfTwo, HandsTheKeyToTheLoaderWithADeadlineAndAStopOfItsOwn) {
  std::stop_source stop;
  const auto before = std::chrono::steady_clock::now();
  std::string seen;
  std::thread::id thread;

  cache_.get("k",
             [&](std::string_view key, const CallOptions& call) {
               seen = key;
               thread = std::this_thread::get_id();
               EXPECT_GT(call.deadline, before);
               EXPECT_LE(call.deadline, std::chrono::steady_clock::now() + patience);
               EXPECT_NE(call.stop, stop.get_token());
               EXPECT_TRUE(call.stop.stop_possible());
               return text("v");
             },
             {.deadline = before + std::chrono::hours(1), .stop = stop.get_token()});

  EXPECT_EQ(seen, "k");
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST_F(TieredCacheOfTwo, SaysHowOldAValueIs) {
  cache_.get("k", gives("v"));

  advance(std::chrono::seconds(7));

  EXPECT_EQ(cache_.get("k", never()).answer.age, std::chrono::seconds(7));
}

TEST_F(TieredCacheOfTwo, AsksTheTiersInOrderAndFillsThoseAbove) {
  put_by_another(*far_, "v");

  const auto found = cache_.get("k", never());
  drain(cache_);

  EXPECT_EQ(*found.value, "v");
  EXPECT_EQ(found.answer.origin, Origin::shared_cache);
  EXPECT_EQ(in(*near_), "v");
  EXPECT_EQ(far_->puts(), 1U);
  EXPECT_EQ(cache_.get("k", never()).answer.origin, Origin::memory_cache);
}

TEST_F(TieredCacheOfTwo, StopsAtTheFirstTierThatHasIt) {
  put_by_another(*near_, "near");
  put_by_another(*far_, "far");

  const auto found = cache_.get("k", never());

  EXPECT_EQ(*found.value, "near");
  EXPECT_EQ(found.answer.origin, Origin::store);
  EXPECT_EQ(far_->gets(), 0U);
}

TEST_F(TieredCacheOfTwo, GivesItsAnswerBeforeTheTiersAreFilled) {
  near_->block_puts();

  EXPECT_EQ(get(cache_, gives("v")), "v");
  near_->await_blocked(1);
  EXPECT_FALSE(cache_.drain(without_time()));
  near_->release();
  drain(cache_);

  EXPECT_EQ(in(*near_), "v");
}

TEST_F(TieredCacheOfTwo, AsksATierElsewhereOnceForAllWhoWait) {
  put_by_another(*far_, "v");
  far_->block_gets();
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] { EXPECT_EQ(get(cache_, never()), "v"); });
  }
  await([&] { return cache_.stats().memory.misses == 8; });

  far_->release();
  callers.clear();

  EXPECT_EQ(far_->gets(), 1U);
}

TEST_F(TieredCacheOfTwo, LoadsAnewWhatIsPastItsTimeEverywhere) {
  put_by_another(*near_, "old");
  put_by_another(*far_, "old");
  advance(fresh_for);

  const auto found = cache_.get("k", gives("new"));
  drain(cache_);

  EXPECT_EQ(*found.value, "new");
  EXPECT_EQ(found.answer.origin, Origin::live);
  EXPECT_EQ(in(*near_), "new");
  EXPECT_EQ(in(*far_), "new");
}

TEST_F(TieredCacheOfTwo, WritesOnceToEachTierWhenAValueIsReplaced) {
  cache_.get("k", gives("old"));
  drain(cache_);
  advance(fresh_for);

  cache_.get("k", gives("new"));
  drain(cache_);

  EXPECT_EQ(near_->puts(), 2U);
  EXPECT_EQ(far_->puts(), 2U);
}

TEST_F(TieredCacheOfTwo, IsFreshUntilItsTimeIsOverAndNoLonger) {
  cache_.get("k", gives("old"));

  advance(fresh_for - std::chrono::milliseconds(1));
  EXPECT_EQ(cache_.get("k", never()).answer.origin, Origin::memory_cache);
  advance(std::chrono::milliseconds(1));

  EXPECT_EQ(get(cache_, gives("new")), "new");
}

TEST_F(TieredCacheOfTwo, TakesTheTimeToLiveThatTheLoaderGives) {
  cache_.get("k", [](auto, const auto&) { return LoadedText{.value = "v", .time_to_live = fresh_for * 2}; });

  advance(fresh_for);

  EXPECT_EQ(get(cache_, never()), "v");
}

TEST_F(TieredCacheOfTwo, GivesAValueThatIsNotToBeKeptToThoseWhoWaitAndToNobodyElse) {
  Counted load(
      [](auto, const auto&) { return LoadedText{.value = "v", .time_to_live = std::chrono::milliseconds(0)}; });

  EXPECT_EQ(get(cache_, load), "v");
  EXPECT_EQ(get(cache_, load), "v");
  drain(cache_);

  EXPECT_EQ(load.calls(), 2);
  EXPECT_EQ(near_->size(), 0U);
  EXPECT_EQ(cache_.stats().memory.entries, 0U);
}

TEST_F(TieredCacheOfTwo, PutsAValueInEveryTier) {
  cache_.put("k", {.value = "v"});

  EXPECT_EQ(get(cache_, never()), "v");
  EXPECT_EQ(in(*near_), "v");
  EXPECT_EQ(in(*far_), "v");
}

TEST_F(TieredCacheOfTwo, ForgetsTheOldValueWhenTheNewOneIsNotToBeKept) {
  cache_.put("k", {.value = "old"});

  cache_.put("k", {.value = "new", .time_to_live = std::chrono::milliseconds(0)});

  EXPECT_EQ(get(cache_, gives("loaded")), "loaded");
}

TEST_F(TieredCacheOfTwo, KeepsItsOwnKeysFromCallers) {
  EXPECT_THROW(cache_.get("\x01tag/x", never()), InvalidArgument);
  EXPECT_THROW(cache_.put("\x01", {.value = "v"}), InvalidArgument);
  EXPECT_THROW(cache_.erase("\x01hot"), InvalidArgument);
}

TEST_F(TieredCacheOfTwo, TellsCachesApartThatShareTiers) {
  TieredCacheOptions others = options();
  others.name = "other";
  Texts other(others, text_codec());
  cache_.put("k", {.value = "mine"});

  EXPECT_EQ(get(other, gives("other's")), "other's");
  drain(other);

  EXPECT_EQ(in(*near_), "mine");
  EXPECT_EQ(in(*near_, "other/k"), "other's");
}

TEST_F(TieredCacheOfTwo, CountsHitsAndMissesOfMemory) {
  cache_.get("k", gives("v"));
  cache_.get("k", never());
  cache_.get("k", never());

  const CacheStats stats = cache_.stats().memory;

  EXPECT_EQ(stats.hits, 2U);
  EXPECT_EQ(stats.misses, 1U);
  EXPECT_EQ(stats.entries, 1U);
  EXPECT_GT(stats.weight, 0U);
}

TEST_F(TieredCacheOfTwo, KeepsTheValuesOfABatchOutOfMemoryAndItsLookUpsOutOfTheCounts) {
  EXPECT_EQ(value_of(cache_.get("k", gives("v"), {}, Access::batch)), "v");
  cache_.put("p", {.value = "v"}, {}, Access::batch);
  drain(cache_);
  EXPECT_EQ(cache_.stats().memory.entries, 0U);
  EXPECT_EQ(in(*near_), "v");

  cache_.get("k", never());
  cache_.get("k", never(), {}, Access::batch);

  EXPECT_EQ(cache_.stats().memory.hits, 0U);
  EXPECT_EQ(cache_.stats().memory.misses, 1U);
}

TEST(TieredCache, KeepsWithinTheWeightOfItsMemory) {
  TieredCacheOptions options;
  options.memory_bytes = 10'000;
  Texts cache(options, text_codec());
  for (int i = 0; i < 200; ++i) {
    cache.get(std::to_string(i), gives(std::string(400, 'x')));
    ASSERT_LE(cache.stats().memory.weight, 10'000U);
  }

  EXPECT_GT(cache.stats().memory.evictions, 0U);
  EXPECT_EQ(cache.get("huge", gives(std::string(20'000, 'x'))).value->size(), 20'000U);
}

}  // namespace
}  // namespace pilling
