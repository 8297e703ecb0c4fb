#include <algorithm>

#include "core/korean_time.hpp"

namespace pilling {
namespace core {
namespace {

bool contains(const std::optional<OpenInterval>& interval, int minute) noexcept {
  return interval && interval->open <= minute && minute < interval->close;
}

// The first minute after `minute` at which an interval of today or yesterday begins or ends.
int next_boundary(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                  int minute) noexcept {
  const OpenInterval first = today.value_or(OpenInterval());
  const OpenInterval night = yesterday.value_or(OpenInterval{.open = 0, .close = latest_close});
  // Without jumps that depend on the hours: an index asks this of all pharmacies of the country.
  int next = minutes_per_day;
  for (const int boundary : {first.open, first.close}) next = boundary > minute ? std::min(next, boundary) : next;
  for (const int boundary : {night.open, night.close}) {
    next = boundary > minute + minutes_per_day ? std::min(next, boundary - minutes_per_day) : next;
  }
  return next;
}

// The days from yesterday (-1) to the eighth ahead, and their intervals in minutes after today's midnight.
class Days {
 public:
  static constexpr int yesterday = -1;
  static constexpr int last = 8;

  Days(const OpeningHours& hours, const KoreanTime& time) noexcept : hours_(hours), time_(time) {}

  const std::optional<OpenInterval>& operator[](int day) const noexcept {
    if (day == yesterday) return hours_.days[time_.yesterday];
    return hours_.days[day == 0 ? time_.today : time_.ahead[static_cast<std::size_t>(day - 1)]];
  }

  // Nothing looks at an interval beyond the day after its own.
  OpenInterval span(int day) const noexcept {
    const std::optional<OpenInterval>& interval = (*this)[day];
    if (!interval) return {};
    const int midnight = day * minutes_per_day;
    return {.open = midnight + std::clamp(interval->open, 0, 2 * minutes_per_day),
            .close = midnight + std::clamp(interval->close, 0, 2 * minutes_per_day)};
  }

 private:
  const OpeningHours& hours_;
  const KoreanTime& time_;
};

std::optional<int> next_closing(const Days& days, int minute) noexcept {
  constexpr int longest_wait = 7 * minutes_per_day;
  int end = minute;
  for (int day = Days::yesterday; day <= Days::last; ++day) {
    if (const OpenInterval span = days.span(day); span.open <= end) end = std::max(end, span.close);
    if (day >= 0 && end < (day + 1) * minutes_per_day) break;
  }
  if (end - minute > longest_wait) return std::nullopt;
  // A day that nobody knows may go on at its midnight.
  if (end % minutes_per_day == 0 && !days[end / minutes_per_day]) return std::nullopt;
  return end;
}

std::optional<int> next_opening(const Days& days, int minute) noexcept {
  constexpr int longest_wait = 8 * minutes_per_day;
  for (int day = 0; day <= Days::last; ++day) {
    const OpenInterval span = days.span(day);
    if (span.open <= minute || span.close <= span.open) continue;
    return span.open - minute <= longest_wait ? std::optional(span.open) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

OpenState open_state(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                     int minute) noexcept {
  const int minute_of_yesterday = minute + minutes_per_day;
  if (contains(today, minute) || contains(yesterday, minute_of_yesterday)) return OpenState::open;
  // A day without an interval decides nothing, and its night lasts as long as any interval might.
  const bool is_yesterday_over = yesterday || minute_of_yesterday >= latest_close;
  return today && is_yesterday_over ? OpenState::closed : OpenState::unknown;
}

int next_change(const std::optional<OpenInterval>& today, const std::optional<OpenInterval>& yesterday,
                int minute) noexcept {
  const OpenState state = open_state(today, yesterday, minute);
  int next = next_boundary(today, yesterday, minute);
  while (next < minutes_per_day && open_state(today, yesterday, next) == state) {
    next = next_boundary(today, yesterday, next);
  }
  return next;
}

OpenStatus open_status(const OpeningHours& hours, const KoreanTime& time) noexcept {
  const Days days(hours, time);
  OpenStatus status{.state = open_state(days[0], days[Days::yesterday], time.minute),
                    .today = days[0],
                    .is_holiday = time.is_holiday,
                    .is_holiday_known = time.is_holiday_known};
  // In the small hours, yesterday's hours decide.
  if (time.minute + minutes_per_day < latest_close && !time.is_yesterday_known) status.is_holiday_known = false;
  const bool is_open = status.state == OpenState::open;
  const std::optional<int> event = is_open ? next_closing(days, time.minute) : next_opening(days, time.minute);
  if (!event) return status;
  (is_open ? status.closes_in : status.opens_in) = std::chrono::minutes(*event - time.minute);
  if (*event / minutes_per_day > time.known_days_ahead) status.is_holiday_known = false;
  for (int day = 1; !is_open && day < *event / minutes_per_day; ++day) status.may_open_before |= !days[day];
  return status;
}

}  // namespace core

OpenStatus open_status(const OpeningHours& hours, std::chrono::sys_seconds instant, const HolidayCalendar& holidays) {
  return core::open_status(hours, core::korean_time(instant, holidays));
}

OpenState open_state(const OpeningHours& hours, std::chrono::sys_seconds instant, const HolidayCalendar& holidays) {
  const core::KoreanTime time = core::korean_time(instant, holidays);
  return core::open_state(hours.days[time.today], hours.days[time.yesterday], time.minute);
}

}  // namespace pilling
