#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/error.hpp"
#include "support/fake_clock.hpp"
#include "support/in_memory_shared_cache.hpp"

namespace pilling {
namespace {

using support::FakeSystemClock;
using support::InMemorySharedCache;

CacheEntry entry(std::string value, std::optional<std::chrono::sys_seconds> expires_at = std::nullopt) {
  return {std::move(value), std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000)), expires_at};
}

void put(InMemorySharedCache& tier, const std::string& key, const CacheEntry& entry) {
  const std::vector<std::pair<std::string, CacheEntry>> entries{{key, entry}};
  tier.put(entries, {});
}

// A loader that counts its calls.
class Counted {
 public:
  explicit Counted(CacheLoader load) : load_(std::move(load)) {}
  explicit Counted(std::string value)
      : Counted([value = std::move(value)](std::string_view, const CallOptions&) { return entry(value); }) {}

  operator CacheLoader() {
    return [this](std::string_view key, const CallOptions& call) {
      ++calls_;
      return load_(key, call);
    };
  }
  int calls() const { return calls_; }

 private:
  CacheLoader load_;
  std::atomic<int> calls_ = 0;
};

const CacheLoader never = [](std::string_view key, const CallOptions&) -> std::optional<CacheEntry> {
  ADD_FAILURE() << "loaded " << key;
  return std::nullopt;
};

class TieredCacheOfTwo : public testing::Test {
 protected:
  std::string in(const InMemorySharedCache& tier, const std::string& key = "k") const {
    const auto found = tier.entry(key);
    return found ? found->value : "nothing";
  }

  TieredCacheOptions options() {
    TieredCacheOptions options;
    options.now = clock_.function();
    return options;
  }
  std::chrono::sys_seconds in_seconds(int seconds) const {
    return std::chrono::floor<std::chrono::seconds>(clock_.now()) + std::chrono::seconds(seconds);
  }

  FakeSystemClock clock_;
  std::shared_ptr<InMemorySharedCache> near_ = std::make_shared<InMemorySharedCache>("near", Origin::store);
  std::shared_ptr<InMemorySharedCache> far_ = std::make_shared<InMemorySharedCache>("far", Origin::shared_cache);
  TieredCache cache_{options(), {near_, far_}};
};

TEST_F(TieredCacheOfTwo, LoadsWhatNoTierHasAndFillsThemAll) {
  Counted load("v");

  const auto first = cache_.get("k", load);
  const auto second = cache_.get("k", load);

  EXPECT_EQ(first.entry->value, "v");
  EXPECT_EQ(first.answer.origin, Origin::live);
  EXPECT_FALSE(first.answer.degraded);
  EXPECT_TRUE(first.answer.warnings.empty());
  EXPECT_EQ(second.answer.origin, Origin::memory_cache);
  EXPECT_EQ(second.entry, first.entry);
  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(near_->entry("k"), entry("v"));
  EXPECT_EQ(far_->entry("k"), entry("v"));
}

TEST_F(TieredCacheOfTwo, HandsTheKeyAndTheCallToTheLoader) {
  std::stop_source stop;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  std::string seen;

  cache_.get("k",
             [&](std::string_view key, const CallOptions& call) {
               seen = key;
               EXPECT_EQ(call.deadline, deadline);
               EXPECT_EQ(call.stop, stop.get_token());
               return entry("v");
             },
             {.deadline = deadline, .stop = stop.get_token()});

  EXPECT_EQ(seen, "k");
}

TEST_F(TieredCacheOfTwo, SaysHowLongItTook) {
  const auto before = std::chrono::steady_clock::now();

  const auto found = cache_.get("k", Counted("v"));

  EXPECT_GT(found.answer.elapsed.count(), 0);
  EXPECT_LE(found.answer.elapsed, std::chrono::steady_clock::now() - before);
}

TEST_F(TieredCacheOfTwo, AsksTheTiersInOrderAndFillsThoseAbove) {
  put(*far_, "k", entry("v"));

  const auto found = cache_.get("k", never);

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_EQ(found.answer.origin, Origin::shared_cache);
  EXPECT_EQ(near_->entry("k"), entry("v"));
  EXPECT_EQ(far_->puts(), 1U);
  EXPECT_EQ(cache_.get("k", never).answer.origin, Origin::memory_cache);
}

TEST_F(TieredCacheOfTwo, StopsAtTheFirstTierThatHasIt) {
  put(*near_, "k", entry("near"));
  put(*far_, "k", entry("far"));

  const auto found = cache_.get("k", never);

  EXPECT_EQ(found.entry->value, "near");
  EXPECT_EQ(found.answer.origin, Origin::store);
  EXPECT_EQ(far_->gets(), 0U);
}

