#pragma once

#include <chrono>

namespace pilling::support {

/// The instant of a date and time in Korea.
constexpr std::chrono::sys_seconds korean_instant(std::chrono::year_month_day day, int hour, int minute = 0) {
  return std::chrono::sys_days(day) + std::chrono::hours(hour - 9) + std::chrono::minutes(minute);
}

}  // namespace pilling::support
