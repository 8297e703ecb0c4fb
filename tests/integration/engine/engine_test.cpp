#include "pilling/engine.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "support/engine_fixture.hpp"

namespace pilling {
namespace {

using std::chrono::sys_seconds;
using support::names_of;
using support::wednesday_noon;
using namespace std::chrono_literals;

std::string medicine_row(const std::string& id, const std::string& name, const std::string& efficacy,
                         const std::string& image = "null") {
  return R"({"itemSeq":")" + id + R"(","itemName":")" + name + R"(","entpName":"가상제약","efcyQesitm":")" + efficacy +
         R"(","itemImage":)" + image + "}\n";
}

std::string dated_row(const std::string& efficacy, const std::string& date, const std::string& id = "200000001") {
  std::string row = medicine_row(id, "가나정", "이 약은 " + efficacy + "에 사용합니다.");
  return row.insert(row.rfind('}'), R"(,"updateDe":")" + date + R"(")");
}

std::string pharmacy_rows() {
  return "hpid,dutyName,dutyAddr,dutyTel1,wgs84Lon,wgs84Lat,dutyTime3s,dutyTime3c\n"
         "C0000001,가까운약국,서울특별시 중구 1,02-000-0001,126.9781,37.5665,0900,1900\n"
         "C0000002,먼약국,서울특별시 중구 2,02-000-0002,126.9850,37.5665,1300,2500\n"
         "C0000003,모르는약국,서울특별시 중구 3,02-000-0003,126.9790,37.5665,,\n";
}

class EngineTest : public support::EngineFixture {
 protected:
  EngineOptions options_with(std::shared_ptr<Summarizer> model) const {
    EngineOptions with_model = options();
    with_model.summarizer = std::move(model);
    return with_model;
  }

  EngineOptions options_with(std::shared_ptr<MedicineSource> source) const {
    EngineOptions with_source = options();
    with_source.sources = {std::move(source)};
    return with_source;
  }

  std::filesystem::path three_medicines() const {
    return file("medicines.jsonl", medicine_row("200000001", "가나정500밀리그람", "이 약은 두통, 치통에 사용합니다.") +
                                       medicine_row("200000002", "가나정", "이 약은 두통, 치통에 사용합니다.") +
                                       medicine_row("200000003", "다라시럽", "이 약은 기침, 가래에 사용합니다."));
  }
};

TEST_F(EngineTest, FindsNothingInAnEmptyDatabase) {
  const Engine engine(options());

  EXPECT_TRUE(engine.search("가나정").matches.empty());
  EXPECT_TRUE(engine.search_symptom("두통").matches.empty());
  EXPECT_TRUE(engine.pharmacies_near({37.5665, 126.9780}).pharmacies.empty());
  EXPECT_EQ(engine.stats().medicines, 0u);
}

TEST_F(EngineTest, SaysWhatAnImportDid) {
  Engine engine(options());

  const ImportReport first = engine.import_medicines(three_medicines());
  const ImportReport second = engine.import_medicines(three_medicines());
  const ImportReport third = engine.import_medicines(
      file("later.jsonl", medicine_row("200000001", "가나정500밀리그람", "이 약은 발열에 사용합니다.") +
                              medicine_row("200000004", "마바정", "이 약은 설사에 사용합니다.") + "{\"itemSeq\":\n"));

  EXPECT_EQ(first.added, 3u);
  EXPECT_EQ(second.unchanged, 3u);
  EXPECT_EQ(second.added + second.updated, 0u);
  EXPECT_EQ(third.added, 1u);
  EXPECT_EQ(third.updated, 1u);
  ASSERT_EQ(third.skipped.size(), 1u);
  EXPECT_EQ(third.skipped[0].line, 3u);
  EXPECT_EQ(third.rows, 3u);
  EXPECT_EQ(engine.stats().medicines, 4u);
}

