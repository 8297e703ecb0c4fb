#include <chrono>
#include <gtest/gtest.h>
#include <string>
#include <thread>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;
using std::chrono::seconds;

class Invalidation : public TiersFixture {
 protected:
  Gate gate_;
  Texts cache_{options(), text_codec()};
  Texts other_{options(), text_codec()};
};

TEST_F(Invalidation, ForgetsWhatIsErasedInEveryTier) {
  cache_.put("k", {.value = "old"});
  cache_.put("other", {.value = "kept"});

  cache_.erase("k");

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(get(cache_, gives("new")), "new");
  EXPECT_EQ(get(cache_, never(), "other"), "kept");
}

TEST_F(Invalidation, ErasesInTheOtherTiersWhenOneFails) {
  cache_.put("k", {.value = "old"});
  near_->fail_erase();

  EXPECT_THROW(cache_.erase("k"), StorageError);

  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.stats().memory.entries, 0U);
  EXPECT_EQ(get(cache_, gives("new")), "new");
}

TEST_F(Invalidation, GivesButDoesNotKeepWhatWasErasedWhileItWasLoaded) {
  const TextLoader load = [this](auto, const auto&) {
    cache_.erase("k");
    return text("old");
  };

  EXPECT_EQ(get(cache_, load), "old");
  drain(cache_);

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(get(cache_, gives("new")), "new");
}

TEST_F(Invalidation, TakesBackWhatWasErasedWhileItWasWrittenToATier) {
  far_->block_puts();
  EXPECT_EQ(get(cache_, gives("old")), "old");
  far_->await_blocked(1);

  std::jthread erasing([this] { cache_.erase("k"); });
  await([&] { return near_->erasures() > 0; });
  far_->release();
  erasing.join();
  drain(cache_);

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.stats().memory.entries, 0U);
}

TEST_F(Invalidation, WritesNothingThatWasErasedBeforeItsTurnCame) {
  near_->block_puts();
  EXPECT_EQ(get(cache_, gives("old")), "old");
  near_->await_blocked(1);

  std::jthread erasing([this] { cache_.erase("k"); });
  await([&] { return cache_.stats().memory.entries == 0; });
  near_->release();
  erasing.join();
  drain(cache_);

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
}

TEST_F(Invalidation, DoesNotKeepWhatWasReadWhileItIsErased) {
  put_by_another(*far_, "old");
  far_->block_erasures();
  std::jthread erasing([this] { cache_.erase("k"); });
  far_->await_blocked(1);

  get(cache_, gives("new"));
  drain(cache_);
  far_->release();
  erasing.join();

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.stats().memory.entries, 0U);
}

TEST_F(Invalidation, DoesNotKeepWhatALocalTierGaveBeforeItForgotIt) {
  put_by_another(*near_, "old");
  near_->block_gets();
  std::jthread reading([this] { get(cache_, gives("new")); });
  near_->await_blocked(1);

  cache_.erase("k");
  near_->release();
  reading.join();
  drain(cache_);

  EXPECT_EQ(get(cache_, gives("new")), "new");
}

TEST_F(Invalidation, EndsTheValuesOfATagInEveryTierAndLeavesOthers) {
  cache_.put("k", {.value = "old", .tags = {"a", "b"}});
  cache_.put("other", {.value = "kept", .tags = {"b"}});
  Texts restarted(options(), text_codec());

  cache_.invalidate_tag("a");

  EXPECT_EQ(get(cache_, gives("new", {"a"})), "new");
  EXPECT_EQ(get(cache_, never(), "other"), "kept");
  drain(cache_);
  EXPECT_EQ(get(restarted, never()), "new");
  EXPECT_EQ(get(cache_, never()), "new");
}

TEST_F(Invalidation, ServesNothingStaleThatWasDeclaredInvalid) {
  cache_.put("k", {.value = "old", .tags = {"a"}});
  advance(fresh_for);

  cache_.invalidate_tag("a");

  EXPECT_THROW(cache_.get("k", fails()), ServiceError);
}

TEST_F(Invalidation, CountsOutWhatBeganToBeLoadedBefore) {
  std::jthread first([&] { EXPECT_EQ(get(cache_, held(gate_, gives("old", {"a"}))), "old"); });
  gate_.await_arrivals(1);

  cache_.invalidate_tag("a");
  gate_.open();
  first.join();
  drain(cache_);

  EXPECT_EQ(get(cache_, gives("new")), "new");
}

