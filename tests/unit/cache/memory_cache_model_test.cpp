#include <algorithm>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "pilling/memory_cache.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

struct CollidingHash {
  std::size_t operator()(int key) const { return static_cast<std::size_t>(key % 3); }
};

// What was put last under each key: too simple to be wrong. What the cache has pushed out it does not know.
struct Put {
  std::string value;
  std::size_t weight = 0;
  std::optional<std::chrono::steady_clock::time_point> ends;
};

template <class Hash>
class Comparison {
 public:
  explicit Comparison(unsigned seed)
      : random_(seed),
        maximum_(1 + below(60)),
        cache_({.maximum_weight = maximum_, .typical_weight = 1, .jitter = 0, .now = clock_.function()}) {}

  void step(int number) {
    const int key = static_cast<int>(below(30));
    const Access access = below(5) == 0 ? Access::batch : Access::user;
    switch (below(10)) {
      case 0:
        erase(key);
        break;
      case 1:
      case 2:
      case 3:
        put(key, std::to_string(number), access);
        break;
      case 4:
        clock_.advance(std::chrono::seconds(below(2)));
        break;
      case 5:
        if (below(50) == 0) clear();
        break;
      case 6:
        visit(key, access);
        break;
      default:
        get(key, access);
    }
    recount();
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  const Put* known(int key) const {
    const auto found = puts_.find(key);
    if (found == puts_.end() || (found->second.ends && *found->second.ends <= clock_.now())) return nullptr;
    return &found->second;
  }

  // The cache may have pushed out what the model knows: then the model forgets it, and it must not come back.
  void expect(int key, const std::string* found, Access access) {
    const Put* const put = known(key);
    if (found != nullptr) {
      ASSERT_NE(put, nullptr) << "key " << key << " is back";
      ASSERT_EQ(*found, put->value) << "key " << key;
    } else {
      puts_.erase(key);
    }
    if (access == Access::user) ++(found != nullptr ? hits_ : misses_);
  }

  void get(int key, Access access) { expect(key, cache_.get(key, access).get(), access); }

  void visit(int key, Access access) {
    std::optional<std::string> seen;
    const bool was_there = cache_.visit(
        key, [&](const std::string& value) { seen = value; }, access);
    ASSERT_EQ(was_there, seen.has_value());
    expect(key, seen ? &*seen : nullptr, access);
  }

  void put(int key, const std::string& value, Access access) {
    const std::size_t weight = below(20);
    PutOptions options{.access = access};
    Put put{value, weight, std::nullopt};
    if (below(3) == 0) {
      options.time_to_live = std::chrono::seconds(below(10));
      put.ends = clock_.now() + *options.time_to_live;
    }
    const bool is_kept = weight <= maximum_ && (access == Access::user || holds(key));
    ASSERT_EQ(*cache_.put(key, value, weight, options), value);
    if (is_kept) {
      puts_[key] = put;
    } else {
      puts_.erase(key);
    }
  }

  void erase(int key) {
    const bool is_held = holds(key);
    ASSERT_EQ(cache_.erase(key), is_held);
    puts_.erase(key);
  }

  void clear() {
    cache_.clear();
    puts_.clear();
  }

  bool holds(int key) const {
    const auto keys = cache_.hottest_keys(std::numeric_limits<std::size_t>::max());
    return std::ranges::find(keys, key) != keys.end();
  }

  void recount() {
    const CacheStats stats = cache_.stats();
    const auto keys = cache_.hottest_keys(std::numeric_limits<std::size_t>::max());
    std::size_t weight = 0;
    for (const int key : keys) {
      ASSERT_TRUE(puts_.contains(key)) << "key " << key;
      weight += puts_.at(key).weight;
    }
    ASSERT_EQ(stats.entries, keys.size());
    ASSERT_EQ(stats.weight, weight);
    ASSERT_LE(stats.weight, maximum_);
    ASSERT_EQ(stats.hits, hits_);
    ASSERT_EQ(stats.misses, misses_);
  }

  std::mt19937 random_;
  support::FakeSteadyClock clock_;
  std::size_t maximum_;
  MemoryCache<int, std::string, Hash> cache_;
  std::map<int, Put> puts_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

template <class Hash>
void compare() {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Comparison<Hash> comparison(seed);
    for (int step = 0; step < 2000; ++step) {
      comparison.step(step);
      ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
  }
}

TEST(MemoryCacheModel, DoesWhatASimpleModelDoes) { compare<std::hash<int>>(); }

TEST(MemoryCacheModel, DoesSoWhenHashesCollide) { compare<CollidingHash>(); }

}  // namespace
}  // namespace pilling
