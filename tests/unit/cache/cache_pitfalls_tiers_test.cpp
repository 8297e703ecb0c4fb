// The rows that concern the tiers: outages, two who write, damaged values, tags, and what is handed out.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cache/stored_entry.hpp"
#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class CachePitfallsOfTiers : public TiersFixture {};

TEST_F(CachePitfallsOfTiers, AnOutageOfATierCostsItsTimeoutAFewTimesOnly) {
  Texts cache(options(), text_codec());
  far_->fail_get();
  far_->fail_put();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(get(cache, gives("v"), std::to_string(i)), "v");
    drain(cache);
  }

  const auto tier = cache.stats().tiers.at(1);
  EXPECT_EQ(tier.failures, 6U) << "three of reads and three of writes";
  EXPECT_GT(tier.skipped, 90U);
  EXPECT_TRUE(tier.is_resting);
  EXPECT_EQ(tier.pending, 50U);
}

TEST_F(CachePitfallsOfTiers, ATierThatAnswersAgainGetsTheLastWriteOfEachKey) {
  Texts cache(options(), text_codec());
  cache.put("erased", {.value = "v"});
  far_->fail_put();
  far_->fail_erase();
  for (int i = 0; i < 300; ++i) {
    for (const char* value : {"first", "last"}) {
      EXPECT_THROW(cache.put(std::to_string(i), {.value = value}), Error);
    }
  }
  EXPECT_THROW(cache.erase("erased"), Error);
  EXPECT_EQ(cache.stats().tiers.at(1).pending, 301U);
  EXPECT_EQ(get(cache, gives_none(), "erased"), "none");
  far_->fail_put(false);
  far_->fail_erase(false);
  advance(seconds(60));

  for (int i = 0; i < 5; ++i) cache.put("another", {.value = "v"});

  EXPECT_EQ(cache.stats().tiers.at(1).pending, 0U);
  EXPECT_FALSE(cache.stats().tiers.at(1).is_resting);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(in(*far_, std::to_string(i)), "last");
  EXPECT_EQ(in(*far_, "erased"), "nothing");
}

TEST_F(CachePitfallsOfTiers, WhatATierMissedIsMadeUpForInPiecesThatItCanTake) {
  class Small final : public SharedCache {
   public:
    std::string name() const override { return "small"; }
    Origin origin() const override { return Origin::shared_cache; }
    std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call) override {
      return inner.get(keys, call);
    }
    void put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) override {
      if (is_down || entries.size() > 200) throw Timeout("too much for its time", "small");
      inner.put(entries, call);
    }
    void erase(std::span<const std::string> keys, const CallOptions& call) override { inner.erase(keys, call); }

    std::atomic<bool> is_down = true;
    InMemorySharedCache inner;
  };
  const auto small = std::make_shared<Small>();
  TieredCacheOptions with_it = options();
  with_it.tiers = {{.cache = small, .timeout = patience}};
  Texts cache(with_it, text_codec());
  for (int i = 0; i < 1000; ++i) EXPECT_THROW(cache.put(std::to_string(i), {.value = "v"}), Error);
  small->is_down = false;
  advance(seconds(60));

  for (int i = 0; i < 20; ++i) cache.put("another", {.value = "v"});

  EXPECT_EQ(cache.stats().tiers.at(0).pending, 0U);
  EXPECT_EQ(small->inner.size(), 1001U);
}

TEST_F(CachePitfallsOfTiers, WhatATierMissesTakesBoundedRoom) {
  Texts cache(options(), text_codec());
  far_->fail_put();
  for (int i = 0; i < 11'000; ++i) {
    EXPECT_THROW(cache.put(std::to_string(i), {.value = "v"}), Error);
  }

  EXPECT_LE(cache.stats().tiers.at(1).pending, 10'000U);
}

TEST_F(CachePitfallsOfTiers, AnErasureThatATierMissedIsNotUndoneByItsReturn) {
  Texts cache(options(), text_codec());
  cache.put("k", {.value = "old"});
  near_->fail_erase();
  EXPECT_THROW(cache.erase("k"), StorageError);

  EXPECT_EQ(get(cache, gives_none()), "none");

  near_->fail_erase(false);
  near_->block_erasures();
  std::jthread writing([&] { cache.put("another", {.value = "v"}); });
  near_->await_blocked(1);
  advance(seconds(30));
  EXPECT_EQ(get(cache, gives("new")), "new");
  near_->release();
}

TEST_F(CachePitfallsOfTiers, ManyFailuresOfOneMomentAreOneOutage) {
  Texts cache(options(), text_codec());
  far_->block_gets();
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] { EXPECT_EQ(get(cache, gives("v"), std::to_string(i)), "v"); });
  }
  far_->await_blocked(8);
  far_->fail_get();
  far_->release();
  callers.clear();
  drain(cache);
  far_->fail_get(false);

  steady_clock_.advance(seconds(2));

  EXPECT_FALSE(cache.stats().tiers.at(1).is_resting);
}

