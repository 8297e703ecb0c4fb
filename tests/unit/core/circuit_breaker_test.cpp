#include "pilling/circuit_breaker.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds quick{1};

struct Breaker : testing::Test {
  support::FakeSteadyClock clock;
  std::atomic<double> chance = 0;
  CircuitBreakerOptions options{.window_time = seconds(30),
                                .minimum_calls = 5,
                                .slow_call = seconds(10),
                                .first_open = seconds(5),
                                .longest_open = seconds(60)};
  std::optional<CircuitBreaker> made;

  CircuitBreaker& breaker() {
    if (!made)
      made.emplace("example.test", options,
                   ResilienceHooks{.random = [this] { return chance.load(); }, .now = clock.function()});
    return *made;
  }
  void succeed(int times = 1) {
    for (int i = 0; i < times; ++i) breaker().begin().succeeded(quick);
  }
  void fail(int times = 1) {
    for (int i = 0; i < times; ++i) breaker().begin().failed(quick);
  }
  void open() { fail(options.minimum_calls); }
  void half_open() {
    open();
    clock.advance(breaker().stats().open_for);
    ASSERT_EQ(breaker().state(), BreakerState::half_open);
  }
  bool is_refused() {
    try {
      breaker().begin().ignored();
      return false;
    } catch (const Refused&) {
      return true;
    }
  }
};

TEST_F(Breaker, LetsCallsThroughWhileTheyMostlySucceed) {
  for (int i = 0; i < 100; ++i) {
    succeed(2);
    fail();
  }

  EXPECT_EQ(breaker().state(), BreakerState::closed);
  EXPECT_EQ(breaker().stats().window_calls, 20);
}

TEST_F(Breaker, OpensAtTheFailureRateAndSaysForHowLong) {
  succeed(5);
  fail(4);
  EXPECT_EQ(breaker().state(), BreakerState::closed);
  fail();

  try {
    breaker().begin();
    FAIL() << "nothing was thrown";
  } catch (const Refused& error) {
    EXPECT_EQ(std::string(error.what()),
              "example.test failed or was slow too often just before; it is left alone for up to 5000 ms more");
  }
  EXPECT_THROW(breaker().check(), Refused);
  EXPECT_EQ(breaker().stats().refused, 2u);
  EXPECT_EQ(breaker().stats().opened, 1u);
}

TEST_F(Breaker, DoesNotJudgeByAFewCalls) {
  fail(4);
  EXPECT_EQ(breaker().state(), BreakerState::closed);

  fail();
  EXPECT_EQ(breaker().state(), BreakerState::open);
}

TEST_F(Breaker, ForgetsCallsByTime) {
  fail(4);
  clock.advance(seconds(31));
  fail(4);

  EXPECT_EQ(breaker().state(), BreakerState::closed);
  EXPECT_EQ(breaker().stats().window_failures, 4);
}

TEST_F(Breaker, ForgetsCallsByCount) {
  succeed(6);
  fail(4);
  succeed(20);
  EXPECT_EQ(breaker().stats().window_failures, 0);

  fail(9);
  EXPECT_EQ(breaker().state(), BreakerState::closed);
  fail();
  EXPECT_EQ(breaker().state(), BreakerState::open);
}

TEST_F(Breaker, OpensForCallsThatAreSlowThoughTheySucceed) {
  for (int i = 0; i < 5; ++i) breaker().begin().succeeded(seconds(10));

  EXPECT_EQ(breaker().state(), BreakerState::open);
}

TEST_F(Breaker, CountsNothingOfWhichNothingIsTold) {
  for (int i = 0; i < 10; ++i) breaker().begin().ignored();
  for (int i = 0; i < 10; ++i) static_cast<void>(breaker().begin());

  EXPECT_EQ(breaker().stats().window_calls, 0);
}

TEST_F(Breaker, StaysOpenForLongerEachTimeButNotForEver) {
  chance = 0;
  std::vector<milliseconds> times;
  open();
  for (int i = 0; i < 6; ++i) {
    times.push_back(breaker().stats().open_for);
    clock.advance(times.back());
    fail();
  }

  EXPECT_EQ(times,
            (std::vector<milliseconds>{seconds(5), seconds(10), seconds(20), seconds(40), seconds(60), seconds(60)}));
}

TEST_F(Breaker, StaysOpenLongerByChance) {
  chance = 0.5;
  open();

  EXPECT_EQ(breaker().stats().open_for, milliseconds(5625));
}

TEST_F(Breaker, StaysOpenForAsLongAsTheServiceNames) {
  fail(4);
  breaker().begin().failed(quick, seconds(90));
  EXPECT_EQ(breaker().stats().open_for, seconds(90));

  clock.advance(seconds(90));
  breaker().begin().failed(quick, std::chrono::hours(1000));
  EXPECT_EQ(breaker().stats().open_for, std::chrono::hours(1));
}

