#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "pilling/pharmacy.hpp"
#include "unit/geo/nearby_samples.hpp"

namespace pilling {
namespace {

using namespace samples;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double whole_world = 20'016'000;

OpeningHours on_wednesday(OpenInterval interval) {
  OpeningHours hours;
  hours.days[wednesday] = interval;
  return hours;
}

TEST(PharmacyIndex, IsEmptyOfNothing) {
  const PharmacyIndex index({});

  EXPECT_EQ(index.size(), 0u);
  EXPECT_TRUE(index.near({37, 127}, {.radius_meters = whole_world, .limit = 3}, wednesday_noon).empty());
}

TEST(PharmacyIndex, BreaksTiesByIdHoweverManyStandOnOnePoint) {
  Pharmacies pharmacies;
  for (int number = 39; number >= 10; --number) {
    const bool is_in_the_group = number >= 20 && number < 32;
    pharmacies.push_back(pharmacy(std::to_string(number), {37, is_in_the_group ? 127.0 : 127 + 0.001 * number}));
  }
  const PharmacyIndex index(pharmacies);

  const auto found = index.near({37, 127}, {.radius_meters = whole_world, .limit = 5}, wednesday_noon);

  EXPECT_EQ(ids(found), Ids({"20", "21", "22", "23", "24"}));
}

TEST(PharmacyIndex, ReachesARadiusInclusively) {
  const Coordinate center{37.5665, 126.9780};
  const Coordinate place{37.5701, 126.9820};
  const PharmacyIndex index({pharmacy("A", place)});
  const double distance = distance_meters(center, place);

  EXPECT_EQ(index.near(center, {.radius_meters = distance}, wednesday_noon).size(), 1u);
  EXPECT_EQ(index.near(center, {.radius_meters = std::nextafter(distance, 0)}, wednesday_noon).size(), 0u);
  EXPECT_EQ(index.near(place, {.radius_meters = 0}, wednesday_noon).size(), 1u);
  EXPECT_EQ(index.near(place, {.radius_meters = 0, .limit = 1}, wednesday_noon).size(), 1u);
}

TEST(PharmacyIndex, FindsOnePlaceUnderEverySpelling) {
  const PharmacyIndex index({pharmacy("A", {12, 180}), pharmacy("B", {12, -180}), pharmacy("N", {90, 50})});

  EXPECT_EQ(ids(index.near({12, -180}, {.radius_meters = 0}, wednesday_noon)), Ids({"A", "B"}));
  EXPECT_EQ(ids(index.near({90, -120}, {.radius_meters = 0}, wednesday_noon)), Ids({"N"}));
}

TEST(PharmacyIndex, TellsTheStateAndTheHoursOfTheDay) {
  const PharmacyIndex index({pharmacy("A", {37, 127.001}, on_wednesday({540, 1140})),
                             pharmacy("B", {37, 127.002}, on_wednesday({780, 1500})), pharmacy("C", {37, 127.003})});

  const auto found = index.near({37, 127}, {}, wednesday_noon);

  ASSERT_EQ(ids(found), Ids({"A", "B", "C"}));
  EXPECT_EQ(found[0].status.state, OpenState::open);
  EXPECT_EQ(found[0].status.today, (OpenInterval{540, 1140}));
  EXPECT_EQ(found[1].status.state, OpenState::closed);
  EXPECT_EQ(found[1].status.today, (OpenInterval{780, 1500}));
  EXPECT_EQ(found[2].status.state, OpenState::unknown);
  EXPECT_EQ(found[2].status.today, std::nullopt);
}

TEST(PharmacyIndex, LeavesOutWhatIsNotKnownToBeOpen) {
  const PharmacyIndex index({pharmacy("A", {37, 127.001}, on_wednesday({540, 600})), pharmacy("B", {37, 127.002}),
                             pharmacy("C", {37, 127.003}, on_wednesday({540, 1140}))});
  const NearbyOptions known{.open_at = wednesday_noon};
  const NearbyOptions possible{.open_at = wednesday_noon, .include_unknown_hours = true};
  const NearbyOptions evening{.open_at = wednesday_noon + std::chrono::hours(8)};

  EXPECT_EQ(ids(index.near({37, 127}, known, {})), Ids({"C"}));
  EXPECT_EQ(ids(index.near({37, 127}, possible, {})), Ids({"B", "C"}));
  EXPECT_EQ(ids(index.near({37, 127}, evening, wednesday_noon)), Ids());
}

TEST(PharmacyIndex, SharesThePharmaciesAndSurvivesAMove) {
  const auto only = pharmacy("A", {37, 127});
  PharmacyIndex index({only});
  PharmacyIndex moved(std::move(index));

  const auto found = moved.near({37, 127}, {}, wednesday_noon);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].pharmacy, only);
}

