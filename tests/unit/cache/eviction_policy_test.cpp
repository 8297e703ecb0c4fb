#include "cache/eviction_policy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pilling::cache {
namespace {

std::uint64_t mixed(std::uint64_t x) {
  x = (x + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 29)) * 0x94d049bb133111eb;
  return x ^ (x >> 32);
}

// Whether the policy wants to hear of hits of the key.
bool samples(const EvictionPolicy& policy, std::uint64_t hash) {
  return (PolicyEntry::sampling_bits(hash) & policy.sampling_mask()) == 0;
}

// A cache without values: get, else put.
class Cache {
 public:
  explicit Cache(std::size_t maximum) : maximum_(maximum), policy_(maximum) {}

  bool request(std::uint64_t key, std::size_t weight = 1) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      put(key, weight);
      return false;
    }
    found->second->use();
    if (samples(policy_, mixed(key))) policy_.hit(mixed(key));
    return true;
  }

  void put(std::uint64_t key, std::size_t weight) {
    auto entry = std::make_unique<Entry>();
    entry->key = key;
    entry->hash = mixed(key);
    entry->weight = weight;
    auto& place = entries_[key];
    if (place) {
      policy_.replace(*place, *entry);
    } else {
      policy_.insert(*entry);
    }
    place = std::move(entry);
    while (policy_.weight() > maximum_) evict();
  }

  std::uint64_t evict() {
    const auto key = static_cast<Entry*>(policy_.evict())->key;
    EXPECT_EQ(entries_.erase(key), 1U);
    return key;
  }

  void erase(std::uint64_t key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    policy_.remove(*found->second);
    entries_.erase(found);
  }

  bool holds(std::uint64_t key) const { return entries_.contains(key); }
  std::size_t entries() const { return entries_.size(); }
  EvictionPolicy& policy() { return policy_; }

  std::size_t weight_of_entries() const {
    std::size_t weight = 0;
    for (const auto& [key, entry] : entries_) weight += entry->weight;
    return weight;
  }

 private:
  struct Entry : PolicyEntry {
    std::uint64_t key = 0;
  };

  std::size_t maximum_;
  EvictionPolicy policy_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries_;
};

using Keys = std::vector<std::uint64_t>;

Keys loop_over(std::uint64_t first, std::size_t keys, std::size_t requests) {
  Keys sequence;
  for (std::size_t i = 0; i < requests; ++i) sequence.push_back(first + i % keys);
  return sequence;
}

Keys popular(std::size_t keys, std::size_t requests, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> part(0, 1);
  Keys sequence;
  for (std::size_t i = 0; i < requests; ++i) {
    sequence.push_back(static_cast<std::uint64_t>(std::pow(static_cast<double>(keys), part(random))));
  }
  return sequence;
}

// There and back: what was asked for last is asked for next.
Keys zigzag(std::uint64_t first, std::size_t keys, std::size_t requests) {
  Keys sequence;
  for (std::size_t i = 0; i < requests; ++i) {
    const std::size_t place = i % (2 * keys);
    sequence.push_back(first + (place < keys ? place : 2 * keys - 1 - place));
  }
  return sequence;
}

double hit_ratio(Cache& cache, const Keys& sequence) {
  std::size_t hits = 0;
  for (const auto key : sequence) hits += cache.request(key);
  return static_cast<double>(hits) / static_cast<double>(sequence.size());
}

TEST(EvictionPolicy, HasNothingToEvictWhenEmpty) {
  EvictionPolicy policy(10);

  EXPECT_EQ(policy.evict(), nullptr);
  EXPECT_EQ(policy.weight(), 0U);
  EXPECT_EQ(policy.entries(), 0U);
}

TEST(EvictionPolicy, AddsUpWeights) {
  Cache cache(100);
  cache.put(1, 30);
  cache.put(2, 50);
  EXPECT_EQ(cache.policy().weight(), 80U);
  EXPECT_EQ(cache.policy().entries(), 2U);

  cache.erase(1);

  EXPECT_EQ(cache.policy().weight(), 50U);
  EXPECT_EQ(cache.policy().entries(), 1U);
}

TEST(EvictionPolicy, CountsUsesUpToALimit) {
  PolicyEntry entry;
  for (int i = 0; i < 1000; ++i) entry.use();

  EXPECT_EQ(entry.uses.load(), 3);
}

TEST(EvictionPolicy, KeepsTheNewestWhenThereIsRoomForOne) {
  Cache cache(1);
  for (std::uint64_t key = 0; key < 100; ++key) {
    cache.request(key);
    cache.request(key);

    EXPECT_TRUE(cache.holds(key));
    EXPECT_EQ(cache.entries(), 1U);
  }
}

TEST(EvictionPolicy, KeepsTheNewestOfEqualWeights) {
  Cache cache(2000);
  for (const auto key : popular(300, 20000, 1)) {
    cache.request(key, 100);

    ASSERT_TRUE(cache.holds(key));
  }
}

TEST(EvictionPolicy, TakesAnEntryAsHeavyAsTheCacheOnlyIfItComesBack) {
  Cache cache(100);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t key = 0; key < 100; ++key) cache.request(key);
  }

  cache.request(1000, 100);

  EXPECT_FALSE(cache.holds(1000));
  EXPECT_EQ(cache.entries(), 100U);
}

TEST(EvictionPolicy, TakesAnEntryAsHeavyAsTheCacheWhenThereIsNothingElse) {
  Cache cache(100);

  cache.request(1, 100);
  EXPECT_TRUE(cache.holds(1));
  cache.request(2, 100);

  EXPECT_TRUE(cache.holds(2));
  EXPECT_FALSE(cache.holds(1));
}

