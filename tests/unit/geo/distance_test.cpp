#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numbers>
#include <random>

#include "pilling/geo.hpp"

namespace pilling {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double half_circumference = std::numbers::pi * earth_radius_meters;

Coordinate random_place(std::mt19937_64& random) {
  std::uniform_real_distribution<double> sine(-1, 1);
  std::uniform_real_distribution<double> longitude(-180, 180);
  return {.latitude = std::asin(sine(random)) * 180 / std::numbers::pi, .longitude = longitude(random)};
}

Coordinate antipode(Coordinate place) {
  return {.latitude = -place.latitude,
          .longitude = place.longitude > 0 ? place.longitude - 180 : place.longitude + 180};
}

TEST(Distance, KnowsWhichPositionsExist) {
  EXPECT_TRUE(is_valid({37.5665, 126.9780}));
  EXPECT_TRUE(is_valid({90, 180}));
  EXPECT_TRUE(is_valid({-90, -180}));
  EXPECT_FALSE(is_valid({90.0000001, 0}));
  EXPECT_FALSE(is_valid({-90.0000001, 0}));
  EXPECT_FALSE(is_valid({0, 180.0000001}));
  EXPECT_FALSE(is_valid({0, -180.0000001}));
  EXPECT_FALSE(is_valid({nan, 0}));
  EXPECT_FALSE(is_valid({0, nan}));
  EXPECT_FALSE(is_valid({infinity, 0}));
  EXPECT_FALSE(is_valid({0, -infinity}));
}

TEST(Distance, IsThatOfTheSphere) {
  const double seoul_to_busan = distance_meters({37.5665, 126.9780}, {35.1796, 129.0756});

  EXPECT_NEAR(seoul_to_busan, 325'000, 1'000);
  EXPECT_DOUBLE_EQ(distance_meters({0, 0}, {0, 90}), half_circumference / 2);
  EXPECT_DOUBLE_EQ(distance_meters({0, 0}, {90, 0}), half_circumference / 2);
  EXPECT_DOUBLE_EQ(distance_meters({90, 0}, {-90, 0}), half_circumference);
  EXPECT_DOUBLE_EQ(distance_meters({0, 0}, {0, 180}), half_circumference);
  EXPECT_NEAR(distance_meters({37.5, 127}, {37.5, 127.00001}), 0.882, 0.001);
}

TEST(Distance, IsShortAcrossTheDateLine) {
  EXPECT_NEAR(distance_meters({0, 179.5}, {0, -179.5}), half_circumference / 180, 1e-6);
  EXPECT_NEAR(distance_meters({-17, 179.9}, {-17, -179.9}), 21'267, 1);
}

TEST(Distance, TakesEverySpellingOfOnePlaceForThatPlace) {
  EXPECT_EQ(distance_meters({12, 180}, {12, -180}), 0);
  EXPECT_EQ(distance_meters({90, 0}, {90, 126.9}), 0);
  EXPECT_EQ(distance_meters({-90, -180}, {-90, 33}), 0);
  EXPECT_EQ(distance_meters({12, 180}, {11, 177}), distance_meters({12, -180}, {11, 177}));
  EXPECT_EQ(distance_meters({90, 0}, {37, 127}), distance_meters({90, -75}, {37, 127}));
}

TEST(Distance, IsNotANumberWhenAPartIsNot) {
  for (const double part : {nan, infinity, -infinity}) {
    EXPECT_TRUE(std::isnan(distance_meters({part, 0}, {1, 1})));
    EXPECT_TRUE(std::isnan(distance_meters({1, part}, {1, 1})));
    EXPECT_TRUE(std::isnan(distance_meters({90, part}, {1, 1})));
    EXPECT_TRUE(std::isnan(distance_meters({1, 1}, {part, 0})));
    EXPECT_TRUE(std::isnan(distance_meters({1, 1}, {0, part})));
  }
}

TEST(Distance, IsSymmetricZeroToItselfAndTriangular) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const Coordinate here = random_place(random);
    const Coordinate there = random_place(random);
    const Coordinate between = random_place(random);

    const double direct = distance_meters(here, there);

    EXPECT_EQ(direct, distance_meters(there, here));
    EXPECT_EQ(distance_meters(here, here), 0);
    EXPECT_LE(direct, distance_meters(here, between) + distance_meters(between, there) + 1e-3);
  }
}

TEST(Distance, NeverExceedsHalfTheCircumference) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const Coordinate here = random_place(random);

    const double distance = distance_meters(here, antipode(here));

    EXPECT_LE(distance, half_circumference);
    EXPECT_NEAR(distance, half_circumference, 1);
  }
}

}  // namespace
}  // namespace pilling
