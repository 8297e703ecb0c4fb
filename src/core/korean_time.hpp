#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "pilling/pharmacy.hpp"

namespace pilling::core {

inline constexpr int minutes_per_day = 24 * 60;

/// Where an instant lies in a Korean week.
struct KoreanTime {
  std::size_t today = 0;      ///< 0 … 6 are Monday … Sunday, as in OpeningHours
  std::size_t yesterday = 0;  ///< the same of the day before
  int minute = 0;             ///< after midnight
};

KoreanTime korean_time(std::chrono::sys_seconds instant) noexcept;

/// `open_state` of the two days that matter.
OpenState open_state(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                     int minute) noexcept;

}  // namespace pilling::core
