#include "core/retry.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "support/fake_clock.hpp"

namespace pilling::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A world in which waiting takes no time but moves the clock.
struct Retry : testing::Test {
  support::FakeSteadyClock clock;
  std::vector<milliseconds> waits;
  double chance = 0.5;
  RetryPolicy policy;
  CallOptions call;
  int attempts = 0;

  RetryHooks hooks() {
    return {.wait =
                [this](milliseconds wait, const CallOptions&) {
                  waits.push_back(wait);
                  clock.advance(wait);
                },
            .random = [this] { return chance; },
            .now = clock.function()};
  }

  template <class Attempt>
  auto run(const Attempt& attempt) {
    const RetryHooks fake = hooks();
    return retry(policy, call, fake, [&] {
      ++attempts;
      return attempt();
    });
  }

  int succeed_at(int number) {
    return run([&] {
      if (attempts < number) throw NetworkError("connection reset", "example.test");
      return attempts;
    });
  }
};

TEST_F(Retry, ReturnsTheFirstSuccessWithoutWaiting) {
  EXPECT_EQ(run([] { return std::string("fine"); }), "fine");

  EXPECT_EQ(attempts, 1);
  EXPECT_TRUE(waits.empty());
}

TEST_F(Retry, TriesAgainAfterANetworkError) {
  EXPECT_EQ(succeed_at(3), 3);

  EXPECT_EQ(waits.size(), 2u);
}

TEST_F(Retry, ThrowsTheLastFailureWhenAllAttemptsFail) {
  try {
    run([&]() -> int { throw NetworkError("failure " + std::to_string(attempts), "example.test"); });
    FAIL() << "nothing was thrown";
  } catch (const NetworkError& error) {
    EXPECT_STREQ(error.what(), "failure 3");
  }
  EXPECT_EQ(attempts, 3);
}

TEST_F(Retry, WaitsUpToTwiceAsLongEachTimeButNeverAboveTheMaximum) {
  policy.options.attempts = 7;
  chance = std::nextafter(1.0, 0.0);

  EXPECT_EQ(succeed_at(7), 7);

  const std::vector<milliseconds> longest = {milliseconds(500),  milliseconds(1000), milliseconds(2000),
                                             milliseconds(4000), milliseconds(8000), milliseconds(8000)};
  ASSERT_EQ(waits.size(), longest.size());
  for (std::size_t i = 0; i < waits.size(); ++i) {
    EXPECT_LT(waits[i], longest[i]);
    EXPECT_GE(waits[i], longest[i] - milliseconds(1));
  }
}

TEST_F(Retry, SpreadsItsWaitsDownToNothing) {
  chance = 0;

  EXPECT_EQ(succeed_at(2), 2);

  EXPECT_EQ(waits, std::vector{milliseconds(0)});
}

TEST_F(Retry, TriesAgainOnlyAfterStatusesThatPass) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    attempts = 0;
    EXPECT_THROW(run([&]() -> int { throw ServiceError("no", "service", status); }), ServiceError);
    EXPECT_EQ(attempts, 3) << status;
  }
  for (const int status : {22, 30, 400, 401, 403, 404, 600}) {
    attempts = 0;
    EXPECT_THROW(run([&]() -> int { throw ServiceError("no", "service", status); }), ServiceError);
    EXPECT_EQ(attempts, 1) << status;
  }
}

TEST_F(Retry, AsksThePolicyWhichStatusesPass) {
  policy.is_transient = [](int status) { return status == 5; };

  EXPECT_THROW(run([&]() -> int { throw ServiceError("no", "service", 5); }), ServiceError);

  EXPECT_EQ(attempts, 3);
}

