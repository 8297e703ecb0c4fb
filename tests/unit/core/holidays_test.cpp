#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "pilling/hours.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;

using Holiday = HolidayCalendar::Holiday;

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

HolidayCalendar read(std::string_view text) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "holidays.txt";
  std::ofstream(path, std::ios::binary) << text;
  return HolidayCalendar::read(path);
}

std::string refusal(std::string_view text) {
  try {
    read(text);
  } catch (const BadData& error) {
    return error.what();
  }
  return "";
}

TEST(BundledHolidays, CoverFourYears) {
  const HolidayCalendar calendar = HolidayCalendar::bundled();
  std::map<int, int> days_by_year;
  for (const Holiday& holiday : calendar.holidays()) ++days_by_year[static_cast<int>(holiday.day.year())];

  EXPECT_EQ(days_by_year, (std::map<int, int>{{2023, 18}, {2024, 19}, {2025, 19}, {2026, 22}}));
  EXPECT_EQ(calendar.is_holiday(year(2022) / 12 / 31), std::nullopt);
  EXPECT_EQ(calendar.is_holiday(year(2023) / 1 / 1), true);
  EXPECT_EQ(calendar.is_holiday(year(2026) / 12 / 31), false);
  EXPECT_EQ(calendar.is_holiday(year(2027) / 1 / 1), std::nullopt);
}

TEST(BundledHolidays, KnowWhatChangedFromYearToYear) {
  const HolidayCalendar calendar = HolidayCalendar::bundled();

  EXPECT_EQ(calendar.is_holiday(year(2025) / 7 / 17), false);
  EXPECT_EQ(calendar.is_holiday(year(2026) / 7 / 17), true);
  EXPECT_EQ(calendar.is_holiday(year(2025) / 5 / 1), false);
  EXPECT_EQ(calendar.is_holiday(year(2026) / 5 / 1), true);
  EXPECT_EQ(calendar.is_holiday(year(2024) / 10 / 1), true);
  EXPECT_EQ(calendar.is_holiday(year(2025) / 10 / 1), false);
}

// Days that the law fixes, in each year.
TEST(BundledHolidays, HoldTheFixedDaysOfEachYear) {
  const HolidayCalendar calendar = HolidayCalendar::bundled();

  for (int number = 2023; number <= 2026; ++number) {
    for (const auto& [month, day] : std::initializer_list<std::pair<unsigned, unsigned>>{
             {1, 1}, {3, 1}, {5, 5}, {6, 6}, {8, 15}, {10, 3}, {10, 9}, {12, 25}}) {
      EXPECT_EQ(calendar.is_holiday(year(number) / static_cast<int>(month) / static_cast<int>(day)), true)
          << number << "-" << month << "-" << day;
    }
  }
}

TEST(BundledHolidays, HaveNoSubstituteOnAWeekendAndEachBehindItsHoliday) {
  const HolidayCalendar calendar = HolidayCalendar::bundled();
  constexpr std::string_view begin = "대체공휴일(";

  int substitutes = 0;
  for (const Holiday& holiday : calendar.holidays()) {
    if (!holiday.name.starts_with(begin)) continue;
    SCOPED_TRACE(holiday.name);
    ++substitutes;
    const std::string original = holiday.name.substr(begin.size(), holiday.name.size() - begin.size() - 1);
    const sys_days day = holiday.day;
    EXPECT_NE(weekday(day), std::chrono::Saturday);
    EXPECT_NE(weekday(day), std::chrono::Sunday);
    // At most a weekend and the rest of a feast lie between.
    bool follows = false;
    for (const Holiday& other : calendar.holidays()) {
      const auto distance = day - sys_days(other.day);
      if (distance >= std::chrono::days(1) && distance <= std::chrono::days(3)) follows |= says(other.name, original);
    }
    EXPECT_TRUE(follows);
  }
  EXPECT_EQ(substitutes, 11);
}

