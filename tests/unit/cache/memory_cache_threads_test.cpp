#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/memory_cache.hpp"
#include "support/rounds.hpp"

namespace pilling {
namespace {

constexpr int thread_count = 8;

void run_threads(const std::function<void(unsigned number)>& work) {
  std::vector<std::jthread> threads;
  for (unsigned number = 0; number < thread_count; ++number) threads.emplace_back(work, number);
}

MemoryCacheOptions up_to(std::size_t weight) {
  MemoryCacheOptions options;
  options.maximum_weight = weight;
  return options;
}

// Knows its key, and is no longer right once it has died.
class Checked {
 public:
  Checked(int key, std::uint64_t salt) : key_(key), salt_(salt), sum_(sum()) { ++alive; }
  Checked(Checked&& other) noexcept : key_(other.key_), salt_(other.salt_), sum_(other.sum_) { ++alive; }
  Checked& operator=(Checked&&) = delete;
  ~Checked() {
    sum_ = ~sum();
    --alive;
  }
  bool is_right_for(int key) const { return key == key_ && sum_ == sum(); }

  static inline std::atomic<int> alive = 0;

 private:
  std::uint64_t sum() const { return (static_cast<std::uint64_t>(key_) + 1) * 0x9e3779b97f4a7c15U ^ salt_; }

  int key_;
  std::uint64_t salt_;
  volatile std::uint64_t sum_;
};

struct PoorHash {
  std::size_t operator()(std::string_view key) const { return key.size() % 2; }
};

// Few keys and less room: pushing out, rebuilding and freeing never cease.
template <class Hash>
void keep_busy() {
  const int rounds = static_cast<int>(support::rounds(60'000));
  std::atomic<int> wrong = 0;
  {
    MemoryCache<std::string, Checked, Hash> cache(up_to(40));
    run_threads([&](unsigned number) {
      std::mt19937 random(number);
      std::vector<std::pair<int, CacheHandle<Checked>>> held(4);
      for (int i = 0; i < rounds; ++i) {
        const int key = static_cast<int>(random() % 24);
        const std::string text(static_cast<std::size_t>(key), 'k');
        const unsigned choice = static_cast<unsigned>(random() % 400);
        if (choice < 100) {
          const PutOptions options{.access = choice < 20 ? Access::batch : Access::user};
          if (!cache.put(text, Checked(key, random()), random() % 10, options)->is_right_for(key)) ++wrong;
        } else if (choice < 140) {
          cache.erase(text);
        } else if (choice == 140) {
          cache.clear();
        } else if (choice == 141) {
          for (const std::string& hot : cache.hottest_keys(5)) wrong += hot.size() < 24 ? 0 : 1;
        } else if (choice < 160) {
          if (cache.stats().weight > 40) ++wrong;
        } else if (choice < 280) {
          cache.visit(text, [&](const Checked& value) { wrong += value.is_right_for(key) ? 0 : 1; });
        } else {
          auto& [held_key, handle] = held[choice % held.size()];
          if (handle && !handle->is_right_for(held_key)) ++wrong;
          auto found = cache.get(text);
          if (found && !found->is_right_for(key)) ++wrong;
          if (choice % 3 == 0) {
            auto copy = found;
            std::swap(copy, found);
          }
          handle = std::move(found);
          held_key = key;
        }
      }
    });
    EXPECT_LE(cache.stats().weight, 40U);
  }

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(Checked::alive, 0);
}

TEST(MemoryCacheThreads, NeverMixUpValues) { keep_busy<std::hash<std::string_view>>(); }

TEST(MemoryCacheThreads, NeverMixUpValuesOfKeysWithTheSameHash) { keep_busy<PoorHash>(); }

TEST(MemoryCacheThreads, NeverExceedTheMaximumOfManyShards) {
  MemoryCache<int, int> cache({.maximum_weight = 1024, .typical_weight = 1});
  std::atomic<int> wrong = 0;
  run_threads([&](unsigned number) {
    std::mt19937 random(number);
    for (std::uint64_t i = 0; i < support::rounds(20'000); ++i) {
      const int key = static_cast<int>(random() % 3000);
      cache.put(key, key, 1);
      if (i % 10 == 0 && cache.stats().weight > 1024) ++wrong;
      if (const auto found = cache.get(key); found && *found != key) ++wrong;
    }
  });

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(cache.stats().entries, cache.stats().weight);
}

TEST(MemoryCacheThreads, SeeTheirOwnPutsUntilSomebodyErasesThem) {
  MemoryCache<int, unsigned> cache;
  std::atomic<int> wrong = 0;
  run_threads([&](unsigned number) {
    const bool is_eraser = number == 0;
    for (std::uint64_t i = 0; i < support::rounds(20'000); ++i) {
      cache.put(1, number, 1);
      if (is_eraser && !cache.erase(1)) ++wrong;  // others may replace it, but nobody else takes it away
      cache.put(static_cast<int>(number) + 100, number, 1);
      const auto own = cache.get(static_cast<int>(number) + 100);
      if (!own || *own != number) ++wrong;
    }
  });

  EXPECT_EQ(wrong, 0);
}

TEST(MemoryCacheThreads, CountEveryHitAndMissAndNeverSeeFewerThanBefore) {
  MemoryCache<int, int> cache;
  cache.put(1, 1, 1);
  const std::uint64_t rounds = support::rounds(20'000);
  std::atomic<int> wrong = 0;
  run_threads([&](unsigned) {
    CacheStats before;
    for (std::uint64_t i = 0; i < rounds; ++i) {
      cache.get(1);
      cache.get(2);
      cache.visit(2, [](int) {});
      cache.get(1, Access::batch);
      cache.erase(2);
      if (i % 8 != 0) continue;
      const CacheStats now = cache.stats();
      if (now.hits < before.hits || now.misses < before.misses || now.hits > thread_count * rounds) ++wrong;
      before = now;
    }
  });

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(cache.stats().hits, thread_count * rounds);
  EXPECT_EQ(cache.stats().misses, 2 * thread_count * rounds);
}

TEST(MemoryCacheThreads, MayDestroyHandlesWhileTheCacheIsDestroyed) {
  for (std::uint64_t round = 0; round < support::rounds(300); ++round) {
    auto cache = std::make_unique<MemoryCache<int, Checked>>();
    for (int key = 0; key < thread_count; ++key) cache->put(key, Checked(key, round), 1);
    std::vector<std::vector<CacheHandle<Checked>>> handles(thread_count);
    for (auto& some : handles) {
      for (int key = 0; key < thread_count; ++key) some.push_back(cache->get(key));
    }
    std::atomic<int> wrong = 0;
    run_threads([&](unsigned number) {
      if (number == 0) cache.reset();
      for (int key = 0; key < thread_count; ++key) {
        CacheHandle<Checked>& handle = handles[number][static_cast<std::size_t>(key)];
        if (!handle->is_right_for(key)) ++wrong;
        handle = nullptr;
      }
    });
    ASSERT_EQ(wrong, 0);
    ASSERT_EQ(Checked::alive, 0);
  }
}

}  // namespace
}  // namespace pilling
