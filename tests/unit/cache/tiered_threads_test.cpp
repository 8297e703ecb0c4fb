#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/random_tiers.hpp"
#include "support/rounds.hpp"

namespace pilling {
namespace {

using namespace support;
using std::chrono::milliseconds;
using std::chrono::seconds;

class TieredThreads : public RandomTiersFixture {};

// Many threads ask for few keys, round after round. Loads fail now and then, callers give up.
TEST_F(TieredThreads, LoadEachKeyOnceARoundForManyThreadsAndAnswerAll) {
  constexpr std::size_t threads = 64;
  constexpr std::size_t few = 4;
  for (std::uint64_t round = 0; round < rounds(100, 2000) && !HasFailure(); ++round) {
    TieredCacheOptions options = in_memory_only();
    Texts cache(options, text_codec());
    std::array<std::atomic<int>, few> loads{};
    std::array<std::atomic<int>, few> wrong{};
    std::atomic<std::size_t> answers = 0;
    std::latch start(threads);
    const TextLoader load = [&](std::string_view key, const CallOptions&) -> std::optional<LoadedText> {
      const std::size_t i = static_cast<std::size_t>(key.back() - '0');
      ++loads[i];
      if ((round + i) % 5 == 0) throw ServiceError("no", "model", 500);
      if ((round + i) % 5 == 1) return std::nullopt;
      return text(std::string(key));
    };
    {
      std::vector<std::jthread> callers;
      for (std::size_t thread = 0; thread < threads; ++thread) {
        callers.emplace_back([&, thread] {
          Random random(round * threads + thread);
          start.arrive_and_wait();
          for (std::size_t i = 0; i < few; ++i) {
            const std::size_t which = (i + thread) % few;
            const bool is_hasty = random.one_in(6);
            const bool is_stopped = random.one_in(6);
            std::stop_source stop;
            if (is_stopped) stop.request_stop();
            try {
              const auto found = cache.get(key_of(which), load,
                                           {.deadline = is_hasty ? std::chrono::steady_clock::now()
                                                                 : std::chrono::steady_clock::time_point::max(),
                                            .stop = stop.get_token()});
              if (value_of(found) != ((round + which) % 5 == 1 ? "none" : key_of(which))) ++wrong[which];
            } catch (const Timeout&) {
              if (!is_hasty && !is_stopped) ++wrong[which];
            } catch (const ServiceError&) {
              if ((round + which) % 5 != 0) ++wrong[which];
            }
            ++answers;
          }
        });
      }
    }
    drain(cache);
    for (std::size_t i = 0; i < few; ++i) {
      ASSERT_EQ(loads[i], 1) << "round " << round;
      ASSERT_EQ(wrong[i], 0) << "round " << round;
    }
    ASSERT_EQ(answers, threads * few);
  }
}

// The same with abandoned loads stopped: then a key may be loaded again, but nobody gets the failure of a load that
// another gave up.
TEST_F(TieredThreads, AnswerAllThoughAbandonedLoadsAreStopped) {
  constexpr std::size_t threads = 16;
  TieredCacheOptions frugal = in_memory_only();
  frugal.cancel_abandoned_loads = true;
  frugal.time_to_live = milliseconds(0);
  Texts cache(frugal, text_codec());
  std::atomic<int> wrong = 0;
  const TextLoader load = [&](std::string_view key, const CallOptions& call) -> std::optional<LoadedText> {
    for (int i = 0; i < 20; ++i) {
      if (call.stop.stop_requested()) throw ServiceError("was stopped", "model", 500);
      std::this_thread::yield();
    }
    return text(std::string(key));
  };
  {
    std::vector<std::jthread> callers;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      callers.emplace_back([&, thread] {
        Random random(thread);
        for (std::uint64_t i = 0; i < rounds(500, 5000); ++i) {
          const std::string key = key_of(random.below(2));
          const bool is_hasty = random.one_in(2);
          try {
            if (value_of(cache.get(key, load, is_hasty ? without_time() : CallOptions())) != key) ++wrong;
          } catch (const Timeout&) {
            wrong += is_hasty ? 0 : 1;
          } catch (const ServiceError&) {
            ++wrong;
          }
        }
      });
    }
  }
  drain(cache);