TEST(BundledHolidays, LastThreeDaysWhereTheFeastsAre) {
  const HolidayCalendar calendar = HolidayCalendar::bundled();

  for (const char* name : {"설날", "추석"}) {
    std::vector<sys_days> days;
    for (const Holiday& holiday : calendar.holidays()) {
      if (holiday.name == name) days.emplace_back(holiday.day);
    }
    ASSERT_EQ(days.size(), 12U) << name;
    for (std::size_t i = 0; i < days.size(); i += 3) {
      EXPECT_EQ(days[i + 1] - days[i], std::chrono::days(1)) << name;
      EXPECT_EQ(days[i + 2] - days[i], std::chrono::days(2)) << name;
    }
  }
}

TEST(BundledHolidays, JoinTwoOfTheSameDay) {
  const HolidayCalendar calendar = HolidayCalendar::bundled();
  const auto found = std::ranges::find(calendar.holidays(), year(2025) / 5 / 5, &Holiday::day);

  ASSERT_NE(found, calendar.holidays().end());
  EXPECT_EQ(found->name, "어린이날, 부처님오신날");
}

TEST(BundledHolidays, AreThoseOfTheFile) {
  const HolidayCalendar file = HolidayCalendar::read(PILLING_SOURCE_DIR "/data/holidays_kr.txt");

  EXPECT_EQ(HolidayCalendar::bundled().holidays(), file.holidays());
}

TEST(HolidayCalendar, TakesANewYearOrReplacesOne) {
  const HolidayCalendar calendar({{year(2030) / 1 / 1, "a"}, {year(2031) / 1 / 1, "b"}}, year(2030), year(2031));

  const HolidayCalendar longer = calendar.with_year(year(2032), {{year(2032) / 5 / 5, "c"}});
  const HolidayCalendar earlier = calendar.with_year(year(2029), {{year(2029) / 5 / 5, "d"}});
  const HolidayCalendar changed = calendar.with_year(year(2031), {{year(2031) / 3 / 1, "e"}});

  EXPECT_EQ(longer.is_holiday(year(2030) / 1 / 1), true);
  EXPECT_EQ(longer.is_holiday(year(2032) / 5 / 5), true);
  EXPECT_EQ(longer.is_holiday(year(2032) / 12 / 31), false);
  EXPECT_EQ(earlier.is_holiday(year(2029) / 1 / 1), false);
  EXPECT_EQ(earlier.is_holiday(year(2031) / 1 / 1), true);
  EXPECT_EQ(changed.is_holiday(year(2031) / 1 / 1), false);
  EXPECT_EQ(changed.is_holiday(year(2031) / 3 / 1), true);
  EXPECT_EQ(changed.is_holiday(year(2032) / 1 / 1), std::nullopt);
  EXPECT_EQ(calendar.is_holiday(year(2031) / 1 / 1), true);
}

TEST(HolidayCalendar, BeginsWithAnyYear) {
  const HolidayCalendar calendar = HolidayCalendar().with_year(year(2040), {{year(2040) / 5 / 5, "a"}});

  EXPECT_EQ(calendar.is_holiday(year(2040) / 5 / 5), true);
  EXPECT_EQ(calendar.is_holiday(year(2041) / 1 / 1), std::nullopt);
}

TEST(HolidayCalendar, TakesNoYearThatWouldBeAGap) {
  const HolidayCalendar calendar({{year(2030) / 1 / 1, "a"}}, year(2030), year(2031));

  EXPECT_THROW(calendar.with_year(year(2033), {{year(2033) / 1 / 1, "b"}}), InvalidArgument);
  EXPECT_THROW(calendar.with_year(year(2028), {{year(2028) / 1 / 1, "b"}}), InvalidArgument);
  EXPECT_THROW(calendar.with_year(year(2032), {}), InvalidArgument);
  EXPECT_THROW(calendar.with_year(year(2032), {{year(2031) / 1 / 1, "b"}}), InvalidArgument);
}

