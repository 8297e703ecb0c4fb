#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "unit/http/resilient_fixture.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeTransport;

TEST_F(Resilient, PassesOnWhatSucceeds) {
  http->then(200, "fine", {{"a", "b"}});

  const HttpResponse response = get();

  EXPECT_EQ(response.body, "fine");
  EXPECT_EQ(response.header("a"), "b");
  EXPECT_EQ(stats().host, "example.test");
  EXPECT_EQ(stats().calls, 1u);
  EXPECT_EQ(stats().tries, 1u);
  EXPECT_EQ(stats().retries, 0u);
  EXPECT_TRUE(transport().repeats());
  EXPECT_FALSE(http->repeats());
}

TEST_F(Resilient, RepeatsWhatMayPass) {
  http->then_throw(NetworkError("connection reset", "example.test"));
  http->then(503, "down");
  http->then(200, "fine");

  EXPECT_EQ(get().body, "fine");

  EXPECT_EQ(tries(), 3u);
  EXPECT_EQ(stats().retries, 2u);
  EXPECT_EQ(stats().waits, 2u);
}

TEST_F(Resilient, GivesTheLastReplyOrFailureWhenItGivesUp) {
  http->then(500, "first");
  http->then_throw(NetworkError("connection reset", "example.test"));
  http->then(502, "last");
  EXPECT_EQ(get().body, "last");

  http->then_throw(NetworkError("refused", "example.test"));
  http->then(502, "");
  EXPECT_EQ(get().status, 502);
  http = std::make_shared<FakeTransport>();
  made = nullptr;
  http->then_throw(NetworkError("refused", "example.test"));
  EXPECT_THROW(get(), NetworkError);
}

TEST_F(Resilient, RepeatsWhatMayBePaidOnlyWhenNothingWasDone) {
  http->then_throw(NetworkError("refused", "example.test", false));
  http->then(503, "down");
  http->then(504, "lost on the way");
  http->then(200, "fine");
  EXPECT_EQ(post_once().status, 504);
  EXPECT_EQ(tries(), 3u);

  http = std::make_shared<FakeTransport>();
  made = nullptr;
  http->then_throw(NetworkError("lost", "example.test"));
  http->then(200, "fine");
  EXPECT_THROW(post_once(), NetworkError);
  EXPECT_EQ(tries(), 1u);
}

TEST_F(Resilient, BelievesAServerThatSaysTryAgain) {
  http->then(504, "", {{"x-should-retry", "true"}});
  http->then(200, "fine");

  EXPECT_EQ(post_once().body, "fine");
}

TEST_F(Resilient, DoesNotRepeatWhatStays) {
  for (const int status : {200, 301, 400, 401, 403, 404, 409, 422}) {
    http = std::make_shared<FakeTransport>();
    made = nullptr;
    http->then(status, "");

    EXPECT_EQ(get().status, status);
    EXPECT_EQ(tries(), 1u) << status;
  }
}

TEST_F(Resilient, RepeatsAPostOnlyWhenTheCallerSaysSo) {
  http->then(503, "");

  EXPECT_EQ(post(false).status, 503);
  EXPECT_EQ(tries(), 1u);
  EXPECT_EQ(post(true).status, 503);
  EXPECT_EQ(tries(), 4u);
}

TEST_F(Resilient, DoesAsAServerAdvises) {
  http->then(500, "", {{"x-should-retry", "false"}});
  EXPECT_EQ(get().status, 500);
  EXPECT_EQ(tries(), 1u);

  http = std::make_shared<FakeTransport>();
  made = nullptr;
  http->then(409, "", {{"x-should-retry", "true"}});
  EXPECT_EQ(get().status, 409);
  EXPECT_EQ(tries(), 3u);
}

TEST_F(Resilient, NeverRepeatsWhenAQuotaIsGone) {
  http->then(429, R"({"error":{"code":"insufficient_quota"}})", {{"x-should-retry", "true"}, {"retry-after", "60"}});

  EXPECT_EQ(get().status, 429);

  EXPECT_EQ(tries(), 1u);
  EXPECT_EQ(stats().limiter.closed_for, milliseconds(0));
}

TEST_F(Resilient, WaitsAsLongAsTheServiceAsks) {
  http->then(429, "", {{"retry-after", "7"}});
  http->then(200, "fine");

  EXPECT_EQ(get().status, 200);

  EXPECT_EQ(waits, std::vector{milliseconds(7000)});
  EXPECT_EQ(stats().waited, seconds(7));
}

TEST_F(Resilient, DoesNotWaitForTooLongAndHoldsTheOthersBack) {
  http->then(429, "", {{"retry-after", "300"}});
  http->then(200, "fine");

  EXPECT_EQ(get().status, 429);
  EXPECT_THROW(get(), Refused);
  EXPECT_EQ(tries(), 1u);
  EXPECT_EQ(stats().refused, 1u);
  EXPECT_EQ(get("https://other.test/").status, 200);

  clock.advance(seconds(299));
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(waits, std::vector{milliseconds(1000)});
}

TEST_F(Resilient, DoesNotBeginAWaitThatTheDeadlineCutsShort) {
  http->then(429, "", {{"retry-after", "7"}});
  call.deadline = clock.now() + seconds(7);

  EXPECT_EQ(get().status, 429);

  EXPECT_TRUE(waits.empty());
}

TEST_F(Resilient, TellsOfEachRepetition) {
  http->then(503, "").then(503, "").then(200, "");
  int repeated = 0;

  transport().send({.url = "https://example.test/", .before_repeat = [&] { ++repeated; }}, call);

  EXPECT_EQ(repeated, 2);
  EXPECT_EQ(tries(), 3u);
}

