#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;
using std::chrono::milliseconds;
using std::chrono::seconds;

class FailSafe : public TiersFixture {
 protected:
  TieredCacheOptions hurried() {
    TieredCacheOptions hurried = options();
    hurried.soft_timeout = milliseconds(1);
    return hurried;
  }
  TieredCacheOptions early() {
    TieredCacheOptions early = in_memory_only();
    early.early_refresh = 0.5;
    return early;
  }

  // With a loader that is slow.
  void expect_old_until_new_has_come(Texts& cache) {
    const auto found = cache.get("k", held(gate_, gives("new")));

    EXPECT_EQ(*found.value, "old");
    EXPECT_TRUE(found.answer.stale);
    gate_.open();
    drain(cache);
    EXPECT_EQ(get(cache, never()), "new");
  }

  Gate gate_;
  Texts cache_{options(), text_codec()};
};

TEST_F(FailSafe, ServesTheLastValueWithItsAgeAndTheReasonWhenALoadFails) {
  cache_.put("k", {.value = "old"});
  advance(fresh_for + seconds(5));

  const auto found = cache_.get("k", fails());

  EXPECT_EQ(*found.value, "old");
  EXPECT_TRUE(found.answer.stale);
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(found.answer.age, fresh_for + seconds(5));
  ASSERT_EQ(found.answer.warnings.size(), 1U);
  EXPECT_EQ(found.answer.warnings[0], "the value is past its time: no more today");
  EXPECT_EQ(cache_.stats().stale, 1U);
}

TEST_F(FailSafe, SaysNothingOfFailuresThatMayHoldSecrets) {
  cache_.put("k", {.value = "old"});
  advance(fresh_for);

  const auto found = cache_.get("k", throws(std::runtime_error("password=1234")));

  EXPECT_EQ(found.answer.warnings.at(0).find("1234"), std::string::npos);
}

TEST_F(FailSafe, ServesNothingThatIsPastItsLastDay) {
  cache_.put("k", {.value = "old"});
  advance(fresh_for + stale_for);

  EXPECT_THROW(cache_.get("k", fails()), ServiceError);
}

TEST_F(FailSafe, ServesWhatOnlyATierElsewhereStillHas) {
  put_by_another(*far_, "old");
  advance(fresh_for);

  EXPECT_TRUE(cache_.get("k", fails()).answer.stale);
  drain(cache_);
  const auto again = cache_.get("k", never());

  EXPECT_EQ(*again.value, "old");
  EXPECT_TRUE(again.answer.stale);
  EXPECT_EQ(cache_.stats().backed_off, 1U);
}

TEST_F(FailSafe, ServesTheNewestOfSeveralOldValues) {
  put_by_another(*far_, "older");
  advance(seconds(1));
  put_by_another(*near_, "old");
  advance(fresh_for);

  EXPECT_EQ(get(cache_, fails()), "old");
}

TEST_F(FailSafe, ServesTheLastValueWhileASlowFetchGoesOn) {
  Texts cache(hurried(), text_codec());
  cache.put("k", {.value = "old"});
  advance(fresh_for);

  expect_old_until_new_has_come(cache);
  EXPECT_EQ(in(*near_), "new");
}

TEST_F(FailSafe, ServesWhatTheFetchItselfHasFoundWhileTheLoaderIsSlow) {
  Texts cache(hurried(), text_codec());
  put_by_another(*far_, "old");
  advance(fresh_for);

  expect_old_until_new_has_come(cache);
}

TEST_F(FailSafe, ServesTheLastValueToACallerWhoseTimeIsOver) {
  cache_.put("k", {.value = "old"});
  advance(fresh_for);

  EXPECT_EQ(*cache_.get("k", held(gate_, gives("new")), without_time()).value, "old");
  gate_.open();
  drain(cache_);

  EXPECT_EQ(get(cache_, never()), "new");
}