TEST_F(EngineTest, CountsTheMedicinesThatAFileDoesNotName) {
  Engine engine(options());

  const ImportReport first = engine.import_medicines(three_medicines());
  const ImportReport second = engine.import_medicines(
      file("newer.jsonl", medicine_row("200000001", "가나정", "") + medicine_row("200000009", "새로운정", "")));
  const ImportReport pharmacies = engine.import_pharmacies(file("pharmacies.csv", pharmacy_rows()));

  EXPECT_EQ(first.not_in_file, 0u);
  EXPECT_EQ(second.not_in_file, 2u);
  EXPECT_EQ(pharmacies.not_in_file, 0u);
  EXPECT_TRUE(engine.medicine({"200000003"}));
}

TEST_F(EngineTest, JoinsRepeatedCodesWithTheLastTextAndAllImages) {
  Engine engine(options());
  const auto path =
      file("repeated.jsonl", medicine_row("200000001", "가나정", "이 약은 두통에 사용합니다.", R"("https://a/1")") +
                                 medicine_row("200000001", "가나정", "이 약은 치통에 사용합니다.", R"("https://a/2")"));

  const ImportReport report = engine.import_medicines(path);
  const ImportReport again = engine.import_medicines(path);
  const auto medicine = engine.medicine({"200000001"});

  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.repeated, 1u);
  EXPECT_EQ(again.unchanged, 1u);
  ASSERT_TRUE(medicine);
  EXPECT_EQ(medicine->efficacy, "이 약은 치통에 사용합니다.");
  EXPECT_EQ(medicine->images, (std::vector<std::string>{"https://a/1", "https://a/2"}));
}

TEST_F(EngineTest, JoinsRepeatedCodesWithTheNewestTextWhenTheyAreDated) {
  Engine engine(options());

  const ImportReport report =
      engine.import_medicines(file("dated.jsonl", dated_row("두통", "2024-07-01") + dated_row("치통", "2024-05-01")));

  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.repeated, 1u);
  EXPECT_EQ(engine.medicine({"200000001"})->efficacy, "이 약은 두통에 사용합니다.");
}

TEST_F(EngineTest, KeepsANewerRowWhenAnOlderOneIsImported) {
  Engine engine(options());
  engine.import_medicines(file("july.jsonl", dated_row("두통", "2024-07-01")));

  const ImportReport may = engine.import_medicines(file("may.jsonl", dated_row("치통", "20240501")));
  const auto kept = engine.medicine({"200000001"});
  const ImportReport august = engine.import_medicines(file("august.jsonl", dated_row("기침", "2024-08-01")));

  EXPECT_EQ(may.older, 1u);
  EXPECT_EQ(may.updated + may.unchanged + may.added + may.not_in_file, 0u);
  EXPECT_EQ(kept->efficacy, "이 약은 두통에 사용합니다.");
  EXPECT_EQ(august.updated, 1u);
  EXPECT_EQ(engine.medicine({"200000001"})->efficacy, "이 약은 기침에 사용합니다.");
}

TEST_F(EngineTest, ReplacesARowOfTheSameDateUnlessTheFileIsAnOlderEdition) {
  Engine engine(options());
  engine.import_medicines(
      file("july.jsonl", dated_row("두통", "2024-07-01") + dated_row("치통", "2021-01-01", "200000002")));

  const ImportReport may = engine.import_medicines(
      file("may.jsonl", dated_row("오한", "2021-01-01", "200000002") + dated_row("기침", "2024-05-01")));
  const auto kept = engine.medicine({"200000002"});
  const ImportReport corrected =
      engine.import_medicines(file("corrected.jsonl", dated_row("발열", "2021-01-01", "200000002")));

  EXPECT_EQ(may.older, 2u);
  EXPECT_EQ(kept->efficacy, "이 약은 치통에 사용합니다.");
  EXPECT_EQ(corrected.updated, 1u);
  EXPECT_EQ(engine.medicine({"200000002"})->efficacy, "이 약은 발열에 사용합니다.");
}

TEST_F(EngineTest, LetsTheLastImportWinWhereADateIsMissing) {
  Engine engine(options());
  engine.import_medicines(file("dated.jsonl", dated_row("두통", "2024-07-01")));

  const ImportReport undated = engine.import_medicines(file("undated.jsonl", dated_row("치통", "")));
  const ImportReport dated = engine.import_medicines(file("older.jsonl", dated_row("기침", "2024-05-01")));

  EXPECT_EQ(undated.updated, 1u);
  EXPECT_EQ(dated.updated, 1u);
  EXPECT_EQ(engine.medicine({"200000001"})->efficacy, "이 약은 기침에 사용합니다.");
}

TEST_F(EngineTest, PutsTheExactNameBeforeALongerOne) {
  Engine engine(options());
  engine.import_medicines(three_medicines());

  const SearchResult result = engine.search("가나정");

  EXPECT_EQ(names_of(result), (std::vector<std::string>{"가나정", "가나정500밀리그람"}));
  EXPECT_EQ(result.matches[0].kind, MatchKind::exact);
  EXPECT_EQ(result.matches[1].kind, MatchKind::prefix);
  EXPECT_EQ(result.matches[1].spans, (std::vector<ByteSpan>{{0, 9}}));
}

TEST_F(EngineTest, AnswersTheSameFromMemoryUntilTheCatalogueChanges) {
  Engine engine(options());
  engine.import_medicines(three_medicines());

  const SearchResult first = engine.search("가나");
  const SearchResult second = engine.search("가나");
  engine.import_medicines(file("more.jsonl", medicine_row("200000009", "가나", "이 약은 두통에 사용합니다.")));
  const SearchResult third = engine.search("가나");

  EXPECT_EQ(first.answer.origin, Origin::index);
  EXPECT_EQ(second.answer.origin, Origin::memory_cache);
  EXPECT_EQ(names_of(first), names_of(second));
  EXPECT_EQ(third.answer.origin, Origin::index);
  EXPECT_EQ(names_of(third).front(), "가나");
}

TEST_F(EngineTest, SuggestsEachNameOnce) {
  Engine engine(options());
  engine.import_medicines(file("same.jsonl", medicine_row("200000001", "가나정", "") +
                                                 medicine_row("200000002", "가나정", "") +
                                                 medicine_row("200000003", "가나시럽", "")));

  const auto names = engine.suggest("가나", 2);

  EXPECT_EQ(names, (std::vector<std::string>{"가나정", "가나시럽"}));
}

TEST_F(EngineTest, FindsMedicinesBySymptomWithTheSummaryForIt) {
  Engine engine(options());
  engine.import_medicines(three_medicines());

  const SymptomResult result = engine.search_symptom("치통");

  ASSERT_EQ(result.matches.size(), 2u);
  for (const SymptomMatch& match : result.matches) {
    EXPECT_EQ(match.summary, "치통");
    ASSERT_EQ(match.spans.size(), 1u);
    EXPECT_EQ(match.medicine->efficacy.substr(match.spans[0].begin, match.spans[0].end - match.spans[0].begin), "치통");
  }
}

TEST_F(EngineTest, GivesEveryMedicineTheSummaryOfItsText) {
  Engine engine(options());
  engine.import_medicines(three_medicines());

  const auto medicine = engine.medicine({"200000003"});

  ASSERT_TRUE(medicine && medicine->summary);
  EXPECT_EQ(medicine->summary->text, "기침, 가래");
  EXPECT_EQ(medicine->summary->indications, (std::vector<std::string>{"기침", "가래"}));
  EXPECT_EQ(medicine->summary->made_at, wednesday_noon);
  EXPECT_FALSE(engine.medicine({"999999999"}));
}

TEST_F(EngineTest, FindsPharmaciesByDistanceWithTodaysHours) {
  Engine engine(options());
  engine.import_pharmacies(file("pharmacies.csv", pharmacy_rows()));

  const NearbyResult all = engine.pharmacies_near({37.5665, 126.9780});
  const NearbyResult open = engine.pharmacies_near({37.5665, 126.9780}, {.open_at = wednesday_noon});

  ASSERT_EQ(all.pharmacies.size(), 3u);
  EXPECT_EQ(all.pharmacies[0].pharmacy->name, "가까운약국");
  EXPECT_EQ(all.pharmacies[0].status.state, OpenState::open);
  EXPECT_EQ(all.pharmacies[0].status.today, (OpenInterval{540, 1140}));
  EXPECT_EQ(all.pharmacies[1].status.state, OpenState::unknown);
  EXPECT_EQ(all.pharmacies[2].status.state, OpenState::closed);
  ASSERT_EQ(open.pharmacies.size(), 1u);
  EXPECT_EQ(open.pharmacies[0].pharmacy->name, "가까운약국");
  EXPECT_TRUE(open.answer.warnings.empty());
}

TEST_F(EngineTest, KeepsWhatWasImportedWhenOpenedAgain) {
  {
    Engine engine(options());
    engine.import_medicines(three_medicines());
    engine.import_pharmacies(file("pharmacies.csv", pharmacy_rows()));
  }

  const Engine engine(options());

  EXPECT_EQ(engine.stats().medicines, 3u);
  EXPECT_EQ(engine.stats().pharmacies, 3u);
  EXPECT_EQ(names_of(engine.search("다라시럽")), (std::vector<std::string>{"다라시럽"}));
}

TEST_F(EngineTest, WaitsForALockedDatabaseAsLongAsItIsToldTo) {
  EngineOptions impatient = options();
  impatient.busy_timeout = 0ms;
  Engine engine(impatient);
  const auto store = make_sqlite_store(impatient.database);
  const auto writer = store->begin();

  EXPECT_THROW(engine.import_medicines(three_medicines()), StorageError);
}

TEST_F(EngineTest, RefusesAForeignFileAndKeepsTheOldData) {
  Engine engine(options());
  engine.import_medicines(three_medicines());

  EXPECT_THROW(engine.import_medicines(file("page.html", "<html>점검 중</html>")), BadData);
  EXPECT_THROW(engine.import_medicines(directory_.path() / "missing.jsonl"), StorageError);

  EXPECT_EQ(engine.stats().medicines, 3u);
}

TEST_F(EngineTest, AbandonsAnImportWhoseProgressHookThrows) {
  Engine engine(options());
  struct Cancelled {};

  EXPECT_THROW(engine.import_medicines(three_medicines(), [](auto, auto) { throw Cancelled(); }), Cancelled);

  const ImportReport report = engine.import_medicines(three_medicines());
  EXPECT_EQ(report.added, 3u);
  EXPECT_EQ(names_of(engine.search("다라시럽")).size(), 1u);
}

TEST_F(EngineTest, RejectsCallsThatCannotBeAnswered) {
  const Engine engine(options());

  EXPECT_THROW(engine.search("가나", 0), InvalidArgument);
  EXPECT_THROW(engine.suggest("가나", 0), InvalidArgument);
  EXPECT_THROW(engine.search_symptom("두통", {.limit = 0}), InvalidArgument);
  EXPECT_THROW(engine.search("\xff\xfe"), InvalidArgument);
  EXPECT_THROW(engine.search_symptom("\xff\xfe"), InvalidArgument);
  EXPECT_THROW(engine.search(std::string(10 << 20, 'a')), InvalidArgument);
  EXPECT_THROW(engine.pharmacies_near({91, 0}), InvalidArgument);
  EXPECT_TRUE(engine.search("").matches.empty());
  EXPECT_TRUE(engine.search(" \t").matches.empty());
  EXPECT_TRUE(engine.search("💊").matches.empty());
}

TEST_F(EngineTest, CountsCallsFailuresAndSlowCalls) {
  EngineOptions counted = options();
  std::vector<std::string> slow;
  counted.slow_call_threshold = 0ns;
  counted.on_slow_call = [&](const SlowCall& call) { slow.emplace_back(call.operation); };
  const Engine engine(counted);

  engine.search("가나");
  EXPECT_THROW(engine.search("가나", 0), InvalidArgument);

  const EngineStats stats = engine.stats();
  const auto search = std::ranges::find(stats.operations, "search", &OperationStats::name);
  ASSERT_NE(search, stats.operations.end());
  EXPECT_EQ(search->latency.count, 2u);
  EXPECT_EQ(search->failures, 1u);
  EXPECT_EQ(search->slow_calls, 2u);
  EXPECT_EQ(slow, (std::vector<std::string>{"search", "search"}));
  EXPECT_NE(engine.metrics_text().find("pilling_call_failures_total{operation=\"search\"} 1\n"), std::string::npos);
}

TEST_F(EngineTest, LetsNoSlowCallHookSpoilACall) {
  EngineOptions counted = options();
  int told = 0;
  counted.slow_call_threshold = 0ns;
  counted.on_slow_call = [&](const SlowCall&) {
    ++told;
    throw std::runtime_error("the listener fell asleep");
  };
  const Engine engine(counted);

  EXPECT_NO_THROW(engine.search("가나"));

  const EngineStats stats = engine.stats();
  const auto search = std::ranges::find(stats.operations, "search", &OperationStats::name);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(search->failures, 0u);
  EXPECT_EQ(search->latency.count, 1u);
}

TEST_F(EngineTest, AnswersWhileAnotherThreadImports) {
  Engine engine(options());
  engine.import_medicines(three_medicines());
  std::atomic<bool> is_done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&] {
      while (!is_done) {
        const SearchResult result = engine.search("가나정");
        if (result.matches.empty() || result.matches[0].kind != MatchKind::exact) ++wrong;
      }
    });
  }

  for (int round = 0; round < 20; ++round) {
    engine.import_medicines(file("round.jsonl", medicine_row("200000010", "사아정" + std::to_string(round), "")));
  }
  is_done = true;
  readers.clear();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(names_of(engine.search("사아정19")), (std::vector<std::string>{"사아정19"}));
}

