#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace pilling::core {

/// The calendar day in Korea, which has no summer time.
inline std::chrono::sys_days korean_day(std::chrono::sys_seconds instant) {
  return std::chrono::floor<std::chrono::days>(instant + std::chrono::hours(9));
}

/// When a day begins there.
inline std::chrono::sys_seconds korean_midnight(std::chrono::sys_days day) { return day - std::chrono::hours(9); }

/// "2026-11-28".
inline std::string iso_day(std::chrono::year_month_day day) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                                 static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace pilling::core