TEST_F(CachePitfallsOfTiers, OfTwoWhoWriteOneKeyTheGreaterStampWinsInBothOrders) {
  for (const bool is_reversed : {false, true}) {
    Tier tier;
    std::vector<std::pair<std::string, SharedEntry>> writes;
    for (const std::int64_t stamp : {1, 2}) {
      cache::StoredEntry entry;
      entry.stamp = stamp;
      entry.value = stamp == 1 ? "older" : "newer";
      writes.emplace_back("k", SharedEntry{.bytes = cache::encode("k", entry), .stamp = stamp});
    }
    if (is_reversed) std::ranges::reverse(writes);
    for (const auto& write : writes) tier.put({&write, 1}, {});
    EXPECT_EQ(in(tier), "newer");
  }

  Texts one(options(), text_codec());
  Texts other(options(), text_codec());
  one.put("k", {.value = "first"});
  advance(seconds(1));
  other.put("k", {.value = "second"});
  EXPECT_EQ(in(*near_), "second");
  EXPECT_EQ(get(other, never()), "second");
}

TEST_F(CachePitfallsOfTiers, AValueThatIsCutOffAnywhereIsAMissAndDropped) {
  put_by_another(*near_, "a value of some length", "k", {"tag", "another"});
  const SharedEntry whole = *near_->entry("k");
  for (std::size_t size = 0; size < whole.bytes.size(); ++size) {
    const auto tier = std::make_shared<Tier>();
    tier->put(std::vector{std::pair(std::string("k"), SharedEntry{.bytes = whole.bytes.substr(0, size), .stamp = 1})},
              {});
    TieredCacheOptions with_it = options();
    with_it.tiers = {{.cache = tier, .is_local = true, .timeout = patience}};
    Texts cache(with_it, text_codec());

    ASSERT_EQ(get(cache, gives_none()), "none") << size;
    ASSERT_EQ(tier->entry("k"), std::nullopt);
    ASSERT_EQ(cache.stats().tiers.at(0).damaged, 1U);
  }
}

TEST_F(CachePitfallsOfTiers, AValueWithAFlippedBitOrOfAnotherKeyIsAMiss) {
  put_by_another(*near_, "of a", "a");
  put_by_another(*near_, "of b", "b");
  const std::size_t bits = near_->entry("a")->bytes.size() * 8;
  for (const Damage damage : {Damage::flipped_bit, Damage::of_another_key}) {
    near_->damage_gets(damage);
    for (std::size_t i = 0; i < bits; ++i) {
      TieredCacheOptions only_near = options();
      only_near.tiers.pop_back();
      only_near.hot_keys = 0;
      Texts cache(only_near, text_codec());
      ASSERT_EQ(get(cache, gives_none(), "a"), "none") << i;
      put_by_another(*near_, "of a", "a");
      if (damage == Damage::of_another_key) break;
    }
  }
}

TEST_F(CachePitfallsOfTiers, InvalidatingATagLooksAtNoValue) {
  Texts cache(options(), text_codec());
  for (int i = 0; i < 500; ++i) cache.put(std::to_string(i), {.value = "v", .tags = {"a"}});
  const auto before = std::tuple(near_->gets(), near_->puts(), near_->erasures(), near_->size());

  cache.invalidate_tag("a");

  EXPECT_EQ(std::tuple(near_->gets(), near_->puts() - 1, near_->erasures(), near_->size() - 1), before);
  EXPECT_EQ(cache.stats().memory.entries, 500U);
  EXPECT_EQ(get(cache, gives("new"), "7"), "new");
}

TEST_F(CachePitfallsOfTiers, WhatIsHandedOutIsSharedAndNobodyCanChangeIt) {
  static_assert(std::is_same_v<decltype(CachedValue<std::string>::value), std::shared_ptr<const std::string>>);
  Texts cache(options(), text_codec());
  const auto first = cache.get("k", gives("v")).value;

  cache.put("k", {.value = "new"});
  cache.invalidate_all();

  EXPECT_EQ(*first, "v");
}

TEST_F(CachePitfallsOfTiers, NoLockIsHeldWhileValuesDie) {
  struct Dying {
    std::function<void()> at_the_end;
    ~Dying() {
      if (at_the_end) at_the_end();
    }
  };
  using Value = std::shared_ptr<Dying>;
  using Cache = TieredCache<Value>;
  const CacheCodec<Value> codec{.encode = [](const Value&) { return std::string(); },
                                .decode = [](std::string_view) { return Value(); },
                                .weight_of = [](const Value&) { return std::size_t{1000}; }};
  TieredCacheOptions small = in_memory_only();
  small.memory_bytes = 20'000;
  std::atomic<int> deaths = 0;
  auto cache = std::make_unique<Cache>(small, codec);
  std::atomic<bool> is_alive = true;
  const CacheLoader<Value> plain = [](auto, const auto&) { return LoadedValue<Value>{.value = nullptr}; };
  const CacheLoader<Value> load = [&](std::string_view key, const auto&) {
    const auto use_it = [&, key = std::string(key)] {
      ++deaths;
      if (!is_alive) return;
      cache->put(key, {.value = nullptr});
      cache->erase(key);
      cache->get("other" + key, plain);
      cache->invalidate_tag(key);
    };
    return LoadedValue<Value>{.value = std::make_shared<Dying>(use_it), .tags = {"t"}};
  };

  for (int i = 0; i < 200; ++i) cache->get(std::to_string(i % 50), load);
  for (int i = 0; i < 50; ++i) cache->erase(std::to_string(i));
  EXPECT_TRUE(cache->drain({.deadline = std::chrono::steady_clock::now() + patience, .stop = {}}));
  is_alive = false;
  cache.reset();

  EXPECT_GT(deaths, 0);
}

}  // namespace
}  // namespace pilling