TEST_F(EngineTest, SeesWhatAnotherEngineImportedWhenItImportsTheSame) {
  Engine first(options());
  Engine second(options());
  first.import_medicines(three_medicines());
  first.import_pharmacies(file("pharmacies.csv", pharmacy_rows()));

  const ImportReport medicines = second.import_medicines(three_medicines());
  const ImportReport pharmacies = second.import_pharmacies(file("pharmacies.csv", pharmacy_rows()));

  EXPECT_EQ(medicines.unchanged, 3u);
  EXPECT_EQ(pharmacies.unchanged, 3u);
  EXPECT_EQ(second.stats().medicines, 3u);
  EXPECT_EQ(second.stats().pharmacies, 3u);
  EXPECT_EQ(names_of(second.search("다라시럽")), (std::vector<std::string>{"다라시럽"}));
}

TEST_F(EngineTest, TakesTheImagesOfTheLatestFileOnly) {
  Engine engine(options());
  engine.import_medicines(file("old.jsonl", medicine_row("200000001", "가나정", "", R"("https://a/old")")));

  const ImportReport report =
      engine.import_medicines(file("new.jsonl", medicine_row("200000001", "가나정", "", R"("https://a/new")")));

  EXPECT_EQ(report.updated, 1u);
  EXPECT_EQ(engine.medicine({"200000001"})->images, (std::vector<std::string>{"https://a/new"}));
}

class TableSource : public MedicineSource {
 public:
  std::string name() const override { return "table"; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    ++fetches;
    if (fails) throw NetworkError("no route", "example.invalid");
    SourcePage<Medicine> page;
    if (query.name == "자차정") {
      Medicine medicine;
      medicine.id = {"200000077"};
      medicine.name = "자차정";
      medicine.efficacy = "이 약은 멀미에 사용합니다.";
      page.rows.push_back(medicine);
    }
    page.total = page.rows.size();
    return page;
  }

  std::atomic<int> fetches = 0;
  bool fails = false;
};

// Answers rows of which one could never be read back.
class BrokenSource : public MedicineSource {
 public:
  std::string name() const override { return "broken"; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    SourcePage<Medicine> page;
    page.rows.resize(3);
    page.rows[0].id = {"200000088"};
    page.rows[0].name = query.name;
    page.rows[1].id = {"200000089"};
    page.rows[1].name = "\xB0\xA1";
    page.rows[2].name = "이름만";
    page.total = page.rows.size();
    return page;
  }
};

TEST_F(EngineTest, KeepsNoRowOfASourceThatCouldNotBeReadBack) {
  const Engine engine(options_with(std::make_shared<BrokenSource>()));

  const SearchResult result = engine.search("타파정");

  EXPECT_EQ(names_of(result), (std::vector<std::string>{"타파정"}));
  EXPECT_EQ(result.answer.warnings, (std::vector<std::string>{"broken: 2 rows made no sense and were left out"}));
  EXPECT_EQ(Engine(options()).stats().medicines, 1u);
}

TEST_F(EngineTest, AsksASourceOnceHoweverManyThreadsSearch) {
  const auto source = std::make_shared<TableSource>();
  const Engine engine(options_with(source));
  std::atomic<int> found = 0;

  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 16; ++caller) {
      callers.emplace_back([&] { found += static_cast<int>(engine.search("자차정").matches.size()); });
    }
  }

  EXPECT_EQ(found, 16);
  EXPECT_EQ(source->fetches, 1);
}

TEST_F(EngineTest, AsksASourceOnceForANameItDoesNotKnow) {
  const auto source = std::make_shared<TableSource>();
  const Engine engine(options_with(source));

  const SearchResult live = engine.search("자차정");
  const SearchResult here = engine.search("자차정");
  engine.search("없는약");
  engine.search("없는약");

  EXPECT_EQ(live.answer.origin, Origin::live);
  ASSERT_EQ(live.matches.size(), 1u);
  EXPECT_EQ(live.matches[0].medicine->summary->text, "멀미");
  EXPECT_EQ(here.answer.origin, Origin::index);
  EXPECT_EQ(source->fetches, 2);
  EXPECT_EQ(Engine(options()).stats().medicines, 1u);
}

TEST_F(EngineTest, SaysThatASourceFailed) {
  const auto source = std::make_shared<TableSource>();
  source->fails = true;
  const Engine engine(options_with(source));

  const SearchResult result = engine.search("자차정");

  EXPECT_TRUE(result.matches.empty());
  EXPECT_TRUE(result.answer.degraded);
  EXPECT_EQ(result.answer.warnings, (std::vector<std::string>{"table: no route"}));
}

class CountingSummarizer : public Summarizer {
 public:
  std::string maker() const override { return "model/1"; }
  bool is_free() const override { return false; }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions&) override {
    ++calls;
    if (fails) throw ServiceError("overloaded", "model", 503);
    if (breaks) throw std::runtime_error("https://model.invalid/?key=secret");
    return Summary{.text = "요약 " + std::string(request.keyword), .indications = {}, .maker = maker(), .made_at = {}};
  }

  std::atomic<int> calls = 0;
  std::atomic<bool> fails = false;
  std::atomic<bool> breaks = false;
};

TEST_F(EngineTest, PaysForASummaryOnceAcrossProductsAndRestarts) {
  const auto model = std::make_shared<CountingSummarizer>();
  {
    Engine engine(options_with(model));
    engine.import_medicines(three_medicines());
    EXPECT_EQ(engine.wait_for_summary({"200000001"}, "두통")->text, "요약 두통");
    EXPECT_EQ(engine.wait_for_summary({"200000002"}, "두통")->text, "요약 두통");
  }

  const Engine engine(options_with(model));
  const auto summary = engine.wait_for_summary({"200000001"}, "두통");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->maker, "model/1");
  EXPECT_EQ(model->calls, 1);
}

TEST_F(EngineTest, FallsBackToTheExtractiveSummaryWhenTheModelFails) {
  const auto model = std::make_shared<CountingSummarizer>();
  model->fails = true;
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());

  const auto summary = engine.wait_for_summary({"200000001"});

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "두통, 치통");
  EXPECT_NE(summary->maker, "model/1");
}

