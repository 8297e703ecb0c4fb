#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "unit/http/resilient_fixture.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeTransport;

TEST_F(Resilient, RefusesWhileTheHostIsDown) {
  http->then(503, "");
  take_down();
  const std::size_t before = tries();

  try {
    get();
    FAIL() << "nothing was thrown";
  } catch (const Refused& error) {
    EXPECT_NE(std::string(error.what()).find("example.test"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("SECRET"), std::string::npos);
  }
  EXPECT_EQ(tries(), before);
  EXPECT_EQ(stats().breaker.state, BreakerState::open);
  EXPECT_EQ(get("https://other.test/").status, 503);
}

TEST_F(Resilient, JudgesAHostByTheOutcomeOfCallsNotOfTries) {
  options.retry_budget.capacity = 1000;
  for (int i = 0; i < 20; ++i) {
    http->then(503, "");
    http->then(503, "");
    http->then(200, "");
  }

  for (int i = 0; i < 20; ++i) EXPECT_EQ(get().status, 200);

  EXPECT_EQ(stats().breaker.window_calls, 20);
  EXPECT_EQ(stats().breaker.window_failures, 0);
}

TEST_F(Resilient, TriesADownHostOnceBeforeItIsBack) {
  http->then(503, "");
  take_down();
  clock.advance(stats().breaker.open_for);
  const std::size_t before = tries();
  waits.clear();

  EXPECT_EQ(get().status, 503);
  EXPECT_EQ(tries(), before + 1);
  EXPECT_TRUE(waits.empty());
  EXPECT_THROW(get(), Refused);

  clock.advance(stats().breaker.open_for);
  http->then(200, "");
  get();
  for (int i = 0; i < 20 && stats().breaker.state != BreakerState::closed; ++i) {
    clock.advance(stats().breaker.open_for);
    get();
  }
  EXPECT_EQ(stats().breaker.state, BreakerState::closed);
}

TEST_F(Resilient, StopsRepeatingWhenTheHostHasBeenGivenUpMeanwhile) {
  options.breaker.minimum_calls = 1;
  http->then(503, "mine");
  http->then(200, "");
  options.hooks = hooks();
  options.hooks.wait = [&](milliseconds, const CallOptions&) {
    if (waits.empty()) {
      waits.push_back(milliseconds(0));
      transport().send({.method = "POST", .url = "https://example.test/b"}, {});
    }
  };
  http = std::make_shared<FakeTransport>();
  http->then(503, "mine");
  http->then(500, "other");
  http->then(200, "");
  made = make_resilient_transport(http, options);

  EXPECT_EQ(made->send({.url = "https://example.test/a"}, {}).body, "mine");

  EXPECT_EQ(tries(), 2u);
}

TEST_F(Resilient, DoesNotTakeTooManyRequestsForAFailure) {
  options.retry.attempts = 1;
  http->then(429, "");

  for (int i = 0; i < 20; ++i) EXPECT_EQ(get().status, 429);

  EXPECT_EQ(stats().breaker.state, BreakerState::closed);
  EXPECT_EQ(stats().breaker.window_calls, 0);
}

TEST_F(Resilient, DoesNotBlameAHostForCallersWithLittleTime) {
  http->then(after(milliseconds(50), 0));

  for (int i = 0; i < 10; ++i) {
    call.deadline = clock.now() + milliseconds(50);
    EXPECT_THROW(get(), Timeout);
  }
  EXPECT_EQ(stats().breaker.window_calls, 0);

  http->then(after(seconds(10), 0));
  for (int i = 0; i < 3; ++i) {
    call.deadline = clock.now() + seconds(10);
    EXPECT_THROW(get(), Timeout);
  }
  EXPECT_EQ(stats().breaker.state, BreakerState::open);
}

TEST_F(Resilient, OpensForAHostThatIsSlow) {
  http->then(after(seconds(10), 200));

  get();
  get();
  EXPECT_EQ(stats().breaker.state, BreakerState::closed);
  get();
  EXPECT_EQ(stats().breaker.state, BreakerState::open);
}

TEST_F(Resilient, OpensForOneCallerWhoseCallsTimeOutThreeTimesEach) {
  http->then(after(seconds(15), 0));

  for (int i = 0; i < 3; ++i) EXPECT_THROW(get(), Timeout);

  EXPECT_EQ(tries(), 9u);
  EXPECT_EQ(stats().breaker.state, BreakerState::open);
}

TEST_F(Resilient, StaysAwayForAsLongAsADownHostNames) {
  options.retry.attempts = 1;
  http->then(503, "", {{"retry-after", "90"}});
  options.breaker.minimum_calls = 1;
  get();

  EXPECT_EQ(stats().breaker.open_for, seconds(90));
}

TEST_F(Resilient, LetsNobodyWaitForATurnAtAHostThatIsDown) {
  options.limiter = {.requests_per_minute = 60, .ramp = milliseconds(0)};
  options.retry.attempts = 1;
  http->then(503, "");
  take_down();
  waits.clear();
  const double left = stats().limiter.requests;

  EXPECT_THROW(get(), Refused);
  EXPECT_THROW(get(), Refused);

  EXPECT_TRUE(waits.empty());
  EXPECT_DOUBLE_EQ(stats().limiter.requests, left);
}

TEST_F(Resilient, GivesItsTurnBackWhenTheHostIsGivenUpMeanwhile) {
  options.limiter = {.requests_per_minute = 60, .ramp = milliseconds(0)};
  options.breaker = {.minimum_calls = 1, .failure_rate = 0.1};
  options.retry.attempts = 1;
  options.hooks = hooks();
  options.hooks.wait = [&](milliseconds wait, const CallOptions&) {
    waits.push_back(wait);
    if (waits.size() == 1) made->send({.url = "https://example.test/b"}, {});
    clock.advance(wait);
  };
  for (int i = 0; i < 6; ++i) http->then(200, "");
  http->then(503, "");
  made = make_resilient_transport(http, options);
  for (int i = 0; i < 6; ++i) made->send({.url = "https://example.test/a"}, {});

  EXPECT_THROW(made->send({.url = "https://example.test/a"}, {}), Refused);

  // Three seconds have passed, and one call was made of the two that took a turn.
  EXPECT_EQ(waits, (std::vector{milliseconds(1000), milliseconds(2000)}));
  EXPECT_DOUBLE_EQ(made->stats().at(0).limiter.requests, 2);
}

}  // namespace
}  // namespace pilling