TEST_F(Retry, WaitsAtLeastAsLongAsTheServiceAsksAndALittleLongerByChance) {
  const auto slow_down = [&]() -> int { throw ServiceError("slow down", "service", 429, milliseconds(30'000)); };

  chance = 0;
  EXPECT_THROW(run(slow_down), ServiceError);
  EXPECT_EQ(waits, (std::vector{milliseconds(30'000), milliseconds(30'000)}));

  waits.clear();
  chance = 0.5;
  EXPECT_THROW(run(slow_down), ServiceError);
  EXPECT_EQ(waits, (std::vector{milliseconds(31'500), milliseconds(31'500)}));
}

TEST_F(Retry, WaitsAsLongAsItWouldHaveThoughTheServiceAsksForLess) {
  chance = std::nextafter(1.0, 0.0);

  EXPECT_THROW(run([&]() -> int { throw ServiceError("slow down", "service", 429, milliseconds(10)); }), ServiceError);

  EXPECT_EQ(waits, (std::vector{milliseconds(509), milliseconds(999)}));
}

TEST_F(Retry, WaitsForUpToTwoMinutesWhenAsked) {
  chance = 0;

  EXPECT_THROW(run([&]() -> int { throw ServiceError("slow down", "service", 429, seconds(120)); }), ServiceError);
  EXPECT_EQ(waits, (std::vector{milliseconds(120'000), milliseconds(120'000)}));

  waits.clear();
  EXPECT_THROW(run([&]() -> int { throw ServiceError("slow down", "service", 429, seconds(121)); }), ServiceError);
  EXPECT_TRUE(waits.empty());
}

TEST_F(Retry, CanWaitFourToTenSecondsWithoutJitterInThreeAttempts) {
  policy.options = {
      .attempts = 3, .first_wait = seconds(1), .minimum_wait = seconds(4), .maximum_wait = seconds(10), .jitter = 0};

  EXPECT_THROW(succeed_at(4), NetworkError);
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(waits, (std::vector{milliseconds(4000), milliseconds(4000)}));

  policy.options.attempts = 6;
  attempts = 0;
  waits.clear();
  EXPECT_EQ(succeed_at(6), 6);
  EXPECT_EQ(waits, (std::vector{milliseconds(4000), milliseconds(4000), milliseconds(4000), milliseconds(8000),
                                milliseconds(10'000)}));
}

TEST_F(Retry, CanWaitAsTheClientOfOpenAiDoes) {
  policy.options.jitter = 0.25;
  chance = 0;

  EXPECT_THROW(succeed_at(4), NetworkError);

  EXPECT_EQ(waits, (std::vector{milliseconds(375), milliseconds(750)}));
}

TEST_F(Retry, NeverTriesAgainWhenAQuotaIsGone) {
  EXPECT_THROW(run([&]() -> int { throw QuotaGone("gone", "service", 429, seconds(1)); }), ServiceError);

  EXPECT_EQ(attempts, 1);
}

TEST_F(Retry, DoesNotRepeatALossThatMayHaveArrivedWhenToldSo) {
  policy.is_loss_repeated = false;

  EXPECT_THROW(run([&]() -> int { throw NetworkError("lost", "host"); }), NetworkError);
  EXPECT_EQ(attempts, 1);
  attempts = 0;
  EXPECT_THROW(run([&]() -> int { throw NetworkError("not sent", "host", false); }), NetworkError);
  EXPECT_EQ(attempts, 3);
}

TEST(RetryStatus, TellsRefusalsFromWhatMayHaveBeenDone) {
  for (const int status : {409, 429, 500, 503}) EXPECT_TRUE(is_refusal_http_status(status)) << status;
  for (const int status : {200, 400, 408, 502, 504, 522}) EXPECT_FALSE(is_refusal_http_status(status)) << status;
}

TEST_F(Retry, LeavesTheNetworkToATransportThatRepeatsByItself) {
  policy.is_network_repeated = false;

  EXPECT_THROW(succeed_at(2), NetworkError);

  EXPECT_EQ(attempts, 1);
}

TEST_F(Retry, StopsWhenTheBudgetOfAllCallersIsUsedUp) {
  policy.budget = std::make_shared<RetryBudget>(RetryBudgetOptions{.per_second = 0, .capacity = 3}, hooks());

  EXPECT_THROW(succeed_at(4), NetworkError);
  EXPECT_EQ(attempts, 3);
  attempts = 0;
  EXPECT_THROW(succeed_at(4), NetworkError);
  EXPECT_EQ(attempts, 2);
  attempts = 0;
  EXPECT_THROW(succeed_at(4), NetworkError);
  EXPECT_EQ(attempts, 1);
}

TEST_F(Retry, TakesNothingFromTheBudgetForAWaitThatIsNotBegun) {
  policy.budget = std::make_shared<RetryBudget>(RetryBudgetOptions{.per_second = 0, .capacity = 1}, hooks());
  call.deadline = clock.now() + milliseconds(1);

  EXPECT_THROW(succeed_at(2), NetworkError);

  EXPECT_TRUE(policy.budget->take());
}

TEST_F(Retry, HoldsOneCallersRetryAfterForAllOthers) {
  policy.gate = std::make_shared<RetryGate>();
  policy.options.attempts = 1;
  chance = 0.5;
  EXPECT_THROW(run([&]() -> int { throw ServiceError("slow down", "service", 429, seconds(20)); }), ServiceError);
  clock.advance(seconds(5));

  EXPECT_EQ(run([] { return 1; }), 1);

  EXPECT_EQ(waits, std::vector{milliseconds(15'750)});
}

TEST_F(Retry, RefusesWhoCannotWaitForTheGate) {
  policy.gate = std::make_shared<RetryGate>();
  policy.service = "example.test";
  policy.gate->close(clock.now(), seconds(20));
  call.deadline = clock.now() + seconds(20);

  try {
    run([] { return 1; });
    FAIL() << "nothing was thrown";
  } catch (const Refused& error) {
    EXPECT_EQ(std::string(error.what()), "example.test asked to be left alone for 20000 ms more; try again after that");
  }
  EXPECT_EQ(attempts, 0);
}

TEST(RetryGate, KeepsTheLongerOfTwoWishesButNoneForMoreThanADay) {
  support::FakeSteadyClock clock;
  RetryGate gate;
  EXPECT_EQ(gate.remaining(clock.now()), milliseconds(0));

  gate.close(clock.now(), seconds(9));
  gate.close(clock.now(), seconds(3));
  EXPECT_EQ(gate.remaining(clock.now()), seconds(9));

  gate.close(clock.now(), std::chrono::hours(24 * 365 * 1000));
  EXPECT_EQ(gate.remaining(clock.now()), std::chrono::hours(24));
}

TEST(RetryOptions, MustMakeSense) {
  EXPECT_NO_THROW(check(RetryOptions{}));
  EXPECT_THROW(check(RetryOptions{.attempts = 0}), InvalidArgument);
  EXPECT_THROW(check(RetryOptions{.first_wait = milliseconds(-1)}), InvalidArgument);
  EXPECT_THROW(check(RetryOptions{.jitter = 1.1}), InvalidArgument);
  EXPECT_THROW(check(RetryOptions{.jitter = std::nan("")}), InvalidArgument);
}

TEST_F(Retry, DoesNotWaitForAServiceThatAsksForTooMuch) {
  EXPECT_THROW(run([&]() -> int { throw ServiceError("slow down", "service", 429, seconds(300)); }), ServiceError);

  EXPECT_EQ(attempts, 1);
  EXPECT_TRUE(waits.empty());
}

TEST_F(Retry, LeavesOtherFailuresAlone) {
  EXPECT_THROW(run([]() -> int { throw BadData("nonsense", "service"); }), BadData);
  EXPECT_EQ(attempts, 1);

  EXPECT_THROW(run([]() -> int { throw std::logic_error("mistake"); }), std::logic_error);
  EXPECT_EQ(attempts, 2);
}

TEST_F(Retry, TriesAgainAfterATimeoutWhileTheCallStillHasTime) {
  call.deadline = clock.now() + seconds(60);

  const int made = run([&] {
    if (attempts == 1) throw Timeout("no answer for 15 s", "example.test");
    return attempts;
  });

  EXPECT_EQ(made, 2);
}

TEST_F(Retry, DoesNotTryAgainWhenTheDeadlineHasPassed) {
  call.deadline = clock.now() + seconds(10);

  EXPECT_THROW(run([&]() -> int {
                 clock.advance(seconds(10));
                 throw Timeout("deadline", "example.test");
               }),
               Timeout);

  EXPECT_EQ(attempts, 1);
  EXPECT_TRUE(waits.empty());
}

TEST_F(Retry, DoesNotBeginAWaitThatTheDeadlineCutsShort) {
  call.deadline = clock.now() + milliseconds(250);

  EXPECT_THROW(succeed_at(2), NetworkError);

  EXPECT_TRUE(waits.empty());
}

TEST_F(Retry, DoesNotTryAgainWhenAStopWasRequested) {
  std::stop_source stop;
  call.stop = stop.get_token();
  stop.request_stop();

  EXPECT_THROW(succeed_at(2), NetworkError);

  EXPECT_EQ(attempts, 1);
}

TEST_F(Retry, TurnsAStopDuringTheWaitIntoATimeoutThatNamesTheFailureBefore) {
  std::stop_source stop;
  call.stop = stop.get_token();
  RetryHooks fake = hooks();
  fake.wait = [&](milliseconds, const CallOptions&) { stop.request_stop(); };

  try {
    retry(policy, call, fake, []() -> int { throw NetworkError("connection reset", "example.test"); });
    FAIL() << "nothing was thrown";
  } catch (const Timeout& error) {
    EXPECT_NE(std::string(error.what()).find("connection reset"), std::string::npos);
    EXPECT_EQ(error.host(), "example.test");
  }
}

TEST_F(Retry, TakesAnEmptyResultForASuccess) {
  const std::optional<int> nothing = run([]() -> std::optional<int> { return std::nullopt; });

  EXPECT_FALSE(nothing);
}

TEST(RetryHooks, TheDefaultWaitIsWokenByAStop) {
  std::stop_source stop;
  std::atomic<bool> came_back = false;
  std::jthread waiting([&] {
    default_retry_hooks().wait(std::chrono::hours(24), {.stop = stop.get_token()});
    came_back = true;
  });

  stop.request_stop();
  waiting.join();

  EXPECT_TRUE(came_back);
}

TEST(RetryHooks, TheDefaultChanceLiesBetweenZeroAndOne) {
  const RetryHooks hooks = default_retry_hooks();

  for (int i = 0; i < 1000; ++i) {
    const double chance = hooks.random();
    ASSERT_GE(chance, 0.0);
    ASSERT_LT(chance, 1.0);
  }
}

}  // namespace
}  // namespace pilling::core