TEST_F(EngineTest, LetsNoForeignExceptionOutOfASummarizer) {
  const auto model = std::make_shared<CountingSummarizer>();
  model->breaks = true;
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());

  const auto summary = engine.wait_for_summary({"200000001"});

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "두통, 치통");
  EXPECT_EQ(model->calls, 1);
}

TEST_F(EngineTest, TakesNoMoreMemoryForACacheThanItIsGiven) {
  EngineOptions small = options();
  small.cache_bytes = 1000;

  const EngineStats stats = Engine(small).stats();

  for (const CacheStats& cache : {stats.answers, stats.summaries.memory, stats.look_ups.memory}) {
    EXPECT_LE(cache.maximum_weight, 1000u);
  }
}

TEST_F(EngineTest, HasNoSummaryForAKeywordOfSignsOnly) {
  const auto model = std::make_shared<CountingSummarizer>();
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());

  EXPECT_FALSE(engine.wait_for_summary({"200000001"}, "!!!"));
  EXPECT_FALSE(engine.summarize({"200000001"}, "!!!"));
  EXPECT_FALSE(engine.wait_for_summary({"200000001"}, " "));
  EXPECT_EQ(model->calls, 0);
}

TEST_F(EngineTest, DatesTheSummariesItMakesOnTheSpot) {
  Engine engine(options());
  engine.import_medicines(three_medicines());

  EXPECT_EQ(engine.summarize({"200000001"})->made_at, wednesday_noon);
  EXPECT_EQ(engine.wait_for_summary({"200000001"}, "치통")->made_at, wednesday_noon);
}

