#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "support/sample_data.hpp"
#include "unit/sources/scripted_service.hpp"

namespace pilling::sources {
namespace {

using std::chrono::year;
using Holiday = HolidayCalendar::Holiday;

std::string row(const std::string& date, const std::string& name, const std::string& is_holiday = "Y") {
  return R"({"dateKind":"01","dateName":")" + name + R"(","isHoliday":")" + is_holiday + R"(","locdate":)" + date +
         R"(,"seq":1})";
}

std::string reply(const std::string& items, int total) {
  return R"({"response":{"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"items":)" + items +
         R"(,"numOfRows":100,"pageNo":1,"totalCount":)" + std::to_string(total) + "}}}";
}

std::string list(const std::string& rows, int total) { return reply(R"({"item":[)" + rows + "]}", total); }

struct HolidaySource : ScriptedService {
  std::vector<Holiday> fetch(int asked_year = 2099) {
    return fetch_holidays(http, options(), year(asked_year), {}, hooks());
  }
};

TEST_F(HolidaySource, GivesTheFreeDaysOfAYear) {
  http->then(200, list(row("20990505", "어린이날") + "," + row("20990525", "부처님오신날") + "," +
                           row("20990717", "제헌절", "N"),
                       3));

  EXPECT_EQ(fetch(), (std::vector<Holiday>{{year(2099) / 5 / 5, "어린이날"}, {year(2099) / 5 / 25, "부처님오신날"}}));

  EXPECT_EQ(http->requests().at(0).url,
            "https://apis.data.go.kr/B090041/openapi/service/SpcdeInfoService/getRestDeInfo");
  EXPECT_EQ(asked("solYear"), "2099");
  EXPECT_EQ(asked("numOfRows"), "100");
  EXPECT_EQ(asked("_type"), "json");
}

TEST_F(HolidaySource, TakesOneRowAndNone) {
  http->then(200, reply(R"({"item":)" + row("20990606", "현충일") + "}", 1));
  http->then(200, reply("\"\"", 0));

  EXPECT_EQ(fetch().size(), 1u);
  EXPECT_TRUE(fetch().empty());
}

TEST_F(HolidaySource, KeepsTwoHolidaysOfOneDay) {
  http->then(200, list(row("20990505", "어린이날") + "," + row("20990505", "부처님오신날"), 2));

  EXPECT_EQ(fetch().size(), 2u);
}

TEST_F(HolidaySource, ReadsOnWhenThePageIsShort) {
  http->then(200, list(row("20990101", "1월1일") + "," + row("20990301", "삼일절"), 3));
  http->then(200, list(row("20991225", "기독탄신일"), 3));

  EXPECT_EQ(fetch().size(), 3u);

  EXPECT_EQ(asked("pageNo", 1), "2");
  EXPECT_EQ(asked("numOfRows", 1), "2");
}

TEST_F(HolidaySource, RefusesACalendarWithGaps) {
  http->then(200, list(row("20990101", "1월1일"), 2)).then(200, reply("\"\"", 2));
  EXPECT_EQ(message_of<BadData>([&] { fetch(); }), "특일정보 of data.go.kr: only 1 of 2 rows came");

  http = std::make_shared<support::FakeTransport>();
  http->then(200, list(row("20990101", "1월1일") + "," + row("20990230", "없는날"), 2));
  EXPECT_EQ(message_of<BadData>([&] { fetch(); }), "특일정보 of data.go.kr: row 2 has no date: \"20990230\"");

  http = std::make_shared<support::FakeTransport>();
  http->then(200, list(row("20990101", "1월1일", "?"), 1));
  EXPECT_THROW(fetch(), BadData);

  http = std::make_shared<support::FakeTransport>();
  http->then(200, list(row("20980101", "1월1일"), 1));
  EXPECT_EQ(message_of<BadData>([&] { fetch(); }), "특일정보 of data.go.kr: a holiday of another year came");
}

TEST_F(HolidaySource, NeverTakesAnErrorForAYearWithoutHolidays) {
  http->then(200, R"({"response":{"header":{"resultCode":"22","resultMsg":"LIMITED_NUMBER"}}})");

  EXPECT_THROW(fetch(), ServiceError);
  EXPECT_THROW(fetch(99), InvalidArgument);
}

TEST_F(HolidaySource, GrowsTheBundledCalendar) {
  http->then(200, list(row("20270101", "1월1일") + "," + row("20271225", "기독탄신일"), 2));

  const HolidayCalendar calendar = HolidayCalendar::bundled().with_year(year(2027), fetch(2027));

  EXPECT_EQ(calendar.is_holiday(year(2027) / 12 / 25), true);
  EXPECT_EQ(calendar.is_holiday(year(2027) / 12 / 26), false);
  EXPECT_EQ(calendar.is_holiday(year(2026) / 12 / 25), true);
}

TEST_F(HolidaySource, AgreesWithTheBundledCalendarOnTheRealYear) {
  const auto path = support::real_data("api_samples/mermaid_2026-07/holiday_2026.xml");
  if (!path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";
  std::ifstream file(*path, std::ios::binary);
  http->then(200, {std::istreambuf_iterator<char>(file), {}});

  const HolidayCalendar fetched(fetch(2026), year(2026), year(2026));

  const HolidayCalendar bundled = HolidayCalendar::bundled();
  for (auto day = std::chrono::sys_days(year(2026) / 1 / 1); day < std::chrono::sys_days(year(2027) / 1 / 1);
       day += std::chrono::days(1)) {
    EXPECT_EQ(fetched.is_holiday(day), bundled.is_holiday(day)) << (day.time_since_epoch().count());
  }
}

}  // namespace
}  // namespace pilling::sources
