#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

#include "pilling/memory_cache.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using namespace std::chrono_literals;

// Values that do something when they die.
using Cache = MemoryCache<std::string, std::shared_ptr<void>>;

std::shared_ptr<void> dying(std::function<void()> last_act) {
  return {nullptr, [act = std::move(last_act)](void*) { act(); }};
}

// Whatever takes a lock would wait for itself here, if one were held.
void use(Cache& cache) {
  cache.get("other");
  cache.put("other", nullptr, 1);
  cache.erase("other");
  cache.visit("other", [](const auto&) {});
  static_cast<void>(cache.hottest_keys(1));
  static_cast<void>(cache.stats());
}

MemoryCacheOptions of_weight(std::size_t weight) {
  MemoryCacheOptions options;
  options.maximum_weight = weight;
  return options;
}

TEST(MemoryCacheReentry, LetsAValueUseTheCacheWhileItDies) {
  Cache cache(of_weight(1));
  bool has_died = false;
  cache.put("a", dying([&] { has_died = cache.get("a") == nullptr; }), 1);

  cache.put("b", nullptr, 1);
  cache.put("c", nullptr, 1);

  EXPECT_TRUE(has_died);
}

TEST(MemoryCacheReentry, HoldsNoLockWhileAValueDies) {
  support::FakeSteadyClock clock;
  Cache cache({.maximum_weight = 10, .jitter = 0, .now = clock.function()});
  int deaths = 0;
  const auto value = [&] {
    return dying([&] {
      ++deaths;
      use(cache);
    });
  };

  cache.put("erased", value(), 1);
  cache.erase("erased");
  cache.put("replaced", value(), 1);
  cache.put("replaced", nullptr, 1);
  cache.put("too heavy", value(), 11);
  cache.put("cleared", value(), 1);
  cache.clear();
  EXPECT_EQ(deaths, 4);
  cache.put("expired", value(), 1, {.time_to_live = 1s});
  clock.advance(1s);
  EXPECT_EQ(cache.get("expired"), nullptr);
  cache.clear();
  EXPECT_EQ(deaths, 5);
  for (int i = 0; i < 30; ++i) cache.put("pushed out " + std::to_string(i), value(), 1);

  EXPECT_GE(deaths, 20);
}

TEST(MemoryCacheReentry, DestroysWhatItsValuesPutWhileItIsDestroyed) {
  int deaths = 0;
  {
    Cache cache;
    cache.put("a", dying([&] {
                ++deaths;
                cache.put("b", dying([&] {
                            ++deaths;
                            cache.put("c", dying([&] { ++deaths; }), 1);
                            cache.put("c", nullptr, 1);
                          }),
                          1);
              }),
              1);
  }

  EXPECT_EQ(deaths, 3);
}

TEST(MemoryCacheReentry, LetsAVisitorDoWithTheCacheWhatItLikes) {
  MemoryCache<std::string, std::string> cache(of_weight(100));
  const std::string text = "a text that needs memory of its own";
  const auto visited_while = [&](const std::function<void()>& act) {
    cache.put("a", text, 1);
    std::string seen;
    EXPECT_TRUE(cache.visit("a", [&](const std::string& value) {
      act();
      for (int i = 0; i < 500; ++i) cache.put("other " + std::to_string(i), text, 10);
      seen = value;
    }));
    EXPECT_EQ(seen, text);
  };

  visited_while([&] { EXPECT_TRUE(cache.erase("a")); });
  visited_while([&] { cache.clear(); });
  visited_while([&] { cache.put("a", "another", 1); });
  visited_while([&] { cache.put("a", "too heavy", 101); });
  visited_while([&] {
    EXPECT_TRUE(cache.visit("a", [&](const std::string& value) {
      cache.clear();
      EXPECT_EQ(value, text);
    }));
  });
}

TEST(MemoryCacheReentry, FreesNothingThatAVisitorSeesAndEverythingAfterwards) {
  const auto counted = std::make_shared<int>(1);
  MemoryCache<int, std::shared_ptr<int>> cache;
  for (int key = 0; key < 100; ++key) cache.put(key, counted, 1);

  cache.visit(0, [&](const auto&) {
    cache.clear();
    EXPECT_EQ(counted.use_count(), 101);
  });
  EXPECT_EQ(counted.use_count(), 101);
  cache.put(1, nullptr, 1);

  EXPECT_EQ(counted.use_count(), 1) << "a put that takes nothing out looks after what was cleared, too";
}

}  // namespace
}  // namespace pilling
