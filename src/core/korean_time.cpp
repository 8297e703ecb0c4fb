#include "core/korean_time.hpp"

namespace pilling::core {
namespace {

constexpr int days_per_week = 7;

using DayNumber = std::int64_t;  // since 1 January 1970

// std::chrono::days may be an int, and its calendar ends in the year 32767.
std::optional<bool> is_holiday(const HolidayCalendar& holidays, DayNumber day) noexcept {
  constexpr DayNumber end_of_calendars = 11'000'000;
  if (day < -end_of_calendars || day > end_of_calendars) return std::nullopt;
  return holidays.is_holiday(std::chrono::sys_days(std::chrono::days(static_cast<int>(day))));
}

int weekday_of(DayNumber day) noexcept {
  constexpr int thursday = 3;  // 1 January 1970
  return (static_cast<int>(day % days_per_week) + thursday + days_per_week) % days_per_week;
}

std::size_t index_of(DayNumber day, const std::optional<bool>& is_holiday) noexcept {
  return is_holiday.value_or(false) ? OpeningHours::holiday : static_cast<std::size_t>(weekday_of(day));
}

}  // namespace

KoreanTime korean_time(std::chrono::sys_seconds instant, const HolidayCalendar& holidays) noexcept {
  constexpr std::int64_t seconds_per_day = 86'400;
  constexpr int minutes_ahead = 9 * 60;

  // In plain numbers: std::chrono::floor overflows at the ends of time.
  const std::int64_t seconds = instant.time_since_epoch().count();
  const bool is_rounded_up = seconds % seconds_per_day < 0;
  const DayNumber utc_day = seconds / seconds_per_day - (is_rounded_up ? 1 : 0);
  const std::int64_t utc_second = seconds % seconds_per_day + (is_rounded_up ? seconds_per_day : 0);
  const int minute = static_cast<int>(utc_second / 60) + minutes_ahead;
  const DayNumber day = utc_day + minute / minutes_per_day;

  KoreanTime time;
  const std::optional<bool> is_today_holiday = is_holiday(holidays, day);
  time.today = index_of(day, is_today_holiday);
  const std::optional<bool> is_yesterday_holiday = is_holiday(holidays, day - 1);
  time.yesterday = index_of(day - 1, is_yesterday_holiday);
  time.minute = minute % minutes_per_day;
  time.weekday = weekday_of(day);
  time.is_holiday = is_today_holiday.value_or(false);
  time.is_holiday_known = is_today_holiday.has_value();
  time.is_yesterday_known = is_yesterday_holiday.has_value();
  for (std::size_t i = 0; i < time.ahead.size(); ++i) {
    const DayNumber later = day + 1 + static_cast<DayNumber>(i);
    const std::optional<bool> is_later_holiday = is_holiday(holidays, later);
    time.ahead[i] = static_cast<std::uint8_t>(index_of(later, is_later_holiday));
    // The covered years have no gap: once known, later days are known until they end.
    time.known_days_ahead += is_later_holiday.has_value() ? 1 : 0;
  }
  return time;
}

}  // namespace pilling::core
