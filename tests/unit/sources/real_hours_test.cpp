#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <string>

#include "pilling/hours.hpp"
#include "sources/file_contents.hpp"
#include "support/korean_instant.hpp"
#include "support/sample_data.hpp"

namespace pilling::sources {
namespace {

using std::chrono::minutes;
using std::chrono::year_month_day;

// Real pharmacies of Seoul as published in May 2023: hours from Monday to Sunday, then those of holidays. "?" stands
// where the file holds a copy of the row above, or hours that make no sense.
struct RealPharmacy {
  const char* id;
  const char* name;
  const char* hours;
};

constexpr RealPharmacy pharmacies[] = {
    {"C1104814", "제일그랜드약국", "0000-2400 0000-2400 0000-2400 0000-2400 0000-2400 0000-2400 0000-2400 0000-2400"},
    {"C1107188", "토리약국", "0000-0000 0000-0000 0000-0000 0000-0000 0000-0000 0000-0000 1530-1930 1530-1930"},
    {"C1101808", "농수산약국", "0000-2400 0000-2400 0000-2400 0000-2400 0000-2400 0000-1600 ? 0900-1900"},
    {"C1108913", "남구로약국", "0830-2500 0830-2500 0830-2500 0830-2500 0830-2500 0830-2500 0830-2500 0830-2500"},
    {"C1102943", "광주참약국", "0800-2100 0800-2500 0800-2100 0800-2500 0800-2100 0800-2100 2200-2500 ?"},
    {"C1100201", "뿌리약국", "0900-2500 0900-2500 0900-2500 0900-2500 0900-2500 0900-2500 2200-2500 2200-2500"},
    {"C1101142", "한시까지약국", "0830-0100 0830-0100 0830-0100 0830-0100 0830-0100 1030-0100 1030-0100 0830-2100"},
    {"C1107335", "스마트약국", "1030-0130 1700-0130 1030-0130 1030-0130 1030-0130 1030-0130 1030-0130 1030-0130"},
    {"C1109185", "산소망약국", "0900-2000 0900-2000 0900-2000 0900-2000 0900-2000 0900-1400 ? ?"},
    {"C1109413", "동선한약국", "0900-0901 0830-2200 0830-2200 0830-2200 0830-2200 0830-2200 0830-2200 0830-2200"},
    {"C1101264", "도원약국", "0900-2359 0900-2359 0900-2359 0900-2359 0900-2359 0900-2359 2000-2330 ?"},
    {"C1109423", "논현밝은약국", "1100-2600 1100-2600 1100-2600 1100-2600 1100-2600 1100-2600 1100-2600 1100-2600"},
    {"C1102614", "새우림약국", "1600-2130 1600-2130 1600-2130 1600-2130 1600-2130 1600-2130 1600-2130 1600-2130"},
    {"C1104235", "청룡중앙약국", "2200-2500 2200-2500 2200-2500 2200-2500 2200-2500 0930-1700 ? 2200-2500"},
    {"C1109587", "100세건강약국", "0900-2000 0900-2000 0900-2000 0900-2000 0900-2000 0900-1700 ? ?"},
    {"C1104416", "1번약국", "0900-1900 0900-1900 0900-1900 0900-1900 0900-1900 0900-1700 ? ?"},
    {"C1102893", "완약국", "0530-1930 0530-1930 0530-1930 0530-1930 0530-1930 0630-1900 0630-1900 1600-2300"},
    {"C1101532", "백산온누리약국", "0900-1900 0900-1900 0900-1900 0900-1900 0900-1900 0900-1500 0900-2000 1000-1900"},
    {"C1100186", "활명당약국", "0900-2330 0900-2330 0900-2330 0900-2330 0900-2330 0900-2330 0900-1300 0900-2330"},
    {"C1102465", "신평화약국", "1200-2359 1200-2359 1200-2359 1200-2359 1200-2359 0830-2000 ? ?"},
    {"C1107722", "도담약국", "0900-1900 0900-2100 0900-1900 0900-2100 0900-1900 0900-1500 ? ?"},
    {"C1104610", "보건당약국", "1300-1900 1300-1900 1300-1900 1300-1900 1300-1900 1300-1900 1000-2500 1000-2500"},
};

OpeningHours read_week(const char* text) {
  OpeningHours week;
  std::istringstream words(text);
  for (auto& day : week.days) {
    std::string word;
    words >> word;
    if (word != "?") day = parse_open_interval(word.substr(0, 4), word.substr(5));
  }
  return week;
}

OpeningHours week_of(std::string_view id) {
  for (const RealPharmacy& pharmacy : pharmacies) {
    if (pharmacy.id == id) return read_week(pharmacy.hours);
  }
  throw std::logic_error("no such pharmacy");
}

struct HandChecked {
  const char* id;
  year_month_day day;
  int hour;
  int minute;
  OpenState state;
  std::optional<minutes> next;  // until it closes, or opens
  const char* reasoning;
};

constexpr year_month_day date(int year, int month, int day) { return std::chrono::year(year) / month / day; }

constexpr minutes after(int hours, int minute = 0) { return minutes(hours * 60 + minute); }

constexpr auto open = OpenState::open;
constexpr auto closed = OpenState::closed;
constexpr auto unknown = OpenState::unknown;
constexpr auto never = std::nullopt;

const HandChecked checks[] = {
    {"C1104814", date(2026, 9, 24), 3, 0, open, never, "Thursday, Chuseok: round the clock on holidays as on all days"},
    {"C1107188", date(2026, 11, 28), 23, 50, open, after(0, 10), "Saturday 0000-0000 is 24 h; Sunday from 15:30 only"},
    {"C1107188", date(2026, 11, 29), 0, 0, closed, after(15, 30), "Saturday's 24 h are over, Sunday begins 15:30"},
    {"C1101808", date(2026, 11, 27), 23, 0, open, after(17), "Friday runs into Saturday 00:00, which ends at 16:00"},
    {"C1101808", date(2026, 11, 28), 16, 0, closed, after(32), "Saturday; Sunday's 1800-1400 is a slip; Monday 00:00"},
    {"C1101808", date(2026, 11, 29), 15, 0, unknown, after(9), "Sunday's 1800-1400 says nothing; Monday from 00:00"},
    {"C1108913", date(2026, 11, 30), 0, 59, open, after(0, 1), "Monday night: Sunday lasts until 25:00"},
    {"C1102943", date(2026, 11, 25), 0, 30, open, after(0, 30), "Wednesday night: Tuesday lasts until 25:00"},
    {"C1102943", date(2026, 11, 26), 0, 30, closed, after(7, 30), "Thursday night: Wednesday ended 21:00; from 08:00"},
    {"C1100201", date(2026, 10, 9), 0, 30, open, after(0, 30), "Hangeul Day, but yesterday was a workday until 25:00"},
    {"C1100201", date(2026, 10, 9), 15, 0, closed, after(7), "Hangeul Day, a Friday: holidays begin at 22:00"},
    {"C1100201", date(2026, 10, 10), 0, 30, open, after(0, 30), "Saturday night: the holiday lasts until 25:00"},
    {"C1101142", date(2026, 5, 25), 0, 30, closed, after(8),
     "Sunday 24 May was Buddha's Birthday: until 21:00, not 01:00"},
    {"C1101142", date(2026, 5, 26), 0, 30, closed, after(8),
     "Monday 25 May was its substitute: until 21:00, not 01:00"},
    {"C1101142", date(2026, 5, 27), 0, 30, open, after(0, 30), "Tuesday 26 May was a workday: 0830-0100 ends at 01:00"},
    {"C1107335", date(2026, 11, 24), 12, 0, closed, after(5), "Tuesdays begin at 17:00"},
    {"C1107335", date(2026, 5, 5), 12, 0, open, after(13, 30), "Tuesday, but Children's Day: holidays 10:30 to 01:30"},
    {"C1109185", date(2026, 12, 25), 12, 0, unknown, after(21), "Christmas: 1830-1330 was copied; Saturday 09:00"},
    {"C1109413", date(2026, 11, 23), 10, 0, closed, after(22, 30), "Monday 0900-0901 is kept as it is; Tuesday 08:30"},
    {"C1101264", date(2026, 11, 25), 23, 58, open, after(0, 1), "Wednesday until 23:59"},
    {"C1101264", date(2026, 11, 25), 23, 59, closed, after(9, 1), "Wednesday's 23:59 is reached; Thursday 09:00"},
    {"C1109423", date(2026, 2, 17), 1, 30, open, after(0, 30),
     "Seollal Tuesday night: the holiday before, until 26:00"},
    {"C1102614", date(2026, 9, 26), 15, 0, closed, after(1), "Saturday of Chuseok: holidays from 16:00"},
    {"C1104235", date(2026, 11, 29), 0, 30, unknown, after(45, 30), "Sunday was copied; Saturday over; Monday 22:00"},
    {"C1104235", date(2026, 11, 27), 21, 0, closed, after(1), "Friday, a night pharmacy: from 22:00"},
    {"C1109587", date(2026, 2, 14), 18, 0, closed, after(111),
     "Sunday and three days of Seollal unknown; Thursday 09:00"},
    {"C1104416", date(2026, 11, 23), 6, 30, unknown, after(2, 30), "Monday: unknown Sunday could last until 06:59"},
    {"C1104416", date(2026, 11, 23), 7, 0, closed, after(2), "Monday: whatever Sunday was is over; from 09:00"},
    {"C1102893", date(2025, 7, 17), 6, 0, open, after(13, 30), "Thursday: Constitution Day was a workday in 2025"},
    {"C1102893", date(2026, 7, 17), 6, 0, closed, after(10), "Friday: Constitution Day is a holiday since 2026: 16:00"},
    {"C1101532", date(2026, 5, 24), 9, 30, closed, after(0, 30), "Sunday and a holiday: 10:00 of holidays, not 09:00"},
    {"C1100186", date(2026, 11, 29), 14, 0, closed, after(19), "Sunday until 13:00; Monday 09:00"},
    {"C1100186", date(2023, 10, 1), 14, 0, closed, after(19), "Sunday between holidays, itself none; Monday 09:00"},
    {"C1102465", date(2026, 11, 28), 20, 0, closed, after(40), "Saturday until 20:00; Sunday copied; Monday 12:00"},
    {"C1107722", date(2023, 10, 2), 11, 0, unknown, after(46),
     "temporary holiday, holiday hours copied; Wednesday 09:00"},
    {"C1104610", date(2024, 10, 1), 23, 30, open, after(1, 30), "Tuesday, Armed Forces Day of 2024 only: until 25:00"},
    {"C1104610", date(2025, 10, 1), 23, 30, closed, after(13, 30), "Wednesday, a workday in 2025: Thursday 13:00"},
};

TEST(RealHours, ShowTheStateThatWasCheckedByHand) {
  const HolidayCalendar holidays = HolidayCalendar::bundled();

  for (const HandChecked& check : checks) {
    SCOPED_TRACE(std::string(check.id) + ", " + check.reasoning);
    const auto instant = support::korean_instant(check.day, check.hour, check.minute);
    const OpenStatus status = open_status(week_of(check.id), instant, holidays);
    EXPECT_EQ(status.state, check.state);
    EXPECT_EQ(status.state == open ? status.closes_in : status.opens_in, check.next);
    EXPECT_EQ(status.state == open ? status.opens_in : status.closes_in, never);
    EXPECT_TRUE(status.is_holiday_known);
  }
}

TEST(RealHours, AreThoseOfTheRealFile) {
  const auto path = support::real_data("pharmacy/seoul_pharmacy_hours_raw_2023-05.csv.gz");
  if (!path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";
  std::map<std::string, Pharmacy> published;
  for (const auto& numbered : read_pharmacy_file(*path).rows) published.emplace(numbered.row.id.value, numbered.row);

  for (const RealPharmacy& pharmacy : pharmacies) {
    EXPECT_EQ(published[pharmacy.id].name, pharmacy.name);
    EXPECT_EQ(published[pharmacy.id].hours, read_week(pharmacy.hours)) << pharmacy.name;
  }
}

}  // namespace
}  // namespace pilling::sources
