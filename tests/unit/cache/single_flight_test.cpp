#include <algorithm>
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;

class SingleFlight : public TiersFixture {
 protected:
  static constexpr int threads = 64;

  // Each call looks up the memory once before it boards a flight.
  void await_calls(std::uint64_t calls) {
    await([&] { return cache_.stats().memory.misses + cache_.stats().memory.hits >= calls; });
  }

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

  Gate gate_;
  Texts cache_{in_memory_only(), text_codec()};
};

TEST_F(SingleFlight, LoadsOnceForAllWhoWait) {
  Counted load([this](auto, const auto&) {
    await_calls(threads);
    return text("v");
  });
  std::mutex mutex;
  std::vector<CachedValue<std::string>> found;

  on_all_threads([&] {
    auto value = cache_.get("k", load);
    const std::scoped_lock lock(mutex);
    found.push_back(std::move(value));
  });

  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(found.size(), std::size_t{threads});
  EXPECT_TRUE(std::ranges::all_of(found, [&](const auto& one) { return one.value == found.front().value; }));
  EXPECT_EQ(cache_.stats().loads, 1U);
}

TEST_F(SingleFlight, SharesAFailureWithAllWhoWait) {
  Counted load([this](auto, const auto&) -> std::optional<LoadedText> {
    await_calls(threads);
    throw ServiceError("no more today", "model", 429, std::chrono::seconds(7));
  });
  std::atomic<int> failures = 0;

  on_all_threads([&] {
    try {
      cache_.get("k", load);
    } catch (const ServiceError& error) {
      const bool is_same = error.status() == 429 && std::string_view(error.what()) == "no more today" &&
                           error.retry_after() == std::chrono::seconds(7);
      failures += is_same ? 1 : 0;
    }
  });

  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(failures, threads);
}

TEST_F(SingleFlight, SharesThatThereIsNone) {
  Counted load([this](auto, const auto&) -> std::optional<LoadedText> {
    await_calls(threads);
    return std::nullopt;
  });
  std::atomic<int> without = 0;

  on_all_threads([&] { without += cache_.get("k", load).value == nullptr ? 1 : 0; });

  EXPECT_EQ(load.calls(), 1);
  EXPECT_EQ(without, threads);
}

TEST_F(SingleFlight, LoadsDifferentKeysAtTheSameTime) {
  std::latch both(2);
  const TextLoader load = [&](std::string_view key, const CallOptions&) {
    both.arrive_and_wait();
    return text(std::string(key));
  };

  std::jthread other([&] { EXPECT_EQ(get(cache_, load, "b"), "b"); });
  EXPECT_EQ(get(cache_, load, "a"), "a");
}

TEST_F(SingleFlight, LetsOneWhoWaitsGiveUpAtItsDeadline) {
  std::jthread loading([&] { EXPECT_EQ(get(cache_, held(gate_, gives("v"))), "v"); });
  gate_.await_arrivals(1);

  EXPECT_THROW(cache_.get("k", never(), without_time()), Timeout);
  gate_.open();
  loading.join();

  EXPECT_EQ(get(cache_, never()), "v");
}

TEST_F(SingleFlight, LetsOneWhoWaitsGiveUpWhenStopped) {
  std::jthread loading([&] { EXPECT_EQ(get(cache_, held(gate_, gives("v"))), "v"); });
  gate_.await_arrivals(1);
  std::stop_source stop;
  std::jthread waiting([&] { EXPECT_THROW(cache_.get("k", never(), {.stop = stop.get_token()}), Timeout); });
  await_calls(2);

  stop.request_stop();
  waiting.join();
  gate_.open();
  loading.join();

  EXPECT_EQ(get(cache_, never()), "v");
}

TEST_F(SingleFlight, GoesOnLoadingWhenTheFirstWhoAskedGivesUp) {
  EXPECT_THROW(cache_.get("k", held(gate_, gives("v")), without_time()), Timeout);
  gate_.await_arrivals(1);
  std::jthread second([&] { EXPECT_EQ(get(cache_, never()), "v"); });
  await_calls(2);

  gate_.open();
}

