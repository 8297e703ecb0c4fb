#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "engine/symptom_look_up.hpp"
#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"
#include "support/engine_fixture.hpp"
#include "support/public_data.hpp"
#include "symptom_queries.hpp"

namespace pilling {
namespace {

using support::EngineFixture;

struct Quality {
  double precision = 0;
  double unanswered = 0;
};

Quality quality_of(const engine::MedicineCatalogue& catalogue, const std::filesystem::path& file) {
  const auto queries = bench::symptom_queries(file);
  Quality quality;
  for (const bench::SymptomQuery& query : queries) {
    const SymptomResult result = engine::search_symptoms(catalogue, query.text(), {});
    if (result.matches.empty()) ++quality.unanswered;
    const auto right = std::ranges::count_if(
        result.matches, [&](const SymptomMatch& match) { return query.is_relevant(match.medicine->efficacy); });
    if (!result.matches.empty()) {
      quality.precision += static_cast<double>(right) / static_cast<double>(result.matches.size());
    }
  }
  quality.precision /= static_cast<double>(queries.size());
  quality.unanswered /= static_cast<double>(queries.size());
  return quality;
}

std::shared_ptr<const engine::MedicineCatalogue> catalogue_of(const std::filesystem::path& file) {
  EngineOptions options;
  options.concepts = SymptomConcepts::bundled();
  std::vector<Medicine> rows;
  for (const auto& medicine : bench::symptom_medicines(file)) rows.push_back(*medicine);
  return engine::index_medicines(options, std::move(rows), *make_extractive_summarizer(), {});
}

TEST(SymptomQuality, IsAsPromisedOverRealTexts) {
  const auto medicines = support::public_data("easydrug/easydrug_2024-07.jsonl.gz");
  const auto queries = support::public_data("names/symptom_queries_dev.tsv");
  if (!medicines || !queries) GTEST_SKIP() << "the real texts are not here; PILLING_DATA_DIR names their folder";
  const auto catalogue = catalogue_of(*medicines);
  const std::filesystem::path own = PILLING_SOURCE_DIR "/tests/data";

  const Quality known = quality_of(*catalogue, *queries);
  const Quality tuned = quality_of(*catalogue, own / "symptom_phrases_tuned.tsv");
  const Quality held_out = quality_of(*catalogue, own / "symptom_phrases_held_out.tsv");

  const Quality reviewed = quality_of(*catalogue, own / "symptom_phrases_reviewed.tsv");

  EXPECT_GE(known.precision, 0.95);
  EXPECT_LE(known.unanswered, 0.02);
  EXPECT_GE(tuned.precision, 0.95);
  EXPECT_GE(held_out.precision, 0.9);
  EXPECT_LE(held_out.unanswered, 0.03);
  EXPECT_GE(reviewed.precision, 0.95);
  EXPECT_LE(reviewed.unanswered, 0.02);
}

class SymptomSearch : public EngineFixture {
 protected:
  static std::string row_of(const std::string& id, const std::string& name, const std::string& efficacy) {
    return R"({"itemSeq":")" + id + R"(","itemName":")" + name + R"(","efcyQesitm":")" + efficacy + "\"}\n";
  }

