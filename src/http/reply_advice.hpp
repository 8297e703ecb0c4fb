#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "pilling/http.hpp"
#include "pilling/rate_limiter.hpp"

namespace pilling::http {

/// How long a reply asks to wait: `retry-after-ms`, else `retry-after` in seconds or as the date when it is over (RFC
/// 9110, section 10.2.3). Nothing for a date that has passed. At least 15 s for OpenAI's error `slow_down`.
std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response,
                                                     std::chrono::system_clock::time_point now);

/// `x-should-retry`: what a server of OpenAI's kind says itself.
std::optional<bool> should_retry(const HttpResponse& response) noexcept;

/// `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, as far as they can be read.
ReportedLimits reported_limits(const HttpResponse& response);

/// A duration as Go prints it: "12ms", "1s", "6m0s", "1h2m0.5s". Nothing for anything else.
std::optional<std::chrono::nanoseconds> go_duration(std::string_view text) noexcept;

/// Who answers, for messages and statistics: host and port in lower case, without what a URL may hold besides.
std::string host_of(std::string_view url);

}  // namespace pilling::http