TEST_F(TieredCacheOfTwo, PassesOverATierThatFailsAndSaysSo) {
  near_->fail_get();
  put(*far_, "k", entry("v"));

  const auto found = cache_.get("k", never);

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_TRUE(found.answer.degraded);
  ASSERT_EQ(found.answer.warnings.size(), 1U);
  EXPECT_EQ(found.answer.warnings[0], "near could not be asked: near is down");
}

TEST_F(TieredCacheOfTwo, LoadsWhenEveryTierFails) {
  near_->fail_get();
  far_->fail_get();
  near_->fail_put();
  far_->fail_put();

  const auto found = cache_.get("k", Counted("v"));

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_EQ(found.answer.origin, Origin::live);
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(found.answer.warnings.size(), 4U);
  EXPECT_EQ(cache_.get("k", never).answer.origin, Origin::memory_cache);
}

TEST_F(TieredCacheOfTwo, KeepsALoadedValueInATierThatCouldNotBeAsked) {
  near_->fail_get();

  cache_.get("k", Counted("v"));

  EXPECT_EQ(in(*near_), "v");
}

TEST_F(TieredCacheOfTwo, TakesAFailingPutForAWarning) {
  near_->fail_put();

  const auto found = cache_.get("k", Counted("v"));

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_FALSE(found.answer.degraded);
  ASSERT_EQ(found.answer.warnings.size(), 1U);
  EXPECT_EQ(found.answer.warnings[0], "near could not keep the value: near is full");
  EXPECT_EQ(in(*far_), "v");
}

TEST_F(TieredCacheOfTwo, LivesWithATierThatLosesWhatItIsGiven) {
  near_->lose();
  far_->lose();
  Counted load("v");

  cache_.get("k", load);
  cache_.get("k", load);

  EXPECT_EQ(load.calls(), 1);
}

TEST_F(TieredCacheOfTwo, PassesOverATierThatDoesNotAnswerInTime) {
  near_->block_gets();
  put(*far_, "k", entry("v"));
  std::stop_source stop;
  CachedValue found;
  std::jthread caller([&] { found = cache_.get("k", never, {.stop = stop.get_token()}); });
  near_->await_blocked(1);

  stop.request_stop();
  caller.join();

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_TRUE(found.answer.degraded);
  EXPECT_EQ(found.answer.warnings.at(0), "near could not be asked: near did not answer in time");
}

TEST_F(TieredCacheOfTwo, TakesExpiredEntriesForMisses) {
  put(*near_, "k", entry("old", in_seconds(0)));
  put(*far_, "k", entry("old", in_seconds(-1)));

  const auto found = cache_.get("k", Counted("new"));

  EXPECT_EQ(found.entry->value, "new");
  EXPECT_EQ(found.answer.origin, Origin::live);
  EXPECT_EQ(in(*near_), "new");
  EXPECT_EQ(in(*far_), "new");
}

TEST_F(TieredCacheOfTwo, ForgetsInMemoryWhatExpires) {
  cache_.get("k", [&](auto, const auto&) { return entry("old", in_seconds(10)); });

  clock_.advance(std::chrono::seconds(9));
  EXPECT_EQ(cache_.get("k", never).answer.origin, Origin::memory_cache);
  clock_.advance(std::chrono::seconds(1));

  EXPECT_EQ(cache_.get("k", Counted("new")).entry->value, "new");
  EXPECT_EQ(cache_.stats().hits, 1U);
  EXPECT_EQ(cache_.stats().misses, 2U);
}

TEST_F(TieredCacheOfTwo, GivesAStillbornEntryButDoesNotKeepIt) {
  const auto found = cache_.get("k", [&](auto, const auto&) { return entry("v", in_seconds(0)); });

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(cache_.stats().entries, 0U);
}

TEST_F(TieredCacheOfTwo, HonoursTheTimeToLiveOfMemory) {
  support::FakeSteadyClock clock;
  TieredCacheOptions options;
  options.memory.time_to_live = std::chrono::seconds(10);
  options.memory.now = clock.function();
  TieredCache cache(options, {near_});
  cache.get("k", Counted("v"));

  clock.advance(std::chrono::seconds(10));

  EXPECT_EQ(cache.get("k", never).answer.origin, Origin::store);
}

TEST_F(TieredCacheOfTwo, SaysThatThereIsNoneAndAsksAgain) {
  Counted load([](auto, const auto&) { return std::nullopt; });

  const auto first = cache_.get("k", load);
  cache_.get("k", load);

  EXPECT_EQ(first.entry, nullptr);
  EXPECT_EQ(first.answer.origin, Origin::live);
  EXPECT_EQ(load.calls(), 2);
  EXPECT_EQ(near_->puts(), 0U);
}