TEST_F(SingleFlight, StopsALoadThatNobodyWaitsForWhenToldTo) {
  TieredCacheOptions frugal = in_memory_only();
  frugal.cancel_abandoned_loads = true;
  Texts cache(frugal, text_codec());

  UntilStopped load;

  EXPECT_THROW(cache.get("k", load, without_time()), Timeout);
  drain(cache);

  EXPECT_EQ(get(cache, gives("v")), "v");
  EXPECT_EQ(cache.stats().backed_off, 0U);
}

TEST_F(SingleFlight, KeepsNothingOfALoadThatWasAbandoned) {
  TieredCacheOptions frugal = in_memory_only();
  frugal.cancel_abandoned_loads = true;
  Texts cache(frugal, text_codec());
  for (const TextLoader& late : {gives("late"), gives_none(), fails()}) {
    Gate gate;
    Gate running;
    const TextLoader deaf = [&](std::string_view key, const CallOptions& call) {
      running.open();
      gate.pass();
      return late(key, call);
    };
    std::stop_source stop;
    std::jthread first([&] { EXPECT_THROW(cache.get("k", deaf, {.stop = stop.get_token()}), Timeout); });
    running.pass();
    stop.request_stop();
    first.join();

    EXPECT_EQ(get(cache, gives("new")), "new");
    gate.open();
    drain(cache);

    EXPECT_EQ(get(cache, never()), "new");
    cache.erase("k");
  }
}

TEST_F(SingleFlight, DoesNotStopALoadThatAnotherStillWaitsFor) {
  TieredCacheOptions frugal = in_memory_only();
  frugal.cancel_abandoned_loads = true;
  Texts cache(frugal, text_codec());
  std::jthread patient([&] { EXPECT_EQ(get(cache, held(gate_, gives("v"))), "v"); });
  gate_.await_arrivals(1);

  EXPECT_THROW(cache.get("k", never(), without_time()), Timeout);
  gate_.open();
}

TEST_F(SingleFlight, RefusesALoaderThatAsksForItsOwnKey) {
  const TextLoader circular = [this](std::string_view key, const CallOptions&) {
    return text(*cache_.get(std::string(key), never()).value);
  };

  EXPECT_THROW(cache_.get("k", circular), InvalidArgument);
  EXPECT_EQ(get(cache_, gives("v")), "v");
}

TEST_F(SingleFlight, LetsALoaderAskForAnotherKey) {
  const auto thread = std::make_shared<std::thread::id>();
  const TextLoader part = [=](auto, const auto&) {
    EXPECT_EQ(*thread, std::this_thread::get_id());
    return text("part");
  };
  const TextLoader load = [=, this](auto, const auto&) {
    *thread = std::this_thread::get_id();
    return text("with " + *cache_.get("part", part).value);
  };

  EXPECT_EQ(get(cache_, load), "with part");
  EXPECT_EQ(cache_.get("part", never()).answer.origin, Origin::memory_cache);
}

TEST_F(SingleFlight, LetsALoaderTakeOverAKeyThatWaitsInTheQueue) {
  TieredCacheOptions narrow = in_memory_only();
  narrow.pool = std::make_shared<WorkerPool>(WorkerPoolOptions{.threads = 1});
  Texts cache(narrow, text_codec());
  const TextLoader whole = [&](auto, const auto&) {
    gate_.pass();
    return text("with " + *cache.get("part", gives("part")).value);
  };
  std::jthread first([&] { EXPECT_EQ(get(cache, whole, "whole"), "with part"); });
  gate_.await_arrivals(1);
  std::jthread second([&] { EXPECT_EQ(get(cache, gives("part"), "part"), "part"); });
  await([&] { return narrow.pool->waiting() == 1; });

  gate_.open();
}

