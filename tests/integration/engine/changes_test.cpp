// What comes to a running engine in small numbers goes into the indexes that are there, and finished answers live on.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "support/engine_fixture.hpp"
#include "support/forwarding_store.hpp"

namespace pilling {
namespace {

constexpr auto names = std::to_array<std::string_view>({"가나정", "가나정500밀리그람", "가나연질캡슐", "가난정",
                                                        "나다액", "나다시럽", "다라연고", "다라크림", "타이레놀정"});
constexpr auto efficacies = std::to_array<std::string_view>(
    {"이 약은 두통, 치통에 사용합니다.", "이 약은 두통에 사용합니다.", "이 약은 통증의 완화에 사용합니다.",
     "이 약은 변비에 사용합니다.", "이 약은 콧물, 코막힘에 사용합니다.", "이 약은 렌즈 세척에 사용합니다.", ""});
constexpr auto name_queries = std::to_array<std::string_view>(
    {"가나", "가나정", "가나500", "가낭정", "나다", "다라", "ㄱㄴㅈ", "xkdlfpshf", "타이래놀", "없는이름"});
constexpr auto phrases = std::to_array<std::string_view>(
    {"머리가 아파요", "이가 아파요", "변비가 심해요", "코가 막혀요", "렌즈 세척", "안녕하세요", "가슴이 아파요"});

struct Row {
  std::string name;
  std::string efficacy;
  int day = 1;  // of its last update
};
using Rows = std::map<int, Row>;

std::string lines_of(const Rows& rows) {
  std::string lines;
  for (const auto& [number, row] : rows) {
    lines += R"({"itemSeq":")" + std::to_string(200000000 + number) + R"(","itemName":")" + row.name +
             R"(","efcyQesitm":")" + row.efficacy + R"(","updateDe":"2026-01-)" + (row.day < 10 ? "0" : "") +
             std::to_string(row.day) + R"("})" + "\n";
  }
  return lines;
}

// All that an answer says, but for the order of equally good matches and the time that it took.
using Told = std::vector<std::tuple<double, std::string, std::string, std::vector<ByteSpan>, bool>>;

Told told(const SearchResult& result) {
  Told lines;
  for (const MedicineMatch& match : result.matches) {
    const Medicine& medicine = *match.medicine;
    lines.emplace_back(match.score, medicine.id.value, medicine.efficacy, match.spans, match.approximate);
  }
  for (const std::string& warning : result.answer.warnings)
    lines.emplace_back(0, warning, "", std::vector<ByteSpan>(), false);
  std::ranges::sort(lines);
  return lines;
}

Told told(const SymptomResult& result) {
  Told lines;
  for (const SymptomMatch& match : result.matches) {
    lines.emplace_back(match.score, match.medicine->id.value, match.summary, match.spans, match.approximate);
  }
  std::ranges::sort(lines);
  return lines;
}

class ChangesTest : public support::EngineFixture {
 protected:
  ImportReport import(Engine& engine, const Rows& rows) const {
    return engine.import_medicines(file("medicines.jsonl", lines_of(rows)));
  }

  static Origin origin_of(const Engine& engine, std::string_view name) { return engine.search(name).answer.origin; }
};

class ChangesOfASeed : public ChangesTest, public testing::WithParamInterface<std::uint64_t> {
 protected:
  // Some new rows, and some of those that are there once more.
  Rows some_rows(int day) {
    Rows rows;
    for (std::size_t i = 0; i <= below(3); ++i) {
      const int number =
          below(3) == 0 && next_ > 0 ? static_cast<int>(below(static_cast<std::size_t>(next_))) : next_++;
      rows[number] = {.name = std::string(names[below(names.size())]),
                      .efficacy = std::string(efficacies[below(efficacies.size())]),
                      .day = day};
    }
    return rows;
  }

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

  std::mt19937_64 random_{GetParam()};
  int next_ = 0;
};