TEST(PharmacyIndex, RefusesAnImpossibleCenterByNameOfTheValue) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});
  const auto refusal_at = [&](Coordinate center) { return refusal([&] { index.near(center, {}, wednesday_noon); }); };

  EXPECT_NE(refusal_at({90.0000001, 0}).find("latitude 90.0000001"), std::string::npos);
  EXPECT_NE(refusal_at({nan, 0}).find("latitude nan"), std::string::npos);
  EXPECT_NE(refusal_at({-infinity, 0}).find("latitude -inf"), std::string::npos);
  EXPECT_NE(refusal_at({0, 180.5}).find("longitude 180.5"), std::string::npos);
  EXPECT_NE(refusal_at({0, nan}).find("longitude nan"), std::string::npos);
  EXPECT_NE(refusal_at({126.978, 37.5665}).find("swapped"), std::string::npos);
  EXPECT_EQ(refusal_at({190, 37.5665}).find("swapped"), std::string::npos);
}

TEST(PharmacyIndex, RefusesARadiusThatIsNoDistance) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});
  const auto refusal_of = [&](double radius) {
    return refusal([&] { index.near({37, 127}, {.radius_meters = radius}, wednesday_noon); });
  };

  EXPECT_NE(refusal_of(-1).find("radius -1"), std::string::npos);
  EXPECT_NE(refusal_of(nan).find("radius nan"), std::string::npos);
  EXPECT_NE(refusal_of(infinity).find("radius inf"), std::string::npos);
}

TEST(PharmacyIndex, RefusesALimitOfZero) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});

  EXPECT_NE(refusal([&] { index.near({37, 127}, {.limit = 0}, wednesday_noon); }).find("limit 0"), std::string::npos);
}

TEST(PharmacyIndex, TakesTheLargestLimit) {
  Random random(1);
  const PharmacyIndex index(random_pharmacies(50, random, in_korea));
  const NearbyOptions options{.radius_meters = whole_world, .limit = std::numeric_limits<std::size_t>::max()};

  EXPECT_EQ(index.near({37, 127}, options, wednesday_noon).size(), 50u);
}

TEST(PharmacyIndex, RefusesAPharmacyThatStandsNowhere) {
  const Pharmacies lost = {pharmacy("C1100001", {37, 127}), pharmacy("C1100002", {37, nan})};

  EXPECT_NE(refusal([&] { PharmacyIndex{lost}; }).find("C1100002"), std::string::npos);
  EXPECT_THROW(PharmacyIndex({nullptr}), InvalidArgument);
}

TEST(PharmacyIndex, RefusesACursorThatIsNone) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});
  const auto refusal_of = [&](double distance) {
    const NearbyCursor cursor{.distance_meters = distance, .id = {"A"}};
    return refusal([&] { index.near({37, 127}, {.after = cursor}, wednesday_noon); });
  };

  EXPECT_NE(refusal_of(-1).find("cursor distance -1"), std::string::npos);
  EXPECT_NE(refusal_of(nan).find("cursor distance nan"), std::string::npos);
  EXPECT_NE(refusal_of(infinity).find("cursor distance inf"), std::string::npos);
}

