#include <gtest/gtest.h>
#include <random>
#include <set>
#include <utility>

#include "pilling/pharmacy.hpp"

namespace pilling {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_seconds;

constexpr std::size_t monday = 0, tuesday = 1, wednesday = 2, saturday = 5, sunday = 6;

// Monday 23 November 2026, 00:00 in Korea.
constexpr sys_seconds week_begin = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + hours(15);

sys_seconds at(std::size_t day, int hour, int minute = 0) {
  return week_begin + days(day) + hours(hour) + minutes(minute);
}

OpeningHours every_day(OpenInterval interval) {
  OpeningHours week;
  for (std::size_t day = monday; day <= sunday; ++day) week.days[day] = interval;
  return week;
}

using Interval = std::optional<OpenInterval>;

TEST(ParseOpenInterval, ReadsTextAndNumbersWithAndWithoutLeadingZeros) {
  EXPECT_EQ(parse_open_interval("0900", "1900"), Interval({540, 1140}));
  EXPECT_EQ(parse_open_interval("900", "1900"), Interval({540, 1140}));
  EXPECT_EQ(parse_open_interval("900.0", "1900.00"), Interval({540, 1140}));
  EXPECT_EQ(parse_open_interval("30", "900"), Interval({30, 540}));
  EXPECT_EQ(parse_open_interval("0", "30"), Interval({0, 30}));
  EXPECT_EQ(parse_open_interval("9", "18"), std::nullopt);
  EXPECT_EQ(parse_open_interval("0811", "2359"), Interval({491, 1439}));
}

TEST(ParseOpenInterval, KeepsACloseAfterMidnight) {
  EXPECT_EQ(parse_open_interval("0900", "2400"), Interval({540, 1440}));
  EXPECT_EQ(parse_open_interval("0900", "2430"), Interval({540, 1470}));
  EXPECT_EQ(parse_open_interval("0900", "2500"), Interval({540, 1500}));
  EXPECT_EQ(parse_open_interval("1000", "2600"), Interval({600, 1560}));
  EXPECT_EQ(parse_open_interval("1800", "3059"), Interval({1080, 1859}));
}

TEST(ParseOpenInterval, TakesZerosForRoundTheClock) {
  EXPECT_EQ(parse_open_interval("0000", "0000"), Interval({0, 1440}));
  EXPECT_EQ(parse_open_interval("0000", "2400"), Interval({0, 1440}));
  EXPECT_EQ(parse_open_interval("0", "0.0"), Interval({0, 1440}));
}

TEST(ParseOpenInterval, TakesAnEarlyCloseForTheNextMorning) {
  EXPECT_EQ(parse_open_interval("0830", "0030"), Interval({510, 1470}));
  EXPECT_EQ(parse_open_interval("0900", "0000"), Interval({540, 1440}));
  EXPECT_EQ(parse_open_interval("2200", "0600"), Interval({1320, 1800}));
  EXPECT_EQ(parse_open_interval("2200", "0601"), std::nullopt);
  EXPECT_EQ(parse_open_interval("1830", "1330"), std::nullopt);
}

TEST(ParseOpenInterval, IsNothingWhenItMakesNoSense) {
  const std::pair<const char*, const char*> nonsense[] = {
      {"0900", "0900"}, {"2400", "2400"},  {"9960", "1900"},  {"0900", "9960"}, {"0960", "1900"}, {"0900", "1860"},
      {"0900", "3100"}, {"2400", "2600"},  {"0000", "2430"},  {"0300", "3030"}, {"", "1900"},     {"0900", ""},
      {"", ""},         {"00900", "1900"}, {"-900", "1900"},  {"+900", "1900"}, {" 900", "1900"}, {"09:00", "19:00"},
      {"0900.", "19"},  {".0", "1900"},    {"900.5", "1900"}, {"9e2", "1900"},  {"nan", "1900"},  {"휴무", "휴무"}};

  for (const auto& [open, close] : nonsense) {
    EXPECT_EQ(parse_open_interval(open, close), std::nullopt) << open << " to " << close;
  }
}

TEST(ParseOpenInterval, IsNeverEmptyNorLongerThanADay) {
  for (int open = 0; open <= 3100; ++open) {
    for (int close = 0; close <= 3100; close += 7) {
      const auto interval = parse_open_interval(std::to_string(open), std::to_string(close));
      if (!interval) continue;
      ASSERT_LE(0, interval->open) << open << " to " << close;
      ASSERT_LT(interval->open, 1440) << open << " to " << close;
      ASSERT_LT(interval->open, interval->close) << open << " to " << close;
      ASSERT_LE(interval->close - interval->open, 1440) << open << " to " << close;
    }
  }
}

TEST(OpenIntervalText, SaysWhichDayItCloses) {
  EXPECT_EQ(to_string(OpenInterval{540, 1140}), "09:00-19:00");
  EXPECT_EQ(to_string(OpenInterval{30, 545}), "00:30-09:05");
  EXPECT_EQ(to_string(OpenInterval{540, 1440}), "09:00-24:00");
  EXPECT_EQ(to_string(OpenInterval{540, 1500}), "09:00-01:00 (+1)");
  EXPECT_EQ(to_string(OpenInterval{360, 1800}), "06:00-06:00 (+1)");
  EXPECT_EQ(to_string(OpenInterval{0, 1440}), "24 hours");
}

TEST(OpeningHoursWeek, IsKnownWhenAnyDayIs) {
  OpeningHours none;
  OpeningHours holidays;
  holidays.days[OpeningHours::holiday] = {540, 1140};

  EXPECT_FALSE(none.is_known());
  EXPECT_TRUE(holidays.is_known());
  EXPECT_TRUE(every_day({540, 1140}).is_known());
}

TEST(HoursOnDay, FollowsTheKoreanCalendar) {
  OpeningHours week;
  week.days[sunday] = {600, 900};
  week.days[monday] = {540, 1140};

  EXPECT_EQ(hours_on_day(week, at(sunday, 23, 59)), Interval({600, 900}));
  EXPECT_EQ(hours_on_day(week, at(monday, 0)), Interval({540, 1140}));
  EXPECT_EQ(hours_on_day(week, at(monday, 23, 59)), Interval({540, 1140}));
  EXPECT_EQ(hours_on_day(week, at(tuesday, 0)), std::nullopt);
}

TEST(HoursOnDay, KnowsTheWeekdaysBefore1970AndAtTheEndsOfTime) {
  OpeningHours week;
  week.days[wednesday] = {540, 1140};
  const sys_seconds wednesday_in_1969 = std::chrono::sys_days(std::chrono::year(1969) / 12 / 31) + hours(3);
  const sys_seconds wednesday_in_1900 = std::chrono::sys_days(std::chrono::year(1900) / 1 / 3) + hours(3);

  EXPECT_TRUE(hours_on_day(week, wednesday_in_1969));
  EXPECT_TRUE(hours_on_day(week, wednesday_in_1900));
  EXPECT_FALSE(hours_on_day(week, wednesday_in_1969 + hours(12)));
  EXPECT_FALSE(hours_on_day(week, wednesday_in_1969 - hours(12) - std::chrono::seconds(1)));
  EXPECT_EQ(open_state(every_day({0, 1440}), sys_seconds::min()), OpenState::open);
  EXPECT_EQ(open_state(every_day({0, 1440}), sys_seconds::max()), OpenState::open);
}

TEST(OpenStateAt, IsOpenFromTheOpenUntilBeforeTheClose) {
  const OpeningHours week = every_day({540, 1140});

  EXPECT_EQ(open_state(week, at(wednesday, 8, 59)), OpenState::closed);
  EXPECT_EQ(open_state(week, at(wednesday, 9) - std::chrono::seconds(1)), OpenState::closed);
  EXPECT_EQ(open_state(week, at(wednesday, 9)), OpenState::open);
  EXPECT_EQ(open_state(week, at(wednesday, 18, 59)), OpenState::open);
  EXPECT_EQ(open_state(week, at(wednesday, 19)), OpenState::closed);
}

TEST(OpenStateAt, ReachesFromYesterdayPastMidnight) {
  const OpeningHours week = every_day({510, 1470});

  EXPECT_EQ(open_state(week, at(wednesday, 0, 29)), OpenState::open);
  EXPECT_EQ(open_state(week, at(wednesday, 0, 30)), OpenState::closed);
}

TEST(OpenStateAt, WrapsFromSundayToMonday) {
  OpeningHours week = every_day({540, 1080});
  week.days[sunday] = {600, 1500};

  EXPECT_EQ(open_state(week, at(monday, 0, 30)), OpenState::open);
  EXPECT_EQ(open_state(week, at(monday, 0, 30) + days(7)), OpenState::open);
  EXPECT_EQ(open_state(week, at(monday, 1)), OpenState::closed);
  EXPECT_EQ(open_state(week, at(sunday, 0, 30)), OpenState::closed);
}

TEST(OpenStateAt, IsOpenSinceYesterdayThoughTodayIsUnknown) {
  OpeningHours week;
  week.days[saturday] = {540, 1560};

  EXPECT_EQ(open_state(week, at(sunday, 1, 59)), OpenState::open);
  EXPECT_EQ(open_state(week, at(sunday, 2)), OpenState::unknown);
  EXPECT_EQ(open_state(week, at(sunday, 12)), OpenState::unknown);
}

TEST(OpenStateAt, IsUnknownInTheMorningAfterAnUnknownDay) {
  OpeningHours week = every_day({540, 1140});
  week.days[sunday] = std::nullopt;

  EXPECT_EQ(open_state(week, at(monday, 0)), OpenState::unknown);
  EXPECT_EQ(open_state(week, at(monday, 6, 58)), OpenState::unknown);
  EXPECT_EQ(open_state(week, at(monday, 6, 59)), OpenState::closed);
  EXPECT_EQ(open_state(week, at(monday, 8, 59)), OpenState::closed);
  EXPECT_EQ(open_state(week, at(monday, 20)), OpenState::closed);
}

TEST(OpenStateAt, IsOpenInTheMorningAfterAnUnknownDayWhenTodaySaysSo) {
  OpeningHours week;
  week.days[monday] = {0, 1440};

  EXPECT_EQ(open_state(week, at(monday, 0)), OpenState::open);
  EXPECT_EQ(open_state(week, at(monday, 23, 59)), OpenState::open);
  EXPECT_EQ(open_state(week, at(tuesday, 0)), OpenState::unknown);
}

TEST(OpenStateAt, IgnoresTheHoursOfHolidays) {
  OpeningHours week;
  week.days[OpeningHours::holiday] = {0, 1440};

  EXPECT_EQ(open_state(week, at(sunday, 12)), OpenState::unknown);
  EXPECT_EQ(open_state(week, at(monday, 12)), OpenState::unknown);
}

OpeningHours random_week(std::mt19937_64& random) {
  OpeningHours week;
  for (auto& day : week.days) {
    if (random() % 4 == 0) continue;
    const int open = static_cast<int>(random() % 1440);
    const int latest = std::min(open + 1440, 1859);
    day = {open, open + 1 + static_cast<int>(random() % static_cast<unsigned>(latest - open))};
  }
  return week;
}

TEST(OpenStateAt, AgreesWithMinuteSteppingOverEightDays) {
  constexpr int day_length = 1440;
  constexpr int longest_night = 419;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const OpeningHours week = random_week(random);
    std::set<int> open;
    std::set<int> undecided;
    for (int day = -1; day < 8; ++day) {
      const auto& interval = week.days[static_cast<std::size_t>((day + 7) % 7)];
      const int begin = interval ? interval->open : 0;
      const int end = interval ? interval->close : day_length + longest_night;
      for (int minute = begin; minute < end; ++minute) (interval ? open : undecided).insert(day * day_length + minute);
    }

    for (int minute = 0; minute < 8 * day_length; ++minute) {
      const OpenState expected = open.contains(minute)        ? OpenState::open
                                 : undecided.contains(minute) ? OpenState::unknown
                                                              : OpenState::closed;
      ASSERT_EQ(open_state(week, week_begin + minutes(minute)), expected) << "minute " << minute;
    }
  }
}

}  // namespace
}  // namespace pilling
