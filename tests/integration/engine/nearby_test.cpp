#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/engine_fixture.hpp"

namespace pilling {
namespace {

using namespace std::chrono_literals;
using support::names_of;
using support::wednesday_noon;
using Names = std::vector<std::string>;

constexpr Coordinate center{37.5665, 126.9780};

std::string header() {
  return "hpid,dutyName,dutyAddr,dutyTel1,wgs84Lon,wgs84Lat,dutyTime3s,dutyTime3c,dutyTime8s,dutyTime8c\n";
}

std::string four_rows() {
  return header() +
         "C0000001,첫약국,서울특별시 중구 1,02-000-0001,126.9781,37.5665,0900,1900,,\n"
         "C0000002,둘약국,서울특별시 중구 2,02-000-0002,126.9791,37.5665,1300,2500,1000,1200\n"
         "C0000003,셋약국,서울특별시 중구 3,02-000-0003,126.9801,37.5665,,,,\n"
         "C0000004,넷의원약국,서울특별시 중구 4,02-000-0004,126.9811,37.5665,0900,1205,,\n";
}

class EngineNearby : public support::EngineFixture {
 protected:
  ImportReport import(Engine& engine, const std::string& rows) const {
    return engine.import_pharmacies(file("pharmacies.csv", rows));
  }
};

TEST_F(EngineNearby, ComesPageByPage) {
  Engine engine(options());
  import(engine, four_rows());

  const NearbyResult first = engine.pharmacies_near(center, {.limit = 3});
  ASSERT_TRUE(first.next);
  const NearbyResult second = engine.pharmacies_near(center, {.limit = 3, .after = first.next});

  EXPECT_EQ(names_of(first), (Names{"첫약국", "둘약국", "셋약국"}));
  EXPECT_EQ(names_of(second), (Names{"넷의원약국"}));
  EXPECT_FALSE(second.next);
  EXPECT_TRUE(second.answer.warnings.empty());
}

TEST_F(EngineNearby, GoesOnOverARefreshAndSaysSo) {
  Engine engine(options());
  import(engine, four_rows());
  const NearbyResult first = engine.pharmacies_near(center, {.limit = 2});

  import(engine, header() + "C0000009,새약국,서울특별시 중구 9,02-000-0009,126.9821,37.5665,0900,1900,,\n");
  const NearbyResult second = engine.pharmacies_near(center, {.limit = 2, .after = first.next});

  EXPECT_EQ(names_of(second), (Names{"셋약국", "넷의원약국"}));
  ASSERT_EQ(second.answer.warnings.size(), 1u);
  EXPECT_NE(second.answer.warnings[0].find("have changed"), std::string::npos);
}

TEST_F(EngineNearby, TellsWhatIsOpenByTheHoursOfHolidays) {
  Engine engine(options());
  import(engine, four_rows());
  // 추석, 11:00.
  const std::chrono::sys_seconds holiday = std::chrono::sys_days(std::chrono::year(2026) / 9 / 25) + 2h;

  const NearbyResult now = engine.pharmacies_near(center, {.open_at = wednesday_noon});
  const NearbyResult then = engine.pharmacies_near(center, {.open_at = holiday});

  EXPECT_EQ(names_of(now), (Names{"첫약국", "넷의원약국"}));
  EXPECT_TRUE(now.pharmacies[1].status.is_closing_soon());
  EXPECT_EQ(names_of(then), (Names{"둘약국"}));
  EXPECT_TRUE(then.pharmacies[0].status.is_holiday);
}

TEST_F(EngineNearby, WarnsOfHolidaysThatItsCalendarDoesNotKnow) {
  EngineOptions without = options();
  without.holidays = HolidayCalendar();
  Engine engine(without);
  import(engine, four_rows());

  const NearbyResult result = engine.pharmacies_near(center);

  ASSERT_EQ(result.answer.warnings.size(), 1u);
  EXPECT_NE(result.answer.warnings[0].find("holidays are not known"), std::string::npos);
}

TEST_F(EngineNearby, CountsAndAnswersManyPointsAsOne) {
  Engine engine(options());
  import(engine, four_rows());
  const std::vector<Coordinate> centers = {center, {0, 0}};

  const NearbyTable table = engine.pharmacies_near_many(centers, {.limit = 2});

  EXPECT_EQ(engine.count_pharmacies_near(center, {.limit = 1, .open_at = wednesday_noon}), 2u);
  ASSERT_EQ(table.columns, 2u);
  ASSERT_EQ(table.pharmacies.size(), 4u);
  EXPECT_EQ(table.found.at(static_cast<std::size_t>(table.pharmacies[0]))->name, "첫약국");
  EXPECT_EQ(table.found.at(static_cast<std::size_t>(table.pharmacies[1]))->name, "둘약국");
  EXPECT_EQ(table.pharmacies[2], -1);
  EXPECT_THROW(engine.pharmacies_near_many(centers, {}), InvalidArgument);
}

TEST_F(EngineNearby, RefusesWhatIsNoPlaceNoRadiusAndNoLimit) {
  Engine engine(options());
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();

  EXPECT_THROW(engine.pharmacies_near({nan, 0}), InvalidArgument);
  EXPECT_THROW(engine.pharmacies_near({90.0000001, 0}), InvalidArgument);
  EXPECT_THROW(engine.pharmacies_near({0, infinity}), InvalidArgument);
  EXPECT_THROW(engine.pharmacies_near(center, {.radius_meters = -1}), InvalidArgument);
  EXPECT_THROW(engine.pharmacies_near(center, {.radius_meters = infinity}), InvalidArgument);
  EXPECT_THROW(engine.pharmacies_near(center, {.limit = 0}), InvalidArgument);
}

TEST_F(EngineNearby, NotesPharmaciesOfTwoDistrictsOnOnePoint) {
  Engine engine(options());

  const ImportReport report =
      import(engine, header() +
                         "C0000001,첫약국,서울특별시 중구 세종대로 1,02-000-0001,126.9781,37.5665,0900,1900,,\n"
                         "C0000002,둘약국,서울특별시 강남구 역삼로 2,02-000-0002,126.9781,37.5665,0900,1900,,\n");

  ASSERT_EQ(report.doubts.size(), 1u);
  EXPECT_NE(report.doubts[0].find("첫약국"), std::string::npos);
  EXPECT_NE(report.doubts[0].find("강남구"), std::string::npos);
}

TEST_F(EngineNearby, SaysNothingHasChangedWhenOnlyMedicinesHave) {
  Engine engine(options());
  import(engine, four_rows());
  const NearbyResult first = engine.pharmacies_near(center, {.limit = 2});
  engine.import_medicines(file("medicines.jsonl", R"({"itemSeq":"200000001","itemName":"가나정"})"));
  engine = Engine(options());

  const NearbyResult second = engine.pharmacies_near(center, {.limit = 2, .after = first.next});

  EXPECT_TRUE(second.answer.warnings.empty());
}

TEST_F(EngineNearby, AnswersWhilePharmaciesAreImportedFromTwoThreads) {
  Engine engine(options());
  const std::string place = ",02-000-0001,126.9781,37.5665,0900,1900,,\n";
  const auto one = file("one.csv", header() + "C0000001,첫약국,서울특별시 중구 세종대로 1" + place +
                                       "C0000002,둘약국,서울특별시 강남구 역삼로 2" + place);
  const auto other = file("other.csv", header() + "C0000001,첫새약국,서울특별시 중구 세종대로 1" + place +
                                           "C0000002,둘새약국,서울특별시 강남구 역삼로 2" + place);
  std::atomic<bool> is_done = false;
  std::thread reader([&] {
    while (!is_done) engine.pharmacies_near(center, {.limit = 1});
  });
  std::vector<std::thread> importers;
  for (int i = 0; i < 2; ++i) {
    importers.emplace_back([&] {
      for (int turn = 0; turn < 5; ++turn) {
        for (const auto& path : {one, other}) EXPECT_LE(engine.import_pharmacies(path).doubts.size(), 1u);
      }
    });
  }

  for (std::thread& importer : importers) importer.join();
  is_done = true;
  reader.join();

  EXPECT_EQ(engine.count_pharmacies_near(center), 2u);
}

}  // namespace
}  // namespace pilling