TEST_F(TieredCacheOfTwo, ThrowsWhatTheLoaderThrewAndAsksAgain) {
  const CacheLoader broken = [](auto, const auto&) -> std::optional<CacheEntry> {
    throw ServiceError("no", "model", 429, std::chrono::seconds(7));
  };

  try {
    cache_.get("k", broken);
    FAIL() << "nothing was thrown";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.retry_after(), std::chrono::seconds(7));
  }

  EXPECT_EQ(cache_.get("k", Counted("v")).entry->value, "v");
}

TEST_F(TieredCacheOfTwo, RefusesALoaderThatAsksForItsOwnKey) {
  const CacheLoader circular = [this](std::string_view key, const CallOptions&) {
    return *cache_.get(std::string(key), never).entry;
  };

  EXPECT_THROW(cache_.get("k", circular), InvalidArgument);
  EXPECT_EQ(cache_.get("k", Counted("v")).entry->value, "v");
}

TEST_F(TieredCacheOfTwo, RefusesLoadersThatAskForEachOther) {
  CacheLoader other;
  const CacheLoader one = [&](auto, const auto&) { return *cache_.get("b", other).entry; };
  other = [&](auto, const auto&) { return *cache_.get("a", one).entry; };

  EXPECT_THROW(cache_.get("a", one), InvalidArgument);
}

TEST_F(TieredCacheOfTwo, LetsALoaderAskForAnotherKey) {
  const CacheLoader load = [this](auto, const auto&) { return *cache_.get("part", Counted("v")).entry; };

  EXPECT_EQ(cache_.get("k", load).entry->value, "v");
  EXPECT_EQ(cache_.get("part", never).answer.origin, Origin::memory_cache);
}

TEST_F(TieredCacheOfTwo, ForgetsWhatIsErasedInEveryTier) {
  cache_.get("k", Counted("old"));
  cache_.get("other", Counted("kept"));

  cache_.erase("k");

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.get("k", Counted("new")).entry->value, "new");
  EXPECT_EQ(cache_.get("other", never).entry->value, "kept");
}

TEST_F(TieredCacheOfTwo, ErasesInTheOtherTiersWhenOneFails) {
  cache_.get("k", Counted("old"));
  near_->fail_erase();

  EXPECT_THROW(cache_.erase("k"), StorageError);

  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.stats().entries, 0U);
}

TEST_F(TieredCacheOfTwo, GivesButDoesNotKeepWhatWasErasedWhileItWasLoaded) {
  const auto found = cache_.get("k", [this](auto, const auto&) {
    cache_.erase("k");
    return entry("old");
  });

  EXPECT_EQ(found.entry->value, "old");
  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.get("k", Counted("new")).entry->value, "new");
}

TEST_F(TieredCacheOfTwo, TakesBackWhatWasErasedWhileItWasPut) {
  far_->block_puts();
  std::jthread loading([this] { EXPECT_EQ(cache_.get("k", Counted("old")).entry->value, "old"); });
  far_->await_blocked(1);

  cache_.erase("k");
  far_->release();
  loading.join();

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.stats().entries, 0U);
}

TEST_F(TieredCacheOfTwo, DoesNotKeepWhatWasReadWhileItIsErased) {
  put(*far_, "k", entry("old"));
  far_->block_erasures();
  std::jthread erasing([this] { cache_.erase("k"); });
  far_->await_blocked(1);

  EXPECT_EQ(cache_.get("k", never).entry->value, "old");
  far_->release();
  erasing.join();

  EXPECT_EQ(in(*near_), "nothing");
  EXPECT_EQ(in(*far_), "nothing");
  EXPECT_EQ(cache_.stats().entries, 0U);
}

TEST_F(TieredCacheOfTwo, CountsHitsAndMissesOfMemory) {
  cache_.get("k", Counted("v"));
  cache_.get("k", never);
  cache_.get("k", never);

  const CacheStats stats = cache_.stats();

  EXPECT_EQ(stats.hits, 2U);
  EXPECT_EQ(stats.misses, 1U);
  EXPECT_EQ(stats.entries, 1U);
  EXPECT_GT(stats.weight, 0U);
}

