#include "pilling/memory_cache.hpp"

#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using namespace std::chrono_literals;
using Cache = MemoryCache<std::string, std::string>;

constexpr auto largest = std::numeric_limits<std::size_t>::max();

MemoryCacheOptions up_to(std::size_t weight) {
  MemoryCacheOptions options;
  options.maximum_weight = weight;
  return options;
}

MemoryCacheOptions lasting(std::chrono::nanoseconds time, const support::FakeSteadyClock& clock) {
  return {.maximum_weight = 100, .time_to_live = time, .jitter = 0, .now = [&clock] { return clock.now(); }};
}

TEST(MemoryCache, GivesWhatWasPut) {
  Cache cache;
  cache.put("a", "1", 1);

  EXPECT_EQ(*cache.get("a"), "1");
  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(cache.stats(), (CacheStats{.hits = 1,
                                       .misses = 1,
                                       .evictions = 0,
                                       .entries = 1,
                                       .weight = 1,
                                       .maximum_weight = MemoryCacheOptions{}.maximum_weight}));
}

TEST(MemoryCache, ShowsAVisitorWhatWasPut) {
  Cache cache;
  cache.put("a", "1", 1);
  std::string seen;
  const auto look = [&](const std::string& value) { seen = value; };

  EXPECT_TRUE(cache.visit("a", look));
  EXPECT_FALSE(cache.visit("b", look));

  EXPECT_EQ(seen, "1");
  EXPECT_EQ(cache.stats().hits, 1U);
  EXPECT_EQ(cache.stats().misses, 1U);
}

TEST(MemoryCache, SharesValuesInsteadOfCopyingThem) {
  Cache cache;
  const auto original = cache.put("a", "1", 1);

  EXPECT_EQ(cache.get("a"), original);
  EXPECT_EQ(cache.get("a").get(), original.get());
  cache.visit("a", [&](const std::string& value) { EXPECT_EQ(&value, original.get()); });
}

TEST(MemoryCache, TakesValuesThatCannotBeCopied) {
  MemoryCache<int, std::unique_ptr<int>> cache;

  cache.put(1, std::make_unique<int>(7), 1);

  EXPECT_EQ(**cache.get(1), 7);
}

TEST(MemoryCache, KeepsAValueAliveThatItPushedOut) {
  Cache cache(up_to(1));
  cache.put("a", "1", 1);
  const auto held = cache.get("a");

  for (const char* key : {"b", "c", "d", "e"}) cache.put(key, "2", 1);

  EXPECT_EQ(*held, "1");
  EXPECT_EQ(cache.get("a"), nullptr);
}

TEST(MemoryCache, LeavesAliveWhatIsHeldWhenItIsDestroyed) {
  auto cache = std::make_unique<Cache>();
  const auto put = cache->put("a", "1", 1);
  const auto got = cache->get("a");
  const auto shared = cache->get("a").share();
  auto copy = got;
  const auto moved = std::move(copy);

  cache.reset();

  EXPECT_EQ(*put, "1");
  EXPECT_EQ(*got, "1");
  EXPECT_EQ(*shared, "1");
  EXPECT_EQ(*moved, "1");
}

TEST(MemoryCache, FreesAValueWithItsLastHandle) {
  const auto counted = std::make_shared<int>(1);
  auto cache = std::make_unique<MemoryCache<int, std::shared_ptr<int>>>();
  auto first = cache->put(1, counted, 1);
  auto second = cache->get(1);
  auto third = second;
  cache.reset();

  EXPECT_EQ(counted.use_count(), 2);
  first = nullptr;
  third = nullptr;
  EXPECT_EQ(counted.use_count(), 2);
  second = nullptr;

  EXPECT_EQ(counted.use_count(), 1);
}

