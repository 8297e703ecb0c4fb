#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cache/stored_entry.hpp"
#include "cache/tier_link.hpp"
#include "pilling/error.hpp"
#include "unit/cache/tier_link_fixture.hpp"

namespace pilling::cache {
namespace {

using namespace std::chrono_literals;

// As many missed writes as are remembered.
constexpr int bound = 10'000;

class TierLinkWritesTest : public TierLinkTest {};

TEST_F(TierLinkWritesTest, MakesUpForTheWritesThatItMissed) {
  put("old", "1");
  miss_put("a", "2");
  miss_put("b", "3");
  miss_erase("old");
  EXPECT_EQ(link_.stats().pending, 3U);

  put("c", "4");

  EXPECT_EQ(in_tier("a"), "2");
  EXPECT_EQ(in_tier("b"), "3");
  EXPECT_EQ(in_tier("c"), "4");
  EXPECT_EQ(in_tier("old"), "nothing");
  EXPECT_EQ(link_.stats().pending, 0U);
}

TEST_F(TierLinkWritesTest, MakesUpForTheLastWriteOfAKeyOnly) {
  miss_put("erased", "1", 1);
  miss_erase("erased");
  miss_erase("put");
  miss_put("put", "2", 2);
  miss_put("put twice", "1", 1);
  miss_put("put twice", "2", 2);
  EXPECT_EQ(link_.stats().pending, 3U);

  put("c", "4");

  EXPECT_EQ(in_tier("erased"), "nothing");
  EXPECT_EQ(in_tier("put"), "2");
  EXPECT_EQ(in_tier("put twice"), "2");
}

TEST_F(TierLinkWritesTest, MakesUpForNothingThatWasWrittenSince) {
  miss_put("a", "1", 5);
  erase("a");
  put("b", "2");

  EXPECT_EQ(in_tier("a"), "nothing");
  EXPECT_EQ(link_.stats().pending, 0U);
}

TEST_F(TierLinkWritesTest, GivesWhatTheTierWouldHoldHadItMissedNothing) {
  put("erased", "old");
  put("replaced", "old", 1);
  miss_erase("erased");
  miss_put("replaced", "new", 2);
  miss_put("new", "new");

  EXPECT_EQ(get({"erased", "replaced", "new", "none"}), (Found{std::nullopt, "new", "new", std::nullopt}));
}

TEST_F(TierLinkWritesTest, MakesUpForThePutWithTheGreatestStamp) {
  miss_put("a", "newer", 2);

  put("a", "older", 1);

  EXPECT_EQ(in_tier("a"), "newer");
}

// A mark of another process, say, which must not be overlooked.
TEST_F(TierLinkWritesTest, GivesWhatAnotherProcessHasWrittenAfterTheMissedWrite) {
  const auto bytes_of = [](std::int64_t stamp) {
    StoredEntry stored;
    stored.stamp = stamp;
    return encode("a", stored);
  };
  miss_put("a", bytes_of(2), 2);
  const auto put_by_another = [&](std::int64_t stamp) {
    tier_->put(std::vector<std::pair<std::string, SharedEntry>>{{"a", *entry(bytes_of(stamp), stamp)}}, {});
  };

  put_by_another(1);
  EXPECT_EQ(get({"a"}), Found{bytes_of(2)});
  put_by_another(3);
  EXPECT_EQ(get({"a"}), Found{bytes_of(3)});
}

TEST_F(TierLinkWritesTest, RemembersWritesThatItDidNotEvenTry) {
  tier_->fail_erase();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(erase("c"), StorageError);
  tier_->fail_erase(false);
  EXPECT_THROW(put("a", "1"), Refused);
  EXPECT_EQ(tier_->puts(), 0U);

  rest();
  put("b", "2");

  EXPECT_EQ(in_tier("a"), "1");
}

TEST_F(TierLinkWritesTest, MakesUpForAFewWritesAtATime) {
  constexpr int count = 1000;
  tier_->fail_put();
  for (int i = 0; i < count; ++i) EXPECT_ANY_THROW(put("missed" + std::to_string(i), "1"));
  tier_->fail_put(false);
  rest();
  put("new", "1");
  const std::size_t at_once = tier_->size();

  for (int i = 0; i < count && link_.stats().pending > 0; ++i) put("new", "1");

  EXPECT_GT(at_once, 10U);
  EXPECT_LT(at_once, 300U) << "or one write would take longer than it may";
  EXPECT_EQ(tier_->size(), std::size_t{count + 1});
}

// One value that is too large for it, say, must not keep it from all others.
TEST_F(TierLinkWritesTest, GivesUpAWriteThatTheTierNeverTakes) {
  tier_->refuse("too large");
  for (const char* key : {"a", "b"}) EXPECT_THROW(put(key, "too large"), StorageError);

  for (int i = 0; i < 30; ++i) EXPECT_NO_THROW(put("new", "fine", i));

  EXPECT_EQ(in_tier("new"), "fine");
  EXPECT_EQ(link_.stats().pending, 0U);
  EXPECT_EQ(link_.stats().skipped, 0U);
}

TEST_F(TierLinkWritesTest, RemembersNoMoreWritesThanItsBound) {
  tier_->fail_put();
  for (int i = 0; i < bound + 50; ++i) EXPECT_ANY_THROW(put(std::to_string(i), "1"));

  EXPECT_EQ(link_.stats().pending, std::size_t{bound});
}

TEST_F(TierLinkWritesTest, LetsAWriteStandAgainstAnOlderOneThatFailsLater) {
  tier_->block_puts();
  std::jthread slow([this] { EXPECT_ANY_THROW(put("a", "old")); });
  tier_->await_blocked(1);

  erase("a");

  EXPECT_EQ(get({"a"}), Found{std::nullopt});
  tier_->fail_put();
  tier_->release();
  slow.join();
  tier_->fail_put(false);
  EXPECT_EQ(get({"a"}), Found{std::nullopt});
  put("b", "1");
  EXPECT_EQ(in_tier("a"), "nothing");
}

TEST_F(TierLinkWritesTest, RepeatsAWriteThatAnOlderOneMayHaveUndone) {
  tier_->block_puts();
  std::jthread slow([this] { put("a", "old"); });
  tier_->await_blocked(1);
  erase("a");
  EXPECT_EQ(link_.stats().pending, 1U);

  tier_->release();
  slow.join();

  EXPECT_EQ(in_tier("a"), "nothing") << "although the older write came to the tier after the erasure";
  EXPECT_EQ(tier_->erasures(), 2U);
  EXPECT_EQ(link_.stats().pending, 0U);
}

TEST_F(TierLinkWritesTest, LetsAWriteStandAgainstAMissedOneThatIsMadeUpFor) {
  miss_put("a", "old", 1);
  tier_->block_puts();
  std::jthread slow([this] { erase("other"); });
  tier_->await_blocked(1);
  EXPECT_EQ(get({"a"}), Found{"old"});

  erase("a");

  EXPECT_EQ(get({"a"}), Found{std::nullopt});
  tier_->release();
  slow.join();
  put("b", "1");
  EXPECT_EQ(get({"a"}), Found{std::nullopt});
  EXPECT_EQ(in_tier("a"), "nothing");
}

TEST_F(TierLinkWritesTest, LosesNoWriteOfManyThreads) {
  constexpr int threads = 4;
  constexpr int each = 200;
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < threads; ++thread) {
      writers.emplace_back([this, thread] {
        for (int i = 0; i < each; ++i) {
          tier_->fail_put(i % 7 == 3);
          try {
            put(std::to_string(i % 10), std::to_string(i * threads + thread), i * threads + thread);
          } catch (const Error&) {
            clock_.advance(1min);
          }
        }
      });
    }
  }
  tier_->fail_put(false);
  rest();
  for (int i = 0; i < 3; ++i) put("last", "x", i);

  EXPECT_EQ(link_.stats().pending, 0U);
  for (int key = 0; key < 10; ++key) {
    const int last = (each - 10 + key) * threads + threads - 1;
    EXPECT_EQ(in_tier(std::to_string(key)), std::to_string(last));
  }
}

}  // namespace
}  // namespace pilling::cache
