#include "pilling/rate_limiter.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/token_bucket.hpp"
#include "pilling/error.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Limiter : testing::Test {
  support::FakeSteadyClock clock;
  std::vector<milliseconds> waits;
  RateLimiterOptions options{.requests_per_minute = 60, .tokens_per_minute = 6000, .ramp = milliseconds(0)};
  std::optional<RateLimiter> made;

  ResilienceHooks hooks() {
    return {.wait =
                [this](milliseconds wait, const CallOptions&) {
                  waits.push_back(wait);
                  clock.advance(wait);
                },
            .random = [] { return 0.0; },
            .now = clock.function()};
  }
  RateLimiter& limiter() {
    if (!made) made.emplace("example.test", options, hooks());
    return *made;
  }
  RateLimiter::Permit acquire(std::uint64_t tokens = 0) { return limiter().acquire({}, tokens); }
  void fill() {
    limiter();
    clock.advance(minutes(2));
  }
};

TEST_F(Limiter, StartsATenthFullAndFillsByTime) {
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 6);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 600);

  for (int i = 0; i < 6; ++i) acquire();
  EXPECT_TRUE(waits.empty());
  acquire();
  acquire();
  EXPECT_EQ(waits, (std::vector{milliseconds(1000), milliseconds(1000)}));

  clock.advance(minutes(10));
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 60);
}

TEST_F(Limiter, FillsSlowlyAtFirst) {
  options.ramp = seconds(30);
  for (int i = 0; i < 6; ++i) acquire();

  // Integral of 0.1 + 0.9 t / 30 over 30 s: 16.5 requests.
  clock.advance(seconds(30));
  EXPECT_NEAR(limiter().stats().requests, 16.5, 1e-6);
  clock.advance(seconds(10));
  EXPECT_NEAR(limiter().stats().requests, 26.5, 1e-6);
}

TEST_F(Limiter, WaitsNoLongerThanTheRampMakesNecessary) {
  options.ramp = seconds(30);
  for (int i = 0; i < 6; ++i) acquire();

  acquire();

  // 0.1 t + 0.015 t² = 1.
  EXPECT_EQ(waits, std::vector{milliseconds(5486)});
}

TEST(RampedTime, ComesBackToTheSameTime) {
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    const core::RampedTime time(share, seconds(30));
    for (const double real : {0.0, 0.5, 12.0, 29.999, 30.0, 31.0, 1e6}) {
      EXPECT_NEAR(time.when(time.at(real)), real, 1e-6) << share;
    }
  }
}

TEST_F(Limiter, LetsTheFirstCallThroughHoweverLowTheLimit) {
  options.requests_per_minute = 1;
  acquire();
  EXPECT_TRUE(waits.empty());

  acquire();
  EXPECT_EQ(waits, std::vector{milliseconds(60'000)});
}

TEST_F(Limiter, IsNoLimitWithoutOptions) {
  options = {};
  for (int i = 0; i < 10'000; ++i) acquire(1'000'000);

  EXPECT_TRUE(waits.empty());
}

TEST_F(Limiter, CountsTokensBesideRequests) {
  fill();
  acquire(6000);
  acquire(500);

  EXPECT_EQ(waits, std::vector{milliseconds(5000)});
}

TEST_F(Limiter, GivesBackWhatAnEstimateWasTooHighAndTakesWhatItWasTooLow) {
  fill();
  const auto first = acquire(1000);
  limiter().settle(first, 200);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 5800);
  const auto second = acquire(1000);
  limiter().settle(second, 1500);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 4300);

  limiter().give_back(acquire(1000));
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 4300);
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 58);
}

TEST_F(Limiter, RefusesWhatNoWaitWouldMakeFit) { EXPECT_THROW(acquire(6001), Refused); }

TEST_F(Limiter, RefusesWhoseDeadlineComesBeforeTheirTurnAndTakesNothing) {
  for (int i = 0; i < 6; ++i) acquire();
  try {
    limiter().acquire({.deadline = clock.now() + milliseconds(1000)});
    FAIL() << "nothing was thrown";
  } catch (const Refused& error) {
    EXPECT_EQ(std::string(error.what()), "example.test is at its rate limit; try again in 1000 ms");
  }
  EXPECT_TRUE(waits.empty());
  EXPECT_EQ(limiter().stats().refused, 1u);

  limiter().acquire({.deadline = clock.now() + milliseconds(1001)});
  EXPECT_EQ(waits, std::vector{milliseconds(1000)});
}

TEST_F(Limiter, RefusesWhoWouldWaitForTooLong) {
  options.longest_wait = seconds(2);
  for (int i = 0; i < 6; ++i) acquire();
  limiter().close_for(seconds(3));

  EXPECT_THROW(acquire(), Refused);
}

TEST_F(Limiter, TurnsAStopDuringTheWaitIntoATimeoutAndTakesNothing) {
  std::stop_source stop;
  ResilienceHooks stopping = hooks();
  stopping.wait = [&](milliseconds, const CallOptions&) { stop.request_stop(); };
  RateLimiter limiter("example.test", options, stopping);
  for (int i = 0; i < 6; ++i) limiter.acquire({});

  EXPECT_THROW(limiter.acquire({.stop = stop.get_token()}), Timeout);

  EXPECT_DOUBLE_EQ(limiter.stats().requests, 0);
}

TEST_F(Limiter, IsClosedForAsLongAsTheServiceAsks) {
  fill();
  limiter().close_for(seconds(7));
  EXPECT_EQ(limiter().stats().closed_for, seconds(7));

  acquire();
  acquire();

  EXPECT_EQ(waits, std::vector{milliseconds(7000)});
}