TEST_F(SingleFlight, DoesNotRefreshEarlyOnTheThreadOfALoaderThatHasAFreshValue) {
  TieredCacheOptions early = in_memory_only();
  early.early_refresh = 0.5;
  Texts cache(early, text_codec());
  cache.put("part", {.value = "old"});
  advance(fresh_for - std::chrono::seconds(1));
  std::thread::id loader;
  std::thread::id refresher;
  const TextLoader refresh = [&](auto, const auto&) {
    refresher = std::this_thread::get_id();
    return text("new");
  };

  EXPECT_EQ(get(cache,
                [&](auto, const auto&) {
                  loader = std::this_thread::get_id();
                  auto part = text(*cache.get("part", refresh).value);
                  await([&] { return cache.stats().loads == 2; });
                  return part;
                }),
            "old");
  drain(cache);

  EXPECT_NE(loader, refresher);
}

TEST_F(SingleFlight, HandsAnErasedLoadToThoseWhoWaitAndLoadsAnewForOthers) {
  std::jthread first([&] { EXPECT_EQ(get(cache_, held(gate_, gives("old"))), "old"); });
  gate_.await_arrivals(1);

  cache_.erase("k");
  EXPECT_EQ(get(cache_, gives("new")), "new");
  gate_.open();
  first.join();
  drain(cache_);

  EXPECT_EQ(get(cache_, never()), "new");
}

TEST_F(SingleFlight, PrefersWhatWasPutToWhatWasBeingLoaded) {
  std::jthread first([&] { EXPECT_EQ(get(cache_, held(gate_, gives("loaded"))), "loaded"); });
  gate_.await_arrivals(1);

  cache_.put("k", {.value = "put"});
  gate_.open();
  first.join();
  drain(cache_);

  EXPECT_EQ(get(cache_, never()), "put");
}

TEST_F(SingleFlight, StopsWhatIsUnderWayWhenTheCacheIsDestroyed) {
  UntilStopped load;
  {
    Texts cache(in_memory_only(), text_codec());
    EXPECT_THROW(cache.get("k", load, without_time()), Timeout);
    load.await_begin();
  }

  EXPECT_TRUE(load.was_stopped());
}

TEST_F(SingleFlight, StopsWhatWasErasedMeanwhileWhenTheCacheIsDestroyed) {
  UntilStopped load;
  {
    Texts cache(in_memory_only(), text_codec());
    EXPECT_THROW(cache.get("k", load, without_time()), Timeout);
    load.await_begin();
    cache.erase("k");
  }

  EXPECT_TRUE(load.was_stopped());
}

TEST_F(SingleFlight, StopsWhatALoaderAsksForWhenTheCacheIsBeingDestroyed) {
  UntilStopped part;
  std::atomic<bool> began_part = false;
  {
    Texts cache(in_memory_only(), text_codec());
    const TextLoader part_of_it = [&](std::string_view key, const CallOptions& call) {
      began_part = true;
      return TextLoader(part)(key, call);
    };
    const TextLoader whole = [&](std::string_view, const CallOptions& call) {
      gate_.open();
      await([&] { return call.stop.stop_requested(); });
      return text(*cache.get("part", part_of_it).value);
    };
    EXPECT_THROW(cache.get("k", whole, without_time()), Timeout);
    gate_.pass();
  }

  EXPECT_EQ(part.was_stopped(), began_part);
}

TEST_F(SingleFlight, ForgetsTheLoadersBeforeTheCacheIsGone) {
  for (int round = 0; round < 200; ++round) {
    const auto token = std::make_shared<int>();
    auto cache = std::make_unique<Texts>(in_memory_only(), text_codec());
    try {
      cache->get(
          "k", [token](auto, const auto&) { return text("v"); }, without_time());
    } catch (const Timeout&) {
    }

    cache.reset();

    ASSERT_EQ(token.use_count(), 1);
  }
}

}  // namespace
}  // namespace pilling