TEST(HolidayFile, HoldsYearsDaysAndComments) {
  const HolidayCalendar calendar = read(
      "\xef\xbb\xbf# 주석\r\n\r\n  years 2030 2031  # both\r\n2031-12-31 가상의 날 # once\r\n2030-01-01\t1월1일\r\n"
      "2030-01-01 1월1일\r\n2030-05-05");

  EXPECT_EQ(calendar.holidays(),
            (std::vector<Holiday>{
                {year(2030) / 1 / 1, "1월1일"}, {year(2030) / 5 / 5, ""}, {year(2031) / 12 / 31, "가상의 날"}}));
  EXPECT_EQ(calendar.is_holiday(year(2031) / 12 / 31), true);
  EXPECT_EQ(calendar.is_holiday(year(2032) / 1 / 1), std::nullopt);
}

TEST(HolidayFile, IsRefusedByLine) {
  EXPECT_TRUE(says(refusal(""), "without \"years"));
  EXPECT_TRUE(says(refusal("# nothing\n"), "without \"years"));
  EXPECT_TRUE(says(refusal("2030-01-01 1월1일\n"), "line 1 comes before"));
  EXPECT_TRUE(says(refusal("years 2030 2031\nyears 2030 2031\n"), "line 2 names the years again"));
  for (const char* years : {"years", "years 2030", "years 2031 2030", "years 2030 2031 2032", "years 30 31"}) {
    EXPECT_TRUE(says(refusal(years), "line 1 should read")) << years;
  }
  for (const char* day :
       {"2030-02-30 x", "2030-1-1 x", "20300101 x", "2030/01/01 x", "x", "2030-00-01", "-030-01-01"}) {
    EXPECT_TRUE(says(refusal("years 2030 2030\n" + std::string(day)), "line 2 begins with no day")) << day;
  }
  EXPECT_TRUE(says(refusal("years 2030 2030\n\n2031-01-01 x"), "line 3 lies outside of the years 2030 to 2030"));
}

TEST(HolidayFile, ThatIsNotThereIsAStorageError) {
  const support::TemporaryDirectory directory;

  EXPECT_THROW(HolidayCalendar::read(directory.path() / "none.txt"), StorageError);
  EXPECT_THROW(HolidayCalendar::read(directory.path()), StorageError);
}

TEST(HolidayCalendarOf, SortsItsDays) {
  const HolidayCalendar calendar({{year(2031) / 3 / 1, "b"}, {year(2030) / 3 / 1, "a"}}, year(2030), year(2031));

  ASSERT_EQ(calendar.holidays().size(), 2U);
  EXPECT_EQ(calendar.holidays()[0].name, "a");
  EXPECT_EQ(calendar.is_holiday(year(2030) / 3 / 2), false);
}

TEST(HolidayCalendarOf, RefusesDaysThatAreNoneAndYearsInTheWrongOrder) {
  EXPECT_THROW(HolidayCalendar({{year(2030) / 2 / 30, ""}}, year(2030), year(2030)), InvalidArgument);
  EXPECT_THROW(HolidayCalendar({{year(2031) / 1 / 1, ""}}, year(2030), year(2030)), InvalidArgument);
  EXPECT_THROW(HolidayCalendar({}, year(2031), year(2030)), InvalidArgument);
  EXPECT_THROW(HolidayCalendar({}, year::min() - std::chrono::years(1), year(2030)), InvalidArgument);
}

TEST(HolidayCalendarOf, MayCoverAllYears) {
  const HolidayCalendar calendar({}, year::min(), year::max());

  EXPECT_EQ(calendar.is_holiday(year::min() / 1 / 1), false);
  EXPECT_EQ(calendar.is_holiday(year::max() / 12 / 31), false);
}

TEST(HolidayCalendarOf, NoYearsKnowsNothing) {
  HolidayCalendar calendar = HolidayCalendar::bundled();
  const HolidayCalendar taken = std::move(calendar);

  for (const HolidayCalendar& empty : {HolidayCalendar(), calendar}) {  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(empty.is_holiday(year(2026) / 1 / 1), std::nullopt);
    EXPECT_TRUE(empty.holidays().empty());
  }
  EXPECT_EQ(taken.is_holiday(year(2026) / 1 / 1), true);
}

}  // namespace
}  // namespace pilling
