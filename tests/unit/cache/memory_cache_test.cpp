#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <limits>
#include <list>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/cache.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using Cache = MemoryCache<std::string, std::string>;

std::shared_ptr<const std::string> value(std::string text) { return std::make_shared<const std::string>(text); }

MemoryCacheOptions up_to(std::size_t weight) {
  MemoryCacheOptions options;
  options.maximum_weight = weight;
  return options;
}

TEST(MemoryCache, GivesWhatWasPut) {
  Cache cache;
  cache.put("a", value("1"), 1);

  EXPECT_EQ(*cache.get("a"), "1");
  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(cache.stats(), (CacheStats{.hits = 1,
                                       .misses = 1,
                                       .evictions = 0,
                                       .entries = 1,
                                       .weight = 1,
                                       .maximum_weight = MemoryCacheOptions{}.maximum_weight}));
}

TEST(MemoryCache, SharesValuesInsteadOfCopyingThem) {
  Cache cache;
  const auto original = value("1");
  cache.put("a", original, 1);

  EXPECT_EQ(cache.get("a"), original);
  EXPECT_EQ(cache.get("a").get(), original.get());
}

TEST(MemoryCache, KeepsAValueAliveThatItPushedOut) {
  Cache cache(up_to(1));
  cache.put("a", value("1"), 1);
  const auto held = cache.get("a");

  cache.put("b", value("2"), 1);

  EXPECT_EQ(*held, "1");
  EXPECT_EQ(cache.get("a"), nullptr);
}

TEST(MemoryCache, PushesOutTheLeastRecentlyUsedFirst) {
  Cache cache(up_to(3));
  for (const char* key : {"a", "b", "c"}) cache.put(key, value(key), 1);
  cache.get("a");

  cache.put("d", value("d"), 2);

  EXPECT_NE(cache.get("a"), nullptr);
  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(cache.get("c"), nullptr);
  EXPECT_NE(cache.get("d"), nullptr);
  EXPECT_EQ(cache.stats().evictions, 2U);
}

