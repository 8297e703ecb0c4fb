#include "geo/week_table.hpp"

namespace pilling::geo {

PackedWeek packed(const OpeningHours& hours) noexcept {
  const auto fits = [](int minute) {
    return minute > WeekTable::too_large && minute <= std::numeric_limits<std::int16_t>::max();
  };
  PackedWeek week;
  for (std::size_t day = 0; day < week.size(); ++day) {
    const std::optional<OpenInterval>& interval = hours.days[day];
    if (!interval) {
      week[day] = {.open = WeekTable::unknown, .close = WeekTable::unknown};
    } else if (fits(interval->open) && fits(interval->close)) {
      week[day] = {.open = static_cast<std::int16_t>(interval->open),
                   .close = static_cast<std::int16_t>(interval->close)};
    } else {
      week[0].open = WeekTable::too_large;
      return week;
    }
  }
  return week;
}

}  // namespace pilling::geo