TEST_F(FailSafe, DoesNotStopALoadWhoseCallersLeftWithAnOldValue) {
  TieredCacheOptions frugal = hurried();
  frugal.cancel_abandoned_loads = true;
  Texts cache(frugal, text_codec());
  cache.put("k", {.value = "old"});
  advance(fresh_for);

  EXPECT_EQ(get(cache, held(gate_,
                            [](auto, const CallOptions& call) {
                              return text(call.stop.stop_requested() ? "stopped" : "new");
                            })),
            "old");
  gate_.open();
  drain(cache);

  EXPECT_EQ(get(cache, never()), "new");
}

TEST_F(FailSafe, WaitsNoLongerThanTheHardTimeoutForThoseWhoHaveNothing) {
  TieredCacheOptions hard = options();
  hard.hard_timeout = milliseconds(1);
  Texts cache(hard, text_codec());

  EXPECT_THROW(cache.get("k", held(gate_, gives("v"))), Timeout);
  gate_.open();
  drain(cache);

  EXPECT_EQ(get(cache, never()), "v");
}

TEST_F(FailSafe, RemembersAFailureForThoseWhoComeSoon) {
  Counted load(fails());

  EXPECT_THROW(cache_.get("k", load), ServiceError);
  EXPECT_THROW(cache_.get("k", load), ServiceError);
  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(cache_.stats().backed_off, 1U);

  advance(milliseconds(200));
  EXPECT_EQ(get(cache_, gives("v")), "v");
}

TEST_F(FailSafe, DoublesTheWaitUpToAMaximumAndNeverBelowHalfOfIt) {
  for (const int wait : {200, 400, 800, 1600, 3200, 5000, 5000}) {
    EXPECT_THROW(cache_.get("k", fails()), ServiceError);
    advance(milliseconds(wait / 2 - 1));
    EXPECT_THROW(cache_.get("k", never()), ServiceError) << wait;
    advance(milliseconds(wait / 2 + 1));
  }
  EXPECT_EQ(get(cache_, gives("v")), "v");
}

TEST_F(FailSafe, WaitsAsLongAsTheServiceAsksFor) {
  EXPECT_THROW(cache_.get("k", throws(ServiceError("no", "model", 429, seconds(60)))), ServiceError);

  advance(seconds(59));
  EXPECT_THROW(cache_.get("k", never()), ServiceError);
  advance(seconds(1));

  EXPECT_EQ(get(cache_, gives("v")), "v");
}

TEST_F(FailSafe, SpreadsTheWaitsOfThoseWhoFailedTogether) {
  constexpr int keys = 100;
  for (int i = 0; i < keys; ++i) EXPECT_THROW(cache_.get(std::to_string(i), fails()), ServiceError);

  advance(milliseconds(150));
  int loaded = 0;
  for (int i = 0; i < keys; ++i) {
    try {
      cache_.get(std::to_string(i), gives("v"));
      ++loaded;
    } catch (const ServiceError&) {
    }
  }

  EXPECT_GT(loaded, keys / 10);
  EXPECT_LT(loaded, keys * 9 / 10);
}

TEST_F(FailSafe, ForgetsAFailureWhenAValueIsPutOrTheKeyErased) {
  EXPECT_THROW(cache_.get("k", fails()), ServiceError);
  cache_.put("k", {.value = "v"});
  EXPECT_EQ(get(cache_, never()), "v");

  EXPECT_THROW(cache_.get("other", fails()), ServiceError);
  cache_.erase("other");
  EXPECT_EQ(get(cache_, gives("v"), "other"), "v");
}

TEST_F(FailSafe, DoesNotRememberThatALoaderWasRefusedOrAskedForTheImpossible) {
  Counted refused(throws(Refused("the breaker is open")));
  Counted wrong(throws(InvalidArgument("no such key")));

  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(cache_.get("refused", refused), Refused);
    EXPECT_THROW(cache_.get("wrong", wrong), InvalidArgument);
  }

  EXPECT_EQ(refused.calls(), 2);
  EXPECT_EQ(wrong.calls(), 2);
}

