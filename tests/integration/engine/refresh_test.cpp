#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/engine_fixture.hpp"
#include "support/paid_summarizer.hpp"

namespace pilling {
namespace {

Medicine listed(const std::string& id, const std::string& name, const std::string& efficacy = "두통에 씁니다.") {
  Medicine medicine;
  medicine.id = {id};
  medicine.name = name;
  medicine.efficacy = efficacy;
  medicine.updated_on = "2026-01-01";
  return medicine;
}

// A service that lists medicines page by page. `before` may throw or change the rows.
class ListingSource final : public MedicineSource {
 public:
  explicit ListingSource(std::string name = "e약은요") : name_(std::move(name)) {}

  std::string name() const override { return name_; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    if (before) before(query);
    ++fetches;
    SourcePage<Medicine> page;
    if (!query.id.value.empty()) {
      std::ranges::copy_if(rows, std::back_inserter(page.rows),
                           [&](const Medicine& row) { return row.id == query.id; });
      page.total = page.rows.size();
      return page;
    }
    page.total = rows.size();
    for (std::size_t i = (query.page - 1) * query.rows; i < std::min(rows.size(), query.page * query.rows); ++i) {
      page.rows.push_back(rows[i]);
    }
    return page;
  }

  std::vector<Medicine> rows;
  std::function<void(const MedicineQuery&)> before;
  int fetches = 0;

 private:
  const std::string name_;
};

class RefreshTest : public support::EngineFixture {
 protected:
  RefreshTest() {
    for (int i = 1; i <= 9; ++i) easy_->rows.push_back(listed(id(i), "가상정" + std::to_string(i), text(i)));
    wanted_.page_rows = 2;
  }

  static std::string id(int i) { return std::to_string(209'900'000 + i); }
  // Three medicines share a text.
  static std::string text(int i) { return "효능 " + std::to_string(i / 3) + "에 씁니다."; }

  EngineOptions with_sources() const {
    EngineOptions given = options();
    given.sources = {easy_};
    given.summarizer = model_;
    given.watch_interval = std::chrono::milliseconds(0);
    return given;
  }

  RefreshReport refresh(const RefreshProgressHook& on_progress = {}) const {
    return Engine(with_sources()).refresh(wanted_, on_progress);
  }

  Medicine stored(int i) const { return Engine(with_sources()).medicine({id(i)}).value(); }

