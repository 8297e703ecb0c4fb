#include <gtest/gtest.h>
#include <limits>
#include <utility>

#include "pilling/hours.hpp"

namespace pilling {
namespace {

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

TEST(OpenIntervalInWords, SaysWhichDayItCloses) {
  const std::pair<Interval, std::pair<const char*, const char*>> words[] = {
      {{{540, 1140}}, {"09:00 to 19:00", "09:00부터 19:00까지"}},
      {{{540, 1440}}, {"09:00 to 24:00", "09:00부터 24:00까지"}},
      {{{540, 1500}}, {"09:00 to 01:00 the next day", "09:00부터 다음 날 01:00까지"}},
      {{{360, 1800}}, {"06:00 to 06:00 the next day", "06:00부터 다음 날 06:00까지"}},
      {{{0, 1440}}, {"round the clock", "24시간"}},
      {std::nullopt, {"hours unknown", "시간 미확인"}}};

  for (const auto& [interval, expected] : words) {
    EXPECT_EQ(in_words(interval, Language::english), expected.first);
    EXPECT_EQ(in_words(interval, Language::korean), expected.second);
  }
}

TEST(SuspiciousInterval, IsShorterThanTwoHours) {
  constexpr int least = std::numeric_limits<int>::min();
  constexpr int most = std::numeric_limits<int>::max();

  EXPECT_TRUE(is_suspicious({540, 541}));
  EXPECT_TRUE(is_suspicious({540, 659}));
  EXPECT_FALSE(is_suspicious({540, 660}));
  EXPECT_FALSE(is_suspicious({1320, 1500}));
  EXPECT_FALSE(is_suspicious({0, 1440}));
  EXPECT_TRUE(is_suspicious({most, least}));
  EXPECT_FALSE(is_suspicious({least, most}));
}

TEST(OpeningHoursWeek, IsKnownWhenAnyDayIs) {
  OpeningHours none;
  OpeningHours holidays;
  holidays.days[OpeningHours::holiday] = {540, 1140};

  EXPECT_FALSE(none.is_known());
  EXPECT_TRUE(holidays.is_known());
}

}  // namespace
}  // namespace pilling
