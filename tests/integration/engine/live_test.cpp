#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/forwarding_store.hpp"
#include "support/in_memory_shared_cache.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using Warnings = std::vector<std::string>;

Medicine medicine_of(const std::string& id, const std::string& name, const std::string& efficacy = "") {
  Medicine medicine;
  medicine.id = {id};
  medicine.name = name;
  medicine.efficacy = efficacy;
  return medicine;
}

// Answers what it was given, page by page, to whatever it is asked.
class ScriptedSource : public MedicineSource {
 public:
  std::string name() const override { return "script"; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    ++fetches;
    if (query.page == failing_page) throw NetworkError("no\nroute", "example.invalid");
    if (throws_a_number) throw 42;
    SourcePage<Medicine> page;
    page.total = rows.size() + skipped.size();
    if (query.page == 1) page.skipped = skipped;
    for (std::size_t i = (query.page - 1) * query.rows; i < std::min(rows.size(), query.page * query.rows); ++i) {
      page.rows.push_back(rows[i]);
    }
    return page;
  }

  std::vector<Medicine> rows;
  std::vector<SkippedRow> skipped;
  std::size_t failing_page = 0;
  bool throws_a_number = false;
  std::atomic<int> fetches = 0;
};

// A store that works until it is told to break down.
class FragileStore : public support::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::unique_ptr<StoreTransaction> begin(const CallOptions& call = {}) override { return sound().begin(call); }
  std::vector<Medicine> medicines() override { return sound().medicines(); }
  std::vector<Pharmacy> pharmacies() override { return sound().pharmacies(); }
  std::vector<std::pair<SummaryKey, Summary>> summaries() override { return sound().summaries(); }
  std::optional<Summary> summary(const SummaryKey& key) override { return sound().summary(key); }
  std::optional<JobProgress> job(std::string_view name) override { return sound().job(name); }
  std::uint64_t catalogue_version() override { return is_read_broken ? broken() : sound().catalogue_version(); }
  // Told apart by that one version only.
  CatalogueVersions catalogue_versions() override { return Store::catalogue_versions(); }

  std::atomic<bool> is_broken = false;
  std::atomic<bool> is_read_broken = false;

 private:
  [[noreturn]] static std::uint64_t broken() { throw StorageError("the disk is gone", "/nowhere"); }
  Store& sound() const { return is_broken ? (broken(), inner()) : inner(); }
};

class LiveTest : public testing::Test {
 protected:
  LiveTest() {
    options_.store = store_;
    options_.sources = {source_};
  }

  void put(const Medicine& medicine) const {
    const auto transaction = store_->begin();
    transaction->put(medicine);
    transaction->commit();
  }

  // Another thread's, because a thread never waits for its own.
  std::unique_ptr<StoreTransaction> writer_of_another_thread() const {
    std::unique_ptr<StoreTransaction> transaction;
    std::jthread([&] { transaction = store_->begin(); }).join();
    return transaction;
  }

  support::TemporaryDirectory directory_;
  std::shared_ptr<FragileStore> store_ =
      std::make_shared<FragileStore>(make_sqlite_store(directory_.path() / "pilling.db"));
  std::shared_ptr<ScriptedSource> source_ = std::make_shared<ScriptedSource>();
  EngineOptions options_;
};

CallOptions out_of_time() { return {.deadline = std::chrono::steady_clock::now(), .stop = {}}; }

TEST_F(LiveTest, NeverReplacesAKnownTextByNone) {
  const Engine engine(options_);
  put(medicine_of("200000001", "가나액", "이 약은 체함에 사용합니다."));
  source_->rows = {medicine_of("200000001", "가나액")};
  source_->rows[0].storage = "서늘한 곳";

  const SearchResult result = engine.search("가나액");

  ASSERT_EQ(result.matches.size(), 1u);
  EXPECT_EQ(result.matches[0].medicine->efficacy, "이 약은 체함에 사용합니다.");
  EXPECT_EQ(store_->medicines().at(0).efficacy, "이 약은 체함에 사용합니다.");
  EXPECT_EQ(store_->medicines().at(0).storage, "서늘한 곳");
}

