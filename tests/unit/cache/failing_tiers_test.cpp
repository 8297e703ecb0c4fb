#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/rounds.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;

class FailingTiers : public TiersFixture {
 protected:
  Texts cache_{options(), text_codec()};
};

TEST_F(FailingTiers, PassesOverATierThatFailsAndSaysSo) {
  near_->fail_get();
  put_by_another(*far_, "v");

  const auto found = cache_.get("k", never());

  EXPECT_EQ(*found.value, "v");
  EXPECT_TRUE(found.answer.degraded);
  ASSERT_EQ(found.answer.warnings.size(), 1U);
  EXPECT_EQ(found.answer.warnings[0], "near could not be asked: near is down");
}

TEST_F(FailingTiers, LoadsWhenEveryTierFails) {
  near_->fail_get();
  far_->fail_get();
  near_->fail_put();
  far_->fail_put();

  const auto found = cache_.get("k", gives("v"));
  drain(cache_);

  EXPECT_EQ(*found.value, "v");
  EXPECT_EQ(found.answer.origin, Origin::live);
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(found.answer.warnings.size(), 2U);
  EXPECT_EQ(cache_.get("k", never()).answer.origin, Origin::memory_cache);
}

TEST_F(FailingTiers, KeepsALoadedValueInATierThatCouldNotBeAsked) {
  near_->fail_get();
  far_->fail_get();

  cache_.get("k", gives("v"));
  drain(cache_);

  EXPECT_EQ(in(*near_), "v");
  EXPECT_EQ(in(*far_), "v");
}

TEST_F(FailingTiers, CountsAWriteThatFailsInsteadOfBotheringTheCaller) {
  near_->fail_put();

  const auto found = cache_.get("k", gives("v"));
  drain(cache_);

  EXPECT_EQ(*found.value, "v");
  EXPECT_FALSE(found.answer.degraded);
  EXPECT_TRUE(found.answer.warnings.empty());
  EXPECT_EQ(in(*far_), "v");
  EXPECT_EQ(cache_.stats().tiers.at(0).failures, 1U);
  EXPECT_EQ(cache_.stats().tiers.at(0).pending, 1U);
  EXPECT_EQ(cache_.stats().tiers.at(1).failures, 0U);
}

TEST_F(FailingTiers, LivesWithATierThatLosesWhatItIsGiven) {
  near_->lose();
  far_->lose();
  Counted load("v");

  cache_.get("k", load);
  cache_.get("k", load);

  EXPECT_EQ(load.calls(), 1);
}

TEST_F(FailingTiers, PassesOverALocalTierThatDoesNotAnswerInTime) {
  near_->block_gets();
  put_by_another(*far_, "v");
  TieredCacheOptions hurried = options();
  hurried.tiers[0].timeout = std::chrono::milliseconds(1);
  Texts cache(hurried, text_codec());

  const auto found = cache.get("k", never());

  EXPECT_EQ(*found.value, "v");
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(found.answer.warnings.at(0), "near could not be asked: near did not answer in time");
}

TEST_F(FailingTiers, PutsInTheOtherTiersWhenOneFailsAndThenSaysSo) {
  near_->fail_put();

  EXPECT_THROW(cache_.put("k", {.value = "v"}), StorageError);

  EXPECT_EQ(in(*far_), "v");
  EXPECT_EQ(get(cache_, never()), "v");
}

TEST_F(FailingTiers, ReportsATierThatAnswersNonsense) {
  near_->miscount_gets(-1);
  far_->miscount_gets(1);

  const auto found = cache_.get("k", gives("v"));

  EXPECT_EQ(*found.value, "v");
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(found.answer.warnings.size(), 2U);
}

TEST_F(FailingTiers, DropsEntriesThatItsCodecCannotRead) {
  put_by_another(*near_, "v");
  CacheCodec<std::string> picky = text_codec();
  picky.decode = [](std::string_view) -> std::string { throw BadData("not mine", "near"); };
  Texts cache(options(), picky);

  EXPECT_EQ(get(cache, gives_none()), "none");

  EXPECT_EQ(near_->size(), 0U);
  EXPECT_EQ(cache.stats().tiers.at(0).damaged, 1U);
}

TEST_F(FailingTiers, RefusesATierWithoutACache) {
  TieredCacheOptions wrong = options();
  wrong.tiers.push_back({});

  EXPECT_THROW(Texts(wrong, text_codec()), InvalidArgument);
}

TEST_F(FailingTiers, NeverGivesOneKeyTheValueOfAnotherUnderConcurrentUse) {
  TieredCacheOptions small = options();
  small.memory_bytes = 8'000;
  small.first_back_off = std::chrono::milliseconds(0);
  Texts cache(small, text_codec());
  std::atomic<int> wrong = 0;
  const TextLoader load = [](std::string_view key, const CallOptions&) {
    if (key.back() == '3') throw ServiceError("no", "model", 500);
    return text(std::string(key));
  };

  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 8; ++seed) {
      threads.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (std::uint64_t i = 0; i < rounds(1000); ++i) {
          const std::string key = std::to_string(random() % 40);
          if (i % 100 == 0) near_->fail_get(i % 200 == 0);
          try {
            if (i % 20 == 0) cache.erase(key);
            if (get(cache, load, key) != key) ++wrong;
          } catch (const ServiceError&) {
            if (key.back() != '3') ++wrong;
          } catch (const Refused&) {
            // The near tier is left alone for a while.
          }
        }
      });
    }
  }

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace pilling