TEST(TieredCache, KeepsWithinTheWeightOfItsMemory) {
  TieredCacheOptions options;
  options.memory.maximum_weight = 10'000;
  TieredCache cache(options);
  for (int i = 0; i < 200; ++i) {
    cache.get(std::to_string(i), Counted(std::string(400, 'x')));
    ASSERT_LE(cache.stats().weight, 10'000U);
  }

  EXPECT_GT(cache.stats().evictions, 0U);
  EXPECT_EQ(cache.get("huge", Counted(std::string(20'000, 'x'))).entry->value.size(), 20'000U);
}

TEST(TieredCache, LooksAgainBeforeItLoadsBecauseALoadMayHaveEndedSince) {
  FakeSystemClock clock;
  std::function<void()> after_first_look;
  TieredCacheOptions options;
  options.now = [&] {
    if (const auto act = std::exchange(after_first_look, nullptr)) act();
    return clock.now();
  };
  TieredCache cache(options);
  const auto expiry = std::chrono::floor<std::chrono::seconds>(clock.now()) + std::chrono::seconds(1);
  cache.get("k", [&](auto, const auto&) { return entry("old", expiry); });
  clock.advance(std::chrono::seconds(1));

  after_first_look = [&] { std::jthread([&] { cache.get("k", Counted("new")); }).join(); };
  const auto found = cache.get("k", never);

  ASSERT_NE(found.entry, nullptr);
  EXPECT_EQ(found.entry->value, "new");
  EXPECT_EQ(found.answer.origin, Origin::memory_cache);
}

TEST(TieredCache, ReportsATierThatAnswersNonsense) {
  class Silent final : public SharedCache {
   public:
    std::string name() const override { return "silent"; }
    Origin origin() const override { return Origin::shared_cache; }
    std::vector<std::optional<CacheEntry>> get(std::span<const std::string>, const CallOptions&) override { return {}; }
    void put(std::span<const std::pair<std::string, CacheEntry>>, const CallOptions&) override {}
    void erase(std::span<const std::string>, const CallOptions&) override {}
  };
  TieredCache cache({}, {std::make_shared<Silent>()});

  const auto found = cache.get("k", Counted("v"));

  EXPECT_EQ(found.entry->value, "v");
  EXPECT_TRUE(found.answer.degraded);
}

// Lets a test wait until threads have come somewhere.
class Arrivals {
 public:
  void arrive() {
    const std::scoped_lock lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void await(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// The memory's clock is read twice by every caller that misses, the second time when nothing can keep it from joining
// the load under way: that tells when all have joined.
class SingleFlight : public testing::Test {
 protected:
  static constexpr int threads = 64;
  static constexpr int looks_of_a_miss = 2;

  TieredCacheOptions options() {
    TieredCacheOptions options;
    options.memory.time_to_live = std::chrono::hours(1);
    options.memory.now = [this] {
      looks_.arrive();
      return std::chrono::steady_clock::time_point(std::chrono::hours(1));
    };
    return options;
  }

  void await_callers(int callers) { looks_.await(looks_of_a_miss * callers); }

  template <class Call>
  static void on_all_threads(const Call& call) {
    std::latch start(threads);
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&] {
        start.arrive_and_wait();
        call();
      });
    }
  }

  Arrivals looks_;
  TieredCache cache_{options()};
};

TEST_F(SingleFlight, LoadsOnceForAllWhoWait) {
  Counted load([this](auto, const auto&) {
    await_callers(threads);
    return entry("v");
  });
  std::mutex mutex;
  std::vector<CachedValue> found;

  on_all_threads([&] {
    auto value = cache_.get("k", load);
    const std::scoped_lock lock(mutex);
    found.push_back(std::move(value));
  });

  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(found.size(), std::size_t{threads});
  EXPECT_TRUE(std::ranges::all_of(found, [&](const CachedValue& value) {
    return value.entry == found.front().entry && value.answer.origin == Origin::live &&
           value.answer.elapsed.count() > 0;
  }));
}

TEST_F(SingleFlight, SharesAFailureWithAllWhoWait) {
  Counted load([this](auto, const auto&) -> std::optional<CacheEntry> {
    await_callers(threads);
    throw ServiceError("no more today", "model", 429, std::chrono::seconds(7));
  });
  std::atomic<int> failures = 0;

  on_all_threads([&] {
    try {
      cache_.get("k", load);
    } catch (const ServiceError& error) {
      failures += error.status() == 429 && std::string_view(error.what()) == "no more today" ? 1 : 0;
    }
  });

  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(failures, threads);
  EXPECT_EQ(cache_.get("k", Counted("v")).entry->value, "v");
}

TEST_F(SingleFlight, SharesThatThereIsNone) {
  Counted load([this](auto, const auto&) -> std::optional<CacheEntry> {
    await_callers(threads);
    return std::nullopt;
  });
  std::atomic<int> without = 0;

  on_all_threads([&] { without += cache_.get("k", load).entry == nullptr ? 1 : 0; });

  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(without, threads);
}

TEST_F(SingleFlight, LoadsOnceWithoutAnyoneBeingTold) {
  Counted load("v");

  on_all_threads([&] { EXPECT_EQ(cache_.get("k", load).entry->value, "v"); });

  EXPECT_EQ(load.calls(), 1);
}

TEST_F(SingleFlight, LoadsDifferentKeysAtTheSameTime) {
  std::latch both(2);
  const CacheLoader load = [&](std::string_view key, const CallOptions&) {
    both.arrive_and_wait();
    return entry(std::string(key));
  };

  std::jthread other([&] { EXPECT_EQ(cache_.get("b", load).entry->value, "b"); });
  EXPECT_EQ(cache_.get("a", load).entry->value, "a");
}

TEST_F(SingleFlight, LetsOneWhoWaitsGiveUpAtItsDeadline) {
  std::latch gave_up(1);
  std::jthread loading([&] {
    cache_.get("k", [&](auto, const auto&) {
      gave_up.wait();
      return entry("v");
    });
  });
  await_callers(1);

  const auto past = std::chrono::steady_clock::now();
  EXPECT_THROW(cache_.get("k", never, {.deadline = past, .stop = {}}), Timeout);
  gave_up.count_down();
  loading.join();

  EXPECT_EQ(cache_.get("k", never).entry->value, "v");
}

TEST_F(SingleFlight, LetsOneWhoWaitsGiveUpWhenStopped) {
  std::latch gave_up(1);
  std::jthread loading([&] {
    cache_.get("k", [&](auto, const auto&) {
      gave_up.wait();
      return entry("v");
    });
  });
  await_callers(1);
  std::stop_source stop;
  std::jthread waiting([&] { EXPECT_THROW(cache_.get("k", never, {.stop = stop.get_token()}), Timeout); });
  await_callers(2);

  stop.request_stop();
  waiting.join();
  gave_up.count_down();
  loading.join();

  EXPECT_EQ(cache_.get("k", never).entry->value, "v");
}

TEST_F(SingleFlight, GoesOnWithTheNextWhenTheFirstWasStopped) {
  std::stop_source stop;
  std::jthread first([&] {
    const CacheLoader abandoned = [&](auto, const CallOptions& call) -> std::optional<CacheEntry> {
      await_callers(2);
      stop.request_stop();
      throw Timeout(call.stop.stop_requested() ? "stopped" : "not stopped", "model");
    };
    EXPECT_THROW(cache_.get("k", abandoned, {.stop = stop.get_token()}), Timeout);
  });
  await_callers(1);

  const auto found = cache_.get("k", Counted("v"));

  EXPECT_EQ(found.entry->value, "v");
}

TEST_F(SingleFlight, HandsAnErasedLoadToThoseWhoWaitAndLoadsAnewForOthers) {
  std::latch erased(1);
  std::jthread first([&] {
    const auto found = cache_.get("k", [&](auto, const auto&) {
      erased.wait();
      return entry("old");
    });
    EXPECT_EQ(found.entry->value, "old");
  });
  await_callers(1);
  std::jthread joined([&] { EXPECT_EQ(cache_.get("k", never).entry->value, "old"); });
  await_callers(2);

  cache_.erase("k");
  EXPECT_EQ(cache_.get("k", Counted("new")).entry->value, "new");
  erased.count_down();
  first.join();
  joined.join();

  EXPECT_EQ(cache_.get("k", never).entry->value, "new");
}

TEST(TieredCache, NeverGivesOneKeyTheValueOfAnotherUnderConcurrentUse) {
  const auto near = std::make_shared<InMemorySharedCache>("near", Origin::store);
  TieredCacheOptions options;
  options.memory.maximum_weight = 4'000;
  TieredCache cache(options, {near});
  std::atomic<int> wrong = 0;
  const CacheLoader load = [](std::string_view key, const CallOptions&) -> std::optional<CacheEntry> {
    if (key.back() == '3') throw ServiceError("no", "model", 500);
    return entry(std::string(key));
  };

  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 8; ++seed) {
      threads.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (int i = 0; i < 1000; ++i) {
          const std::string key = std::to_string(random() % 40);
          if (i % 20 == 0) cache.erase(key);
          if (i % 100 == 0) near->fail_get(i % 200 == 0);
          try {
            if (cache.get(key, load).entry->value != key) ++wrong;
          } catch (const ServiceError&) {
            if (key.back() != '3') ++wrong;
          }
        }
      });
    }
  }

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace pilling