TEST_F(LiveTest, AnswersAnotherNameOfAKnownProductWithoutKeepingIt) {
  put(medicine_of("200000001", "가나액", "이 약은 체함에 사용합니다."));
  const Engine engine(options_);
  source_->rows = {medicine_of("200000001", "새이름액", "이 약은 기침에 사용합니다.")};

  const SearchResult first = engine.search("새이름액");
  const SearchResult second = engine.search("새이름액");

  ASSERT_EQ(first.matches.size(), 1u);
  EXPECT_EQ(first.matches[0].medicine->name, "새이름액");
  EXPECT_EQ(first.matches[0].kind, MatchKind::exact);
  EXPECT_EQ(first.answer.origin, Origin::live);
  EXPECT_EQ(second.matches.size(), 1u);
  EXPECT_EQ(second.answer.origin, Origin::memory_cache);
  EXPECT_EQ(source_->fetches, 1);
  EXPECT_EQ(store_->medicines(), (std::vector{medicine_of("200000001", "가나액", "이 약은 체함에 사용합니다.")}));
}

TEST_F(LiveTest, DoesNotWaitForAWriterBeyondItsDeadline) {
  const Engine engine(options_);
  source_->rows = {medicine_of("200000077", "자차정", "이 약은 멀미에 사용합니다.")};
  auto writer = writer_of_another_thread();

  const SearchResult busy = engine.search("자차정", 10, {}, out_of_time());
  const bool was_kept = !store_->medicines().empty();
  writer.reset();
  const SearchResult free = engine.search("자차정");

  EXPECT_TRUE(busy.answer.degraded);
  ASSERT_EQ(busy.answer.warnings.size(), 1u);
  EXPECT_TRUE(busy.answer.warnings[0].starts_with("to load ")) << busy.answer.warnings[0];
  EXPECT_FALSE(was_kept);
  ASSERT_EQ(free.matches.size(), 1u);
  EXPECT_EQ(free.matches[0].medicine->summary->text, "멀미");
  EXPECT_FALSE(free.answer.degraded);
  EXPECT_EQ(source_->fetches, 1);
  EXPECT_EQ(store_->medicines().size(), 1u);
}

TEST_F(LiveTest, AnswersWhatItCannotKeepInTime) {
  options_.live_timeout = std::chrono::milliseconds(300);
  const Engine engine(options_);
  source_->rows = {medicine_of("200000077", "자차정", "이 약은 멀미에 사용합니다.")};
  const auto writer = writer_of_another_thread();

  const SearchResult result = engine.search("자차정");

  ASSERT_EQ(result.matches.size(), 1u);
  EXPECT_EQ(result.matches[0].medicine->summary->text, "멀미");
  EXPECT_EQ(result.answer.origin, Origin::live);
  EXPECT_TRUE(result.answer.degraded);
  ASSERT_EQ(result.answer.warnings.size(), 1u);
  EXPECT_TRUE(result.answer.warnings[0].starts_with("what was found could not be kept: "));
  EXPECT_TRUE(store_->medicines().empty());
}

TEST_F(LiveTest, AnswersWhatItFoundWhenTheStoreBreaksDown) {
  const Engine engine(options_);
  source_->rows = {medicine_of("200000077", "자차정")};
  store_->is_broken = true;

  const SearchResult unwritten = engine.search("자차정");
  store_->is_broken = false;
  store_->is_read_broken = true;
  const SearchResult unread = engine.search("자차정");

  for (const SearchResult& result : {unwritten, unread}) {
    ASSERT_EQ(result.matches.size(), 1u);
    EXPECT_EQ(result.matches[0].medicine->id.value, "200000077");
    EXPECT_EQ(result.answer.origin, Origin::live);
    EXPECT_TRUE(result.answer.degraded);
  }
  EXPECT_EQ(unread.answer.warnings, (Warnings{"the catalogue could not be loaded anew: the disk is gone"}));
}

TEST_F(LiveTest, TakesAllPagesOfAnAnswer) {
  const Engine engine(options_);
  for (int i = 0; i < 250; ++i) {
    source_->rows.push_back(medicine_of(std::to_string(200000000 + i), "타파정" + std::to_string(i)));
  }

  const SearchResult result = engine.search("타파정", 1000);

  EXPECT_EQ(result.matches.size(), 250u);
  EXPECT_FALSE(result.answer.degraded);
  EXPECT_EQ(source_->fetches, 3);
}

