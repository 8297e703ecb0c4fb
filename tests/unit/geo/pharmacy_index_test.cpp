#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling {
namespace {

using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;
using Limit = std::optional<std::size_t>;
using std::chrono::sys_seconds;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double whole_world = 20'016'000;

// A Wednesday, 12:00 in Korea.
constexpr sys_seconds wednesday_noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + std::chrono::hours(3);
constexpr std::size_t wednesday = 2;

std::shared_ptr<const Pharmacy> pharmacy(const std::string& id, Coordinate position, const OpeningHours& hours = {}) {
  Pharmacy made;
  made.id.value = id;
  made.position = position;
  made.hours = hours;
  return std::make_shared<const Pharmacy>(std::move(made));
}

OpeningHours on_wednesday(OpenInterval interval) {
  OpeningHours hours;
  hours.days[wednesday] = interval;
  return hours;
}

std::vector<std::string> ids(const std::vector<NearbyPharmacy>& found) {
  std::vector<std::string> result;
  for (const NearbyPharmacy& near : found) result.push_back(near.pharmacy->id.value);
  return result;
}

using Ids = std::vector<std::string>;

bool passes(const NearbyOptions& options, OpenState state) {
  return !options.open_at || state == OpenState::open || (state == OpenState::unknown && options.include_unknown_hours);
}

std::vector<NearbyPharmacy> scan(const Pharmacies& pharmacies, Coordinate center, const NearbyOptions& options,
                                 sys_seconds now) {
  const sys_seconds instant = options.open_at.value_or(now);
  std::vector<NearbyPharmacy> found;
  for (const auto& candidate : pharmacies) {
    const double distance = distance_meters(center, candidate->position);
    const OpenState state = open_state(candidate->hours, instant);
    if (distance > options.radius_meters || !passes(options, state)) continue;
    found.push_back({candidate, distance, state, hours_on_day(candidate->hours, instant)});
  }
  std::ranges::sort(found, {}, [](const NearbyPharmacy& near) {
    return std::pair<double, const std::string&>(near.distance_meters, near.pharmacy->id.value);
  });
  if (options.limit && *options.limit < found.size()) found.resize(*options.limit);
  return found;
}

void expect_equal(const std::vector<NearbyPharmacy>& found, const std::vector<NearbyPharmacy>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t place = 0; place < found.size(); ++place) {
    ASSERT_EQ(found[place].pharmacy->id, expected[place].pharmacy->id) << "place " << place;
    ASSERT_EQ(found[place].distance_meters, expected[place].distance_meters) << "place " << place;
    ASSERT_EQ(found[place].state, expected[place].state) << "place " << place;
    ASSERT_EQ(found[place].today, expected[place].today) << "place " << place;
  }
}

using Random = std::mt19937_64;

