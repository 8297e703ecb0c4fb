#ifndef BOOST_ALLOW_DEPRECATED_HEADERS
#define BOOST_ALLOW_DEPRECATED_HEADERS
#endif

#include "geo/great_circle.hpp"

#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <gtest/gtest.h>
#include <ranges>

#include "geo/center.hpp"
#include "geo/unit_vector.hpp"
#include "unit/geo/nearby_samples.hpp"

namespace pilling::geo {
namespace {

using namespace samples;
namespace bg = boost::geometry;
using Degrees = bg::model::point<double, 2, bg::cs::spherical_equatorial<bg::degree>>;

double by_boost(Coordinate from, Coordinate to) {
  const bg::strategy::distance::haversine<double> haversine(earth_radius_meters);
  return bg::distance(Degrees(from.longitude, from.latitude), Degrees(to.longitude, to.latitude), haversine);
}

TEST(GreatCircle, EqualsTheHaversineOfBoostBitForBit) {
  Random random(1);
  for (int i = 0; i < 50'000; ++i) {
    const Coordinate from = i % 2 == 0 ? in_korea(random) : anywhere(random);
    const Coordinate to = i % 3 == 0 ? anywhere(random) : in_korea(random);

    ASSERT_EQ(great_circle_meters(make_spot(from), make_spot(to)), by_boost(from, to))
        << "is a multiplication fused with an addition?";
  }
}

TEST(GreatCircle, DiffersFromTheChordByMuchLessThanTheSlack) {
  Random random(2);
  for (int i = 0; i < 50'000; ++i) {
    const Coordinate from = anywhere(random);
    Coordinate to = i % 3 == 0 ? antipode(from) : i % 3 == 1 ? anywhere(random) : from;
    to.latitude = std::clamp(to.latitude + between(random, -1e-4, 1e-4), -90.0, 90.0);
    const double chord = squared_chord(make_unit_vector(make_spot(from)), make_unit_vector(make_spot(to)));
    const double meters = distance_meters(from, to);

    ASSERT_LE(std::abs(squared_chord_of(meters) - chord), chord_slack(chord) / 2) << meters;
  }
}

// Known to be wrong, and kept lest somebody simplify to it: for a box across 180°, Boost measures to the wrong edge.
TEST(GreatCircle, IsNotFoundByBoostsNearestOnSphericalCoordinates) {
  using Entry = std::pair<Degrees, std::size_t>;
  namespace bgi = bg::index;
  Random random(3);
  std::vector<Coordinate> places;
  std::vector<Entry> entries;
  for (std::size_t number = 0; number < 2'000; ++number) {
    places.push_back(at_the_date_line(random));
    entries.emplace_back(Degrees(places.back().longitude, places.back().latitude), number);
  }
  const bgi::rtree<Entry, bgi::rstar<16>> tree(entries);

  int wrong = 0;
  for (int query = 0; query < 300; ++query) {
    const Coordinate center{.latitude = between(random, -40, 40), .longitude = between(random, 100, 175)};
    const auto meters_to = [&](const Coordinate& place) { return distance_meters(center, place); };
    std::vector<Entry> nearest;
    tree.query(bgi::nearest(Degrees(center.longitude, center.latitude), 1), std::back_inserter(nearest));
    const double truth = std::ranges::min(places | std::views::transform(meters_to));
    wrong += meters_to(places[nearest.front().second]) > truth + 1;
  }

  EXPECT_GT(wrong, 0) << "Boost has mended it: the comments that warn of it can go";
}

double textbook_bearing(Coordinate from, Coordinate to) {
  constexpr double radians = std::numbers::pi / 180;
  const double turn = (to.longitude - from.longitude) * radians;
  const double east = std::sin(turn) * std::cos(to.latitude * radians);
  const double north = std::cos(from.latitude * radians) * std::sin(to.latitude * radians) -
                       std::sin(from.latitude * radians) * std::cos(to.latitude * radians) * std::cos(turn);
  const double degrees = std::atan2(east, north) / radians;
  return degrees < 0 ? degrees + 360 : degrees;
}

double difference(double left, double right) { return std::abs(std::remainder(left - right, 360)); }

TEST(Bearing, IsThatOfTheTextbook) {
  Random random(4);
  for (int i = 0; i < 20'000; ++i) {
    const Coordinate from = i % 2 == 0 ? in_korea(random) : anywhere(random);
    const Coordinate to = i % 2 == 0 ? in_korea(random) : anywhere(random);

    const double bearing = Center(from).bearing_degrees(make_unit_vector(make_spot(to)));

    ASSERT_LT(difference(bearing, textbook_bearing(from, to)), 1e-8);
    ASSERT_GE(bearing, 0);
    ASSERT_LT(bearing, 360);
  }
}

TEST(Bearing, IsRightToAThousandthOfADegreeAfterAMeter) {
  Random random(5);
  for (int i = 0; i < 5'000; ++i) {
    const Coordinate from = in_korea(random);
    const Coordinate to{.latitude = from.latitude + between(random, -1e-5, 1e-5),
                        .longitude = from.longitude + between(random, -1e-5, 1e-5)};
    if (distance_meters(from, to) < 0.1) continue;

    const double bearing = Center(from).bearing_degrees(make_unit_vector(make_spot(to)));

    ASSERT_LT(difference(bearing, textbook_bearing(from, to)), 1e-3);
  }
}

TEST(Bearing, IsExactAlongTheAxes) {
  EXPECT_EQ(compass_degrees(1, 0), 0);
  EXPECT_EQ(compass_degrees(0, 1), 90);
  EXPECT_EQ(compass_degrees(-1, 0), 180);
  EXPECT_EQ(compass_degrees(0, -1), 270);
  EXPECT_EQ(compass_degrees(0, 0), 0);
  EXPECT_EQ(compass_degrees(1, -1e-300), 0);
  EXPECT_NEAR(compass_degrees(-1, -1), 225, 1e-9);
}

}  // namespace
}  // namespace pilling::geo
