#include "geo/same_pharmacy.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace pilling::geo {
namespace {

constexpr double meters_per_degree = 111'194.9;
constexpr Coordinate city_hall{37.5665, 126.9780};

Coordinate north_of(Coordinate place, double meters) {
  return {.latitude = place.latitude + meters / meters_per_degree, .longitude = place.longitude};
}

struct Row {
  std::string id;
  std::string name;
  std::string telephone;
  double meters_north = 0;
  bool has_hours = false;
};

std::shared_ptr<const Pharmacy> pharmacy(const Row& row) {
  Pharmacy made;
  made.id.value = row.id;
  made.name = row.name;
  made.telephone = row.telephone;
  made.position = north_of(city_hall, row.meters_north);
  if (row.has_hours) made.hours.days[0] = {540, 1140};
  return std::make_shared<const Pharmacy>(std::move(made));
}

std::vector<std::string> kept(const std::vector<Row>& rows) {
  std::vector<std::shared_ptr<const Pharmacy>> pharmacies;
  for (const Row& row : rows) pharmacies.push_back(pharmacy(row));
  std::vector<std::string> ids;
  for (const auto& left : drop_same(std::move(pharmacies))) ids.push_back(left->id.value);
  return ids;
}

using Ids = std::vector<std::string>;

TEST(SamePharmacy, IsTheSameNameOfAnotherAgencyWithinAHundredMeters) {
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "", 0}, {"C1100001", "새봄 약국", "", 99}}), Ids({"C1100001"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "", 0}, {"C1100001", "새봄약국", "", 101}}),
            Ids({"JDQ4MTYyMiM1", "C1100001"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "", 0}, {"C1100001", "늘봄약국", "", 0}}),
            Ids({"JDQ4MTYyMiM1", "C1100001"}));
}

TEST(SamePharmacy, IsTheSameTelephoneOfAnotherAgencyWithinThreeHundredMeters) {
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "02-000-0001", 0}, {"C1100001", "새봄큰약국", "020000001", 299}}),
            Ids({"C1100001"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "02-000-0001", 0}, {"C1100001", "새봄큰약국", "020000001", 301}}),
            Ids({"JDQ4MTYyMiM1", "C1100001"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "02-000-0001", 0}, {"C1100001", "새봄큰약국", "020000002", 0}}),
            Ids({"JDQ4MTYyMiM1", "C1100001"}));
}

TEST(SamePharmacy, IsNotToldByTooFewDigitsOrEmptyTexts) {
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "000-001", 0}, {"C1100001", "새봄큰약국", "000001", 0}}),
            Ids({"JDQ4MTYyMiM1", "C1100001"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "", "", 0}, {"C1100001", "", "", 0}}), Ids({"JDQ4MTYyMiM1", "C1100001"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "\xff", "", 0}, {"C1100001", "\xff", "", 0}}), Ids({"JDQ4MTYyMiM1", "C1100001"}));
}

TEST(SamePharmacy, IsNeverTwoRowsOfOneAgency) {
  EXPECT_EQ(kept({{"C1100001", "새봄약국", "02-000-0001", 0}, {"C1100002", "새봄약국", "02-000-0001", 0}}),
            Ids({"C1100001", "C1100002"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "02-000-0001", 0}, {"C110000A", "새봄약국", "02-000-0001", 0}}),
            Ids({"JDQ4MTYyMiM1", "C110000A"}));
}

TEST(SamePharmacy, LeavesTheRowWithHours) {
  EXPECT_EQ(kept({{"A0000001", "새봄약국", "", 0}, {"JDQ4MTYyMiM1", "새봄약국", "", 0, true}}), Ids({"JDQ4MTYyMiM1"}));
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "", 0}, {"Z0000001", "새봄약국", "", 0, true}}), Ids({"Z0000001"}));
}

TEST(SamePharmacy, LeavesTheSmallerIdWhenHoursDoNotDecide) {
  EXPECT_EQ(kept({{"JDQ4MTYyMiM1", "새봄약국", "", 0}, {"A0000001", "새봄약국", "", 0}}), Ids({"A0000001"}));
  EXPECT_EQ(kept({{"Z0000001", "새봄약국", "", 0, true}, {"JDQ4MTYyMiM1", "새봄약국", "", 0, true}}),
            Ids({"JDQ4MTYyMiM1"}));
}

TEST(SamePharmacy, NeverTakesTheLastOfAChain) {
  EXPECT_EQ(
      kept({{"A0000001", "새봄약국", "", 0}, {"JDQ4MTYyMiM1", "새봄약국", "", 90}, {"A0000002", "새봄약국", "", 180}}),
      Ids({"A0000001", "A0000002"}));
  EXPECT_EQ(kept({{"KDQ4MTYyMiM1", "새봄약국", "", 0, true},
                  {"A0000001", "새봄약국", "", 90},
                  {"JDQ4MTYyMiM1", "새봄약국", "", 180}}),
            Ids({"KDQ4MTYyMiM1", "JDQ4MTYyMiM1"}));
}

TEST(SamePharmacy, KeepsTheOrderOfTheRest) {
  EXPECT_EQ(kept({}), Ids());
  EXPECT_EQ(kept({{"B0000002", "나약국", "", 0}, {"JDQ4MTYyMiM1", "가약국", "", 0}, {"B0000001", "가약국", "", 0}}),
            Ids({"B0000002", "B0000001"}));
}

std::vector<Row> random_town(std::mt19937_64& random) {
  const std::string names[] = {"가약국", "나약국", "다약국"};
  std::vector<Row> rows;
  for (int number = 10; number < 70; ++number) {
    const std::string id = (random() % 2 == 0 ? "C00000" : "JDQ4MTYyMiM") + std::to_string(number);
    rows.push_back({.id = id,
                    .name = names[random() % 3],
                    .telephone = random() % 3 == 0 ? "" : "02-000-000" + std::to_string(random() % 8),
                    .meters_north = static_cast<double>(random() % 2'000),
                    .has_hours = random() % 2 == 0});
  }
  return rows;
}

TEST(SamePharmacy, LeavesNoPairAndDropsNothingWithoutATwinWhateverTheOrder) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::vector<Row> rows = random_town(random);
    const auto are_same = [](const Row& left, const Row& right) {
      const double meters =
          distance_meters(north_of(city_hall, left.meters_north), north_of(city_hall, right.meters_north));
      return left.id[0] != right.id[0] &&
             ((left.name == right.name && meters <= 100) ||
              (!left.telephone.empty() && left.telephone == right.telephone && meters <= 300));
    };

    Ids ids = kept(rows);
    const auto stays = [&](const Row& row) { return std::ranges::find(ids, row.id) != ids.end(); };
    for (const Row& row : rows) {
      const bool has_twin =
          std::ranges::any_of(rows, [&](const Row& other) { return stays(other) && are_same(row, other); });
      EXPECT_NE(stays(row), has_twin) << row.id;
    }
    std::ranges::shuffle(rows, random);
    Ids shuffled = kept(rows);
    std::ranges::sort(ids);
    std::ranges::sort(shuffled);
    EXPECT_EQ(ids, shuffled);
  }
}

}  // namespace
}  // namespace pilling::geo
