#include "geo/nearby_index.hpp"

#include <gtest/gtest.h>

#include "support/rounds.hpp"
#include "unit/geo/nearby_samples.hpp"

namespace pilling::geo {
namespace {

using namespace samples;
using Limit = std::optional<std::size_t>;

constexpr double whole_world = 20'016'000;

std::vector<NearbyOptions> filters_at(sys_seconds instant) {
  return {{},
          {.open_at = instant},
          {.open_at = instant, .include_unknown_hours = true},
          {.name = "3 6 5"},
          {.open_at = instant, .name = "green"},
          {.accepts = [](const Pharmacy& pharmacy) { return pharmacy.id.value.back() % 3 == 0; }},
          {.after = NearbyCursor{.distance_meters = 0, .id = {"10003"}}}};
}

std::vector<Coordinate> centers(const Pharmacies& pharmacies, Random& random, const Place& place) {
  const Coordinate known = pharmacies.empty() ? place(random) : pharmacies.front()->position;
  return {place(random), known, antipode(known), anywhere(random), {90, 17}, {0, 180}, {3, -180}};
}

void expect_truth(const NearbyIndex& index, const Pharmacies& pharmacies, Coordinate center,
                  const NearbyOptions& options) {
  const Scanned truth = scan(pharmacies, center, options);
  ASSERT_EQ(plain(index.near(center, options, {}, TreePath::walk)), truth);
  ASSERT_EQ(plain(index.near(center, options, {}, TreePath::queries)), truth);
}

class NearbyIndexAgainstAScan : public testing::TestWithParam<std::pair<std::string, Place>> {};

TEST_P(NearbyIndexAgainstAScan, FindsTheSameInTheSameOrderAtTheSameDistanceBothWays) {
  const Place& place = GetParam().second;
  for (const std::size_t count : {0u, 1u, 4u, 5u, 6u, 16u, 17u, 257u}) {
    SCOPED_TRACE(testing::Message() << count << " pharmacies, seed " << count);
    Random random(count);
    const Pharmacies pharmacies = random_pharmacies(count, random, place);
    const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
    for (const Coordinate center : centers(pharmacies, random, place)) {
      for (NearbyOptions options : filters_at(wednesday_noon + std::chrono::minutes(random() % 20'000))) {
        for (const Limit limit :
             {Limit(1), Limit(10), Limit(std::max<std::size_t>(count, 1)), Limit(count + 1), Limit()}) {
          for (const std::optional<double> radius :
               {std::optional(0.0), std::optional(1.0), std::optional(300.0), std::optional(5'000.0),
                std::optional(whole_world), std::optional(1e12), std::optional<double>()}) {
            SCOPED_TRACE(testing::Message() << "center " << center.latitude << ", " << center.longitude << ", limit "
                                            << (limit ? std::to_string(*limit) : "none") << ", radius "
                                            << (radius ? std::to_string(*radius) : "none"));
            options.limit = limit;
            options.radius_meters = radius;
            expect_truth(index, pharmacies, center, options);
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

TEST_P(NearbyIndexAgainstAScan, CountsWhatItWouldFindWithoutALimit) {
  Random random(7);
  const Pharmacies pharmacies = random_pharmacies(300, random, GetParam().second);
  const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
  for (const Coordinate center : centers(pharmacies, random, GetParam().second)) {
    const double distance_of_a_row = distance_meters(center, pharmacies[random() % 300]->position);
    for (NearbyOptions options : filters_at(wednesday_noon)) {
      for (const std::optional<double> radius : {std::optional(0.0), std::optional(distance_of_a_row),
                                                 std::optional(whole_world), std::optional<double>()}) {
        options.radius_meters = radius;
        options.limit = std::nullopt;
        const std::size_t truth = scan(pharmacies, center, options).size();

        options.limit = 2;

        ASSERT_EQ(index.count(center, options, {}, TreePath::walk), truth);
        ASSERT_EQ(index.count(center, options, {}, TreePath::queries), truth);
      }
    }
  }
}

TEST_P(NearbyIndexAgainstAScan, FindsTheSameForManyPointsAsForEach) {
  Random random(8);
  const Pharmacies pharmacies = random_pharmacies(300, random, GetParam().second);
  const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
  std::vector<Coordinate> points;
  for (int i = 0; i < 60; ++i) points.push_back(i % 7 == 0 ? anywhere(random) : GetParam().second(random));
  const NearbyOptions options{.radius_meters = 2'000'000, .limit = 5, .open_at = wednesday_noon};

  for (const TreePath path : {TreePath::walk, TreePath::queries}) {
    const NearbyTable table = index.near_many(points, options, {}, path);

    ASSERT_EQ(table.columns, 5u);
    ASSERT_EQ(table.pharmacies.size(), points.size() * 5);
    for (std::size_t point = 0; point < points.size(); ++point) {
      const Scanned truth = scan(pharmacies, points[point], options);
      for (std::size_t column = 0; column < 5; ++column) {
        const std::size_t cell = point * 5 + column;
        if (column >= truth.size()) {
          ASSERT_EQ(table.pharmacies[cell], -1);
          ASSERT_TRUE(std::isnan(table.distances_meters[cell]));
          continue;
        }
        ASSERT_EQ(table.distances_meters[cell], truth[column].first);
        ASSERT_EQ(table.found.at(static_cast<std::size_t>(table.pharmacies[cell]))->id.value, truth[column].second);
      }
    }
  }
}

TEST_P(NearbyIndexAgainstAScan, PagesConcatenateToTheWholeAnswer) {
  Random random(9);
  const Pharmacies pharmacies = random_pharmacies(200, random, GetParam().second);
  const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
  for (const Coordinate center : centers(pharmacies, random, GetParam().second)) {
    for (const std::size_t page_size : {1u, 3u, 64u}) {
      for (const TreePath path : {TreePath::walk, TreePath::queries}) {
        NearbyOptions options{.radius_meters = std::nullopt, .limit = page_size};
        Scanned pages;
        for (auto page = index.near(center, options, {}, path); !page.empty();
             page = index.near(center, options, {}, path)) {
          const Scanned next = plain(page);
          pages.insert(pages.end(), next.begin(), next.end());
          options.after = cursor_at(page.back());
        }

        ASSERT_EQ(pages, scan(pharmacies, center, {.radius_meters = std::nullopt}));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(NearbyIndex, NearbyIndexAgainstAScan, testing::ValuesIn(places()),
                         [](const auto& suite) { return suite.param.first; });

// PILLING_LONG_TESTS asks 100,000 queries.
TEST(NearbyIndex, IsRightForRandomQueriesOfEveryKind) {
  const std::size_t queries = support::rounds(3'500, 100'000);
  for (const auto& [name, place] : places()) {
    SCOPED_TRACE(name);
    Random random(20'261'125);
    const Pharmacies pharmacies = random_pharmacies(1'500, random, place);
    const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
    for (std::size_t query = 0; query < queries / places().size(); ++query) {
      const Coordinate center = random() % 3 == 0 ? anywhere(random) : place(random);
      auto filters = filters_at(wednesday_noon);
      NearbyOptions options = random() % 2 == 0 ? NearbyOptions() : filters[random() % filters.size()];
      options.limit = random() % 4 == 0 ? Limit() : Limit(1 + random() % 40);
      options.radius_meters = std::nullopt;
      if (random() % 2 == 0) options.radius_meters = std::exp(between(random, 0, std::log(whole_world)));
      expect_truth(index, pharmacies, center, options);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(NearbyIndex, ReachesARadiusThatIsTheVeryDistanceOfEachRow) {
  for (const auto& [name, place] : places()) {
    SCOPED_TRACE(name);
    Random random(3);
    const Pharmacies pharmacies = random_pharmacies(120, random, place);
    const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);
    for (const auto& row : pharmacies) {
      const Coordinate center = random() % 2 == 0 ? anywhere(random) : place(random);
      const double distance = distance_meters(center, row->position);
      for (const double radius : {distance, std::nextafter(distance, 0), std::nextafter(distance, 1e9)}) {
        for (const Limit limit : {Limit(), Limit(1), Limit(7)}) {
          expect_truth(index, pharmacies, center, {.radius_meters = radius, .limit = limit});
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(NearbyIndex, BreaksTiesByIdBothWaysHoweverManyStandOnOnePoint) {
  Pharmacies pharmacies;
  for (int number = 59; number >= 10; --number) {
    const bool is_in_the_group = number >= 20 && number < 32;
    pharmacies.push_back(pharmacy(std::to_string(number), {37, is_in_the_group ? 127.0 : 127 + 0.001 * number}));
  }
  const NearbyIndex index(pharmacies, HolidayCalendar::bundled(), 0);

  for (const TreePath path : {TreePath::walk, TreePath::queries}) {
    const auto found = index.near({37, 127}, {.radius_meters = std::nullopt, .limit = 5}, {}, path);

    EXPECT_EQ(ids(found), Ids({"20", "21", "22", "23", "24"}));
  }
}

}  // namespace
}  // namespace pilling::geo
