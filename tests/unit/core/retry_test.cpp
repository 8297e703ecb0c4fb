#include "core/retry.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <gtest/gtest.h>
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
  RetryPolicy policy{.attempts = 3, .first_wait = milliseconds(500), .maximum_wait = milliseconds(8000)};
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
  policy.attempts = 7;
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

TEST_F(Retry, WaitsAtLeastAsLongAsTheServiceAsks) {
  EXPECT_THROW(run([&]() -> int { throw ServiceError("slow down", "service", 429, milliseconds(3000)); }),
               ServiceError);

  EXPECT_EQ(waits, (std::vector{milliseconds(3000), milliseconds(3000)}));
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