TEST_P(ChangesOfASeed, LeaveWhatAnEngineAnswersThatIsOpenedThen) {
  Engine engine(options());
  for (int day = 1; day <= 14; ++day) {
    import(engine, some_rows(day));
    const Engine anew(options());

    for (const std::string_view query : name_queries) {
      EXPECT_EQ(told(engine.search(query, 100)), told(anew.search(query, 100))) << query << " on day " << day;
    }
    for (const std::string_view phrase : phrases) {
      EXPECT_EQ(told(engine.search_symptom(phrase, {.limit = 100})), told(anew.search_symptom(phrase, {.limit = 100})))
          << phrase << " on day " << day;
    }
    EXPECT_EQ(engine.stats().medicines, anew.stats().medicines);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChangesOfASeed, testing::Range<std::uint64_t>(1, 9));

TEST_F(ChangesTest, KeepFinishedAnswersThatTheyDoNotTouch) {
  Engine engine(options());
  import(engine, {{1, {"가나정", "이 약은 두통에 사용합니다."}}, {2, {"나다액", "이 약은 변비에 사용합니다."}}});
  engine.search("가나정");
  engine.search("나다액");
  engine.search_symptom("머리가 아파요");
  engine.search_symptom("변비가 심해요");

  import(engine, {{3, {"나다시럽", "이 약은 변비에 사용합니다."}}});

  EXPECT_EQ(origin_of(engine, "가나정"), Origin::memory_cache);
  EXPECT_EQ(engine.search_symptom("머리가 아파요").answer.origin, Origin::memory_cache);
  EXPECT_EQ(engine.search_symptom("변비가 심해요").matches.size(), 2u);
  EXPECT_EQ(engine.search("나다").matches.size(), 2u);
  EXPECT_EQ(engine.search("나다액").matches.size(), 1u);
}

TEST_F(ChangesTest, EndFinishedAnswersThatFoundNothing) {
  Engine engine(options());
  const bool was_found = !engine.search("가나정").matches.empty();

  import(engine, {{1, {"가나정", ""}}});

  EXPECT_FALSE(was_found);
  EXPECT_EQ(engine.search("가나정").matches.size(), 1u);
}

TEST_F(ChangesTest, EndFinishedAnswersThatShowWhatIsReplaced) {
  Engine engine(options());
  import(engine, {{1, {"가나정", "이 약은 두통에 사용합니다."}}});
  engine.search("가나");
  engine.search_symptom("머리가 아파요");

  import(engine, {{1, {"가나정", "이 약은 변비에 사용합니다.", 2}}});

  EXPECT_EQ(engine.search("가나").matches[0].medicine->efficacy, "이 약은 변비에 사용합니다.");
  EXPECT_TRUE(engine.search_symptom("머리가 아파요").matches.empty());
}

TEST_F(ChangesTest, EndFinishedAnswersThatLedToABrandByAnotherName) {
  EngineOptions options = this->options();
  options.aliases = {{.alias = "별칭약", .name = "200000001"}};
  Engine engine(options);
  import(engine, {{1, {"부루펜정200밀리그람", ""}}});
  const std::size_t before = engine.search("별칭약").matches.size();

  import(engine, {{2, {"부루펜정400밀리그람", ""}}});

  EXPECT_EQ(before, 1u);
  EXPECT_EQ(engine.search("별칭약").matches.size(), 2u);
}

TEST_F(ChangesTest, EndFinishedAnswersOfWiderTextsWhicheverWayTheBetterOneIsDispensed) {
  Engine engine(options());
  const auto dispensed = [](const char* id, const char* name, const char* efficacy, const char* dispensing) {
    return std::string(R"({"itemSeq":")") + id + R"(","itemName":")" + name + R"(","efcyQesitm":")" + efficacy +
           R"(","ETC_OTC_CODE":")" + dispensing + "\"}\n";
  };
  engine.import_medicines(
      file("one.jsonl", dispensed("200000001", "가나정", "이 약은 비염에 사용합니다.", "일반의약품")));
  const std::size_t before = engine.search_symptom("재채기가 나요", {.dispensing = "otc"}).matches.size();

  engine.import_medicines(
      file("two.jsonl", dispensed("200000002", "나다정", "이 약은 재채기에 사용합니다.", "전문의약품")));

  EXPECT_EQ(before, 1u);
  EXPECT_EQ(engine.search_symptom("재채기가 나요", {.dispensing = "otc"}).matches.size(), 0u);
}

TEST_F(ChangesTest, EndFinishedAnswersAfterMoreOfThemThanAreRemembered) {
  Engine engine(options());
  import(engine, {{1, {"가나정", ""}}});
  engine.search("가나정");

  for (int number = 2; number < 70; ++number) import(engine, {{number, {"나다액", ""}}});

  EXPECT_EQ(origin_of(engine, "가나정"), Origin::index);
  EXPECT_EQ(engine.search("나다액", 100).matches.size(), 68u);
}

// The engine loads all, or only what is new.
class CountingStore final : public support::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::vector<Medicine> medicines() override {
    ++loads_of_all;
    return ForwardingStore::medicines();
  }

  int loads_of_all = 0;
};

TEST_F(ChangesTest, AreLoadedWithAllTheRestWhenTheyAreMany) {
  const auto store = std::make_shared<CountingStore>(make_sqlite_store(directory_.path() / "pilling.db"));
  EngineOptions options = this->options();
  options.store = store;
  Engine engine(options);
  Rows many;
  for (int number = 0; number < 600; ++number) many[number] = {"가나정", ""};

  import(engine, {{1, {"나다액", ""}}});
  const int loads_of_few = store->loads_of_all;
  import(engine, many);

  EXPECT_EQ(loads_of_few, 1);
  EXPECT_EQ(store->loads_of_all, 2);
  EXPECT_EQ(engine.stats().medicines, 600u);
}

}  // namespace
}  // namespace pilling