  std::filesystem::path medicines() {
    return file("symptoms.jsonl", row_of("200000001", "가나정", "이 약은 두통, 치통의 완화에 사용합니다.") +
                                      row_of("200000002", "다라정", "이 약은 설사에 사용합니다.") +
                                      row_of("200000003", "마바정", "이 약은 두통, 치통의 완화에 사용합니다."));
  }
};

TEST_F(SymptomSearch, SaysWhatWasUnderstoodAndWhatIsAbsent) {
  Engine engine(options());
  engine.import_medicines(medicines());

  const SymptomResult result = engine.search_symptom("설사는 없고 머리가 아파요");

  ASSERT_EQ(result.understood.size(), 1u);
  EXPECT_EQ(result.understood[0].name, "두통");
  ASSERT_EQ(result.absent.size(), 1u);
  EXPECT_EQ(result.absent[0].id, "diarrhea");
  ASSERT_EQ(result.matches.size(), 2u);
  EXPECT_EQ(result.matches[0].medicine->id.value, "200000001");
  EXPECT_EQ(result.matches[0].concepts, std::vector<std::string>{"headache"});
  EXPECT_FALSE(result.matches[0].approximate);
}

TEST_F(SymptomSearch, GivesNoMedicineBesideARedFlag) {
  Engine engine(options());
  engine.import_medicines(medicines());

  for (int i = 0; i < 2; ++i) {  // the second from memory
    const SymptomResult result = engine.search_symptom("머리가 아프고 한쪽 팔에 힘이 빠져요");
    ASSERT_TRUE(result.red_flag);
    EXPECT_EQ(result.red_flag->number, "119");
    EXPECT_TRUE(result.matches.empty());
  }
}

TEST_F(SymptomSearch, TellsWhatAPharmacistShouldKnowInNotes) {
  Engine engine(options());
  engine.import_medicines(medicines());

  for (int i = 0; i < 2; ++i) {  // the second from memory
    const SymptomResult result = engine.search_symptom("아이가 머리가 아파요");
    ASSERT_EQ(result.notes.size(), 1u);
    EXPECT_EQ(result.notes[0].id, "child");
    EXPECT_FALSE(result.notes[0].sentence.empty());
    EXPECT_FALSE(result.notes[0].withholds_medicines);
    EXPECT_EQ(result.matches.size(), 2u);
    EXPECT_TRUE(result.answer.warnings.empty());
  }
  EXPECT_TRUE(engine.search_symptom("머리가 아파요").notes.empty());
}

TEST_F(SymptomSearch, GivesNoMedicineForABaby) {
  std::size_t unanswered = 0;
  EngineOptions own = options();
  own.on_unanswered_symptom = [&](const UnansweredSymptom&) { ++unanswered; };
  Engine engine(std::move(own));
  engine.import_medicines(medicines());

  for (const std::string_view phrase :
       {"신생아 설사", "6개월 아기가 설사해요", "돌 안 된 아기 설사", "신생아 비타민나"}) {
    const SymptomResult result = engine.search_symptom(phrase);
    EXPECT_TRUE(result.matches.empty()) << phrase;
    EXPECT_TRUE(std::ranges::any_of(result.notes, &SymptomNote::withholds_medicines)) << phrase;
  }
  EXPECT_FALSE(engine.search_symptom("세 살 아이가 설사해요").matches.empty());
  EXPECT_EQ(unanswered, 0u);
}

TEST_F(SymptomSearch, PutsMedicinesForChildrenFirstWhenItIsForOne) {
  Engine engine(options());
  engine.import_medicines(file("ages.jsonl", row_of("200000001", "가나정", "이 약은 성인의 두통에 사용합니다.") +
                                                 row_of("200000002", "다라정", "이 약은 두통에 사용합니다.") +
                                                 row_of("200000003", "어린이다라시럽", "이 약은 두통에 사용합니다.") +
                                                 row_of("200000004", "마바정", "이 약은 소아의 두통에 사용합니다.")));

  const auto ids = [&](std::string_view phrase) {
    std::vector<std::string> found;
    for (const SymptomMatch& match : engine.search_symptom(phrase).matches) found.push_back(match.medicine->id.value);
    return found;
  };
  const std::vector<std::string> of_child = ids("아이가 머리가 아파요");
  ASSERT_EQ(of_child.size(), 4u);
  EXPECT_EQ(std::vector(of_child.begin(), of_child.begin() + 2), (std::vector<std::string>{"200000003", "200000004"}));
  EXPECT_EQ(of_child.back(), "200000001");
  EXPECT_EQ(ids("머리가 아파요").front(), "200000001");
}

TEST_F(SymptomSearch, GoesByTheProductCodeWhereOneTextIsOfMedicinesForChildrenAndOthers) {
  Engine engine(options());
  engine.import_medicines(file("ages.jsonl", row_of("200000001", "다라시럽", "이 약은 두통에 사용합니다.") +
                                                 row_of("200000002", "키즈다라시럽", "이 약은 두통에 사용합니다.")));

  const auto result = engine.search_symptom("머리가 아파요");

  ASSERT_EQ(result.matches.size(), 2u);
  EXPECT_EQ(result.matches.front().medicine->id.value, "200000001");
}

TEST_F(SymptomSearch, SaysThatItReadAnotherKeyboardLayout) {
  Engine engine(options());
  engine.import_medicines(medicines());

  const SymptomResult other = engine.search_symptom("enxhd");

  EXPECT_EQ(other.reading, TextReading::korean_layout);
  ASSERT_EQ(other.understood.size(), 1u);
  EXPECT_EQ(other.understood[0].id, "headache");
  EXPECT_EQ(other.understood[0].spans, (std::vector<ByteSpan>{{0, 5}}));
  EXPECT_EQ(other.matches.size(), 2u);
  EXPECT_EQ(engine.search_symptom("두통").reading, TextReading::literal);
}

TEST_F(SymptomSearch, NamesWhatATextIsForOnlyInWiderWords) {
  Engine engine(options());
  engine.import_medicines(file("wider.jsonl", row_of("200000001", "가나정", "이 약은 비염에 사용합니다.")));

  const SymptomResult result = engine.search_symptom("재채기");

  ASSERT_EQ(result.matches.size(), 1u);
  EXPECT_EQ(result.matches[0].concepts, std::vector<std::string>{"sneezing"});
  EXPECT_EQ(result.matches[0].wider, std::vector<std::string>{"sneezing"});
  EXPECT_TRUE(engine.search_symptom("비염").matches[0].wider.empty());
}

TEST_F(SymptomSearch, ReportsPhrasesWithoutAnAnswer) {
  std::vector<std::string> phrases;
  EngineOptions own = options();
  own.on_unanswered_symptom = [&](const UnansweredSymptom& unanswered) { phrases.emplace_back(unanswered.phrase); };
  Engine engine(std::move(own));
  engine.import_medicines(medicines());

  engine.search_symptom("머리가 아파요");
  engine.search_symptom("가슴이 아파요");
  engine.search_symptom("눈이 가려워요");
  engine.search_symptom("뭐라고요");
  engine.search_symptom("뭐라고요");

  EXPECT_EQ(phrases, (std::vector<std::string>{"눈이 가려워요", "뭐라고요", "뭐라고요"}));
}

TEST_F(SymptomSearch, ReadsThroughTheTableThatItIsGiven) {
  EngineOptions own = options();
  own.concepts =
      SymptomConcepts::parse("version 1\nconcept head 머리\n  text: 두통\n  say: 뚜껑 열리다\n  from: test\n", "t");
  Engine engine(std::move(own));
  engine.import_medicines(medicines());

  EXPECT_EQ(engine.search_symptom("뚜껑이 열려요").matches.size(), 2u);
  EXPECT_TRUE(engine.search_symptom("머리가 아파요").matches.empty());
}

TEST_F(SymptomSearch, KeepsAnswersOfOtherOptionsApart) {
  Engine engine(options());
  engine.import_medicines(medicines());

  EXPECT_EQ(engine.search_symptom("두통").matches.size(), 2u);
  EXPECT_EQ(engine.search_symptom("두통", {.limit = 1}).matches.size(), 1u);
  EXPECT_TRUE(engine.search_symptom("두통", {.dispensing = "otc"}).matches.empty());
}

}  // namespace
}  // namespace pilling
