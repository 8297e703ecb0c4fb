#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "core/korean_time.hpp"
#include "support/korean_instant.hpp"

namespace pilling {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::size_t monday = 0, tuesday = 1, wednesday = 2, thursday = 3, friday = 4, saturday = 5, sunday = 6;

constexpr year_month_day monday_in_november = year(2026) / 11 / 23;

sys_seconds at(std::size_t day, int hour, int minute = 0) {
  return support::korean_instant(monday_in_november, hour, minute) + days(day);
}

year_month_day date_of(std::size_t day) { return std::chrono::sys_days(monday_in_november) + days(day); }

// Covers 2026; these days of the week in November are holidays.
HolidayCalendar holidays_on(const std::vector<std::size_t>& holidays) {
  std::vector<HolidayCalendar::Holiday> named;
  for (const std::size_t day : holidays) named.push_back({.day = date_of(day), .name = "임시공휴일"});
  return {named, year(2026), year(2026)};
}

OpeningHours every_day(OpenInterval interval) {
  OpeningHours week;
  for (std::size_t day = monday; day <= sunday; ++day) week.days[day] = interval;
  return week;
}

OpenState state_at(const OpeningHours& week, sys_seconds instant) { return open_state(week, instant, holidays_on({})); }

OpenStatus status_at(const OpeningHours& week, sys_seconds instant, const std::vector<std::size_t>& holidays = {}) {
  return open_status(week, instant, holidays_on(holidays));
}

using Interval = std::optional<OpenInterval>;

constexpr auto nothing = std::nullopt;
constexpr OpenInterval whole_day = {.open = 0, .close = 1440};

TEST(OpenStateAt, IsOpenFromTheOpenUntilBeforeTheClose) {
  const OpeningHours week = every_day({540, 1140});

  EXPECT_EQ(state_at(week, at(wednesday, 8, 59)), OpenState::closed);
  EXPECT_EQ(state_at(week, at(wednesday, 9) - seconds(1)), OpenState::closed);
  EXPECT_EQ(state_at(week, at(wednesday, 9)), OpenState::open);
  EXPECT_EQ(state_at(week, at(wednesday, 18, 59)), OpenState::open);
  EXPECT_EQ(state_at(week, at(wednesday, 19)), OpenState::closed);
}

TEST(OpenStateAt, ReachesFromYesterdayPastMidnight) {
  const OpeningHours week = every_day({510, 1470});

  EXPECT_EQ(state_at(week, at(wednesday, 0, 29)), OpenState::open);
  EXPECT_EQ(state_at(week, at(wednesday, 0, 30)), OpenState::closed);
}

TEST(OpenStateAt, WrapsFromSundayToMonday) {
  OpeningHours week = every_day({540, 1080});
  week.days[sunday] = {600, 1500};

  EXPECT_EQ(state_at(week, at(monday, 0, 30)), OpenState::open);
  EXPECT_EQ(state_at(week, at(monday, 0, 30) + days(7)), OpenState::open);
  EXPECT_EQ(state_at(week, at(monday, 1)), OpenState::closed);
  EXPECT_EQ(state_at(week, at(sunday, 0, 30)), OpenState::closed);
}

TEST(OpenStateAt, IsOpenSinceYesterdayThoughTodayIsUnknown) {
  OpeningHours week;
  week.days[saturday] = {540, 1560};

  EXPECT_EQ(state_at(week, at(sunday, 1, 59)), OpenState::open);
  EXPECT_EQ(state_at(week, at(sunday, 2)), OpenState::unknown);
  EXPECT_EQ(state_at(week, at(sunday, 12)), OpenState::unknown);
}

TEST(OpenStateAt, IsUnknownInTheMorningAfterAnUnknownDay) {
  OpeningHours week = every_day({540, 1140});
  week.days[sunday] = nothing;

  EXPECT_EQ(state_at(week, at(monday, 0)), OpenState::unknown);
  EXPECT_EQ(state_at(week, at(monday, 6, 58)), OpenState::unknown);
  EXPECT_EQ(state_at(week, at(monday, 6, 59)), OpenState::closed);
  EXPECT_EQ(state_at(week, at(monday, 8, 59)), OpenState::closed);
  EXPECT_EQ(state_at(week, at(monday, 20)), OpenState::closed);
}

TEST(OpenStateAt, IsOpenInTheMorningAfterAnUnknownDayWhenTodaySaysSo) {
  OpeningHours week;
  week.days[monday] = whole_day;

  EXPECT_EQ(state_at(week, at(monday, 0)), OpenState::open);
  EXPECT_EQ(state_at(week, at(monday, 23, 59)), OpenState::open);
  EXPECT_EQ(state_at(week, at(tuesday, 0)), OpenState::unknown);
}

TEST(OpenStateOnHolidays, TakesTheHoursOfHolidaysAlsoOnASunday) {
  OpeningHours week = every_day({540, 1140});
  week.days[OpeningHours::holiday] = {780, 900};

  for (const std::size_t day : {tuesday, sunday}) {
    const HolidayCalendar holidays = holidays_on({day});
    EXPECT_EQ(open_state(week, at(day, 12), holidays), OpenState::closed);
    EXPECT_EQ(open_state(week, at(day, 14), holidays), OpenState::open);
    EXPECT_EQ(open_state(week, at(day, 12) + days(7), holidays), OpenState::open);
    EXPECT_EQ(open_status(week, at(day, 12), holidays).today, Interval({780, 900}));
  }
}

TEST(OpenStateOnHolidays, IsUnknownWhenTheHoursOfHolidaysAre) {
  const OpenStatus status = status_at(every_day({540, 1140}), at(tuesday, 12), {tuesday});

  EXPECT_EQ(status.state, OpenState::unknown);
  EXPECT_EQ(status.today, nothing);
  EXPECT_EQ(status.opens_in, hours(21));
  EXPECT_TRUE(status.is_holiday);
}

TEST(OpenStateOnHolidays, GoesByYesterdaysOwnFlagAfterMidnight) {
  OpeningHours late_on_holidays = every_day({540, 1140});
  late_on_holidays.days[OpeningHours::holiday] = {600, 1500};
  OpeningHours late_on_workdays = every_day({540, 1500});
  late_on_workdays.days[OpeningHours::holiday] = {600, 1140};
  const HolidayCalendar holidays = holidays_on({wednesday});

  EXPECT_EQ(open_state(late_on_holidays, at(wednesday, 0, 30), holidays), OpenState::closed);
  EXPECT_EQ(open_state(late_on_holidays, at(thursday, 0, 30), holidays), OpenState::open);
  EXPECT_EQ(open_state(late_on_workdays, at(wednesday, 0, 30), holidays), OpenState::open);
  EXPECT_EQ(open_state(late_on_workdays, at(thursday, 0, 30), holidays), OpenState::closed);
}

TEST(OpenStatusAt, ClosesWhenTheIntervalEnds) {
  const OpeningHours week = every_day({540, 1140});

  EXPECT_EQ(status_at(week, at(wednesday, 9)).closes_in, hours(10));
  EXPECT_EQ(status_at(week, at(wednesday, 18, 59)).closes_in, minutes(1));
  EXPECT_EQ(status_at(week, at(wednesday, 18, 59) + seconds(59)).closes_in, minutes(1));
  EXPECT_EQ(status_at(week, at(wednesday, 19)).closes_in, nothing);
  EXPECT_EQ(status_at(week, at(wednesday, 12)).opens_in, nothing);
}

TEST(OpenStatusAt, ClosesAfterMidnightWhateverTheNextDayIs) {
  OpeningHours week;
  week.days[saturday] = {540, 1560};

  EXPECT_EQ(status_at(week, at(saturday, 23)).closes_in, hours(3));
  EXPECT_EQ(status_at(week, at(sunday, 1)).closes_in, hours(1));
}

TEST(OpenStatusAt, GoesOnOverMidnightWithoutAGap) {
  OpeningHours week = every_day({540, 1140});
  week.days[thursday] = {1320, 1440};
  week.days[friday] = {0, 600};
  week.days[saturday] = whole_day;
  week.days[sunday] = whole_day;
  week.days[monday] = {0, 1};

  EXPECT_EQ(status_at(week, at(thursday, 23)).closes_in, hours(11));
  EXPECT_EQ(status_at(week, at(saturday, 12)).closes_in, hours(36) + minutes(1));
}

TEST(OpenStatusAt, JoinsIntervalsThatOverlap) {
  OpeningHours week = every_day({540, 1140});
  week.days[thursday] = {1200, 1800};
  week.days[friday] = {300, 720};

  EXPECT_EQ(status_at(week, at(friday, 4)).closes_in, hours(8));
  EXPECT_EQ(status_at(week, at(friday, 5, 30)).closes_in, minutes(390));
}

TEST(OpenStatusAt, ClosesNeverWhenItIsOpenAllWeek) {
  const OpeningHours always = every_day(whole_day);
  OpeningHours until_sunday = always;
  until_sunday.days[sunday] = {0, 1080};

  EXPECT_EQ(status_at(always, at(wednesday, 12)).state, OpenState::open);
  EXPECT_EQ(status_at(always, at(wednesday, 12)).closes_in, nothing);
  EXPECT_EQ(status_at(until_sunday, at(sunday, 19)).opens_in, hours(5));
  EXPECT_EQ(status_at(until_sunday, at(monday, 0)).closes_in, days(6) + hours(18));
  EXPECT_EQ(status_at(always, at(wednesday, 12), {friday}).closes_in, nothing);
}

TEST(OpenStatusAt, ClosesForAHolidayWithOtherHours) {
  OpeningHours week = every_day(whole_day);
  week.days[OpeningHours::holiday] = {0, 720};

  EXPECT_EQ(status_at(week, at(wednesday, 12), {friday}).closes_in, hours(48));
}

TEST(OpenStatusAt, SaysNoCloseAtAMidnightWhereAnUnknownDayBegins) {
  OpeningHours week;
  week.days[saturday] = {540, 1440};

  EXPECT_EQ(status_at(week, at(saturday, 23)).state, OpenState::open);
  EXPECT_EQ(status_at(week, at(saturday, 23)).closes_in, nothing);
}

TEST(OpenStatusAt, FindsTheNextOpeningAndNotTheNextChange) {
  OpeningHours week;
  week.days[monday] = {540, 1140};
  week.days[thursday] = {600, 1140};

  EXPECT_EQ(status_at(week, at(monday, 8)).opens_in, hours(1));
  EXPECT_EQ(status_at(week, at(monday, 8, 59) + seconds(30)).opens_in, minutes(1));
  EXPECT_EQ(status_at(week, at(monday, 20)).opens_in, hours(4 + 48 + 10));
  EXPECT_EQ(status_at(week, at(tuesday, 12)).state, OpenState::unknown);
  EXPECT_EQ(status_at(week, at(tuesday, 12)).opens_in, hours(12 + 24 + 10));
}

TEST(OpenStatusAt, FindsTheNextOpeningBehindThreeDaysOfHolidays) {
  const OpeningHours week = every_day({540, 1140});

  EXPECT_EQ(status_at(week, at(monday, 20), {tuesday, wednesday, thursday}).opens_in, hours(4 + 72 + 9));
}

TEST(OpenStatusAt, LooksForAnOpeningForEightDays) {
  OpeningHours week;
  week.days[monday] = {540, 1140};

  EXPECT_EQ(status_at(week, at(monday, 19)).opens_in, days(7) - hours(10));
  EXPECT_EQ(status_at(week, at(tuesday, 0), {monday + 7}).opens_in, nothing);
  EXPECT_EQ(status_at(OpeningHours(), at(tuesday, 0)).opens_in, nothing);
  EXPECT_EQ(status_at(OpeningHours(), at(tuesday, 0)).state, OpenState::unknown);

  week.days[tuesday] = {600, 1140};
  EXPECT_EQ(status_at(week, at(monday, 10), {monday, tuesday, monday + 7}).opens_in, days(8));
  EXPECT_EQ(status_at(week, at(monday, 9, 59), {monday, tuesday, monday + 7}).opens_in, nothing);
}

TEST(OpenStatusAt, TakesOrdinaryHoursOutsideOfTheCalendarAndSaysSo) {
  const OpeningHours week = every_day({540, 1140});
  const sys_seconds last_evening = support::korean_instant(year(2026) / 12 / 31, 18);

  const OpenStatus open = status_at(week, last_evening);
  EXPECT_TRUE(open.is_holiday_known);

  const OpenStatus closed = status_at(week, last_evening + hours(2));
  EXPECT_EQ(closed.opens_in, hours(13));
  EXPECT_FALSE(closed.is_holiday_known);

  const OpenStatus next_day = status_at(week, last_evening + days(1));
  EXPECT_EQ(next_day.state, OpenState::open);
  EXPECT_FALSE(next_day.is_holiday);
  EXPECT_FALSE(next_day.is_holiday_known);
  EXPECT_FALSE(open_status(week, last_evening, HolidayCalendar()).is_holiday_known);
}

TEST(OpenStatusAt, HoldsBefore1970AndAtTheEndsOfTime) {
  OpeningHours week = every_day({540, 1140});
  week.days[wednesday] = nothing;
  const auto is_wednesday = [&](sys_seconds instant) { return !status_at(week, instant).today; };
  const sys_seconds wednesday_in_1969 = support::korean_instant(year(1969) / 12 / 31, 0);

  EXPECT_TRUE(is_wednesday(support::korean_instant(year(1900) / 1 / 3, 12)));
  EXPECT_TRUE(is_wednesday(wednesday_in_1969));
  EXPECT_TRUE(is_wednesday(wednesday_in_1969 + days(1) - seconds(1)));
  EXPECT_FALSE(is_wednesday(wednesday_in_1969 + days(1)));
  EXPECT_FALSE(is_wednesday(wednesday_in_1969 - seconds(1)));

  for (const sys_seconds instant : {sys_seconds::min(), sys_seconds::max()}) {
    const OpenStatus status = open_status(every_day(whole_day), instant, HolidayCalendar::bundled());
    EXPECT_EQ(status.state, OpenState::open);
    EXPECT_FALSE(status.is_holiday_known);
    EXPECT_FALSE(in_words(status, instant, Language::english).empty());
  }
}

TEST(OpenStatusAt, SurvivesIntervalsThatNoSourceGives) {
  constexpr int least = std::numeric_limits<int>::min();
  constexpr int most = std::numeric_limits<int>::max();

  for (const OpenInterval odd : {OpenInterval{least, most}, {most, least}, {0, most}, {most, most}, {-60, 60}}) {
    const OpenStatus status = status_at(every_day(odd), at(wednesday, 12));
    EXPECT_FALSE(in_words(status, at(wednesday, 12), Language::korean).empty());
    EXPECT_GT(core::next_change(odd, odd, 0), 0);
    EXPECT_FALSE(to_string(odd).empty());
  }
}

TEST(ClosingSoon, IsWithinHalfAnHourUnlessToldOtherwise) {
  const OpeningHours week = every_day({540, 1140});

  EXPECT_FALSE(status_at(week, at(monday, 18, 29)).is_closing_soon());
  EXPECT_TRUE(status_at(week, at(monday, 18, 30)).is_closing_soon());
  EXPECT_TRUE(status_at(week, at(monday, 18)).is_closing_soon(hours(1)));
  EXPECT_FALSE(status_at(week, at(monday, 19)).is_closing_soon());
  EXPECT_FALSE(status_at(every_day(whole_day), at(monday, 23, 50)).is_closing_soon());
}

TEST(OpenStatusInWords, CanBeReadAtNight) {
  OpeningHours week = every_day({540, 1140});
  week.days[thursday] = {540, 1500};
  week.days[friday] = {540, 1440};
  week.days[saturday] = whole_day;
  week.days[sunday] = nothing;

  const struct {
    sys_seconds instant;
    const char* english;
    const char* korean;
  } cases[] = {
      {at(monday, 12), "open until 19:00", "영업 중, 19:00까지"},
      {at(monday, 18, 40), "open until 19:00, closing in 20 min", "영업 중, 19:00까지 (20분 뒤 마감)"},
      {at(monday, 20), "closed, opens tomorrow at 09:00", "영업 종료, 내일 09:00부터"},
      {at(tuesday, 7), "closed, opens at 09:00", "영업 전, 오늘 09:00부터"},
      {at(thursday, 23), "open until 01:00 tomorrow", "영업 중, 내일 01:00까지"},
      {at(friday, 0, 50), "open until 01:00, closing in 10 min", "영업 중, 01:00까지 (10분 뒤 마감)"},
      {at(friday, 20), "open until 24:00 at least", "영업 중, 최소 24:00까지"},
      {at(saturday, 20), "open, round the clock today", "영업 중, 오늘 24시간"},
      {at(sunday, 20), "hours unknown; known to open tomorrow at 09:00", "시간 미확인, 내일 09:00부터 영업"},
      {at(monday, 3), "hours unknown; known to open at 09:00", "시간 미확인, 오늘 09:00부터 영업"},
  };
  for (const auto& [instant, english, korean] : cases) {
    const OpenStatus status = status_at(week, instant);
    EXPECT_EQ(in_words(status, instant, Language::english), english);
    EXPECT_EQ(in_words(status, instant, Language::korean), korean);
  }
}

TEST(OpenStatusInWords, NamesTheDayOfAnOpeningThatIsFarOff) {
  OpeningHours week;
  week.days[monday] = {540, 1140};
  const auto words = [&](sys_seconds instant, const std::vector<std::size_t>& holidays, Language language) {
    return in_words(status_at(week, instant, holidays), instant, language);
  };

  EXPECT_EQ(words(at(saturday, 12), {}, Language::english), "hours unknown; known to open on Monday at 09:00");
  EXPECT_EQ(words(at(saturday, 12), {}, Language::korean), "시간 미확인, 월요일 09:00부터 영업");
  EXPECT_EQ(words(at(monday, 20), {}, Language::english), "closed, known to open in 7 days at 09:00");
  EXPECT_EQ(words(at(monday, 20), {}, Language::korean), "영업 종료, 확인된 다음 영업은 7일 뒤 09:00부터");
  EXPECT_EQ(words(at(monday, 20), {monday + 7}, Language::english), "closed");
  EXPECT_EQ(words(at(monday, 20), {monday + 7}, Language::korean), "영업 종료");
}

TEST(OpenStatusInWords, SaysWhenNobodyKnowsWhetherItIsAHoliday) {
  const sys_seconds new_year = support::korean_instant(year(2027) / 1 / 1, 12);
  const OpenStatus open = status_at(every_day({540, 1140}), new_year);
  const OpenStatus unknown = status_at(OpeningHours(), new_year);

  EXPECT_EQ(in_words(open, new_year, Language::english), "open until 19:00 (public holidays unknown)");
  EXPECT_EQ(in_words(open, new_year, Language::korean), "영업 중, 19:00까지 (공휴일 여부 미확인)");
  EXPECT_EQ(in_words(unknown, new_year, Language::english), "hours unknown");
  EXPECT_EQ(in_words(unknown, new_year, Language::korean), "시간 미확인");
}

TEST(NextChange, IsWhenTheStateOfTwoDaysChangesBeforeMidnight) {
  const Interval day = {{540, 1140}};
  const Interval night = {{540, 1500}};

  EXPECT_EQ(core::next_change(day, day, 0), 540);
  EXPECT_EQ(core::next_change(day, day, 540), 1140);
  EXPECT_EQ(core::next_change(day, day, 1140), core::minutes_per_day);
  EXPECT_EQ(core::next_change(day, night, 0), 60);
  EXPECT_EQ(core::next_change(day, nothing, 0), 419);
  EXPECT_EQ(core::next_change(nothing, night, 0), 60);
  EXPECT_EQ(core::next_change(nothing, nothing, 0), core::minutes_per_day);
  EXPECT_EQ(core::next_change(whole_day, whole_day, 0), core::minutes_per_day);
  EXPECT_EQ(core::next_change(Interval({30, 600}), night, 0), 600);
}

}  // namespace
}  // namespace pilling
