#include "http/reply_advice.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <curl/curl.h>
#include <system_error>

#include "pilling/resilient_transport.hpp"

namespace pilling {
namespace http {
namespace {

using std::chrono::milliseconds;

// A whole number at the beginning; a fraction after it counts as one more. Nothing for a date.
std::optional<std::uint32_t> number_rounded_up(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!rest.empty() && (rest.front() != '.' || rest.find_first_not_of(".0123456789") != std::string_view::npos)) {
    return std::nullopt;
  }
  const bool has_fraction = rest.find_first_of("123456789") != std::string_view::npos;
  return has_fraction && number < UINT32_MAX ? number + 1 : number;
}

std::optional<milliseconds> time_until_date(std::string_view text, std::chrono::system_clock::time_point now) {
  // All three forms of RFC 9110 begin with a weekday; curl reads much else for a date, too.
  constexpr std::string_view weekdays = "MonTueWedThuFriSatSun";
  if (text.size() < 3 || weekdays.find(text.substr(0, 3)) % 3 != 0) return std::nullopt;
  const std::string date(text);
  const std::time_t seconds = curl_getdate(date.c_str(), nullptr);
  if (seconds == -1) return std::nullopt;
  const auto wait = std::chrono::ceil<milliseconds>(std::chrono::system_clock::from_time_t(seconds) - now);
  return wait > milliseconds(0) ? std::optional(wait) : std::nullopt;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  return is_number ? std::optional(value) : std::nullopt;
}

std::optional<milliseconds> stated_retry_after(const HttpResponse& response,
                                               std::chrono::system_clock::time_point now) {
  if (const auto exact = number_rounded_up(response.header("retry-after-ms"))) return milliseconds(*exact);
  const std::string_view coarse = response.header("retry-after");
  if (const auto seconds = number_rounded_up(coarse)) return std::chrono::seconds(*seconds);
  return time_until_date(coarse, now);
}

// OpenAI sends it when calls have become many too suddenly, and wants fewer for a quarter of an hour, though the header
// may name a second. So long between two calls is slow enough.
constexpr milliseconds slow_down_wait{15'000};

bool asks_to_slow_down(const HttpResponse& response) {
  constexpr int too_many_requests = 429;
  constexpr std::size_t longest_error = 4096;
  return response.status == too_many_requests && response.body.size() <= longest_error &&
         response.body.find("\"slow_down\"") != std::string::npos;
}

ReportedLimit reported(const HttpResponse& response, const std::string& kind) {
  return {.limit = number(response.header("x-ratelimit-limit-" + kind)),
          .remaining = number(response.header("x-ratelimit-remaining-" + kind)),
          .reset = go_duration(response.header("x-ratelimit-reset-" + kind))};
}

}  // namespace

std::optional<milliseconds> retry_after(const HttpResponse& response, std::chrono::system_clock::time_point now) {
  const auto asked = stated_retry_after(response, now);
  if (!asks_to_slow_down(response)) return asked;
  return std::max(asked.value_or(milliseconds(0)), slow_down_wait);
}

std::optional<bool> should_retry(const HttpResponse& response) noexcept {
  const std::string_view advice = response.header("x-should-retry");
  if (advice == "true") return true;
  if (advice == "false") return false;
  return std::nullopt;
}

ReportedLimits reported_limits(const HttpResponse& response) {
  // Most services say nothing of the kind, and are spared the six look-ups.
  const auto is_limit = [](const auto& header) { return header.first.starts_with("x-ratelimit-"); };
  if (std::ranges::none_of(response.headers, is_limit)) return {};
  return {.requests = reported(response, "requests"), .tokens = reported(response, "tokens")};
}

std::optional<std::chrono::nanoseconds> go_duration(std::string_view text) noexcept {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  // The longer names first: "ms" begins like "m".
  static constexpr std::array<Unit, 8> units = {
      {{"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"μs", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
  constexpr double longest = 1e9;
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    if (text.front() < '0' || text.front() > '9') return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::ranges::find_if(units, [&](const Unit& known) { return text.starts_with(known.name); });
    if (unit == units.end()) return std::nullopt;
    text.remove_prefix(unit->name.size());
    total += value * unit->seconds;
  }
  if (!(total <= longest)) return std::nullopt;
  return std::chrono::nanoseconds(std::llround(total * 1e9));
}

std::string host_of(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  std::string host(url);
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return host;
}

}  // namespace http

bool is_quota_gone(const HttpResponse& response) noexcept {
  // An error says so in few words; a table of medicines may hold any.
  constexpr std::size_t longest_error = 4096;
  if (response.body.size() > longest_error) return false;
  const auto holds = [body = std::string_view(response.body)](std::string_view text) {
    return body.find(text) != std::string_view::npos;
  };
  constexpr int too_many_requests = 429;
  // data.go.kr, old and new; some answers of the agencies come with HTTP status 200. The limit of a second has
  // "PER_SECOND" before "EXCEEDS".
  constexpr std::array data_go_kr = {"SERVICE_REQUESTS_EXCEEDS", "<returnReasonCode>22<", "\"returnReasonCode\":\"22\"",
                                     "<resultCode>22<",          "\"resultCode\":\"22\"", "API token quota exceeded"};
  if (std::ranges::any_of(data_go_kr, holds)) return true;
  if (response.status != too_many_requests) return false;
  // OpenAI, as of 2026: the first is being replaced by the others.
  constexpr std::array openai = {"\"insufficient_quota\"", "\"credit_balance_exhausted\"",
                                 "\"organization_spend_limit_exceeded\"", "\"project_spend_limit_exceeded\"",
                                 "\"organization_usage_limit_exceeded\""};
  return std::ranges::any_of(openai, holds);
}

}  // namespace pilling