TEST_F(LiveTest, SaysSoWhenAnAnswerHasTooManyPages) {
  const Engine engine(options_);
  for (int i = 0; i < 1200; ++i) {
    source_->rows.push_back(medicine_of(std::to_string(200000000 + i), "타파정" + std::to_string(i)));
  }

  const SearchResult result = engine.search("타파정", 2000);

  EXPECT_EQ(result.matches.size(), 1000u);
  EXPECT_TRUE(result.answer.degraded);
  EXPECT_EQ(result.answer.warnings, (Warnings{"script: only the first 1000 of 1200 rows were taken"}));
}

TEST_F(LiveTest, AnswersThePagesThatCameBeforeOneFailed) {
  const Engine engine(options_);
  for (int i = 0; i < 250; ++i) {
    source_->rows.push_back(medicine_of(std::to_string(200000000 + i), "타파정" + std::to_string(i)));
  }
  source_->failing_page = 2;

  const SearchResult result = engine.search("타파정", 1000);

  EXPECT_EQ(result.matches.size(), 100u);
  EXPECT_EQ(result.answer.warnings,
            (Warnings{"script: no route", "script: only the first 100 of 250 rows were taken"}));
}

TEST_F(LiveTest, PassesOverASourceWhateverItThrows) {
  const Engine engine(options_);
  source_->throws_a_number = true;

  const SearchResult result = engine.search("자차정");

  EXPECT_EQ(result.answer.warnings, (Warnings{"script: it broke off with an unexpected exception"}));
}

TEST_F(LiveTest, AsksForWhateverIsTyped) {
  const Engine engine(options_);
  source_->rows = {medicine_of("200000077", "자차정")};

  const SearchResult result = engine.search("\x01자차정");

  EXPECT_EQ(result.matches.size(), 1u);
  EXPECT_FALSE(result.answer.degraded);
}

TEST_F(LiveTest, SaysWhyRowsWereLeftOutAndStillRemembersTheAnswer) {
  const Engine engine(options_);
  source_->skipped = {{.line = 7, .reason = "it has no name"}, {.line = 0, .reason = "12 rows were of others"}};

  const SearchResult first = engine.search("자차정");
  const SearchResult second = engine.search("자차정");

  const Warnings expected = {"script: row 7 was left out: it has no name", "script: 12 rows were of others"};
  EXPECT_EQ(first.answer.warnings, expected);
  EXPECT_EQ(second.answer.warnings, expected);
  EXPECT_EQ(source_->fetches, 1);
}

TEST_F(LiveTest, ImportsWhileTheSharedCacheIsDown) {
  const auto cache = std::make_shared<support::InMemorySharedCache>();
  options_.shared_cache = cache;
  Engine engine(options_);
  cache->fail_put();
  std::ofstream(directory_.path() / "two.jsonl") << R"({"itemSeq":"200000001","itemName":"가나정"})"
                                                 << "\n"
                                                 << R"({"itemSeq":"200000002","itemName":"다라정"})";

  const ImportReport report = engine.import_medicines(directory_.path() / "two.jsonl");

  EXPECT_EQ(report.added, 2u);
  EXPECT_EQ(engine.stats().medicines, 2u);
  EXPECT_EQ(engine.stats().look_ups.tiers.at(1).pending, 2u);
}

TEST_F(LiveTest, LeavesASourceThatFailedAloneForAMomentAndThenAsksAgain) {
  const Engine engine(options_);
  source_->failing_page = 1;
  const SearchResult failed = engine.search("자차정");
  const SearchResult remembered = engine.search("자차정");
  source_->failing_page = 0;
  source_->rows = {medicine_of("200000077", "자차정")};

  SearchResult result;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (result.matches.empty() && std::chrono::steady_clock::now() < give_up) result = engine.search("자차정");

  EXPECT_TRUE(failed.answer.degraded);
  EXPECT_EQ(remembered.answer.warnings, failed.answer.warnings);
  ASSERT_EQ(result.matches.size(), 1u);
  EXPECT_FALSE(result.answer.degraded);
  EXPECT_EQ(source_->fetches, 2);
}

}  // namespace
}  // namespace pilling