TEST_F(Invalidation, LoadsAnewForThoseWhoCameAfterItThoughALoadWasUnderWay) {
  std::jthread before([&] { EXPECT_EQ(get(cache_, held(gate_, gives("old", {"a"}))), "old"); });
  gate_.await_arrivals(1);
  cache_.invalidate_tag("a");
  std::jthread after([&] { EXPECT_EQ(get(cache_, gives("new", {"a"})), "new"); });
  await([&] { return cache_.stats().memory.misses == 2; });

  // What becomes of another tag meanwhile is of no consequence.
  cache_.invalidate_tag("b");
  gate_.open();
}

TEST_F(Invalidation, DoesNotServeStaleWhatAFlightHadReadBefore) {
  put_by_another(*far_, "old", "k", {"a"});
  advance(fresh_for);
  std::jthread before([&] { EXPECT_THROW(cache_.get("k", held(gate_, fails())), ServiceError); });
  gate_.await_arrivals(1);
  cache_.invalidate_tag("a");

  std::jthread after([&] { EXPECT_THROW(cache_.get("k", fails()), ServiceError); });
  await([&] { return cache_.stats().memory.misses == 2; });
  gate_.open();
  after.join();
}

TEST_F(Invalidation, EndsAllValuesAtOnce) {
  cache_.put("k", {.value = "old"});
  EXPECT_EQ(get(cache_, gives_none(), "missing"), "none");
  Texts restarted(options(), text_codec());

  cache_.invalidate_all();

  EXPECT_EQ(cache_.stats().memory.entries, 0U);
  EXPECT_EQ(get(restarted, gives("new")), "new");
  EXPECT_EQ(get(cache_, gives("found"), "missing"), "found");
}

TEST_F(Invalidation, CountsOutThatThereWasNoneWhenThatBeganToBeLoadedBefore) {
  std::jthread first([&] { EXPECT_EQ(get(cache_, held(gate_, gives_none())), "none"); });
  gate_.await_arrivals(1);

  cache_.invalidate_all();
  gate_.open();
  first.join();
  drain(cache_);

  EXPECT_EQ(get(cache_, gives("v")), "v");
}

TEST_F(Invalidation, IsSeenByAnotherCacheWhenItReadsTheTiers) {
  cache_.put("k", {.value = "old", .tags = {"a"}});
  cache_.put("l", {.value = "old"});

  other_.invalidate_tag("a");
  EXPECT_EQ(get(other_, gives("new", {"a"})), "new");
  EXPECT_EQ(get(other_, never(), "l"), "old");

  advance(seconds(1));
  Texts third(options(), text_codec());
  third.invalidate_all();
  Texts fourth(options(), text_codec());
  EXPECT_EQ(get(fourth, gives("newer")), "newer");
  EXPECT_EQ(get(fourth, gives("newer"), "l"), "newer");
}

TEST_F(Invalidation, IsSeenByMemoryAsSoonAsTheCacheReadsAnythingOfTheTiers) {
  cache_.put("k", {.value = "old"});
  EXPECT_EQ(get(cache_, never()), "old");
  other_.invalidate_all();

  cache_.get("another", gives("v"));

  EXPECT_EQ(get(cache_, gives("new")), "new");
}

TEST_F(Invalidation, HoldsAlsoWhenTheClockWasSetBack) {
  cache_.put("k", {.value = "old", .tags = {"a"}});
  system_clock_.advance(-std::chrono::hours(24));

  cache_.invalidate_tag("a");

  EXPECT_EQ(get(cache_, gives("new", {"a"})), "new");
  EXPECT_EQ(get(cache_, never()), "new");
}

TEST_F(Invalidation, SaysWhenATierDidNotHearOfItAndTellsItLater) {
  cache_.put("k", {.value = "old", .tags = {"a"}});
  far_->fail_put();

  EXPECT_THROW(cache_.invalidate_tag("a"), StorageError);
  EXPECT_EQ(get(cache_, gives("new", {"a"})), "new");
  drain(cache_);
  far_->fail_put(false);
  advance(seconds(60));
  cache_.put("another", {.value = "v"});

  TieredCacheOptions elsewhere = options();
  elsewhere.tiers = {{.cache = far_, .timeout = patience}};
  Texts other_machine(elsewhere, text_codec());
  EXPECT_EQ(get(other_machine, gives("newer", {"a"})), "new");
}

TEST_F(Invalidation, TakesPlaceForMoreTagsThanItKeepsMarksOf) {
  Texts cache(in_memory_only(), text_codec());
  cache.put("first", {.value = "old", .tags = {"first"}});
  cache.invalidate_tag("first");

  for (int i = 0; i < 100'001; ++i) cache.invalidate_tag(std::to_string(i));

  EXPECT_EQ(get(cache, gives("new", {"first"}), "first"), "new");
  EXPECT_EQ(get(cache, never(), "first"), "new");
}

}  // namespace
}  // namespace pilling
