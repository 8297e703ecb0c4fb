#include <algorithm>
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "pilling/engine.hpp"
#include "support/sample_data.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

class RealData : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::real_data("easydrug") || !support::real_data("pharmacy")) {
      GTEST_SKIP() << "the real public data is not here; name its folder in PILLING_DATA_DIR";
    }
    engine_.emplace(EngineOptions{.database = directory_.path() / "pilling.db"});
  }

  static std::filesystem::path data(std::string_view relative_path) { return *support::real_data(relative_path); }

  support::TemporaryDirectory directory_;
  std::optional<Engine> engine_;
};

TEST_F(RealData, ReportsTheTrueDifferencesBetweenTwoExports) {
  const ImportReport may = engine_->import_medicines(data("easydrug/easydrug_2024-05.jsonl.gz"));
  const ImportReport july = engine_->import_medicines(data("easydrug/easydrug_2024-07.jsonl.gz"));
  const ImportReport again = engine_->import_medicines(data("easydrug/easydrug_2024-07.jsonl.gz"));

  EXPECT_EQ(may.added, 4660u);
  EXPECT_TRUE(may.skipped.empty());
  EXPECT_EQ(july.added, 60u);
  EXPECT_EQ(july.updated, 55u);
  EXPECT_EQ(july.unchanged, 4597u);
  EXPECT_EQ(july.older, 0u);
  EXPECT_EQ(again.unchanged, 4712u);
  EXPECT_EQ(again.added + again.updated + again.older + again.repeated, 0u);
}

TEST_F(RealData, HoldsTheSameWhicheverEditionCameLast) {
  Engine other({.database = directory_.path() / "other.db"});

  engine_->import_medicines(data("easydrug/easydrug_2024-05.jsonl.gz"));
  engine_->import_medicines(data("easydrug/easydrug_2024-07.jsonl.gz"));
  other.import_medicines(data("easydrug/easydrug_2024-07.jsonl.gz"));
  const ImportReport may = other.import_medicines(data("easydrug/easydrug_2024-05.jsonl.gz"));

  EXPECT_EQ(may.added, 8u);
  EXPECT_EQ(may.older, 55u);
  EXPECT_EQ(may.updated, 0u);
  EXPECT_EQ(may.unchanged, 4597u);
  EXPECT_EQ(make_sqlite_store(directory_.path() / "other.db")->medicines(),
            make_sqlite_store(directory_.path() / "pilling.db")->medicines());
}

TEST_F(RealData, FindsEveryNameFirstWhenItIsSearchedWhole) {
  engine_->import_medicines(data("easydrug/easydrug_2024-07.jsonl.gz"));
  const auto store = make_sqlite_store(directory_.path() / "pilling.db");

  std::size_t searched = 0;
  for (const Medicine& medicine : store->medicines()) {
    const SearchResult result = engine_->search(medicine.name, 1);
    ASSERT_FALSE(result.matches.empty()) << medicine.name;
    EXPECT_EQ(result.matches[0].medicine->name, medicine.name);
    EXPECT_EQ(result.matches[0].kind, MatchKind::exact) << medicine.name;
    ++searched;
  }

  EXPECT_EQ(searched, 4712u);
}

TEST_F(RealData, SummarisesNearlyEveryTextInItsOwnWords) {
  engine_->import_medicines(data("easydrug/easydrug_2024-07.jsonl.gz"));
  const auto store = make_sqlite_store(directory_.path() / "pilling.db");

  std::size_t with_text = 0;
  std::size_t with_summary = 0;
  for (const Medicine& row : store->medicines()) {
    if (row.efficacy.empty()) continue;
    ++with_text;
    const auto medicine = engine_->medicine(row.id);
    if (!medicine->summary || medicine->summary->text.empty()) continue;
    ++with_summary;
    for (const std::string& indication : medicine->summary->indications) {
      EXPECT_NE(medicine->efficacy.find(indication), std::string::npos) << indication << " of " << medicine->name;
    }
  }

  EXPECT_EQ(with_text, 4698u);
  EXPECT_GE(with_summary * 1000, with_text * 995);
}

TEST_F(RealData, ImportsBothPharmacyFilesAndJoinsThoseThatBothKnow) {
  const ImportReport national = engine_->import_pharmacies(data("pharmacy/hira_pharmacy_2023Q1.csv.gz"));
  const ImportReport seoul = engine_->import_pharmacies(data("pharmacy/seoul_pharmacy_hours_raw_2023-05.csv.gz"));
  const ImportReport again = engine_->import_pharmacies(data("pharmacy/hira_pharmacy_2023Q1.csv.gz"));

  EXPECT_EQ(national.rows, 24502u);
  EXPECT_EQ(national.added, 24385u);
  EXPECT_EQ(national.skipped.size(), 117u);
  EXPECT_EQ(seoul.added, 5596u);
  EXPECT_EQ(again.unchanged, 24385u);
  EXPECT_LT(engine_->stats().pharmacies, 24385u + 5596u - 4000u);
  EXPECT_GT(engine_->stats().pharmacies, 24385u);
}

TEST_F(RealData, FindsTheSamePharmaciesAsAFullScan) {
  engine_->import_pharmacies(data("pharmacy/seoul_pharmacy_hours_derived_2023-05.csv.gz"));
  const auto store = make_sqlite_store(directory_.path() / "pilling.db");
  const Coordinate city_hall{37.5665, 126.9780};

  const NearbyResult near = engine_->pharmacies_near(city_hall, {.radius_meters = 500});

  std::size_t within = 0;
  for (const Pharmacy& pharmacy : store->pharmacies()) {
    within += distance_meters(city_hall, pharmacy.position) <= 500 ? 1 : 0;
  }
  EXPECT_GT(within, 0u);
  EXPECT_EQ(near.pharmacies.size(), within);
  EXPECT_TRUE(std::ranges::is_sorted(near.pharmacies, {}, &NearbyPharmacy::distance_meters));
}

}  // namespace
}  // namespace pilling
