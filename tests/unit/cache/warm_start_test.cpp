#include <chrono>
#include <gtest/gtest.h>
#include <string>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;

class WarmStart : public TiersFixture {
 protected:
  static constexpr int values = 250;

  void live_a_life(const TieredCacheOptions& options) {
    Texts earlier(options, text_codec());
    for (int i = 0; i < values; ++i) earlier.put(std::to_string(i), {.value = std::to_string(i)});
    for (int i = 0; i < 10; ++i) {
      for (int used = 0; used < 3; ++used) get(earlier, never(), std::to_string(i));
    }
  }
};

TEST_F(WarmStart, TakesInWhatAnEarlierProcessHadInMemory) {
  live_a_life(options());
  Texts cache(options(), text_codec());

  EXPECT_EQ(cache.warm_start(), std::size_t{values});

  for (int i = 0; i < values; ++i) {
    const auto found = cache.get(std::to_string(i), never());
    EXPECT_EQ(*found.value, std::to_string(i));
    EXPECT_EQ(found.answer.origin, Origin::memory_cache);
  }
}

TEST_F(WarmStart, PrefersWhatWasUsedMost) {
  TieredCacheOptions few = options();
  few.hot_keys = 10;
  live_a_life(few);
  Texts cache(few, text_codec());

  EXPECT_EQ(cache.warm_start(), 10U);

  for (int i = 0; i < 10; ++i) EXPECT_EQ(cache.get(std::to_string(i), never()).answer.origin, Origin::memory_cache);
}

TEST_F(WarmStart, SavesNothingWhenToldTo) {
  TieredCacheOptions none = options();
  none.hot_keys = 0;
  live_a_life(none);

  EXPECT_EQ(Texts(none, text_codec()).warm_start(), 0U);
  EXPECT_EQ(near_->size(), std::size_t{values});
}

TEST_F(WarmStart, TakesInNothingThatIsOverOrInvalid) {
  {
    Texts earlier(options(), text_codec());
    earlier.put("over", {.value = "v", .time_to_live = std::chrono::seconds(1)});
    earlier.put("tagged", {.value = "v", .tags = {"a"}});
    earlier.put("good", {.value = "v"});
    earlier.invalidate_tag("a");
  }
  advance(std::chrono::seconds(1) + stale_for);
  EXPECT_EQ(Texts(options(), text_codec()).warm_start(), 1U);
  advance(fresh_for);
  EXPECT_EQ(Texts(options(), text_codec()).warm_start(), 0U);
}

TEST_F(WarmStart, AsksTheNextTierWhenTheFirstCannotBeAsked) {
  live_a_life(options());
  near_->fail_get();
  Texts cache(options(), text_codec());

  EXPECT_EQ(cache.warm_start(), std::size_t{values});
}

TEST_F(WarmStart, IsNoMoreThanASlowerStartWhenItFails) {
  live_a_life(options());
  near_->fail_get();
  far_->fail_get();
  Texts cache(options(), text_codec());

  EXPECT_EQ(cache.warm_start(), 0U);

  near_->fail_get(false);
  EXPECT_EQ(get(cache, never(), "1"), "1");
}

TEST_F(WarmStart, TakesInTheRestWhenSomeValuesAreDamaged) {
  live_a_life(options());
  CacheCodec<std::string> picky = text_codec();
  picky.decode = [](std::string_view bytes) {
    if (bytes == "7") throw 42;
    return std::string(bytes);
  };
  Texts cache(options(), picky);

  EXPECT_EQ(cache.warm_start(), std::size_t{values} - 1);
}

TEST_F(WarmStart, SavesNowAndThenWhenValuesAreLoaded) {
  TieredCacheOptions often = options();
  often.save_hot_keys_every = std::chrono::seconds(10);
  Texts cache(often, text_codec());
  cache.get("a", gives("v"));
  drain(cache);
  EXPECT_EQ(Texts(options(), text_codec()).warm_start(), 0U);

  advance(std::chrono::seconds(10));
  cache.get("b", gives("v"));
  drain(cache);

  EXPECT_EQ(Texts(options(), text_codec()).warm_start(), 2U);
}

TEST_F(WarmStart, TakesInNothingThatIsErasedMeanwhile) {
  live_a_life(options());
  Texts cache(options(), text_codec());
  CacheCodec<std::string> erasing = text_codec();
  Texts* target = nullptr;
  erasing.decode = [&](std::string_view bytes) {
    if (bytes == "7") target->erase("7");
    return std::string(bytes);
  };
  Texts warmed(options(), erasing);
  target = &warmed;

  EXPECT_LT(warmed.warm_start(), std::size_t{values});
  EXPECT_EQ(get(warmed, gives("new"), "7"), "new");
}

TEST_F(WarmStart, DestroysItsCacheWhateverTheTiersThrow) {
  TieredCacheOptions broken = options();
  near_->fail_put();
  far_->fail_put();
  Texts cache(broken, text_codec());

  EXPECT_THROW(cache.put("k", {.value = "v"}), StorageError);
  EXPECT_THROW(cache.save_hot_keys(), StorageError);
}

}  // namespace
}  // namespace pilling
