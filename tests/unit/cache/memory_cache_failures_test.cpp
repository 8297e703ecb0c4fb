#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "pilling/memory_cache.hpp"

namespace {

// Allocations of this thread that succeed until one fails.
thread_local std::optional<int> allocations_left;

}  // namespace

// Not inlined, or GCC takes them for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  if (allocations_left && (*allocations_left)-- == 0) {
    allocations_left.reset();
    return nullptr;
  }
  return std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (void* const block = operator new(bytes, std::nothrow)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace pilling {
namespace {

MemoryCacheOptions up_to(std::size_t weight) {
  MemoryCacheOptions options;
  options.maximum_weight = weight;
  return options;
}

// Fails on demand: its copies, as those of a long string may, its comparisons, and its hash.
struct FragileKey {
  int number = 0;
  static inline bool copies_fail = false;
  static inline bool comparisons_fail = false;
  static inline bool hashes_fail = false;

  explicit FragileKey(int key) : number(key) {}
  FragileKey(FragileKey&&) = default;
  FragileKey& operator=(FragileKey&&) = default;
  FragileKey(const FragileKey& other) : number(other.number) {
    if (copies_fail) throw std::runtime_error("cannot be copied");
  }
  FragileKey& operator=(const FragileKey&) = default;
  bool operator==(const FragileKey& other) const {
    if (comparisons_fail) throw std::runtime_error("cannot be compared");
    return number == other.number;
  }
};
struct FragileHash {
  std::size_t operator()(const FragileKey& key) const {
    if (FragileKey::hashes_fail) throw std::runtime_error("cannot be hashed");
    return static_cast<std::size_t>(key.number);
  }
};
using FragileCache = MemoryCache<FragileKey, std::string, FragileHash>;

// What is taken out of a cache must die when it is cleared: no section was left open.
template <class Cache>
void expect_whole(Cache& cache, const std::shared_ptr<int>& counted) {
  cache.clear();
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().weight, 0U);
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(MemoryCacheFailures, StaysWholeWhenAPutFails) {
  FragileCache cache(up_to(2));
  cache.put(FragileKey(1), "1", 1);

  FragileKey::copies_fail = true;
  EXPECT_THROW(cache.put(FragileKey(2), "2", 1), std::runtime_error);
  FragileKey::copies_fail = false;

  EXPECT_EQ(cache.get(FragileKey(2)), nullptr);
  EXPECT_EQ(cache.stats().weight, 1U);
  EXPECT_EQ(cache.stats().entries, 1U);
  for (int key = 3; key < 10; ++key) cache.put(FragileKey(key), "x", 1);
  EXPECT_EQ(cache.stats().entries, 2U);
}

TEST(MemoryCacheFailures, PassesOnWhatKeysThrowWhenTheyAreComparedOrHashed) {
  MemoryCache<FragileKey, std::shared_ptr<int>, FragileHash> cache(up_to(10));
  const auto counted = std::make_shared<int>(1);
  cache.put(FragileKey(1), counted, 1);

  for (bool* const fails : {&FragileKey::comparisons_fail, &FragileKey::hashes_fail}) {
    *fails = true;
    EXPECT_THROW(cache.get(FragileKey(1)), std::runtime_error);
    EXPECT_THROW(cache.visit(FragileKey(1), [](const auto&) {}), std::runtime_error);
    EXPECT_THROW(cache.put(FragileKey(1), counted, 1), std::runtime_error);
    EXPECT_THROW(cache.erase(FragileKey(1)), std::runtime_error);
    *fails = false;
  }

  EXPECT_EQ(*cache.get(FragileKey(1)), counted);
  EXPECT_EQ(cache.stats().weight, 1U);
  expect_whole(cache, counted);
}

TEST(MemoryCacheFailures, PushesOutAndClearsWithoutComparingKeys) {
  MemoryCache<FragileKey, std::shared_ptr<int>, FragileHash> cache(up_to(3));
  const auto counted = std::make_shared<int>(1);

  FragileKey::comparisons_fail = true;
  for (int key = 0; key < 10; ++key) cache.put(FragileKey(key), counted, 1);
  EXPECT_EQ(cache.stats().entries, 3U);
  expect_whole(cache, counted);
  FragileKey::comparisons_fail = false;
}

TEST(MemoryCacheFailures, PassesOnWhatAVisitorThrows) {
  MemoryCache<int, std::shared_ptr<int>> cache;
  const auto counted = std::make_shared<int>(1);
  cache.put(1, counted, 1);

  EXPECT_THROW(cache.visit(1, [](const auto&) { throw std::runtime_error("seen enough"); }), std::runtime_error);

  EXPECT_EQ(cache.stats().hits, 1U);
  expect_whole(cache, counted);
}

struct FragileValue {
  explicit FragileValue(std::shared_ptr<int> kept) : counted(std::move(kept)) {}
  FragileValue(FragileValue&& other) : counted(std::move(other.counted)) {  // NOLINT: it is to throw
    if (fails) throw std::runtime_error("cannot be moved");
  }
  FragileValue& operator=(FragileValue&&) = delete;
  std::shared_ptr<int> counted;
  static inline bool fails = false;
};

TEST(MemoryCacheFailures, StaysWholeWhenAValueCannotBeMoved) {
  MemoryCache<std::string, FragileValue> cache;
  const auto counted = std::make_shared<int>(1);
  cache.put("a", FragileValue(counted), 1);

  FragileValue::fails = true;
  EXPECT_THROW(cache.put("a", FragileValue(counted), 1), std::runtime_error);
  FragileValue::fails = false;

  EXPECT_NE(cache.get("a"), nullptr);
  EXPECT_EQ(counted.use_count(), 2);
  expect_whole(cache, counted);
}

TEST(MemoryCacheFailures, StaysWholeWhicheverAllocationFails) {
  std::mt19937 random(1);
  MemoryCache<int, std::shared_ptr<int>> cache(up_to(200));
  const auto counted = std::make_shared<int>(1);
  int failures = 0;
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 300);
    const std::size_t weight = 1 + random() % 4;
    allocations_left = static_cast<int>(random() % 4);
    try {
      switch (random() % 50) {
        case 0:
          cache.clear();
          break;
        case 1:
          cache.erase(key);
          break;
        case 2:
          static_cast<void>(cache.hottest_keys(3));
          break;
        default:
          cache.put(key, counted, weight);
      }
    } catch (const std::bad_alloc&) {
      ++failures;
    }
    allocations_left.reset();
    const CacheStats stats = cache.stats();
    ASSERT_LE(stats.weight, 200U) << "step " << step;
    ASSERT_LE(stats.entries, stats.weight) << "step " << step;
  }

  EXPECT_GT(failures, 1000);
  expect_whole(cache, counted);
}

TEST(MemoryCacheFailures, LeavesNothingBehindWhenItCannotBeMade) {
  int failures = 0;
  for (bool is_made = false; !is_made;) {
    allocations_left = failures;
    try {
      const MemoryCache<int, int> cache;
      is_made = true;
    } catch (const std::bad_alloc&) {
      ++failures;
    }
    allocations_left.reset();
  }

  EXPECT_GT(failures, 2);
}

}  // namespace
}  // namespace pilling