double between(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

double wrapped(double longitude) { return longitude > 180 ? longitude - 360 : longitude; }

Coordinate anywhere(Random& random) {
  return {.latitude = std::asin(between(random, -1, 1)) * 180 / std::numbers::pi,
          .longitude = between(random, -180, 180)};
}

Coordinate at_the_date_line(Random& random) {
  const double exact = random() % 2 == 0 ? 180 : -180;
  const double latitude = random() % 3 == 0 ? std::floor(between(random, -3, 3)) : between(random, -20, 20);
  return {.latitude = latitude, .longitude = random() % 4 == 0 ? exact : wrapped(between(random, 177, 183))};
}

Coordinate at_a_pole(Random& random) {
  const double sign = random() % 2 == 0 ? 1 : -1;
  return {.latitude = sign * (random() % 8 == 0 ? 90 : between(random, 88, 90)),
          .longitude = between(random, -180, 180)};
}

Coordinate on_a_grid(Random& random) {
  return {.latitude = static_cast<double>(random() % 9) - 4, .longitude = static_cast<double>(random() % 9) - 4};
}

Coordinate in_korea(Random& random) {
  return {.latitude = between(random, 33.2, 38.5), .longitude = between(random, 126.1, 129.5)};
}

OpeningHours random_hours(Random& random) {
  OpeningHours hours;
  for (auto& day : hours.days) {
    if (random() % 3 == 0) continue;
    const int open = static_cast<int>(random() % 1'200);
    day = {open, open + 1 + static_cast<int>(random() % 600)};
  }
  return hours;
}

using Place = std::function<Coordinate(Random&)>;

Pharmacies random_pharmacies(std::size_t count, Random& random, const Place& place) {
  std::vector<std::size_t> numbers(count);
  for (std::size_t number = 0; number < count; ++number) numbers[number] = 10'000 + number;
  std::ranges::shuffle(numbers, random);
  Pharmacies pharmacies;
  for (const std::size_t number : numbers) {
    pharmacies.push_back(pharmacy(std::to_string(number), place(random), random_hours(random)));
  }
  return pharmacies;
}

Coordinate antipode(Coordinate place) {
  return {.latitude = -place.latitude, .longitude = wrapped(place.longitude + 180)};
}

std::vector<Coordinate> centers(const Pharmacies& pharmacies, Random& random, const Place& place) {
  const Coordinate known = pharmacies.empty() ? place(random) : pharmacies.front()->position;
  return {place(random),    place(random), known,    antipode(known), anywhere(random),
          anywhere(random), {90, 17},      {0, 180}, {3, -180}};
}

void compare_all(const Pharmacies& pharmacies, Random& random, const Place& place) {
  const PharmacyIndex index(pharmacies);
  const std::size_t count = pharmacies.size();
  for (const Coordinate center : centers(pharmacies, random, place)) {
    const sys_seconds now = wednesday_noon + std::chrono::minutes(random() % 20'000);
    for (const Limit limit : {Limit(1), Limit(10), Limit(std::max<std::size_t>(count, 1)), Limit(count + 1), Limit()}) {
      for (const double radius : {0.0, 1'000.0, 300'000.0, 5'000'000.0, whole_world, 1e12}) {
        SCOPED_TRACE(testing::Message() << "center " << center.latitude << ", " << center.longitude << ", limit "
                                        << (limit ? std::to_string(*limit) : "none") << ", radius " << radius);
        NearbyOptions options{.radius_meters = radius, .limit = limit};
        expect_equal(index.near(center, options, now), scan(pharmacies, center, options, now));
        options.open_at = now;
        expect_equal(index.near(center, options, {}), scan(pharmacies, center, options, {}));
        options.include_unknown_hours = true;
        expect_equal(index.near(center, options, {}), scan(pharmacies, center, options, {}));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

class AgainstAFullScan : public testing::TestWithParam<std::pair<std::string, Place>> {};

TEST_P(AgainstAFullScan, FindsTheSameInTheSameOrderAtTheSameDistance) {
  const Place& place = GetParam().second;
  for (const std::size_t count : {0u, 1u, 4u, 5u, 6u, 16u, 17u, 257u, 400u}) {
    SCOPED_TRACE(testing::Message() << count << " pharmacies, seed " << count);
    Random random(count);
    compare_all(random_pharmacies(count, random, place), random, place);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(PharmacyIndex, AgainstAFullScan,
                         testing::Values(std::pair("Anywhere", Place(anywhere)),
                                         std::pair("AtTheDateLine", Place(at_the_date_line)),
                                         std::pair("AtAPole", Place(at_a_pole)), std::pair("OnAGrid", Place(on_a_grid)),
                                         std::pair("InKorea", Place(in_korea))),
                         [](const auto& suite) { return suite.param.first; });

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
  EXPECT_EQ(found[0].state, OpenState::open);
  EXPECT_EQ(found[0].today, (OpenInterval{540, 1140}));
  EXPECT_EQ(found[1].state, OpenState::closed);
  EXPECT_EQ(found[1].today, (OpenInterval{780, 1500}));
  EXPECT_EQ(found[2].state, OpenState::unknown);
  EXPECT_EQ(found[2].today, std::nullopt);
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

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing was refused";
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

}  // namespace
}  // namespace pilling