TEST(PharmacyIndex, RefusesANameThatIsNoText) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});

  EXPECT_THROW(index.near({37, 127}, {.name = "\xff"}, wednesday_noon), InvalidArgument);
}

TEST(PharmacyIndex, RefusesManyPointsOfWhichOneIsImpossible) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});
  const std::vector<Coordinate> points = {{37, 127}, {91, 0}};
  const auto many = [&](const NearbyOptions& options) {
    return refusal([&] { index.near_many(points, options, wednesday_noon); });
  };

  EXPECT_NE(many({.limit = 1}).find("latitude 91 of center number 2"), std::string::npos);
  EXPECT_NE(many({}).find("limit"), std::string::npos);
  EXPECT_NE(many({.limit = 1, .after = NearbyCursor{}}).find("cursor"), std::string::npos);
}

TEST(PharmacyIndex, MakesTablesNoWiderThanThereArePharmacies) {
  const PharmacyIndex index({pharmacy("A", {37, 127})});
  const std::vector<Coordinate> points = {{37, 127}, {38, 127}};

  const NearbyTable table = index.near_many(points, {.limit = std::numeric_limits<std::size_t>::max()}, wednesday_noon);

  EXPECT_EQ(table.columns, 1u);
  EXPECT_EQ(table.pharmacies, (std::vector<std::int32_t>{0, -1}));
}