TEST(EvictionPolicy, EvictsEverythingInTheEnd) {
  Cache cache(100);
  for (const auto key : popular(500, 5000, 2)) cache.request(key);
  for (const auto key : popular(500, 5000, 3)) cache.request(key);

  while (cache.entries() > 0) cache.evict();

  EXPECT_EQ(cache.policy().evict(), nullptr);
  EXPECT_EQ(cache.policy().weight(), 0U);
}

TEST(EvictionPolicy, LetsAnyEntryBeRemovedAtAnyTime) {
  for (std::uint64_t removed = 0; removed < 20; ++removed) {
    Cache cache(20);
    for (const auto key : popular(40, 400, 4)) cache.request(key);
    for (std::uint64_t key = 0; key < 20; ++key) cache.request(key);

    cache.erase(removed);
    cache.erase((removed + 1) % 20);
    cache.request(removed);

    EXPECT_TRUE(cache.holds(removed));
    EXPECT_EQ(cache.policy().entries(), cache.entries());
  }
}

TEST(EvictionPolicy, LetsAReplacementTakeThePlaceOfWhatWasReplaced) {
  Cache cache(100);
  for (int round = 0; round < 5; ++round) hit_ratio(cache, loop_over(0, 90, 900));
  for (std::uint64_t key = 0; key < 50; ++key) cache.put(key, 1);

  hit_ratio(cache, loop_over(1000, 200, 200));

  std::size_t kept = 0;
  for (std::uint64_t key = 0; key < 50; ++key) kept += cache.holds(key);
  EXPECT_GE(kept, 45U);
}

TEST(EvictionPolicy, KeepsAScanFromFlushingWhatIsUsed) {
  Cache cache(500);
  hit_ratio(cache, loop_over(0, 400, 8000));

  hit_ratio(cache, loop_over(10'000, 5000, 5000));

  EXPECT_GE(hit_ratio(cache, loop_over(0, 400, 400)), 0.95);
}

TEST(EvictionPolicy, HitsInALoopThatDoesNotFit) {
  for (const std::size_t capacity : {10U, 100U, 1000U}) {
    Cache cache(capacity);
    const Keys loop = loop_over(0, 3 * capacity, 60 * capacity);
    hit_ratio(cache, loop);

    // No more than a third is possible.
    EXPECT_GE(hit_ratio(cache, loop), 0.28) << capacity;
  }
}

TEST(EvictionPolicy, FollowsADriftAsTheLeastRecentlyUsedWould) {
  Cache cache(300);
  const Keys sequence = zigzag(0, 1000, 100'000);
  hit_ratio(cache, sequence);

  // 0.300 is what the least recently used hit, and no policy hits more.
  EXPECT_GE(hit_ratio(cache, sequence), 0.29);
}

TEST(EvictionPolicy, AdaptsAfterAPhaseChange) {
  Cache cache(300);
  for (int phase = 0; phase < 3; ++phase) {
    hit_ratio(cache, loop_over(0, 1000, 60'000));
    EXPECT_GE(hit_ratio(cache, loop_over(0, 1000, 10'000)), 0.25) << phase;
    hit_ratio(cache, zigzag(5000, 1000, 60'000));
    EXPECT_GE(hit_ratio(cache, zigzag(5000, 1000, 10'000)), 0.25) << phase;
  }
}

TEST(EvictionPolicy, KeepsWhatIsPopular) {
  Cache cache(300);
  hit_ratio(cache, popular(30'000, 100'000, 5));

  std::size_t kept = 0;
  for (std::uint64_t key = 1; key <= 100; ++key) kept += cache.holds(key);
  EXPECT_GE(kept, 95U);
}

TEST(EvictionPolicy, AsksForFewHitsWhenThereAreManyEntries) {
  const std::vector<std::pair<std::size_t, double>> most{{1000, 0.07}, {10'000, 0.02}};
  for (const auto& [capacity, share] : most) {
    Cache cache(capacity);
    hit_ratio(cache, loop_over(0, 2 * capacity, 4 * capacity));

    std::size_t sampled = 0;
    for (std::uint64_t key = 0; key < 100'000; ++key) sampled += samples(cache.policy(), mixed(key));
    EXPECT_LE(static_cast<double>(sampled) / 100'000, share) << capacity;
    EXPECT_GT(sampled, 0U) << capacity;
  }
}

// Erased, replaced, used, evicted in any order, with weights from nothing to as heavy as the cache.
TEST(EvictionPolicy, AgreesWithItsEntriesAfterAnySequence) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    const std::size_t maximum = 1 + below(seed % 3 == 0 ? 5 : 3000);
    const std::size_t keys = 2 + below(2000);
    Cache cache(maximum);
    for (int step = 0; step < 5000; ++step) {
      const std::uint64_t key = below(keys);
      const std::size_t weight = below(50) == 0 ? below(maximum + 1) : below(std::min<std::size_t>(maximum, 20) + 1);
      switch (below(20)) {
        case 0:
          cache.erase(key);
          break;
        case 1:
          cache.put(key, weight);
          break;
        case 2:
          if (cache.entries() > 0) cache.evict();
          break;
        default:
          cache.request(key, weight);
      }
      ASSERT_LE(cache.policy().weight(), maximum) << "seed " << seed << ", step " << step;
      ASSERT_EQ(cache.policy().entries(), cache.entries()) << "seed " << seed << ", step " << step;
    }
    EXPECT_EQ(cache.policy().weight(), cache.weight_of_entries()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace pilling::cache
