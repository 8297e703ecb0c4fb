#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <stop_token>
#include <string>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/source.hpp"

namespace pilling {
namespace {

Medicine medicine(const std::string& id, const std::string& image = {}, const std::string& updated_on = {}) {
  Medicine made;
  made.id.value = id;
  made.name = "약 " + id;
  made.updated_on = updated_on;
  if (!image.empty()) made.images.push_back(image);
  return made;
}

std::vector<Medicine> medicines(const std::vector<std::string>& ids) {
  std::vector<Medicine> made;
  for (const std::string& id : ids) made.push_back(medicine(id));
  return made;
}

/// Answers by a function, and remembers what it was asked.
struct ScriptedSource final : MedicineSource {
  using Answer = std::function<SourcePage<Medicine>(std::size_t page, std::size_t rows)>;
  explicit ScriptedSource(Answer given) : answer(std::move(given)) {}

  std::string name() const override { return "scripted"; }
  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    asked.push_back(query);
    return answer(query.page, query.rows);
  }

  Answer answer;
  std::vector<MedicineQuery> asked;
};

// A service that gives no more than `cap` rows, whatever is asked for.
ScriptedSource::Answer table(std::vector<Medicine> rows, std::size_t cap = 1000) {
  return [rows = std::move(rows), cap](std::size_t page, std::size_t wanted) {
    const std::size_t size = std::min(wanted, cap);
    SourcePage<Medicine> result{.rows = {}, .total = rows.size(), .skipped = {}};
    for (std::size_t i = (page - 1) * size; i < std::min(page * size, rows.size()); ++i) result.rows.push_back(rows[i]);
    return result;
  };
}

std::vector<std::string> ids_of(const AllRows<Medicine>& all) {
  std::vector<std::string> ids;
  for (const Medicine& row : all.rows) ids.push_back(row.id.value);
  return ids;
}

TEST(Paging, ReadsUntilAllRowsHaveCome) {
  ScriptedSource source(table(medicines({"1", "2", "3", "4", "5"})));

  const auto all = fetch_all(source, {.name = "약", .page = 9, .rows = 9}, {}, {.rows = 2});

  EXPECT_EQ(ids_of(all), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(all.pages, 3u);
  EXPECT_EQ(all.total, 5u);
  EXPECT_TRUE(all.is_complete);
  EXPECT_EQ(source.asked[1].name, "약");
  EXPECT_EQ(source.asked[1].page, 2u);
  EXPECT_EQ(source.asked[1].rows, 2u);
}

TEST(Paging, AsksForNoEmptyPageAfterAFullOne) {
  ScriptedSource source(table(medicines({"1", "2", "3", "4"})));

  EXPECT_EQ(fetch_all(source, {}, {}, {.rows = 2}).pages, 2u);
}

TEST(Paging, TakesAnEmptyTableForComplete) {
  ScriptedSource source(table({}));

  const auto all = fetch_all(source);

  EXPECT_EQ(all.pages, 1u);
  EXPECT_TRUE(all.is_complete);
}

TEST(Paging, GoesOnFromWhatACappedServiceGave) {
  ScriptedSource source(table(medicines({"1", "2", "3", "4", "5"}), 2));

  const auto all = fetch_all(source, {}, {}, {.rows = 100});

  EXPECT_EQ(ids_of(all), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  EXPECT_TRUE(all.is_complete);
  EXPECT_EQ(source.asked[1].rows, 2u);
}

TEST(Paging, SaysThatAPageInTheMiddleWasShort) {
  const auto whole = table(medicines({"1", "2", "3", "4", "5", "6"}));
  ScriptedSource source([&](std::size_t page, std::size_t rows) {
    auto result = whole(page, rows);
    if (page == 2) result.rows.pop_back();
    return result;
  });

  const auto all = fetch_all(source, {}, {}, {.rows = 2});

  EXPECT_EQ(ids_of(all), (std::vector<std::string>{"1", "2", "3", "5", "6"}));
  EXPECT_EQ(all.pages, 4u);
  EXPECT_FALSE(all.is_complete);
}

TEST(Paging, KeepsRepeatedRowsOnce) {
  ScriptedSource source([](std::size_t page, std::size_t) {
    return SourcePage<Medicine>{
        .rows = page == 1 ? medicines({"1", "2"}) : medicines({"2", "3"}), .total = 4, .skipped = {}};
  });

  const auto all = fetch_all(source, {}, {}, {.rows = 2});

  EXPECT_EQ(ids_of(all), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(all.repeated, 1u);
  EXPECT_EQ(all.pages, 2u);
}

TEST(Paging, KeepsTheLaterTextAndAllImages) {
  ScriptedSource source(table({medicine("1", "a", "2024-01-02"), medicine("1", "b", "2024-01-01"),
                               medicine("2", "c", "2024-01-01"), medicine("2", "c", "2024-03-01")}));

  const auto all = fetch_all(source);

  ASSERT_EQ(all.rows.size(), 2u);
  EXPECT_EQ(all.rows[0].images, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(all.rows[0].updated_on, "2024-01-02");
  EXPECT_EQ(all.rows[1].images, std::vector<std::string>{"c"});
  EXPECT_EQ(all.rows[1].updated_on, "2024-03-01");
}

TEST(Paging, DoubtsATotalThatChanges) {
  ScriptedSource source([](std::size_t page, std::size_t) {
    return SourcePage<Medicine>{
        .rows = page == 1 ? medicines({"1", "2"}) : medicines({"3", "4"}), .total = page == 1 ? 5u : 4u, .skipped = {}};
  });

  const auto all = fetch_all(source, {}, {}, {.rows = 2});

  EXPECT_EQ(all.rows.size(), 4u);
  EXPECT_FALSE(all.is_complete);
}

TEST(Paging, StopsWhenItGoesRound) {
  ScriptedSource source([](std::size_t, std::size_t) {
    return SourcePage<Medicine>{.rows = medicines({"1", "2"}), .total = 1000, .skipped = {}};
  });

  const auto all = fetch_all(source, {}, {}, {.rows = 2});

  EXPECT_EQ(all.pages, 2u);
  EXPECT_FALSE(all.is_complete);
}

TEST(Paging, StopsAtItsLimit) {
  ScriptedSource source([](std::size_t page, std::size_t) {
    return SourcePage<Medicine>{.rows = medicines({std::to_string(page)}), .total = 1'000'000, .skipped = {}};
  });

  const auto all = fetch_all(source, {}, {}, {.rows = 1, .page_limit = 7});

  EXPECT_EQ(all.pages, 7u);
  EXPECT_EQ(all.rows.size(), 7u);
  EXPECT_FALSE(all.is_complete);
  EXPECT_THROW(fetch_all(source, {}, {}, {.page_limit = 0}), InvalidArgument);
}

TEST(Paging, CountsSkippedRowsOverAllPages) {
  ScriptedSource source([](std::size_t page, std::size_t) {
    return SourcePage<Medicine>{
        .rows = medicines({std::to_string(page)}), .total = 4, .skipped = {{2, "is broken"}, {0, "others came"}}};
  });

  const auto all = fetch_all(source, {}, {}, {.rows = 3});

  EXPECT_EQ(all.skipped,
            (std::vector<SkippedRow>{{2, "is broken"}, {0, "others came"}, {5, "is broken"}, {0, "others came"}}));
  EXPECT_TRUE(all.is_complete);
}

TEST(Paging, TellsItsProgressAndEndsWhenToldTo) {
  ScriptedSource source(table(medicines({"1", "2", "3", "4", "5"})));
  std::vector<std::size_t> seen;

  const auto all = fetch_all(source, {}, {}, {.rows = 2, .on_page = [&](const PagingProgress& progress) {
                                                seen.push_back(progress.rows);
                                                return progress.pages < 2;
                                              }});

  EXPECT_EQ(seen, (std::vector<std::size_t>{2, 4}));
  EXPECT_EQ(all.rows.size(), 4u);
  EXPECT_FALSE(all.is_complete);
}

TEST(Paging, EndsBetweenPagesWhenStopped) {
  std::stop_source stop;
  ScriptedSource source([&](std::size_t page, std::size_t rows) {
    stop.request_stop();
    return table(medicines({"1", "2", "3"}))(page, rows);
  });

  EXPECT_THROW(fetch_all(source, {}, {.stop = stop.get_token()}, {.rows = 1}), Timeout);

  EXPECT_EQ(source.asked.size(), 1u);
}

TEST(Paging, ReadsAllPharmaciesToo) {
  struct Pharmacies final : PharmacySource {
    std::string name() const override { return "pharmacies"; }
    SourcePage<Pharmacy> fetch(std::size_t page, std::size_t, const CallOptions&) override {
      Pharmacy pharmacy;
      pharmacy.id.value = page < 3 ? "C1" : "C2";
      pharmacy.name = std::to_string(page);
      Pharmacy other;
      other.id.value = "C0";
      if (page == 2) return {.rows = {pharmacy, other}, .total = 4, .skipped = {}};
      return {.rows = {pharmacy}, .total = 4, .skipped = {}};
    }
  } source;

  const auto all = fetch_all(source, {}, {.rows = 1});

  ASSERT_EQ(all.rows.size(), 3u);
  EXPECT_EQ(all.rows[0].name, "2");
  EXPECT_EQ(all.repeated, 1u);
}

}  // namespace
}  // namespace pilling