TEST(MemoryCache, CountsAReplacedValueOnce) {
  Cache cache(up_to(10));
  cache.put("a", value("1"), 6);

  cache.put("a", value("2"), 7);

  EXPECT_EQ(*cache.get("a"), "2");
  EXPECT_EQ(cache.stats().weight, 7U);
  EXPECT_EQ(cache.stats().entries, 1U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(MemoryCache, DoesNotKeepWhatIsHeavierThanItself) {
  Cache cache(up_to(10));
  cache.put("small", value("1"), 10);

  cache.put("large", value("2"), 11);
  EXPECT_EQ(cache.get("large"), nullptr);
  EXPECT_NE(cache.get("small"), nullptr);
  cache.put("small", value("3"), 11);

  EXPECT_EQ(cache.get("small"), nullptr);
  EXPECT_EQ(cache.stats().weight, 0U);
}

TEST(MemoryCache, TakesTheLargestWeightsWithoutOverflow) {
  constexpr auto largest = std::numeric_limits<std::size_t>::max();
  Cache cache(up_to(largest));
  cache.put("a", value("1"), largest - 1);

  cache.put("b", value("2"), largest);

  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(*cache.get("b"), "2");
  EXPECT_EQ(cache.stats().weight, largest);
}

TEST(MemoryCache, ForgetsWhatIsErasedOrCleared) {
  Cache cache;
  for (const char* key : {"a", "b", "c"}) cache.put(key, value(key), 1);

  cache.erase("a");
  cache.erase("none");
  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(cache.stats().weight, 2U);
  cache.clear();

  EXPECT_EQ(cache.get("b"), nullptr);
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().weight, 0U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(MemoryCache, ForgetsAtTheEndOfTheTimeToLive) {
  support::FakeSteadyClock clock;
  Cache cache({.maximum_weight = 100, .time_to_live = std::chrono::seconds(10), .now = clock.function()});
  cache.put("a", value("1"), 1);

  clock.advance(std::chrono::seconds(10) - std::chrono::nanoseconds(1));
  EXPECT_NE(cache.get("a"), nullptr);
  clock.advance(std::chrono::nanoseconds(1));

  EXPECT_EQ(cache.get("a"), nullptr);
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(MemoryCache, StartsTheTimeToLiveAnewWithEveryPut) {
  support::FakeSteadyClock clock;
  Cache cache({.maximum_weight = 100, .time_to_live = std::chrono::seconds(10), .now = clock.function()});
  cache.put("a", value("1"), 1);
  clock.advance(std::chrono::seconds(9));

  cache.put("a", value("2"), 1);
  clock.advance(std::chrono::seconds(9));

  EXPECT_EQ(*cache.get("a"), "2");
}

TEST(MemoryCache, TakesTheLongestTimeToLiveWithoutOverflow) {
  support::FakeSteadyClock clock;
  Cache cache({.maximum_weight = 100, .time_to_live = std::chrono::nanoseconds::max(), .now = clock.function()});
  cache.put("a", value("1"), 1);

  clock.advance(std::chrono::hours(24 * 365 * 100));

  EXPECT_NE(cache.get("a"), nullptr);
}

// A list and a linear search: too simple to be wrong.
class Model {
 public:
  explicit Model(std::size_t maximum) : maximum_(maximum) {}

  std::string get(int key) {
    const auto found = find(key);
    if (found == entries_.end()) return "";
    entries_.splice(entries_.begin(), entries_, found);
    return found->value;
  }
  void put(int key, const std::string& value, std::size_t weight) {
    erase(key);
    if (weight > maximum_) return;
    entries_.push_front({key, value, weight});
    while (this->weight() > maximum_) entries_.pop_back();
  }
  void erase(int key) {
    entries_.remove_if([&](const Entry& entry) { return entry.key == key; });
  }
  std::size_t weight() const {
    std::size_t sum = 0;
    for (const Entry& entry : entries_) sum += entry.weight;
    return sum;
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    int key;
    std::string value;
    std::size_t weight;
  };
  std::list<Entry>::iterator find(int key) { return std::ranges::find(entries_, key, &Entry::key); }

  std::size_t maximum_;
  std::list<Entry> entries_;
};

TEST(MemoryCache, DoesWhatASimpleModelDoes) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned bound) { return random() % bound; };
    const std::size_t maximum = 1 + below(60);
    MemoryCache<int, std::string> cache(up_to(maximum));
    Model model(maximum);
    for (int step = 0; step < 2000; ++step) {
      const int key = static_cast<int>(below(30));
      switch (below(8)) {
        case 0:
          cache.erase(key);
          model.erase(key);
          break;
        case 1:
        case 2:
        case 3: {
          const std::string text = std::to_string(step);
          const std::size_t weight = below(20);
          cache.put(key, value(text), weight);
          model.put(key, text, weight);
          break;
        }
        default: {
          const auto found = cache.get(key);
          ASSERT_EQ(found ? *found : "", model.get(key)) << "seed " << seed << ", step " << step;
        }
      }
      const CacheStats stats = cache.stats();
      ASSERT_LE(stats.weight, maximum) << "seed " << seed << ", step " << step;
      ASSERT_EQ(stats.weight, model.weight()) << "seed " << seed << ", step " << step;
      ASSERT_EQ(stats.entries, model.size()) << "seed " << seed << ", step " << step;
    }
  }
}

// Its copies fail on demand, as those of a long string may.
struct FragileKey {
  int number = 0;
  static inline bool fails = false;

  explicit FragileKey(int key) : number(key) {}
  FragileKey(FragileKey&&) = default;
  FragileKey& operator=(FragileKey&&) = default;
  FragileKey(const FragileKey& other) : number(other.number) {
    if (fails) throw std::runtime_error("no memory");
  }
  FragileKey& operator=(const FragileKey&) = default;
  bool operator==(const FragileKey&) const = default;
};
struct FragileHash {
  std::size_t operator()(const FragileKey& key) const { return static_cast<std::size_t>(key.number); }
};

TEST(MemoryCache, StaysWholeWhenAPutFails) {
  MemoryCache<FragileKey, std::string, FragileHash> cache(up_to(2));
  cache.put(FragileKey(1), value("1"), 1);

  FragileKey::fails = true;
  EXPECT_THROW(cache.put(FragileKey(2), value("2"), 1), std::runtime_error);
  FragileKey::fails = false;

  EXPECT_EQ(cache.get(FragileKey(2)), nullptr);
  EXPECT_EQ(cache.stats().weight, 1U);
  EXPECT_EQ(cache.stats().entries, 1U);
  for (int key = 3; key < 10; ++key) cache.put(FragileKey(key), value("x"), 1);
  EXPECT_EQ(cache.stats().entries, 2U);
}

TEST(MemoryCache, LetsAValueUseTheCacheWhileItDies) {
  Cache cache(up_to(1));
  bool has_died = false;
  cache.put("a",
            std::shared_ptr<const std::string>(new std::string("1"),
                                               [&](const std::string* dying) {
                                                 has_died = cache.get("a") == nullptr;
                                                 delete dying;
                                               }),
            1);

  cache.put("b", value("2"), 1);

  EXPECT_TRUE(has_died);
}

TEST(MemoryCache, NeverMixesUpValuesUnderConcurrentUse) {
  MemoryCache<int, int> cache(up_to(64));
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 8; ++seed) {
      threads.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (int i = 0; i < 2000; ++i) {
          const int key = static_cast<int>(random() % 100);
          if (i % 3 == 0) cache.put(key, std::make_shared<const int>(key), random() % 10);
          if (i % 50 == 0) cache.erase(key);
          if (i % 500 == 0) cache.clear();
          if (const auto found = cache.get(key); found && *found != key) ++wrong;
          if (cache.stats().weight > 64) ++wrong;
        }
      });
    }
  }

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace pilling