TEST_F(Breaker, ProbesOneAtATimeFirstThenMoreThenCloses) {
  options.probes = 4;
  half_open();
  CircuitBreaker::Call first = breaker().begin();
  EXPECT_TRUE(first.is_probe());
  EXPECT_TRUE(is_refused());

  first.succeeded(quick);
  CircuitBreaker::Call second = breaker().begin();
  CircuitBreaker::Call third = breaker().begin();
  EXPECT_TRUE(is_refused());

  second.succeeded(quick);
  third.succeeded(quick);
  EXPECT_EQ(breaker().state(), BreakerState::half_open);
  succeed();
  EXPECT_EQ(breaker().state(), BreakerState::closed);
  EXPECT_FALSE(breaker().begin().is_probe());
}

TEST_F(Breaker, BeginsWithTheFirstWaitAfterItHasClosed) {
  half_open();
  succeed(3);
  open();

  EXPECT_EQ(breaker().stats().open_for, seconds(5));
}

TEST_F(Breaker, OpensAgainWhenAProbeFailsOrIsSlow) {
  half_open();
  succeed();
  fail();
  EXPECT_EQ(breaker().state(), BreakerState::open);

  clock.advance(breaker().stats().open_for);
  breaker().begin().succeeded(seconds(10));
  EXPECT_EQ(breaker().state(), BreakerState::open);
}

TEST_F(Breaker, TriesAnotherProbeWhenOneIsIgnored) {
  half_open();
  breaker().begin().ignored();

  EXPECT_EQ(breaker().state(), BreakerState::half_open);
  succeed(3);
  EXPECT_EQ(breaker().state(), BreakerState::closed);
}

TEST_F(Breaker, WritesOffAProbeThatNeverEnds) {
  half_open();
  CircuitBreaker::Call lost = breaker().begin();
  clock.advance(options.longest_probe - milliseconds(1));
  EXPECT_TRUE(is_refused());
  clock.advance(milliseconds(1));

  succeed(3);

  EXPECT_EQ(breaker().state(), BreakerState::closed);
  EXPECT_EQ(breaker().stats().written_off, 1u);
  lost.failed(quick);
  EXPECT_EQ(breaker().stats().window_failures, 0);
}

TEST_F(Breaker, StaysUsableWhileItIsProbedOnceAnHour) {
  half_open();
  for (int i = 0; i < 3; ++i) {
    clock.advance(std::chrono::hours(1));
    succeed();
  }

  EXPECT_EQ(breaker().state(), BreakerState::closed);
}

TEST_F(Breaker, PaysNoAttentionToCallsFromBeforeTheLastChange) {
  CircuitBreaker::Call old = breaker().begin();
  CircuitBreaker::Call older = breaker().begin();
  half_open();

  old.failed(quick);
  EXPECT_EQ(breaker().state(), BreakerState::half_open);
  older.succeeded(quick);
  succeed(2);
  EXPECT_EQ(breaker().state(), BreakerState::half_open);
}

TEST_F(Breaker, IsToldOnceHoweverACallIsMoved) {
  CircuitBreaker::Call call = breaker().begin();
  CircuitBreaker::Call moved = std::move(call);
  moved.succeeded(quick);
  moved.failed(quick);
  moved = breaker().begin();

  EXPECT_EQ(breaker().stats().window_calls, 1);
}

TEST_F(Breaker, NeedsOptionsThatMakeSense) {
  const auto make = [](CircuitBreakerOptions wrong) { CircuitBreaker("x", wrong); };

  EXPECT_THROW(make({.window_calls = 0}), InvalidArgument);
  EXPECT_THROW(make({.window_calls = 2}), InvalidArgument);
  EXPECT_THROW(make({.failure_rate = 0}), InvalidArgument);
  EXPECT_THROW(make({.first_open = milliseconds(0)}), InvalidArgument);
  EXPECT_THROW(make({.probes = 0}), InvalidArgument);
}

// Whatever races, there are never more probes at a time than there is room for, and it closes in the end.
TEST_F(Breaker, LetsNoMoreProbesThroughThanThereIsRoomForWhenThreadsRace) {
  options.probes = 8;
  half_open();
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  std::atomic<int> probes = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        while (breaker().state() != BreakerState::closed) {
          try {
            CircuitBreaker::Call call = breaker().begin();
            if (!call.is_probe()) return;
            ++probes;
            const int now = ++under_way;
            for (int known = most; known < now && !most.compare_exchange_weak(known, now);) {
            }
            --under_way;
            call.succeeded(quick);
          } catch (const Refused&) {
          }
        }
      });
    }
  }

  EXPECT_EQ(breaker().state(), BreakerState::closed);
  EXPECT_LE(most, 4);
  EXPECT_EQ(probes, 8);
}

TEST_F(Breaker, KeepsItsCountsWhenThreadsRaceThroughAllStates) {
  std::atomic<int> refused = 0;
  breaker();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int call = 0; call < 2000; ++call) {
          try {
            CircuitBreaker::Call made_call = breaker().begin();
            (call + i) % 3 == 0 ? made_call.succeeded(quick) : made_call.failed(quick);
          } catch (const Refused&) {
            ++refused;
            clock.advance(seconds(1));
          }
        }
      });
    }
  }

  const CircuitBreakerStats stats = breaker().stats();
  EXPECT_EQ(stats.refused, static_cast<std::uint64_t>(refused));
  EXPECT_GT(stats.opened, 1u);
  EXPECT_LE(stats.window_failures, stats.window_calls);
}

}  // namespace
}  // namespace pilling
