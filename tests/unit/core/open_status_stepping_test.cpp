#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

#include "core/korean_time.hpp"

namespace pilling {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;

constexpr int day_length = 1440;

// How long a day of which nothing is known leaves the next morning undecided: to 06:59.
constexpr int longest_night = 419;

constexpr int tested_days = 8;
constexpr int stepped_days = 2 * tested_days + 2;

constexpr sys_days first_day = year(2026) / 11 / 23;  // a Monday

// Many whole days, and many that begin or end at midnight.
std::optional<OpenInterval> random_interval(std::mt19937_64& random) {
  const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
  switch (below(8)) {
    case 0:
    case 1:
      return std::nullopt;
    case 2:
    case 3:
      return OpenInterval{0, day_length};
    case 4:
      return OpenInterval{0, 1 + below(day_length)};
    case 5:
      return OpenInterval{below(day_length), day_length};
    default: {
      const int open = below(day_length);
      const int latest = std::min(open + day_length, day_length + longest_night);
      return OpenInterval{open, open + 1 + below(latest - open)};
    }
  }
}

HolidayCalendar random_calendar(std::mt19937_64& random) {
  std::vector<HolidayCalendar::Holiday> holidays;
  for (int day = -1; day < stepped_days; ++day) {
    if (random() % 4 == 0) holidays.push_back({.day = first_day + days(day), .name = "가상"});
  }
  return {holidays, year(2026), year(2026)};
}

// Each minute from the first midnight on, told one by one.
struct Minutes {
  std::vector<OpenState> states;
  std::vector<bool> is_known_day;
};

Minutes step(const OpeningHours& week, const HolidayCalendar& calendar) {
  Minutes all{.states = std::vector(stepped_days * day_length, OpenState::closed), .is_known_day = {}};
  for (const OpenState state : {OpenState::unknown, OpenState::open}) {
    for (int day = -1; day < stepped_days; ++day) {
      const bool is_holiday = calendar.is_holiday(first_day + days(day)).value();
      const auto& interval = week.days[is_holiday ? OpeningHours::holiday : static_cast<std::size_t>((day + 7) % 7)];
      if (state == OpenState::open && day >= 0) all.is_known_day.push_back(interval.has_value());
      if (interval.has_value() != (state == OpenState::open)) continue;
      const int begin = interval ? interval->open : 0;
      const int end = interval ? interval->close : day_length + longest_night;
      for (int minute = begin; minute < end; ++minute) {
        const auto index = static_cast<std::size_t>(day * day_length + minute);
        if (day * day_length + minute >= 0 && index < all.states.size()) all.states[index] = state;
      }
    }
  }
  return all;
}

// For each minute, the first later one whose openness is `is_open`.
std::vector<int> next_minutes(const std::vector<OpenState>& states, bool is_open) {
  std::vector<int> next(states.size());
  int found = std::numeric_limits<int>::max();
  for (std::size_t i = states.size(); i-- > 0;) {
    next[i] = found;
    if ((states[i] == OpenState::open) == is_open) found = static_cast<int>(i);
  }
  return next;
}

int next_change(const std::vector<OpenState>& states, int minute) {
  const int midnight = (minute / day_length + 1) * day_length;
  int next = minute + 1;
  while (next < midnight && states[static_cast<std::size_t>(next)] == states[static_cast<std::size_t>(minute)]) ++next;
  return next - midnight + day_length;
}

TEST(OpenStatusAt, AgreesWithMinuteSteppingOverEightDays) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    OpeningHours week;
    for (auto& day : week.days) day = random_interval(random);
    const HolidayCalendar calendar = random_calendar(random);
    const Minutes all = step(week, calendar);
    const std::vector<int> next_open = next_minutes(all.states, true);
    const std::vector<int> next_not_open = next_minutes(all.states, false);

    for (int minute = 0; minute < tested_days * day_length; ++minute) {
      const auto index = static_cast<std::size_t>(minute);
      OpenStatus expected{.state = all.states[index]};
      if (expected.state == OpenState::open) {
        const int end = next_not_open[index];
        const bool is_end_known = end % day_length != 0 || all.is_known_day[static_cast<std::size_t>(end / day_length)];
        if (end - minute <= 7 * day_length && is_end_known) expected.closes_in = minutes(end - minute);
      } else if (next_open[index] - minute <= 8 * day_length) {
        expected.opens_in = minutes(next_open[index] - minute);
      }
      const auto instant = first_day - std::chrono::hours(9) + minutes(minute) + std::chrono::seconds(random() % 60);
      const OpenStatus status = open_status(week, instant, calendar);

      ASSERT_EQ(status.state, expected.state) << "minute " << minute;
      ASSERT_EQ(status.closes_in, expected.closes_in) << "minute " << minute;
      ASSERT_EQ(status.opens_in, expected.opens_in) << "minute " << minute;
      ASSERT_EQ(open_state(week, instant, calendar), expected.state) << "minute " << minute;
      const core::KoreanTime time = core::korean_time(instant, calendar);
      ASSERT_EQ(core::next_change(week.days[time.today], week.days[time.yesterday], time.minute),
                next_change(all.states, minute))
          << "minute " << minute;
    }
  }
}

}  // namespace
}  // namespace pilling