TEST_F(FailSafe, RemembersThatThereIsNoneForAShortTime) {
  Counted load(gives_none());

  EXPECT_EQ(cache_.get("k", load).answer.origin, Origin::live);
  EXPECT_EQ(cache_.get("k", load).answer.origin, Origin::memory_cache);
  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(cache_.stats().absent, 1U);
  drain(cache_);
  EXPECT_EQ(near_->puts(), 0U);

  advance(seconds(30));
  EXPECT_EQ(get(cache_, gives("v")), "v");
}

TEST_F(FailSafe, ForgetsTheLastValueWhenThereIsNoneAnyMore) {
  cache_.put("k", {.value = "old"});
  advance(fresh_for);

  EXPECT_EQ(get(cache_, gives_none()), "none");
  drain(cache_);
  advance(seconds(30));

  EXPECT_THROW(cache_.get("k", fails()), ServiceError);
  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
}

TEST_F(FailSafe, RefreshesEarlyInTheBackgroundAndOnlyOnce) {
  Texts cache(early(), text_codec());
  cache.put("k", {.value = "old"});
  advance(fresh_for - seconds(1));
  Counted refresh(held(gate_, gives("new")));

  for (int i = 0; i < 100; ++i) {
    const auto found = cache.get("k", refresh);
    EXPECT_EQ(*found.value, "old");
    EXPECT_FALSE(found.answer.stale);
  }
  gate_.open();
  drain(cache);

  EXPECT_EQ(refresh.calls(), 1);
  EXPECT_EQ(cache.stats().early_refreshes, 1U);
  EXPECT_EQ(get(cache, never()), "new");
}

TEST_F(FailSafe, DoesNotRefreshEarlyWhatIsYoungOrWhatJustFailed) {
  Texts cache(early(), text_codec());
  cache.put("k", {.value = "old"});
  EXPECT_EQ(get(cache, never()), "old");
  advance(fresh_for - seconds(1));
  Counted load(fails());

  EXPECT_EQ(get(cache, load), "old");
  drain(cache);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get(cache, load), "old");
  drain(cache);

  EXPECT_EQ(load.calls(), 1);
}

TEST_F(FailSafe, LetsAUserJoinAnEarlyRefreshWhoseValueEndsMeanwhile) {
  Texts cache(early(), text_codec());
  cache.put("k", {.value = "old"});
  advance(fresh_for - seconds(1));
  EXPECT_EQ(get(cache, held(gate_, gives("new"))), "old");
  gate_.await_arrivals(1);
  advance(seconds(2));

  std::jthread user([&] { EXPECT_EQ(get(cache, never()), "new"); });
  await([&] { return cache.stats().memory.hits == 2; });
  gate_.open();
}

TEST_F(FailSafe, CountsNoEarlyRefreshForWhichThePoolHasNoRoom) {
  TieredCacheOptions narrow = early();
  narrow.pool = std::make_shared<WorkerPool>(WorkerPoolOptions{.threads = 1, .queue_length = 1});
  Texts cache(narrow, text_codec());
  cache.put("a", {.value = "old"});
  cache.put("b", {.value = "old"});
  advance(fresh_for - seconds(1));
  EXPECT_THROW(cache.get("k", held(gate_, gives("v")), without_time()), Timeout);
  gate_.await_arrivals(1);

  EXPECT_EQ(get(cache, gives("new"), "a"), "old");
  EXPECT_EQ(get(cache, never(), "b"), "old");
  gate_.open();
  drain(cache);

  EXPECT_EQ(cache.stats().early_refreshes, 1U);
  EXPECT_EQ(cache.stats().refused, 1U);
  EXPECT_EQ(get(cache, gives("new"), "b"), "old");
}

TEST_F(FailSafe, GivesWhatWasLoadedThoughItCannotBeEncoded) {
  CacheCodec<std::string> broken = text_codec();
  broken.encode = [](const std::string&) -> std::string { throw BadData("half a letter", "codec"); };
  Texts cache(options(), broken);

  const auto found = cache.get("k", gives("v"));

  EXPECT_EQ(*found.value, "v");
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(get(cache, never()), "v");
  EXPECT_THROW(cache.put("k", {.value = "w"}), BadData);
}

}  // namespace
}  // namespace pilling