TEST_F(Limiter, SpreadsThoseWhoWereSentAway) {
  ResilienceHooks jittering = hooks();
  jittering.random = [] { return 0.5; };
  RateLimiter limiter("example.test", options, jittering);
  limiter.close_for(seconds(30));

  limiter.acquire({});

  EXPECT_EQ(waits, std::vector{milliseconds(31'500)});
}

TEST_F(Limiter, HoldsThoseBackWhoWaitAlreadyWhenTheServiceClosesIt) {
  ResilienceHooks closing = hooks();
  closing.wait = [this](milliseconds wait, const CallOptions&) {
    waits.push_back(wait);
    clock.advance(wait);
    if (waits.size() == 1) limiter().close_for(seconds(3));
  };
  made.emplace("example.test", options, closing);
  for (int i = 0; i < 6; ++i) acquire();

  acquire();

  EXPECT_EQ(waits, (std::vector{milliseconds(1000), milliseconds(3000)}));
}

TEST_F(Limiter, LearnsALimitFromAReply) {
  options = {.ramp = milliseconds(0)};
  const auto permit = acquire(100);

  limiter().apply(permit, {.requests = {.limit = 10, .remaining = 2, .reset = seconds(48)},
                           .tokens = {.limit = 5000, .remaining = 4900, .reset = milliseconds(1200)}});

  EXPECT_DOUBLE_EQ(limiter().stats().requests, 2);
  EXPECT_DOUBLE_EQ(limiter().stats().requests_per_minute, 10);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 4900);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens_per_minute, 5000);
  acquire();
  acquire();
  acquire();
  EXPECT_EQ(waits, std::vector{milliseconds(6000)});
}

TEST_F(Limiter, StaysBelowItsOwnOptionsWhateverAReplyAllows) {
  fill();
  const auto permit = acquire();

  limiter().apply(permit, {.requests = {.limit = 10'000, .remaining = 9'999, .reset = milliseconds(6)}});

  EXPECT_DOUBLE_EQ(limiter().stats().requests_per_minute, 60);
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 59);
}

TEST_F(Limiter, DoesNotBelieveARestBeforeItHasRampedUp) {
  options.ramp = seconds(30);
  const auto permit = acquire();

  limiter().apply(permit, {.requests = {.limit = 60, .remaining = 59}});

  EXPECT_DOUBLE_EQ(limiter().stats().requests, 5);
}

TEST_F(Limiter, SeesALimitOfADayInItsReset) {
  fill();
  const auto permit = acquire();

  limiter().apply(permit, {.requests = {.limit = 200, .remaining = 20, .reset = minutes(1296)}});

  // 180 come back in 1,296 minutes.
  EXPECT_NEAR(limiter().stats().requests_per_minute, 180.0 / 1296, 1e-9);
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 20);
}

TEST_F(Limiter, DoesNotReadTooMuchIntoAResetThatIsRounded) {
  options.requests_per_minute = 600;
  fill();
  const auto permit = acquire();

  limiter().apply(permit, {.requests = {.limit = 600, .remaining = 599, .reset = seconds(1)}});

  EXPECT_DOUBLE_EQ(limiter().stats().requests_per_minute, 600);
}

TEST_F(Limiter, PassesOverWhatAServiceDoesNotKnow) {
  fill();
  const auto permit = acquire();

  limiter().apply(permit, {.requests = {.limit = -1, .remaining = -1}, .tokens = {.limit = 0, .remaining = 0}});
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 59);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 6000);

  const auto next = acquire();
  limiter().apply(next, {.requests = {.limit = 60, .remaining = -1, .reset = seconds(-5)}});
  EXPECT_DOUBLE_EQ(limiter().stats().requests, 58);
  EXPECT_DOUBLE_EQ(limiter().stats().requests_per_minute, 60);
}

TEST_F(Limiter, PassesOverReportsThatAreOlderThanTheLast) {
  fill();
  const auto first = acquire();
  const auto second = acquire();
  limiter().apply(second, {.requests = {.limit = 60, .remaining = 10}});

  limiter().apply(first, {.requests = {.limit = 60, .remaining = 50}});

  EXPECT_DOUBLE_EQ(limiter().stats().requests, 10);
}

TEST_F(Limiter, CountsWhatTheServiceHadNotSeenYet) {
  fill();
  const auto permit = acquire(100);
  acquire(200);
  acquire(300);

  limiter().apply(permit, {.requests = {.limit = 60, .remaining = 30}, .tokens = {.limit = 6000, .remaining = 3000}});

  EXPECT_DOUBLE_EQ(limiter().stats().requests, 28);
  EXPECT_DOUBLE_EQ(limiter().stats().tokens, 2500);
}

TEST_F(Limiter, NeedsOptionsThatMakeSense) {
  EXPECT_THROW(RateLimiter("x", {.requests_per_minute = -1}), InvalidArgument);
  EXPECT_THROW(RateLimiter("x", {.first_share = 2}), InvalidArgument);
  EXPECT_THROW(RateLimiter("x", {.ramp = milliseconds(-1)}), InvalidArgument);
}

TEST_F(Limiter, PermitsNoMoreThanItHoldsWhenThreadsRace) {
  fill();
  std::atomic<int> permitted = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < 50; ++call) {
          try {
            limiter().acquire({.deadline = clock.now()});
            ++permitted;
          } catch (const Refused&) {
          }
        }
      });
    }
  }

  EXPECT_EQ(permitted, 60);
  EXPECT_EQ(limiter().stats().refused, 140u);
}

}  // namespace
}  // namespace pilling