TEST_F(EngineTest, GivesASummaryThoughAnotherWriterKeepsItFromBeingStored) {
  EngineOptions with_model = options_with(std::make_shared<CountingSummarizer>());
  with_model.store = make_sqlite_store(with_model.database);
  Engine engine(with_model);
  engine.import_medicines(three_medicines());
  std::unique_ptr<StoreTransaction> writer;
  std::jthread([&] { writer = with_model.store->begin(); }).join();

  const auto summary = engine.wait_for_summary({"200000001"}, "두통");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "요약 두통");
}

// Answers when it is let.
class HeldSummarizer final : public CountingSummarizer {
 public:
  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) override {
    static_cast<void>(may_answer.try_acquire_for(std::chrono::seconds(20)));
    return CountingSummarizer::summarize(request, call);
  }

  std::counting_semaphore<100> may_answer{0};
};

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  return condition();
}

TEST_F(EngineTest, GivesTheExtractiveSummaryWhenThereIsNoTimeForTheModel) {
  const auto model = std::make_shared<HeldSummarizer>();
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());

  const auto summary =
      engine.wait_for_summary({"200000001"}, "두통", {.deadline = std::chrono::steady_clock::now(), .stop = {}});
  model->may_answer.release();

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "두통");
}

TEST_F(EngineTest, NeverWaitsForAModelUnlessItIsAskedTo) {
  const auto model = std::make_shared<HeldSummarizer>();
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());

  for (int i = 0; i < 3; ++i) EXPECT_EQ(engine.summarize({"200000001"}, "두통")->text, "두통");
  model->may_answer.release();

  EXPECT_TRUE(comes_true([&] { return engine.summarize({"200000001"}, "두통")->text == "요약 두통"; }));
  EXPECT_EQ(model->calls, 1);
}