  EXPECT_EQ(wrong, 0);
}

// Nobody who asks after an erasure has ended gets what was loaded before it began, however the threads run.
TEST_F(TieredThreads, NeverGiveWhatWasErasedBeforeTheCallOnAnyThread) {
  std::atomic<int> source = 0;
  std::atomic<int> erased = 0;
  std::atomic<int> reads = 0;
  std::atomic<int> wrong = 0;
  TieredCacheOptions plain = options();
  plain.now = &std::chrono::system_clock::now;
  plain.steady_now = &std::chrono::steady_clock::now;
  Texts cache(plain, text_codec());
  const TextLoader load = [&](auto, const auto&) { return text(std::to_string(source), {"t"}); };
  {
    std::stop_source stop;
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        while (!stop.stop_requested()) {
          const int at_least = erased;
          ++reads;
          if (std::stoi(get(cache, load)) < at_least) ++wrong;
        }
      });
    }
    for (std::uint64_t i = 1; i <= rounds(2000, 20'000); ++i) {
      source = static_cast<int>(i);
      if (i % 3 == 0) {
        cache.erase("k");
      } else if (i % 3 == 1) {
        cache.invalidate_tag("t");
      } else {
        cache.invalidate_all();
      }
      erased = static_cast<int>(i);
      if (i % 10 == 0) await([&, before = reads.load()] { return reads > before; });
    }
    stop.request_stop();
  }
  drain(cache);

  EXPECT_EQ(wrong, 0);
}

// Nobody who asks after a put has ended gets an older value; at the end memory and both tiers have the last.
TEST_F(TieredThreads, NeverGiveWhatIsOlderThanWhatWasPutBeforeTheCallOnAnyThread) {
  std::atomic<int> put = 0;
  std::atomic<int> reads = 0;
  std::atomic<int> wrong = 0;
  Texts cache(options(), text_codec());
  cache.put("k", {.value = "0"});
  {
    std::stop_source stop;
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&, i] {
        while (!stop.stop_requested()) {
          const int at_least = put;
          ++reads;
          if (std::stoi(value_of(cache.get("k", never(), {}, i == 0 ? Access::batch : Access::user))) < at_least)
            ++wrong;
        }
      });
    }
    for (std::uint64_t i = 1; i <= rounds(2000, 20'000); ++i) {
      cache.put("k", {.value = std::to_string(i)}, {}, i % 5 == 0 ? Access::batch : Access::user);
      put = static_cast<int>(i);
      if (i % 10 == 0) await([&, before = reads.load()] { return reads > before; });
    }
    stop.request_stop();
  }
  drain(cache);

  EXPECT_EQ(wrong, 0);
  const std::string last = std::to_string(put);
  EXPECT_EQ(get(cache, never()), last);
  EXPECT_EQ(in(*near_), last);
  EXPECT_EQ(in(*far_), last);
}

TEST_F(TieredThreads, LetMemoryAndTiersAgreeWhoeverOfTwoThreadsPutLast) {
  for (std::uint64_t round = 0; round < rounds(300, 5000); ++round) {
    advance(seconds(1));
    Texts cache(options(), text_codec());
    {
      std::latch start(2);
      const auto put = [&](const char* value) {
        start.arrive_and_wait();
        cache.put("k", {.value = value});
      };
      const std::jthread one(put, "one");
      const std::jthread other(put, "other");
    }
    ASSERT_EQ(get(cache, never()), in(*near_));
    ASSERT_EQ(in(*near_), in(*far_));
  }
}

