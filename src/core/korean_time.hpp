#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "pilling/hours.hpp"

namespace pilling::core {

inline constexpr int minutes_per_day = 24 * 60;

/// "3059", the last closing time that is believed.
inline constexpr int latest_close = 30 * 60 + 59;

/// Where an instant lies in Korea, with the days around it as indexes into `OpeningHours::days`: that of holidays on a
/// public holiday, else that of the weekday, also outside of the calendar's years.
struct KoreanTime {
  std::size_t today = 0;
  std::size_t yesterday = 0;
  int minute = 0;   ///< after midnight
  int weekday = 0;  ///< 0 … 6 are Monday … Sunday, on holidays too
  bool is_holiday = false;
  bool is_holiday_known = false;        ///< whether the calendar covers today
  bool is_yesterday_known = false;      ///< whether it covers yesterday
  std::array<std::uint8_t, 8> ahead{};  ///< indexes of tomorrow and the seven days that follow
  int known_days_ahead = 0;             ///< how many of them, from tomorrow on, the calendar covers
};

KoreanTime korean_time(std::chrono::sys_seconds instant, const HolidayCalendar& holidays) noexcept;

/// `open_state` of the two days that matter.
OpenState open_state(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                     int minute) noexcept;

/// The minute of today, after `minute`, when `open_state` of the two days changes; `minutes_per_day` when it stays
/// until midnight, where other days take over.
int next_change(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                int minute) noexcept;

/// `open_status` for those who ask for many at one instant.
OpenStatus open_status(const OpeningHours& hours, const KoreanTime& time) noexcept;

}  // namespace pilling::core