TEST_F(EngineTest, ShowsASummaryThatWasMadeInTheBackgroundInTheNextSearch) {
  const auto model = std::make_shared<HeldSummarizer>();
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());
  const auto maker = [&] { return engine.search("가나정").matches.at(0).medicine->summary->maker; };

  for (int i = 0; i < 5; ++i) EXPECT_NE(maker(), "model/1");
  model->may_answer.release(10);

  EXPECT_TRUE(comes_true([&] { return maker() == "model/1"; }));
  EXPECT_EQ(engine.medicine({"200000001"})->summary->maker, "model/1");
  // One for a text, however many products have it and however often it is shown.
  EXPECT_LE(model->calls, 2);
}

TEST_F(EngineTest, ShowsWhatTheModelSaysOfASymptomInTheNextSearchForIt) {
  const auto model = std::make_shared<HeldSummarizer>();
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());
  const auto summary = [&] { return engine.search_symptom("머리가 아파요").matches.at(0).summary; };

  EXPECT_EQ(summary(), "두통");
  model->may_answer.release(10);

  EXPECT_TRUE(comes_true([&] { return summary() == "요약 두통"; }));
}

TEST_F(EngineTest, ShowsWhatTheStoreHasOfASymptomAfterARestartWithoutTheModel) {
  const auto model = std::make_shared<CountingSummarizer>();
  {
    Engine engine(options_with(model));
    engine.import_medicines(three_medicines());
    for (const char* id : {"200000001", "200000002", "200000003"}) engine.wait_for_summary({id}, "두통");
  }
  const int paid = model->calls;
  model->fails = true;
  const Engine engine(options_with(model));

  const auto summary = [&] { return engine.search_symptom("머리가 아파요").matches.at(0).summary; };

  EXPECT_TRUE(comes_true([&] { return summary() == "요약 두통"; }));
  EXPECT_EQ(model->calls, paid);
}