TEST(MemoryCache, KeepsWhatIsUsedLongerThanWhatIsNot) {
  MemoryCache<int, int> cache(up_to(100));
  for (int key = 0; key < 100; ++key) cache.put(key, key, 1);
  for (int round = 0; round < 3; ++round) {
    for (int key = 45; key < 55; ++key) cache.get(key);
  }

  for (int key = 100; key < 160; ++key) cache.put(key, key, 1);

  for (int key = 45; key < 55; ++key) EXPECT_NE(cache.get(key, Access::batch), nullptr) << key;
  EXPECT_EQ(cache.stats().evictions, 60U);
  EXPECT_EQ(cache.stats().weight, 100U);
}

TEST(MemoryCache, CountsAReplacedValueOnce) {
  Cache cache(up_to(10));
  cache.put("a", "1", 6);

  cache.put("a", "2", 7);

  EXPECT_EQ(*cache.get("a"), "2");
  EXPECT_EQ(cache.stats().weight, 7U);
  EXPECT_EQ(cache.stats().entries, 1U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(MemoryCache, MakesRoomForAReplacementThatIsHeavier) {
  Cache cache(up_to(10));
  for (const char* key : {"a", "b", "c", "d", "e"}) cache.put(key, key, 2);

  cache.put("a", "2", 8);

  const CacheStats stats = cache.stats();
  EXPECT_LE(stats.weight, 10U);
  EXPECT_EQ(stats.entries + stats.evictions, 5U);
  const auto found = cache.get("a");
  EXPECT_TRUE(found == nullptr || *found == "2");
}

TEST(MemoryCache, DoesNotKeepWhatIsHeavierThanItself) {
  Cache cache(up_to(10));
  cache.put("small", "1", 10);

  EXPECT_EQ(*cache.put("large", "2", 11), "2");
  EXPECT_EQ(cache.get("large"), nullptr);
  EXPECT_NE(cache.get("small"), nullptr);
  cache.put("small", "3", 11);

  EXPECT_EQ(cache.get("small"), nullptr);
  EXPECT_EQ(cache.stats().weight, 0U);
}

TEST(MemoryCache, TakesTheLargestWeightsWithoutOverflow) {
  Cache cache({.maximum_weight = largest, .typical_weight = largest});
  cache.put("a", "1", largest - 1);

  cache.put("b", "2", largest);

  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(*cache.get("b"), "2");
  EXPECT_EQ(cache.stats().weight, largest);
  cache.put("b", "3", largest);
  EXPECT_EQ(cache.stats().weight, largest);
  EXPECT_EQ(cache.stats().entries, 1U);
}

TEST(MemoryCache, DividesTheWeightAmongShardsWithoutExceedingIt) {
  MemoryCache<int, int> cache({.maximum_weight = 10'007, .typical_weight = 1});

  for (int key = 0; key < 30'000; ++key) {
    cache.put(key, key, 1);
    ASSERT_LE(cache.stats().weight, 10'007U);
  }

  const CacheStats stats = cache.stats();
  EXPECT_EQ(stats.entries, stats.weight);
  EXPECT_GT(stats.weight, 9'900U);
  EXPECT_EQ(stats.entries + stats.evictions, 30'000U);
}

TEST(MemoryCache, ForgetsWhatIsErasedOrCleared) {
  Cache cache;
  for (const char* key : {"a", "b", "c"}) cache.put(key, key, 1);

  EXPECT_TRUE(cache.erase("a"));
  EXPECT_FALSE(cache.erase("a"));
  EXPECT_FALSE(cache.erase("none"));
  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(cache.stats().weight, 2U);
  cache.clear();

  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().weight, 0U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(MemoryCache, CountsOnlyLookUps) {
  Cache cache;
  cache.put("a", "1", 1);

  cache.erase("a");
  cache.erase("b");
  cache.clear();
  static_cast<void>(cache.hottest_keys(10));

  EXPECT_EQ(cache.stats().hits, 0U);
  EXPECT_EQ(cache.stats().misses, 0U);
}

TEST(MemoryCache, ForgetsAtTheEndOfTheTimeToLive) {
  support::FakeSteadyClock clock;
  Cache cache(lasting(10s, clock));
  cache.put("a", "1", 1);

  clock.advance(10s - 1ns);
  EXPECT_NE(cache.get("a"), nullptr);
  clock.advance(1ns);

  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().evictions, 0U);
  EXPECT_EQ(cache.stats().misses, 1U);
}

TEST(MemoryCache, StartsTheTimeToLiveAnewWithEveryPut) {
  support::FakeSteadyClock clock;
  Cache cache(lasting(10s, clock));
  cache.put("a", "1", 1);
  clock.advance(9s);

  cache.put("a", "2", 1);
  clock.advance(9s);

  EXPECT_EQ(*cache.get("a"), "2");
}

TEST(MemoryCache, KeepsAnEntryAsLongAsThatEntryMay) {
  support::FakeSteadyClock clock;
  Cache cache(lasting(10s, clock));
  cache.put("short", "1", 1, {.time_to_live = 1s});
  cache.put("as usual", "2", 1);
  cache.put("long", "3", 1, {.time_to_live = 100s});
  cache.put("never", "4", 1, {.time_to_live = 0s});
  cache.put("past", "5", 1, {.time_to_live = std::chrono::nanoseconds::min()});

  EXPECT_EQ(cache.get("never"), nullptr);
  EXPECT_EQ(cache.get("past"), nullptr);
  EXPECT_NE(cache.get("short"), nullptr);
  clock.advance(1s);
  EXPECT_EQ(cache.get("short"), nullptr);
  EXPECT_NE(cache.get("as usual"), nullptr);
  clock.advance(9s);
  EXPECT_EQ(cache.get("as usual"), nullptr);
  EXPECT_NE(cache.get("long"), nullptr);
  clock.advance(90s);
  EXPECT_EQ(cache.get("long"), nullptr);
}

TEST(MemoryCache, EndsEntriesApartButNeverLateNorTooEarly) {
  support::FakeSteadyClock clock;
  MemoryCache<int, int> cache({.time_to_live = 1000s, .jitter = 0.2, .now = clock.function()});
  for (int key = 0; key < 1000; ++key) cache.put(key, key, 1);

  std::set<std::size_t> left;
  clock.advance(800s - 1ns);
  for (int key = 0; key < 1000; ++key) EXPECT_NE(cache.get(key), nullptr);
  for (int step = 0; step < 4; ++step) {
    for (int key = 0; key < 1000; ++key) cache.get(key);
    left.insert(cache.stats().entries);
    clock.advance(50s);
  }
  clock.advance(1ns);

  EXPECT_EQ(left.size(), 4U) << "entries end at different times";
  EXPECT_EQ(*left.rbegin(), 1000U);
  EXPECT_NEAR(static_cast<double>(*left.begin()), 250, 80) << "about evenly";
  for (int key = 0; key < 1000; ++key) EXPECT_EQ(cache.get(key), nullptr);
}

TEST(MemoryCache, TakesTheLongestTimeToLiveWithoutOverflow) {
  for (const double jitter : {0.0, 0.1, 1.0, 5.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    support::FakeSteadyClock clock;
    Cache cache({.time_to_live = std::chrono::nanoseconds::max(), .jitter = jitter, .now = clock.function()});
    cache.put("a", "1", 1);

    clock.advance(jitter == 0 ? std::chrono::hours(24 * 365 * 100) : 1h);

    EXPECT_TRUE(cache.get("a") != nullptr || jitter >= 1) << jitter;
  }
}

TEST(MemoryCache, WorksWithClocksThatBeginBeforeTheirEpoch) {
  support::FakeSteadyClock clock(support::FakeSteadyClock::Time(-1h));
  Cache cache(lasting(std::chrono::nanoseconds::max(), clock));
  cache.put("for ever", "1", 1);
  cache.put("for an hour", "2", 1, {.time_to_live = 1h});

  clock.advance(1h);

  EXPECT_NE(cache.get("for ever"), nullptr);
  EXPECT_EQ(cache.get("for an hour"), nullptr);
}

TEST(MemoryCache, ReplacesForABatchButAdmitsNothing) {
  Cache cache(up_to(10));
  cache.put("a", "1", 1);

  const auto refused = cache.put("b", "2", 1, {.access = Access::batch});
  cache.put("a", "3", 2, {.access = Access::batch});

  EXPECT_EQ(*refused, "2");
  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(*cache.get("a"), "3");
  EXPECT_EQ(cache.stats().weight, 2U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(MemoryCache, CountsNothingForABatch) {
  Cache cache;
  for (const char* key : {"a", "b", "c"}) cache.put(key, key, 1);
  cache.get("b");

  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(*cache.get("a", Access::batch), "a");
    EXPECT_TRUE(cache.visit(
        "c", [](const std::string&) {}, Access::batch));
    EXPECT_EQ(cache.get("none", Access::batch), nullptr);
  }

  EXPECT_EQ(cache.stats().hits, 1U);
  EXPECT_EQ(cache.stats().misses, 0U);
  EXPECT_EQ(cache.hottest_keys(1), std::vector<std::string>{"b"});
}

TEST(MemoryCache, NamesTheKeysFirstThatAreUsedMost) {
  MemoryCache<int, int> cache(up_to(100));
  for (int key = 0; key < 50; ++key) cache.put(key, key, 1);
  for (int i = 0; i < 3; ++i) cache.get(17);
  for (int i = 0; i < 2; ++i) cache.get(31);
  cache.get(5);

  EXPECT_EQ(cache.hottest_keys(3), (std::vector<int>{17, 31, 5}));
  EXPECT_EQ(cache.hottest_keys(1000).size(), 50U);
  EXPECT_TRUE(cache.hottest_keys(0).empty());
}

TEST(MemoryCache, FindsTextsByPartsOfOthers) {
  const std::string text = "타이레놀정500밀리그램";
  Cache cache;
  cache.put(std::string_view(text).substr(0, 12), "1", 1);

  EXPECT_EQ(*cache.get("타이레놀"), "1");
  EXPECT_EQ(cache.get(text), nullptr);
  EXPECT_TRUE(cache.erase(std::string_view(text).substr(0, 12)));
}

TEST(MemoryCache, TakesEmptyKeysAndKeysWithZeros) {
  Cache cache;
  cache.put(std::string_view(), "nothing", 1);
  cache.put(std::string_view("a\0b", 3), "zero", 1);

  EXPECT_EQ(*cache.get(""), "nothing");
  EXPECT_EQ(*cache.get(std::string_view("a\0b", 3)), "zero");
  EXPECT_EQ(cache.get("a"), nullptr);
}

struct SameHash {
  std::size_t operator()(std::string_view) const { return 1; }
};

TEST(MemoryCache, TellsKeysApartWhoseHashesAreTheSame) {
  MemoryCache<std::string, int, SameHash> cache;
  for (int i = 0; i < 200; ++i) cache.put(std::to_string(i), i, 1);

  for (int i = 0; i < 200; i += 2) EXPECT_TRUE(cache.erase(std::to_string(i)));
  for (int i = 0; i < 200; i += 4) cache.put(std::to_string(i), -i, 1);

  for (int i = 0; i < 200; ++i) {
    const auto found = cache.get(std::to_string(i));
    if (i % 2 == 1) {
      EXPECT_EQ(*found, i);
    } else if (i % 4 == 0) {
      EXPECT_EQ(*found, -i);
    } else {
      EXPECT_EQ(found, nullptr);
    }
  }
}

struct alignas(128) Aligned {
  int number = 0;
};

TEST(MemoryCache, KeepsOverAlignedValues) {
  MemoryCache<std::string, Aligned> texts;
  MemoryCache<int, Aligned> numbers;

  for (int i = 0; i < 10; ++i) {
    const auto text = texts.put(std::string(static_cast<std::size_t>(i), 'x'), {i}, 1);
    const auto number = numbers.put(i, {i}, 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(text.get()) % alignof(Aligned), 0U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(number.get()) % alignof(Aligned), 0U);
    EXPECT_EQ(text->number, number->number);
  }
}

}  // namespace
}  // namespace pilling