TEST_F(TieredThreads, LetCachesBeDestroyedWhateverIsUnderWay) {
  for (std::uint64_t seed = 0; seed < rounds(300, 5000); ++seed) {
    Random random(seed);
    TieredCacheOptions narrow = options();
    narrow.pool = std::make_shared<WorkerPool>(
        WorkerPoolOptions{.threads = 1 + random.below(3), .queue_length = 1 + random.below(4)});
    narrow.early_refresh = 0.5;
    narrow.cancel_abandoned_loads = random.one_in(2);
    narrow.save_hot_keys_every = milliseconds(0);
    auto cache = std::make_unique<Texts>(narrow, text_codec());
    if (random.one_in(2)) narrow.pool.reset();
    cache->put("key0", {.value = "v"});
    advance(fresh_for - seconds(1));
    if (random.one_in(3)) near_->block_puts();
    if (random.one_in(3)) far_->block_gets();
    if (random.one_in(3)) far_->block_puts();
    const TextLoader load = [&](std::string_view key, const CallOptions& call) -> std::optional<LoadedText> {
      if (key.back() == '1') await([&] { return call.stop.stop_requested(); });
      if (key.back() == '2') throw ServiceError("no", "model", 500);
      return text(std::string(key));
    };
    for (std::size_t i = 0; i < 8; ++i) {
      try {
        cache->get(key_of(random.below(keys)), load, without_time(), random.one_in(3) ? Access::batch : Access::user);
        if (random.one_in(6)) cache->invalidate_all(without_time());
      } catch (const Error&) {
      }
    }
    // Tiers honour the stop of a load; what they are given afterwards ends with the tier's own time.
    const std::jthread releasing([&] {
      near_->release();
      far_->release();
    });
    cache.reset();
  }
}

TEST(WorkerPoolProperties, DestroyWhatWaitsAndFinishWhatRuns) {
  class Piece final : public WorkerPool::Work {
   public:
    Piece(std::atomic<int>& alive, std::atomic<int>& runs) : alive_(alive), runs_(runs) { ++alive_; }
    ~Piece() override { --alive_; }
    void run() noexcept override {
      std::this_thread::yield();
      ++runs_;
    }

   private:
    std::atomic<int>& alive_;
    std::atomic<int>& runs_;
  };
  for (std::uint64_t seed = 0; seed < rounds(500, 5000); ++seed) {
    Random random(seed);
    std::atomic<int> alive = 0;
    std::atomic<int> runs = 0;
    std::size_t refused = 0;
    {
      WorkerPool pool({.threads = 1 + random.below(4), .queue_length = 10, .reserved_threads = random.below(4)});
      for (std::size_t i = 0; i < random.below(60); ++i) {
        const auto lane = static_cast<Lane>(random.below(3));
        if (pool.submit(lane, std::make_unique<Piece>(alive, runs))) ++refused;
      }
      EXPECT_EQ(pool.refused(), refused);
    }
    ASSERT_EQ(alive, 0);
  }
}

TEST(WorkerPoolProperties, StarveNoLaneOnceTheMoreUrgentOnesAreEmpty) {
  class Counting final : public WorkerPool::Work {
   public:
    explicit Counting(std::atomic<int>& runs) : runs_(runs) {}
    void run() noexcept override { ++runs_; }

   private:
    std::atomic<int>& runs_;
  };
  for (std::size_t threads = 1; threads <= 4; ++threads) {
    for (std::size_t reserved = 0; reserved <= 4; ++reserved) {
      std::atomic<int> runs = 0;
      WorkerPool pool({.threads = threads, .queue_length = 1000, .reserved_threads = reserved});
      for (int i = 0; i < 300; ++i) {
        ASSERT_EQ(pool.submit(static_cast<Lane>(i % 3), std::make_unique<Counting>(runs)), nullptr);
      }
      await([&] { return runs == 300; });
    }
  }
}

}  // namespace
}  // namespace pilling
