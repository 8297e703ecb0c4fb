#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/korean_time.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling {
namespace {

using core::minutes_per_day;

// "3059", the last closing time that is believed.
constexpr int latest_close = 30 * 60 + 59;

// A close before the open is taken for the next morning's up to this time; a later one is a slip.
constexpr int latest_wrapped_close = 6 * 60;

// Minutes after midnight of "HHMM" or "HMM", "30" or "0", also as a decimal number whose fraction is zero.
std::optional<int> parse_time(std::string_view text) {
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
    text = text.substr(0, point);
  }
  constexpr std::string_view digits = "0123456789";
  if (text.empty() || text.size() > 4 || text.find_first_not_of(digits) != std::string_view::npos) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  // "30" is 0030 without its zeros. Any other number this short may as well be an hour: "9" is hardly 00:09.
  if (text.size() <= 2 && number != 0 && number != 30) return std::nullopt;
  const int minute = number % 100;
  const int time = number / 100 * 60 + minute;
  return minute < 60 && time <= latest_close ? std::optional(time) : std::nullopt;
}

bool contains(const std::optional<OpenInterval>& interval, int minute) noexcept {
  return interval && interval->open <= minute && minute < interval->close;
}

std::string two_digits(int number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 2) digits.insert(digits.begin(), '0');
  return digits;
}

std::string to_clock(int time) { return two_digits(time / 60) + ":" + two_digits(time % 60); }

}  // namespace

namespace core {

KoreanTime korean_time(std::chrono::sys_seconds instant) noexcept {
  constexpr std::int64_t seconds_per_day = 86'400;
  constexpr int days_per_week = 7;
  constexpr int thursday = 3;  // 1 January 1970
  constexpr int minutes_ahead = 9 * 60;

  // In plain numbers: std::chrono::floor overflows at the ends of time.
  const std::int64_t seconds = instant.time_since_epoch().count();
  const bool is_rounded_up = seconds % seconds_per_day < 0;
  const std::int64_t utc_day = seconds / seconds_per_day - (is_rounded_up ? 1 : 0);
  const std::int64_t utc_second = seconds % seconds_per_day + (is_rounded_up ? seconds_per_day : 0);
  const int minute = static_cast<int>(utc_second / 60) + minutes_ahead;
  const int utc_weekday = static_cast<int>(utc_day % days_per_week) + thursday;
  const int weekday = (utc_weekday + minute / minutes_per_day + days_per_week) % days_per_week;
  return {.today = static_cast<std::size_t>(weekday),
          .yesterday = static_cast<std::size_t>((weekday + days_per_week - 1) % days_per_week),
          .minute = minute % minutes_per_day};
}

OpenState open_state(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                     int minute) noexcept {
  const int minute_of_yesterday = minute + minutes_per_day;
  if (contains(today, minute) || contains(yesterday, minute_of_yesterday)) return OpenState::open;
  // A day without an interval decides nothing, and its night lasts as long as any interval might.
  const bool is_yesterday_over = yesterday || minute_of_yesterday >= latest_close;
  return today && is_yesterday_over ? OpenState::closed : OpenState::unknown;
}

}  // namespace core

bool OpeningHours::is_known() const noexcept {
  return std::ranges::any_of(days, [](const auto& interval) { return interval.has_value(); });
}

std::optional<OpenInterval> parse_open_interval(std::string_view open, std::string_view close) {
  const std::optional<int> begin = parse_time(open);
  const std::optional<int> end = parse_time(close);
  if (!begin || !end || *begin >= minutes_per_day) return std::nullopt;
  if (*begin == 0 && *end == 0) return OpenInterval{.open = 0, .close = minutes_per_day};

  OpenInterval interval{.open = *begin, .close = *end};
  if (interval.close < interval.open) {
    if (interval.close > latest_wrapped_close) return std::nullopt;
    interval.close += minutes_per_day;
  }
  const int length = interval.close - interval.open;
  return length > 0 && length <= minutes_per_day ? std::optional(interval) : std::nullopt;
}

OpenState open_state(const OpeningHours& hours, std::chrono::sys_seconds instant) {
  const core::KoreanTime time = core::korean_time(instant);
  return core::open_state(hours.days[time.today], hours.days[time.yesterday], time.minute);
}

std::optional<OpenInterval> hours_on_day(const OpeningHours& hours, std::chrono::sys_seconds instant) {
  return hours.days[core::korean_time(instant).today];
}

std::string to_string(OpenInterval interval) {
  if (interval == OpenInterval{.open = 0, .close = minutes_per_day}) return "24 hours";
  const bool is_past_midnight = interval.close > minutes_per_day;
  const int close = is_past_midnight ? interval.close - minutes_per_day : interval.close;
  return to_clock(interval.open) + "-" + to_clock(close) + (is_past_midnight ? " (+1)" : "");
}

}  // namespace pilling