TEST_F(EngineTest, LeavesSummariesAloneThatNobodyWaitsForWhenToldTo) {
  const auto model = std::make_shared<CountingSummarizer>();
  EngineOptions quiet = options_with(model);
  quiet.background_summaries = false;
  Engine engine(quiet);
  engine.import_medicines(three_medicines());

  for (int i = 0; i < 3; ++i) engine.search("가나정");

  EXPECT_EQ(engine.stats().summaries.in_flight, 0u);
  EXPECT_EQ(model->calls, 0);
}

TEST_F(EngineTest, EndsWhileASummaryIsMadeInTheBackground) {
  const auto model = std::make_shared<HeldSummarizer>();
  std::optional<Engine> engine(std::in_place, options_with(model));
  engine->import_medicines(three_medicines());
  engine->search("가나정");
  engine->summarize({"200000001"}, "두통");

  model->may_answer.release(10);
  engine.reset();

  EXPECT_LE(model->calls, 3);
}

TEST_F(EngineTest, EndsRightAfterASearchThatAsksForSummaries) {
  const auto model = std::make_shared<CountingSummarizer>();
  Engine(options_with(model)).import_medicines(three_medicines());

  for (int i = 0; i < 50; ++i) {
    const Engine engine(options_with(model));
    EXPECT_EQ(engine.search("가나정").matches.size(), 2u);
    engine.search_symptom("머리가 아파요");
  }
}

TEST_F(EngineTest, AsksAgainForASummaryThatFailedWhenItsAnswerWasKept) {
  const auto model = std::make_shared<CountingSummarizer>();
  model->fails = true;
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());
  engine.search("가나정");
  ASSERT_TRUE(comes_true([&] { return model->calls > 0; }));
  model->fails = false;

  EXPECT_TRUE(comes_true([&] { return engine.search("가나정").matches.at(0).medicine->summary->maker == "model/1"; }));
}

TEST_F(EngineTest, ShowsTheModelsSummariesAfterARefresh) {
  const auto model = std::make_shared<CountingSummarizer>();
  Engine engine(options_with(model));
  engine.import_medicines(three_medicines());

  const RefreshReport first = engine.refresh();
  const RefreshReport second = engine.refresh();

  EXPECT_EQ(first.texts, 2u);
  EXPECT_EQ(first.made, 2u);
  EXPECT_EQ(second.made, 0u);
  EXPECT_EQ(second.kept, 2u);
  EXPECT_EQ(model->calls, 2);
  EXPECT_EQ(engine.medicine({"200000001"})->summary->maker, "model/1");
}

}  // namespace
}  // namespace pilling
