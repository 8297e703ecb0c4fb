#include "geo/open_sets.hpp"

#include <gtest/gtest.h>

#include "geo/nearby_index.hpp"
#include "geo/week_table.hpp"
#include "unit/geo/nearby_samples.hpp"

namespace pilling::geo {
namespace {

using namespace samples;
using std::chrono::minutes;

WeekTable table_of(const Pharmacies& pharmacies) {
  WeekTable weeks(pharmacies);
  for (const auto& pharmacy : pharmacies) weeks.add(packed(pharmacy->hours));
  return weeks;
}

TEST(WeekTable, GivesBackEveryWeek) {
  Random random(1);
  Pharmacies pharmacies = random_pharmacies(300, random, in_korea);
  OpeningHours strange;
  strange.days[3] = OpenInterval{.open = 100'000, .close = -70'000};
  strange.days[0] = OpenInterval{.open = 540, .close = 1'140};
  pharmacies.push_back(pharmacy("strange", {37, 127}, strange));
  strange.days[3] = OpenInterval{.open = -32'768, .close = 32'767};
  pharmacies.push_back(pharmacy("strange, too", {37, 127}, strange));
  const WeekTable weeks = table_of(pharmacies);

  for (std::uint32_t row = 0; row < pharmacies.size(); ++row) {
    ASSERT_EQ(weeks.hours(row), pharmacies[row]->hours);
    for (std::size_t day = 0; day < 8; ++day) ASSERT_EQ(weeks.day(row, day), pharmacies[row]->hours.days[day]);
  }
}

TEST(OpenSet, HoldsForAsLongAsNothingOpensOrCloses) {
  Random random(2);
  const Pharmacies pharmacies = random_pharmacies(12, random, in_korea);
  const WeekTable weeks = table_of(pharmacies);
  const HolidayCalendar holidays = HolidayCalendar::bundled();
  const auto is_open = [&](std::uint32_t row, const core::KoreanTime& time, bool with_unknown) {
    return is_wanted(weeks.state(row, time), with_unknown);
  };

  for (minutes passed{0}; passed < minutes(3 * 1'440); passed += minutes(17)) {
    core::KoreanTime time = core::korean_time(wednesday_noon + passed, holidays);
    for (const bool with_unknown : {false, true}) {
      const OpenSet set = find_open(weeks, pharmacies.size(), time, with_unknown);

      EXPECT_EQ(set.from, time.minute);
      bool has_changed = set.until == core::minutes_per_day;
      core::KoreanTime later = time;
      for (later.minute = time.minute; later.minute <= set.until && later.minute < 1'440; ++later.minute) {
        ASSERT_EQ(set.holds(later, with_unknown), later.minute < set.until);
        for (std::uint32_t row = 0; row < pharmacies.size(); ++row) {
          if (later.minute < set.until) {
            ASSERT_EQ(set.rows.contains(row), is_open(row, later, with_unknown));
          } else {
            has_changed |= weeks.state(row, later) != weeks.state(row, time);
          }
        }
      }
      EXPECT_TRUE(has_changed) << "ends at minute " << set.until << " for nothing";
    }
  }
}

TEST(RecentOpenSets, ForgetsTheOneThatWasAskedForLongestAgo) {
  RecentOpenSets recent;
  const auto at = [](int minute) { return core::KoreanTime{.today = 2, .yesterday = 1, .minute = minute}; };
  const auto set_at = [](int minute) {
    return std::make_shared<const OpenSet>(OpenSet{.today = 2,
                                                   .yesterday = 1,
                                                   .with_unknown = false,
                                                   .from = minute,
                                                   .until = minute + 1,
                                                   .rows = RowSet(1),
                                                   .count = 0,
                                                   .few = {}});
  };
  for (int minute = 0; minute < 16; ++minute) recent.keep(set_at(minute));

  EXPECT_NE(recent.find(at(0), false), nullptr);
  recent.keep(set_at(16));

  EXPECT_NE(recent.find(at(0), false), nullptr);
  EXPECT_EQ(recent.find(at(1), false), nullptr);
  EXPECT_NE(recent.find(at(16), false), nullptr);
  EXPECT_EQ(recent.find(at(16), true), nullptr);
}

// By 900, some instants go through the list of those that are open, others walk the tree.
TEST(NearbyIndex, FindsTheOpenOnesAtEveryHourOfTwoWeeks) {
  Random random(3);
  Pharmacies pharmacies = random_pharmacies(2'500, random, in_korea);
  const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
  const Coordinate center = in_korea(random);

  for (minutes passed{0}; passed < minutes(14 * 1'440); passed += minutes(97)) {
    for (const bool with_unknown : {false, true}) {
      const NearbyOptions options{.radius_meters = std::nullopt,
                                  .limit = 25,
                                  .open_at = wednesday_noon + passed,
                                  .include_unknown_hours = with_unknown};
      const Scanned truth = scan(pharmacies, center, options);

      ASSERT_EQ(plain(index.near(center, options, {}, TreePath::walk)), truth);
      ASSERT_EQ(plain(index.near(center, options, {}, TreePath::queries)), truth);
    }
  }
}

TEST(NearbyIndex, FindsTheFewThatAreOpenAtNight) {
  Random random(4);
  OpeningHours by_day;
  by_day.days.fill(OpenInterval{.open = 540, .close = 1'140});
  OpeningHours by_night;
  by_night.days.fill(OpenInterval{.open = 1'200, .close = 1'740});
  Pharmacies pharmacies;
  for (int number = 0; number < 3'000; ++number) {
    const OpeningHours& hours = number % 100 == 0 ? by_night : by_day;
    pharmacies.push_back(pharmacy(std::to_string(10'000 + number), in_korea(random), hours));
  }
  const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
  const NearbyOptions at_night{
      .radius_meters = std::nullopt, .limit = 10, .open_at = wednesday_noon + std::chrono::hours(14)};

  for (int query = 0; query < 50; ++query) {
    const Coordinate center = in_korea(random);

    ASSERT_EQ(plain(index.near(center, at_night, {})), scan(pharmacies, center, at_night));
  }
}

}  // namespace
}  // namespace pilling::geo