TEST(PharmacyIndex, ListsEachPharmacyOfManyPointsOnce) {
  const PharmacyIndex index({pharmacy("A", {37, 127}), pharmacy("B", {37, 127.1}), pharmacy("C", {10, 10})});
  const std::vector<Coordinate> points = {{37, 127.1}, {37, 127}, {-40, 0}};

  const NearbyTable table = index.near_many(points, {.radius_meters = 20'000, .limit = 2}, wednesday_noon);

  EXPECT_EQ(table.pharmacies, (std::vector<std::int32_t>{0, 1, 1, 0, -1, -1}));
  ASSERT_EQ(table.found.size(), 2u);
  EXPECT_EQ(table.found[0]->id.value, "B");
  EXPECT_EQ(table.found[1]->id.value, "A");
}

TEST(PharmacyIndex, FindsNamesButForSpacesPunctuationAndCase) {
  const PharmacyIndex index({pharmacy("A", {37, 127}, {}, "Green-Cross 약국"),
                             pharmacy("B", {37, 127}, {}, "새 봄약국"), pharmacy("C", {37, 127}, {}, "\xff"),
                             pharmacy("D", {37, 127}, {}, "약국그린")});
  const auto named = [&](const std::string& name) {
    return ids(index.near({37, 127}, {.name = name}, wednesday_noon));
  };

  EXPECT_EQ(named("green cross"), Ids({"A"}));
  EXPECT_EQ(named("새봄"), Ids({"B"}));
  EXPECT_EQ(named("약국"), Ids({"A", "B", "D"}));
  EXPECT_EQ(named("국새"), Ids()) << "where one name ends and the next begins";
  EXPECT_EQ(named(" . "), Ids({"A", "B", "C", "D"}));
}

TEST(PharmacyIndex, AsksACallersFunction) {
  const PharmacyIndex index({pharmacy("A", {37, 127.001}), pharmacy("B", {37, 127.002})});
  const NearbyOptions options{.limit = 1, .accepts = [](const Pharmacy& asked) { return asked.id.value == "B"; }};
  const NearbyOptions failing{.accepts = [](const Pharmacy&) -> bool { throw std::runtime_error("no"); }};

  EXPECT_EQ(ids(index.near({37, 127}, options, wednesday_noon)), Ids({"B"}));
  EXPECT_THROW(index.near({37, 127}, failing, wednesday_noon), std::runtime_error);
}

TEST(PharmacyIndex, PutsTheFirstInTheOrderOfACallersDistances) {
  const PharmacyIndex index({pharmacy("A", {37, 127.001}), pharmacy("B", {37, 127.002}), pharmacy("C", {37, 127.003}),
                             pharmacy("D", {37, 127.004}), pharmacy("E", {37, 127.005})});
  Ids asked;
  NearbyOptions options{.rerank =
                            [&](const std::vector<NearbyPharmacy>& found) {
                              asked = ids(found);
                              return std::vector<double>{900, infinity, 700, 900};
                            },
                        .rerank_first = 4};

  EXPECT_EQ(ids(index.near({37, 127}, options, wednesday_noon)), Ids({"C", "A", "D", "B", "E"}));
  EXPECT_EQ(asked, Ids({"A", "B", "C", "D"}));
  options.limit = 2;
  EXPECT_EQ(ids(index.near({37, 127}, options, wednesday_noon)), Ids({"C", "A"}));
  EXPECT_EQ(asked, Ids({"A", "B", "C", "D"}));
  options.radius_meters = 1;
  EXPECT_TRUE(index.near({37, 127}, options, wednesday_noon).empty());
}

TEST(PharmacyIndex, RefusesDistancesOfACallerThatMakeNoOrder) {
  const PharmacyIndex index({pharmacy("A", {37, 127}), pharmacy("B", {37, 127.001})});
  const auto refusal_of = [&](const std::vector<double>& distances, const NearbyOptions& others) {
    NearbyOptions options = others;
    options.rerank = [&](const auto&) { return distances; };
    return refusal([&] { index.near({37, 127}, options, wednesday_noon); });
  };

  EXPECT_NE(refusal_of({1}, {}).find("1 distances of 2"), std::string::npos);
  EXPECT_NE(refusal_of({1, nan}, {}).find("NaN at position 1"), std::string::npos);
  EXPECT_NE(refusal_of({1, 2}, {.after = NearbyCursor{}}).find("cursor"), std::string::npos);
  EXPECT_NE(refusal_of({1, 2}, {.rerank_first = 0}).find("rerank_first 0"), std::string::npos);
}

TEST(PharmacyIndex, TellsTheBearing) {
  const PharmacyIndex index({pharmacy("E", {37, 127.001}), pharmacy("H", {37, 127}), pharmacy("N", {37.002, 127}),
                             pharmacy("S", {36.997, 127}), pharmacy("W", {37, 126.996})});

  const auto found = index.near({37, 127}, {}, wednesday_noon);

  ASSERT_EQ(ids(found), Ids({"H", "E", "N", "S", "W"}));
  EXPECT_EQ(found[0].bearing_degrees, 0);
  EXPECT_NEAR(found[1].bearing_degrees, 90, 1e-3);
  EXPECT_NEAR(found[2].bearing_degrees, 0, 1e-6);
  EXPECT_NEAR(found[3].bearing_degrees, 180, 1e-6);
  EXPECT_NEAR(found[4].bearing_degrees, 270, 2e-3);
}

TEST(PharmacyIndex, TellsItsVersionAndItsHolidays) {
  const HolidayCalendar holidays({{.day = std::chrono::year(2026) / 11 / 25, .name = "a holiday"}},
                                 std::chrono::year(2026), std::chrono::year(2026));
  OpeningHours hours;
  hours.days[OpeningHours::holiday] = OpenInterval{.open = 600, .close = 900};
  const PharmacyIndex index({pharmacy("A", {37, 127}, hours)}, holidays, 42);

  const auto found = index.near({37, 127}, {.open_at = wednesday_noon}, {});

  EXPECT_EQ(index.version(), 42u);
  EXPECT_EQ(index.holidays().holidays().size(), 1u);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].status.is_holiday);
  EXPECT_EQ(found[0].status, open_status(hours, wednesday_noon, holidays));
}

}  // namespace
}  // namespace pilling
