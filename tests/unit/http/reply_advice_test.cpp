#include "http/reply_advice.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <utility>

#include "pilling/resilient_transport.hpp"

namespace pilling::http {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point now = std::chrono::sys_days(2026y / 10 / 21) + 7h + 27min;

HttpResponse with(std::string name, std::string value) {
  return {.status = 429, .headers = {{std::move(name), std::move(value)}}, .body = {}};
}

TEST(ReplyAdvice, ReadsHowLongToWait) {
  const auto wait = [](std::string name, std::string value) {
    return retry_after(with(std::move(name), std::move(value)), now);
  };

  EXPECT_EQ(wait("retry-after", "7"), 7000ms);
  EXPECT_EQ(wait("retry-after-ms", "494.2"), 495ms);
  EXPECT_EQ(wait("retry-after", "1.0"), 1000ms);
  EXPECT_EQ(wait("retry-after", "-1"), std::nullopt);
  EXPECT_EQ(wait("retry-after", "99999999999999999999"), std::nullopt);
  EXPECT_EQ(wait("retry-after", ""), std::nullopt);
  EXPECT_EQ(wait("other", "7"), std::nullopt);
}

TEST(ReplyAdvice, WaitsLongerWhenToldToSlowDown) {
  HttpResponse response = with("retry-after", "1");
  response.body = R"({"error":{"message":"m","type":"rate_limit_error","param":null,"code":"slow_down"}})";

  EXPECT_EQ(retry_after(response, now), 15s);
  response.headers = {{"retry-after", "60"}};
  EXPECT_EQ(retry_after(response, now), 60s);
  response.headers.clear();
  EXPECT_EQ(retry_after(response, now), 15s);
  response.status = 200;
  EXPECT_EQ(retry_after(response, now), std::nullopt);
}

TEST(ReplyAdvice, ReadsUntilWhenToWait) {
  const auto wait = [](std::string value) { return retry_after(with("retry-after", std::move(value)), now); };

  EXPECT_EQ(wait("Wed, 21 Oct 2026 07:28:00 GMT"), 60s);
  EXPECT_EQ(wait("Wednesday, 21-Oct-26 07:28:00 GMT"), 60s);
  EXPECT_EQ(wait("Wed Oct 21 07:28:00 2026"), 60s);
  EXPECT_EQ(wait("Wed, 21 Oct 2026 07:27:00 GMT"), std::nullopt);
  EXPECT_EQ(wait("Wed, 21 Oct 1999 07:28:00 GMT"), std::nullopt);
  EXPECT_EQ(wait("Wed, 41 Oct 2026 07:28:00 GMT"), std::nullopt);
  EXPECT_EQ(wait("21 Oct"), std::nullopt);
  EXPECT_EQ(wait("tomorrow"), std::nullopt);
}

TEST(ReplyAdvice, PrefersTheMorePreciseOfTwoWaits) {
  const HttpResponse response{.status = 429, .headers = {{"retry-after", "1"}, {"retry-after-ms", "494"}}, .body = {}};

  EXPECT_EQ(retry_after(response, now), 494ms);
}

TEST(ReplyAdvice, ReadsWhetherToRetry) {
  EXPECT_EQ(should_retry(with("x-should-retry", "true")), true);
  EXPECT_EQ(should_retry(with("x-should-retry", "false")), false);
  EXPECT_EQ(should_retry(with("x-should-retry", "maybe")), std::nullopt);
  EXPECT_EQ(should_retry({}), std::nullopt);
}

TEST(ReplyAdvice, ReadsDurationsOfGo) {
  EXPECT_EQ(go_duration("12ms"), 12ms);
  EXPECT_EQ(go_duration("1s"), 1s);
  EXPECT_EQ(go_duration("6m0s"), 6min);
  EXPECT_EQ(go_duration("1h2m"), 62min);
  EXPECT_EQ(go_duration("1m0.052s"), 60'052ms);
  EXPECT_EQ(go_duration("6h12m0s"), 372min);
  EXPECT_EQ(go_duration("1.5µs"), 1500ns);
  EXPECT_EQ(go_duration("3us7ns"), 3007ns);
  EXPECT_EQ(go_duration("0s"), 0s);
}

TEST(ReplyAdvice, ReadsNoDurationOutOfAnythingElse) {
  for (const std::string text :
       {"", "1", "s", "-1s", "1 s", "1x", "1s ", "+1s", "1e3s", ".5s", "inf", "nans", "1ss", "99999999999999999999h"}) {
    EXPECT_EQ(go_duration(text), std::nullopt) << text;
  }
}

TEST(ReplyAdvice, ReadsTheLimitsThatAreReported) {
  const ReportedLimits limits = reported_limits({.status = 200,
                                                 .headers = {{"x-ratelimit-limit-requests", "500"},
                                                             {"x-ratelimit-remaining-requests", "499"},
                                                             {"x-ratelimit-reset-requests", "120ms"},
                                                             {"x-ratelimit-limit-tokens", "-1"},
                                                             {"x-ratelimit-remaining-tokens", "many"}},
                                                 .body = {}});

  EXPECT_EQ(limits.requests.limit, 500);
  EXPECT_EQ(limits.requests.remaining, 499);
  EXPECT_EQ(limits.requests.reset, 120ms);
  EXPECT_EQ(limits.tokens.limit, -1);
  EXPECT_EQ(limits.tokens.remaining, std::nullopt);
  EXPECT_EQ(limits.tokens.reset, std::nullopt);
}

TEST(ReplyAdvice, NamesAHostWithoutCredentials) {
  EXPECT_EQ(host_of("https://user:SECRET@API.Example.test:8080/v1?key=SECRET#x"), "api.example.test:8080");
  EXPECT_EQ(host_of("http://example.test?key=SECRET"), "example.test");
  EXPECT_EQ(host_of(""), "");
}

TEST(QuotaGone, IsSeenInEveryShape) {
  const auto gone = [](int status, std::string body) {
    return is_quota_gone({.status = status, .headers = {}, .body = std::move(body)});
  };

  for (const std::string code : {"insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
                                 "project_spend_limit_exceeded", "organization_usage_limit_exceeded"}) {
    EXPECT_TRUE(gone(429, R"({"error":{"type":"insufficient","code":")" + code + "\"}}")) << code;
  }
  EXPECT_TRUE(gone(429, "API token quota exceeded"));
  EXPECT_TRUE(gone(200, "<returnReasonCode>22</returnReasonCode>"));
  EXPECT_TRUE(gone(200, "<returnAuthMsg>LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR</returnAuthMsg>"));
  EXPECT_TRUE(gone(200, R"({"header":{"resultCode":"22","resultMsg":"x"}})"));
  EXPECT_TRUE(gone(403, R"({"OpenAPI_ServiceResponse":{"cmmMsgHeader":{"returnReasonCode":"22"}}})"));
}

TEST(QuotaGone, IsNotSeenWhereOnlyARateIsExceeded) {
  const auto gone = [](int status, std::string body) {
    return is_quota_gone({.status = status, .headers = {}, .body = std::move(body)});
  };

  EXPECT_FALSE(gone(429, R"({"error":{"type":"requests","code":"rate_limit_exceeded"}})"));
  EXPECT_FALSE(gone(429, "API rate limit exceeded"));
  EXPECT_FALSE(gone(200, "<returnAuthMsg>LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS_ERROR</returnAuthMsg>"));
  EXPECT_FALSE(gone(200, R"({"content":"\"insufficient_quota\""})"));
  EXPECT_FALSE(gone(200, R"({"resultCode":"22"})" + std::string(5000, ' ')));
  EXPECT_FALSE(gone(200, ""));
}

}  // namespace
}  // namespace pilling::http