TEST_F(Resilient, GivesTheReplyWhenARepetitionIsRefused) {
  http->then(503, "last");
  options.limiter = {.requests_per_minute = 60, .first_share = 1};
  const auto refuse = [] { throw Refused("no more today"); };

  EXPECT_EQ(transport().send({.url = "https://example.test/", .before_repeat = refuse}, call).body, "last");

  EXPECT_EQ(tries(), 1u);
  EXPECT_EQ(stats().retries, 0u);
  EXPECT_EQ(stats().refused, 0u);
  EXPECT_GE(stats().limiter.requests, 59);
}

TEST_F(Resilient, PutsItsStatisticsIntoPrometheusText) {
  http->then(503, "");
  for (int i = 0; i < options.breaker.minimum_calls; ++i) get();
  EXPECT_THROW(get(), Refused);

  const std::string text = metrics_text(transport().stats());

  EXPECT_NE(text.find("pilling_host_calls_total{host=\"example.test\"} 4\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pilling_host_refused_total{host=\"example.test\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pilling_breaker_state{host=\"example.test\",state=\"open\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pilling_breaker_state{host=\"example.test\",state=\"closed\"} 0\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("SECRET"), std::string::npos) << text;
  EXPECT_EQ(metrics_text(std::vector<HostStats>{}), "");
}

TEST_F(Resilient, SharesOneBudgetBetweenAllCallersOfAHost) {
  options.retry_budget = {.per_second = 0, .capacity = 3};
  options.breaker.minimum_calls = 20;
  http->then(503, "");

  for (int i = 0; i < 10; ++i) get();

  EXPECT_EQ(tries(), 13u);
  get("https://other.test/");
  EXPECT_EQ(tries(), 16u);
}

TEST_F(Resilient, LimitsEveryTry) {
  options.limiter = {.requests_per_minute = 60, .ramp = milliseconds(0)};
  http->then(503, "");
  http->then(503, "");
  http->then(200, "");

  get();

  EXPECT_DOUBLE_EQ(stats().limiter.requests, 3);
}

TEST_F(Resilient, GivesTheReplyWhenTheNextTurnWouldComeTooLate) {
  options.limiter = {.requests_per_minute = 1, .ramp = milliseconds(0)};
  http->then(503, "mine");
  call.deadline = clock.now() + seconds(30);

  EXPECT_EQ(get().body, "mine");

  EXPECT_EQ(tries(), 1u);
}

TEST_F(Resilient, LearnsLimitsAndTokensFromReplies) {
  options.estimate_tokens = [](const HttpRequest&) { return std::uint64_t{1000}; };
  options.used_tokens = [](const HttpResponse&) { return std::optional<std::uint64_t>(200); };
  options.limiter = {.tokens_per_minute = 60'000, .ramp = milliseconds(0)};
  http->then(200, "", {{"x-ratelimit-limit-requests", "10"}, {"x-ratelimit-remaining-requests", "9"}});

  get();

  EXPECT_DOUBLE_EQ(stats().limiter.tokens, 5800);
  EXPECT_DOUBLE_EQ(stats().limiter.requests_per_minute, 10);
}

TEST_F(Resilient, LeavesOtherFailuresAlone) {
  http->then_throw(InvalidArgument("the URL of a request cannot be read"));
  EXPECT_THROW(get(), InvalidArgument);
  http = std::make_shared<FakeTransport>();
  made = nullptr;
  http->then_throw(BadData("the reply is longer than allowed", "example.test"));
  EXPECT_THROW(get(), BadData);

  EXPECT_EQ(tries(), 1u);
  EXPECT_EQ(stats().breaker.window_calls, 0);
}

TEST_F(Resilient, NeedsAnotherTransportAndOptionsThatMakeSense) {
  EXPECT_THROW(make_resilient_transport(nullptr), InvalidArgument);
  EXPECT_THROW(make_resilient_transport(http, {.retry = {.attempts = 0}}), InvalidArgument);
  EXPECT_THROW(make_resilient_transport(http, {.retry_budget = {.capacity = -1}}), InvalidArgument);
  EXPECT_THROW(make_resilient_transport(http, {.breaker = {.probes = 0}}), InvalidArgument);
  EXPECT_THROW(make_resilient_transport(http, {.limiter = {.first_share = -1}}), InvalidArgument);
}

TEST_F(Resilient, ServesManyThreads) {
  support::FakeSteadyClock still;
  options.hooks = {
      .wait = [](milliseconds, const CallOptions&) {}, .random = [] { return 0.0; }, .now = still.function()};
  made = make_resilient_transport(http, options);
  for (int i = 0; i < 200; ++i) http->then(i % 5 == 0 ? 503 : 200, "");
  http->then(200, "");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int sent = 0; sent < 100; ++sent) {
          try {
            made->send({.url = "https://host-" + std::to_string((i + sent) % 3) + ".test/"}, {});
          } catch (const Refused&) {
          }
          static_cast<void>(made->stats());
        }
      });
    }
  }

  std::uint64_t calls = 0;
  std::uint64_t tried = 0;
  for (const HostStats& host : made->stats()) {
    calls += host.calls;
    tried += host.tries;
    EXPECT_EQ(host.tries, host.calls - host.refused + host.retries);
  }
  EXPECT_EQ(calls, 400u);
  EXPECT_EQ(tried, tries());
}

}  // namespace
}  // namespace pilling
