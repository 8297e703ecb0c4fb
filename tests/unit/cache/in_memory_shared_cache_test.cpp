#include "support/in_memory_shared_cache.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "support/shared_cache_contract.hpp"

namespace pilling::support {
namespace {

struct InMemoryLocation {
  InMemoryLocation() { cache->expire_by(&std::chrono::system_clock::now); }
  std::shared_ptr<SharedCache> open() const { return cache; }
  std::shared_ptr<void> occupy() const {
    cache->block_puts();
    cache->block_erasures();
    return {cache.get(), [](InMemorySharedCache* occupied) { occupied->release(); }};
  }
  std::shared_ptr<InMemorySharedCache> cache = std::make_shared<InMemorySharedCache>();
};

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, SharedCacheContract, InMemoryLocation);

// What the tests of others rely on when they make it misbehave.
class MisbehavingCache : public testing::Test {
 protected:
  using Found = std::vector<std::optional<std::string>>;

  void put(const std::string& key, const std::string& bytes, const CallOptions& call = {}) {
    const std::vector<std::pair<std::string, SharedEntry>> entries{{key, {.bytes = bytes, .stamp = 1}}};
    cache_.put(entries, call);
  }
  Found get(const std::vector<std::string>& keys, const CallOptions& call = {}) { return cache_.get(keys, call); }
  void erase(const std::string& key) { cache_.erase(std::vector{key}, {}); }

  InMemorySharedCache cache_{"far"};
};

TEST_F(MisbehavingCache, FailsInTheOperationsThatItIsToldTo) {
  put("a", "1");

  cache_.fail_get();
  EXPECT_THROW(get({"a"}), StorageError);
  EXPECT_NO_THROW(put("b", "2"));
  cache_.fail_get(false);
  cache_.fail_put();
  EXPECT_THROW(put("c", "3"), StorageError);
  cache_.fail_put(false);
  cache_.fail_erase();
  EXPECT_THROW(erase("a"), StorageError);
  cache_.fail_erase(false);

  EXPECT_EQ(get({"a", "b", "c"}), (Found{"1", "2", std::nullopt}));
  EXPECT_EQ(cache_.gets(), 2U);
  EXPECT_EQ(cache_.puts(), 3U);
  EXPECT_EQ(cache_.erasures(), 1U);
}

TEST_F(MisbehavingCache, KeepsNothingWhileItLoses) {
  cache_.lose();
  put("a", "1");
  cache_.lose(false);
  put("b", "2");

  EXPECT_EQ(cache_.entry("a"), std::nullopt);
  EXPECT_EQ(cache_.entry("b"), (SharedEntry{.bytes = "2", .stamp = 1}));
  EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(MisbehavingCache, RefusesTheBytesThatItIsToldTo) {
  cache_.refuse("2");

  EXPECT_THROW(put("a", "2"), StorageError);
  EXPECT_NO_THROW(put("a", "1"));

  EXPECT_EQ(get({"a"}), Found{"1"});
}

TEST_F(MisbehavingCache, BlocksUntilItIsReleased) {
  put("a", "1");
  cache_.block_gets();
  Found found;
  std::jthread reader([&] { found = get({"a"}); });

  cache_.await_blocked(1);
  cache_.release();
  reader.join();

  EXPECT_EQ(found, Found{"1"});
}

TEST_F(MisbehavingCache, BlocksACallNoLongerThanItMayTake) {
  cache_.block_gets();
  std::stop_source stop;
  std::jthread reader([&] { EXPECT_THROW(get({"a"}, {.stop = stop.get_token()}), Timeout); });

  cache_.await_blocked(1);
  stop.request_stop();
  reader.join();

  EXPECT_THROW(get({"a"}, {.deadline = std::chrono::steady_clock::now(), .stop = {}}), Timeout);
}

TEST_F(MisbehavingCache, TakesItsTimeButNotMoreThanACallHas) {
  std::stop_source stopped;
  stopped.request_stop();
  put("a", "1");
  cache_.slow_down(std::chrono::milliseconds(1));

  EXPECT_EQ(get({"a"}), Found{"1"});
  cache_.slow_down(std::chrono::hours(1));
  EXPECT_THROW(get({"a"}, {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(1), .stop = {}}),
               Timeout);
  EXPECT_THROW(put("a", "2", {.stop = stopped.get_token()}), Timeout);
  cache_.slow_down(std::chrono::milliseconds(0));
  EXPECT_EQ(get({"a"}), Found{"1"});
}

TEST_F(MisbehavingCache, FlipsAnotherBitWithEachGet) {
  put("a", "12");
  cache_.damage_gets(Damage::flipped_bit);

  std::set<std::string> seen;
  for (int i = 0; i < 16; ++i) seen.insert(get({"a"}).at(0).value());

  EXPECT_EQ(seen.size(), 16U);
  EXPECT_FALSE(seen.contains("12"));
  EXPECT_EQ(cache_.entry("a")->bytes, "12");
  EXPECT_EQ(get({"none"}), Found{std::nullopt});
}

TEST_F(MisbehavingCache, CutsTheLastByteOff) {
  put("a", "12");
  cache_.damage_gets(Damage::truncated);

  EXPECT_EQ(get({"a", "none"}), (Found{"1", std::nullopt}));
}

TEST_F(MisbehavingCache, GivesTheBytesOfAnotherKey) {
  put("a", "1");
  cache_.damage_gets(Damage::of_another_key);
  EXPECT_EQ(get({"a", "none"}), (Found{std::nullopt, "1"}));

  put("b", "2");

  EXPECT_EQ(get({"a", "b", "none"}), (Found{"2", "1", "1"}));
  cache_.damage_gets(Damage::none);
  EXPECT_EQ(get({"a", "b", "none"}), (Found{"1", "2", std::nullopt}));
}

TEST_F(MisbehavingCache, AnswersAnotherNumberOfEntries) {
  put("a", "1");
  cache_.miscount_gets(1);
  EXPECT_EQ(get({"a"}).size(), 2U);
  cache_.miscount_gets(-1);
  EXPECT_EQ(get({"a", "b"}).size(), 1U);
  cache_.miscount_gets(-5);
  EXPECT_EQ(get({"a"}).size(), 0U);
}

}  // namespace
}  // namespace pilling::support