  std::shared_ptr<ListingSource> easy_ = std::make_shared<ListingSource>();
  std::shared_ptr<support::PaidSummarizer> model_ = std::make_shared<support::PaidSummarizer>();
  RefreshOptions wanted_;
};

TEST_F(RefreshTest, BringsEveryRowAndASummaryOfEachText) {
  Engine engine(with_sources());

  const RefreshReport report = engine.refresh(wanted_);

  EXPECT_EQ(report.rows, 9u);
  EXPECT_EQ(report.added, 9u);
  EXPECT_EQ(report.texts, 4u);
  EXPECT_EQ(report.made, 4u);
  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(engine.stats().medicines, 9u);
  EXPECT_EQ(engine.medicine({id(4)})->summary->text, "요약: " + text(4));
  EXPECT_EQ(engine.search("가상정7").matches.at(0).medicine->id.value, id(7));
  EXPECT_EQ(engine.stats().model.calls, 4u);
}

TEST_F(RefreshTest, ChangesNothingTheSecondTime) {
  refresh();
  Engine engine(with_sources());
  const auto version = engine.stats().catalogue_version;

  const RefreshReport report = engine.refresh(wanted_);

  EXPECT_EQ(report.unchanged, 9u);
  EXPECT_EQ(report.added + report.updated + report.withdrawn, 0u);
  EXPECT_EQ(report.calls, 0u);
  EXPECT_EQ(report.pages_taken_up, 0u);
  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(engine.stats().catalogue_version, version);
}

TEST_F(RefreshTest, PaysOnlyForTextsThatAreNew) {
  refresh();
  easy_->rows[0].efficacy = "새 효능에 씁니다.";
  easy_->rows[1].company = "다른 회사";
  easy_->rows.push_back(listed(id(20), "새정", text(1)));
  model_->paid.clear();

  const RefreshReport report = refresh();

  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.updated, 2u);
  EXPECT_EQ(report.unchanged, 7u);
  EXPECT_EQ(model_->paid, (std::map<std::string, int>{{"새 효능에 씁니다.", 1}}));
  EXPECT_EQ(stored(2).company, "다른 회사");
}

TEST_F(RefreshTest, SaysBeforehandWhatItWouldTake) {
  wanted_.dry_run = true;

  const RefreshReport dry = refresh();
  wanted_.dry_run = false;
  const RefreshReport real = refresh();

  EXPECT_EQ(dry.added, 9u);
  EXPECT_EQ(dry.calls, real.calls);
  EXPECT_DOUBLE_EQ(dry.dollars, real.dollars);
  EXPECT_FALSE(dry.is_complete);
  // The pages had come already.
  EXPECT_EQ(real.pages_taken_up, 5u);
  EXPECT_EQ(easy_->fetches, 5);
}

TEST_F(RefreshTest, DoesNothingInADryRun) {
  wanted_.dry_run = true;
  Engine engine(with_sources());

  engine.refresh(wanted_);

  EXPECT_EQ(engine.stats().medicines, 0u);
  EXPECT_TRUE(model_->paid.empty());
}

TEST_F(RefreshTest, MarksWhatVanishedAndKeepsIt) {
  refresh();
  easy_->rows.erase(easy_->rows.begin() + 4);

  const RefreshReport report = refresh();

  EXPECT_EQ(report.withdrawn, 1u);
  EXPECT_EQ(stored(5).withdrawn_on, "2026-11-25");
  EXPECT_EQ(stored(5).name, "가상정5");
  EXPECT_EQ(stored(4).withdrawn_on, "");
  EXPECT_EQ(refresh().withdrawn, 0u);
}

TEST_F(RefreshTest, TakesTheMarkAwayWhenAMedicineIsListedAgain) {
  refresh();
  const Medicine back = easy_->rows[4];
  easy_->rows.erase(easy_->rows.begin() + 4);
  refresh();
  easy_->rows.push_back(back);

  EXPECT_EQ(refresh().updated, 1u);
  EXPECT_EQ(stored(5).withdrawn_on, "");
}

TEST_F(RefreshTest, LeavesWithdrawnMedicinesOutOfSymptomSearches) {
  refresh();
  easy_->rows.erase(easy_->rows.begin());
  refresh();
  Engine engine(with_sources());

  const SymptomResult result = engine.search_symptom("효능", {.limit = 20});

  EXPECT_EQ(result.matches.size(), 8u);
  EXPECT_TRUE(
      std::ranges::none_of(result.matches, [](const auto& match) { return match.medicine->id.value == id(1); }));
  EXPECT_EQ(engine.search("가상정1").matches.at(0).medicine->withdrawn_on, "2026-11-25");
}

TEST_F(RefreshTest, AsksForWhatIsMissingByItsIdBeforeItCallsItWithdrawn) {
  refresh();
  // A row moves to a page that was read before: it is in none of the pages, and the total is right.
  const Medicine moved = easy_->rows[8];
  bool has_moved = false;
  easy_->before = [&](const MedicineQuery& query) {
    if (query.page != 2 || std::exchange(has_moved, true)) return;
    easy_->rows.pop_back();
    easy_->rows.insert(easy_->rows.begin(), moved);
  };

  const RefreshReport report = refresh();

  EXPECT_EQ(report.withdrawn, 0u);
  EXPECT_EQ(report.rows, 9u);
  EXPECT_EQ(stored(9).withdrawn_on, "");
}

TEST_F(RefreshTest, BelievesNoSourceThatLostMostOfItsRows) {
  easy_->rows.clear();
  for (int i = 1; i <= 60; ++i) easy_->rows.push_back(listed(id(i), "가상정" + std::to_string(i)));
  refresh();
  easy_->rows.resize(30);

  const RefreshReport report = refresh();

  EXPECT_EQ(report.withdrawn, 0u);
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_NE(report.warnings[0].find("30 of 60"), std::string::npos) << report.warnings[0];
  EXPECT_EQ(stored(60).withdrawn_on, "");
}

TEST_F(RefreshTest, LeavesImportedMedicinesAlone) {
  Engine engine(with_sources());
  engine.import_medicines(
      file("rows.jsonl", R"({"itemSeq":"200000001","itemName":"들인정","efcyQesitm":"기침에 씁니다."})"));

  const RefreshReport report = engine.refresh(wanted_);

  EXPECT_EQ(report.not_listed, 1u);
  EXPECT_EQ(report.withdrawn, 0u);
  EXPECT_EQ(engine.medicine({"200000001"})->withdrawn_on, "");
  EXPECT_EQ(report.texts, 5u);
}

TEST_F(RefreshTest, TakesUpThePagesOfARefreshThatWasCutOff) {
  easy_->before = [](const MedicineQuery& query) {
    if (query.page == 4) throw NetworkError("no route", "example.test");
  };
  const RefreshReport cut_off = refresh();
  easy_->before = {};
  const int fetches = std::exchange(easy_->fetches, 0);

  const RefreshReport report = refresh();

  EXPECT_FALSE(cut_off.is_complete);
  EXPECT_EQ(cut_off.failures, std::vector<std::string>{"e약은요: no route"});
  EXPECT_EQ(cut_off.added, 0u);
  EXPECT_EQ(fetches, 3);
  EXPECT_EQ(report.pages_taken_up, 3u);
  EXPECT_EQ(easy_->fetches, 2);
  EXPECT_EQ(report.added, 9u);
}

TEST_F(RefreshTest, FetchesPagesAgainThatAreTooOld) {
  easy_->before = [](const MedicineQuery& query) {
    if (query.page == 4) throw NetworkError("no route", "example.test");
  };
  refresh();
  easy_->before = {};
  EngineOptions later = with_sources();
  later.now = [] { return std::chrono::system_clock::time_point(support::wednesday_noon + std::chrono::hours(7)); };

  EXPECT_EQ(Engine(later).refresh(wanted_).pages_taken_up, 0u);
}

TEST_F(RefreshTest, GoesOnAsLongAsPagesCome) {
  int failures = 0;
  easy_->before = [&](const MedicineQuery&) {
    if (++failures % 2 == 1) throw NetworkError("the connection was reset", "example.test");
  };

  const RefreshReport report = refresh();

  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(report.added, 9u);
  EXPECT_EQ(report.pages_taken_up, 0u);
  EXPECT_TRUE(report.failures.empty());
}

TEST_F(RefreshTest, PassesOverASourceThatThrowsWhatNobodyExpects) {
  easy_->before = [](const MedicineQuery&) { throw std::runtime_error("key SECRET was refused"); };

  const RefreshReport report = refresh();

  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(report.failures, std::vector<std::string>{"e약은요: it broke off with an unexpected exception"});
}

TEST_F(RefreshTest, EndsWithWhatTheHookThrowsWhateverThatIs) {
  for (const RefreshStage stage : {RefreshStage::fetching, RefreshStage::summarizing, RefreshStage::publishing}) {
    EXPECT_THROW(refresh([&](const RefreshProgress& now) {
                   if (now.stage == stage) throw NetworkError("the terminal is gone", "tty");
                 }),
                 NetworkError);
  }
  EXPECT_TRUE(refresh().is_complete);
  for (const auto& [text, times] : model_->paid) EXPECT_EQ(times, 1) << text;
}

TEST_F(RefreshTest, TellsSourcesApartByTheirNames) {
  EngineOptions given = with_sources();
  given.sources.push_back(std::make_shared<ListingSource>());

  EXPECT_THROW(Engine(given).refresh(wanted_), InvalidArgument);
}

TEST_F(RefreshTest, ReadsRowsOnceMoreThatChangedWhileTheyWereRead) {
  bool has_shrunk = false;
  easy_->before = [&](const MedicineQuery& query) {
    if (query.page == 3 && !std::exchange(has_shrunk, true)) easy_->rows.erase(easy_->rows.begin());
  };

  const RefreshReport report = refresh();

  EXPECT_TRUE(report.is_complete);
  EXPECT_TRUE(report.warnings.empty());
  EXPECT_EQ(report.rows, 9u);  // the first of them was there when it began
}

TEST_F(RefreshTest, LetsOtherSourcesAddWhatTheFirstLacks) {
  const auto permits = std::make_shared<ListingSource>("허가정보");
  Medicine both = listed(id(1), "가상정1", "");
  both.dispensing = "otc";
  both.english_name = "Virtual 1";
  both.company = "다른 이름의 회사";
  easy_->rows[0].company = "회사";
  permits->rows = {both, listed(id(50), "처방정", "")};
  EngineOptions given = with_sources();
  given.sources.push_back(permits);

  const RefreshReport report = Engine(given).refresh(wanted_);

  EXPECT_EQ(report.added, 10u);
  EXPECT_EQ(stored(1).dispensing, "otc");
  EXPECT_EQ(stored(1).english_name, "Virtual 1");
  EXPECT_EQ(stored(1).company, "회사");
  EXPECT_EQ(stored(1).efficacy, text(1));
  EXPECT_EQ(stored(50).name, "처방정");
}

TEST_F(RefreshTest, IsNotWithdrawnWhatAnotherSourceLists) {
  const auto permits = std::make_shared<ListingSource>("허가정보");
  permits->rows = {listed(id(1), "가상정1", "")};
  EngineOptions given = with_sources();
  given.sources.push_back(permits);
  Engine(given).refresh(wanted_);
  easy_->rows.erase(easy_->rows.begin());

  EXPECT_EQ(Engine(given).refresh(wanted_).withdrawn, 0u);
  EXPECT_EQ(stored(1).efficacy, text(1));
}

TEST_F(RefreshTest, LetsNoSourceDescribeWhatOneBeforeItDescribesAndCannotBeReadNow) {
  const auto permits = std::make_shared<ListingSource>("허가정보");
  permits->rows = {listed(id(1), "가상정1", "허가 사항의 글")};
  EngineOptions given = with_sources();
  given.sources.push_back(permits);
  Engine(given).refresh(wanted_);
  easy_->before = [](const MedicineQuery&) { throw NetworkError("no route", "example.test"); };

  const RefreshReport report = Engine(given).refresh(wanted_);

  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(stored(1).efficacy, text(1));
}

TEST_F(RefreshTest, WritesNoOlderRow) {
  refresh();
  easy_->rows[0].updated_on = "2025-01-01";
  easy_->rows[0].efficacy = "옛 효능";

  EXPECT_EQ(refresh().older, 1u);
  EXPECT_EQ(stored(1).efficacy, text(1));
}

TEST_F(RefreshTest, WritesTextsThatAreOlderThanARowWithoutTexts) {
  const auto permits = std::make_shared<ListingSource>("허가정보");
  permits->rows = {listed(id(1), "가상정1", "")};
  permits->rows[0].updated_on = "2026-06-01";
  permits->rows[0].dispensing = "otc";
  EngineOptions given = with_sources();
  given.sources.push_back(permits);
  const std::vector<Medicine> with_first = easy_->rows;
  easy_->rows.erase(easy_->rows.begin());
  Engine(given).refresh(wanted_);
  ASSERT_EQ(stored(1).efficacy, "");

  for (const std::string text : {"효능 1에 씁니다.", "새 효능에 씁니다."}) {
    easy_->rows = with_first;
    easy_->rows[0].efficacy = text;
    Engine(given).refresh(wanted_);
    EXPECT_EQ(stored(1).efficacy, text);
    EXPECT_EQ(stored(1).dispensing, "otc");
    // Now only the permits list it.
    easy_->rows.erase(easy_->rows.begin());
    Engine(given).refresh(wanted_);
    EXPECT_EQ(stored(1).efficacy, text);
    EXPECT_EQ(Engine(given).refresh(wanted_).updated, 0u);
  }
}

TEST_F(RefreshTest, PublishesRowsAlthoughTheModelIsOutOfReach) {
  model_->before = [](const std::string&) { throw Refused("the budget is used up"); };
  Engine engine(with_sources());

  const RefreshReport report = engine.refresh(wanted_);

  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(report.added, 9u);
  EXPECT_EQ(engine.stats().medicines, 9u);
  EXPECT_NE(engine.medicine({id(1)})->summary->maker.find("extractive"), std::string::npos);
}

TEST_F(RefreshTest, ShowsNothingBeforeTheEndAndThenAllOfIt) {
  Engine engine(with_sources());
  std::vector<std::size_t> seen;
  EngineOptions watching = with_sources();
  watching.watch_interval = std::chrono::milliseconds(1);
  const Engine other(watching);

  engine.refresh(wanted_, [&](const RefreshProgress& now) {
    if (now.stage != RefreshStage::publishing) seen.push_back(other.stats().medicines + engine.stats().medicines);
  });

  EXPECT_EQ(seen, std::vector<std::size_t>(seen.size(), 0));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (other.stats().medicines == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(other.stats().medicines, 9u);
  EXPECT_EQ(other.medicine({id(1)})->summary->maker, "paid/1");
}

TEST_F(RefreshTest, ShowsNewSummariesOfOldRowsToOtherEngines) {
  model_->before = [](const std::string&) { throw Refused("the budget is used up"); };
  refresh();
  model_->before = {};
  EngineOptions watching = with_sources();
  watching.watch_interval = std::chrono::milliseconds(1);
  const Engine other(watching);
  ASSERT_NE(other.medicine({id(1)})->summary->maker, "paid/1");

  refresh();

  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (other.medicine({id(1)})->summary->maker != "paid/1" && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(other.medicine({id(1)})->summary->maker, "paid/1");
}

TEST_F(RefreshTest, ShowsSummariesToOtherEnginesThatARefreshBeforeHadMadeAndNotPublished) {
  model_->before = [](const std::string&) { throw Refused("the budget is used up"); };
  refresh();
  model_->before = {};
  EXPECT_THROW(refresh([](const RefreshProgress& now) {
                 if (now.stage == RefreshStage::publishing) throw std::runtime_error("power cut");
               }),
               std::runtime_error);
  const auto published = [&] { return make_sqlite_store(with_sources().database)->job("summaries/paid/1")->done; };
  const auto before = published();

  EXPECT_EQ(refresh().made, 0u);
  EXPECT_EQ(published(), before + 1);
  EXPECT_EQ(refresh().made, 0u);
  EXPECT_EQ(published(), before + 1);
}

TEST_F(RefreshTest, RunsOnceAtATime) {
  Engine engine(with_sources());
  int refused = 0;

  engine.refresh(wanted_, [&](const RefreshProgress&) {
    try {
      Engine(with_sources()).refresh(wanted_);
    } catch (const Refused&) {
      ++refused;
    }
  });

  EXPECT_GT(refused, 0);
  for (const auto& [text, times] : model_->paid) EXPECT_EQ(times, 1) << text;
}

TEST_F(RefreshTest, StopsAndIsTakenUp) {
  std::stop_source stop;
  model_->before = [&](const std::string&) { stop.request_stop(); };
  wanted_.workers = 1;
  Engine engine(with_sources());

  const RefreshReport stopped = engine.refresh(wanted_, {}, stop.get_token());
  model_->before = {};
  const RefreshReport finished = engine.refresh(wanted_);

  EXPECT_FALSE(stopped.is_complete);
  EXPECT_EQ(stopped.added, 0u);
  EXPECT_EQ(stopped.made, 1u);
  EXPECT_EQ(finished.added, 9u);
  EXPECT_EQ(finished.made, 3u);
  EXPECT_EQ(finished.pages_taken_up, 5u);
}

TEST_F(RefreshTest, RefusesOptionsThatMakeNoSense) {
  Engine engine(with_sources());
  for (const auto& spoil : std::vector<std::function<void(RefreshOptions&)>>{
           [](RefreshOptions& options) { options.workers = 0; }, [](RefreshOptions& options) { options.page_rows = 0; },
           [](RefreshOptions& options) { options.call_timeout = std::chrono::milliseconds(0); },
           [](RefreshOptions& options) { options.lease = std::chrono::milliseconds(10); },
           [](RefreshOptions& options) { options.batch_interval = std::chrono::milliseconds(0); },
           [](RefreshOptions& options) { options.largest_loss = 1.5; }}) {
    RefreshOptions options;
    spoil(options);
    EXPECT_THROW(engine.refresh(options), InvalidArgument);
  }
}

}  // namespace
}  // namespace pilling
