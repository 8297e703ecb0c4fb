#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"
#include "sources/file_contents.hpp"
#include "sources/indications.hpp"
#include "support/sample_data.hpp"

namespace pilling {
namespace {

using Indications = std::vector<std::string>;

std::optional<Summary> summarize(std::string_view text, std::string_view keyword = {}) {
  return make_extractive_summarizer()->summarize({.text = text, .keyword = keyword}, {});
}

Indications indications(std::string_view text) {
  const auto summary = summarize(text);
  return summary ? summary->indications : Indications{};
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_whole_brackets(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += (c == '(') - (c == ')');
    if (depth < 0) return false;
  }
  return depth == 0;
}

// The rules that hold for every text: verbatim, in order of the text, brackets whole, a line of whole indications.
void expect_hard_rules(std::string_view text, const Summary& summary) {
  std::string folded = sources::fold_blanks(text);
  std::ranges::replace(folded, '\n', ' ');
  ASSERT_FALSE(summary.indications.empty()) << text;
  std::string line;
  std::size_t used = 0;
  for (const std::string& indication : summary.indications) {
    EXPECT_FALSE(indication.empty()) << text;
    EXPECT_NE(folded.find(indication), std::string::npos) << text << "\n" << indication;
    EXPECT_TRUE(!has_whole_brackets(folded) || has_whole_brackets(indication)) << text << "\n" << indication;
    if (!summary.text.starts_with(line + indication)) continue;
    line += indication;
    ++used;
    if (line == summary.text) break;
    line += ", ";
  }
  EXPECT_EQ(line, summary.text) << text;
  EXPECT_TRUE(used == 1 || characters(summary.text) <= 60U) << text;
}

TEST(ExtractiveSummarizer, TakesTheListOutOfItsFrame) {
  const auto summary = summarize("이 약은 두통, 치통, 근육통에 사용합니다.");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->indications, (Indications{"두통", "치통", "근육통"}));
  EXPECT_EQ(summary->text, "두통, 치통, 근육통");
  EXPECT_EQ(summary->maker, "extractive/1");
  EXPECT_EQ(summary->made_at, std::chrono::sys_seconds{});
}

TEST(ExtractiveSummarizer, IsFree) {
  EXPECT_TRUE(make_extractive_summarizer()->is_free());
  EXPECT_EQ(make_extractive_summarizer()->maker(), "extractive/1");
}

TEST(ExtractiveSummarizer, HasNothingForAKeywordOfSignsOnly) {
  EXPECT_FALSE(summarize("이 약은 두통, 치통에 사용합니다.", "!!!"));
  EXPECT_FALSE(summarize("이 약은 두통, 치통에 사용합니다.", " "));
}

TEST(ExtractiveSummarizer, KnowsTheVariantsOfTheFrame) {
  for (const std::string_view text :
       {"이 약은 두통, 치통에 사용합니다", "이약은 두통, 치통에 사용합니다.", "두통, 치통에 사용합니다.",
        "이 약은 두통, 치통에 사용할 수 있습니다.", "이 약은  두통,\n 치통에 사용합니다.\n", "두통, 치통",
        "이 약은 두통, 치통에\u00a0사용합니다.", "- 이 약은 두통, 치통에 사용합니다."}) {
    EXPECT_EQ(indications(text), (Indications{"두통", "치통"})) << text;
  }
}

TEST(ExtractiveSummarizer, KeepsNounsThatEndLikeAParticle) {
  EXPECT_EQ(indications("이 약은 눈의 피로에 사용합니다."), Indications{"눈의 피로"});
  EXPECT_EQ(indications("이 약은 눈의 피로"), Indications{"눈의 피로"});
  EXPECT_EQ(indications("이 약은 월경통(복통)에 주로 사용합니다."), Indications{"월경통(복통)"});
  EXPECT_EQ(indications("이 약은 간질환의 보조치료로 사용합니다."), Indications{"간질환의 보조치료"});
}

TEST(ExtractiveSummarizer, NeverCutsInsideABracket) {
  EXPECT_EQ(indications("이 약은 염좌통(삔 통증, 부기), 상처(베임(칼, 유리), 긁힘)에 사용합니다."),
            (Indications{"염좌통(삔 통증, 부기)", "상처(베임(칼, 유리), 긁힘)"}));
}

TEST(ExtractiveSummarizer, KeepsTogetherWhatABrokenBracketMayHold) {
  EXPECT_EQ(indications("이 약은 두통, 통증(치통, 근육통에 사용합니다."), (Indications{"두통", "통증(치통, 근육통"}));
  EXPECT_EQ(indications("이 약은 두통, 치통), 근육통, 요통에 사용합니다."),
            (Indications{"두통, 치통)", "근육통", "요통"}));
}

TEST(ExtractiveSummarizer, KeepsACauseWithWhatItCauses) {
  EXPECT_EQ(indications("이 약은 감기로 인한 발열 및 통증, 두통, 치통에 사용합니다."),
            (Indications{"감기로 인한 발열 및 통증", "두통", "치통"}));
  EXPECT_EQ(indications("이 약은 코감기, 알레르기성 비염에 의한 콧물, 재채기의 완화에 사용합니다."),
            Indications{"코감기, 알레르기성 비염에 의한 콧물, 재채기의 완화"});
}

TEST(ExtractiveSummarizer, DoesNotTakePreventionForTreatment) {
  EXPECT_EQ(indications("이 약은 심근경색, 뇌졸중의 예방에 사용합니다."), Indications{"심근경색, 뇌졸중의 예방"});
  EXPECT_EQ(indications("이 약은 상처, 화상의 소독과 두통의 완화에 사용합니다."),
            (Indications{"상처, 화상의 소독", "두통의 완화"}));
  EXPECT_EQ(indications("이 약은 간경변, 만성 간염의 보조치료에 사용합니다."),
            Indications{"간경변, 만성 간염의 보조치료"});
}

TEST(ExtractiveSummarizer, DoesNotTakeReliefForTreatmentOfADisease) {
  EXPECT_EQ(indications("이 약은 신경통, 근육통, 습진, 피부염 증상의 완화에 사용합니다."),
            (Indications{"신경통", "근육통", "습진, 피부염 증상의 완화"}));
  EXPECT_EQ(indications("이 약은 눈의 건조감의 완화에 사용합니다."), Indications{"눈의 건조감의 완화"});
}

TEST(ExtractiveSummarizer, KeepsASupplyWithItsCircumstances) {
  EXPECT_EQ(indications("이 약은 육체피로, 임신ㆍ수유기, 노년기의 비타민 B1, B6의 보급과 아연의 보급에 사용합니다."),
            (Indications{"육체피로, 임신ㆍ수유기, 노년기의 비타민 B1, B6의 보급", "아연의 보급"}));
}

TEST(ExtractiveSummarizer, SplitsJoinedWordsOnlyWhenEachIsAnIndication) {
  EXPECT_EQ(indications("이 약은 변비와 치질에 사용합니다."), (Indications{"변비", "치질"}));
  EXPECT_EQ(indications("이 약은 화상 또는 상처에 사용합니다."), (Indications{"화상", "상처"}));
  EXPECT_EQ(indications("이 약은 급성 및 만성 비염에 사용합니다."), Indications{"급성 및 만성 비염"});
  EXPECT_EQ(indications("이 약은 치과 수술에 사용합니다."), Indications{"치과 수술"});
  EXPECT_EQ(indications("이 약은 손 및 피부의 소독에 사용합니다."), Indications{"손 및 피부의 소독"});
}

TEST(ExtractiveSummarizer, LeavesMiddleDotsInTheirWord) {
  EXPECT_EQ(indications("이 약은 타박상, 요통의 진통·소염에 사용합니다."), Indications{"타박상, 요통의 진통·소염"});
}

TEST(ExtractiveSummarizer, ReadsEverySentenceButDenials) {
  EXPECT_EQ(indications("이 약은 두통에 사용합니다.\n\n이 약은 치통에 사용합니다. 고열에는 사용하지 마십시오."),
            (Indications{"두통", "치통"}));
}

TEST(ExtractiveSummarizer, EndsTheLineAtAWholeIndication) {
  const auto summary = summarize(
      "이 약은 위산과다, 속쓰림, 위부불쾌감, 위부팽만감, 체함, 구역, 구토, 위통, 신트림, 식욕감퇴, 소화불량, 과식, "
      "소화촉진에 사용합니다.");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->indications.size(), 13U);
  EXPECT_EQ(summary->text,
            "위산과다, 속쓰림, 위부불쾌감, 위부팽만감, 체함, 구역, 구토, 위통, 신트림, 식욕감퇴, 소화불량, 과식");
}

TEST(ExtractiveSummarizer, KeepsALongFirstIndicationWhole) {
  const std::string list =
      "육체피로, 임신ㆍ수유기, 병중ㆍ병후(병을 앓는 동안이나 회복 후)의 체력 저하 시, 노년기의 "
      "비타민 B1, B2, B6의 보급";

  const auto summary = summarize("이 약은 " + list + "에 사용합니다.");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, list);
  EXPECT_GT(characters(summary->text), 60U);
}

TEST(ExtractiveSummarizer, BringsTheKeywordForward) {
  const auto summary = summarize("이 약은 두통, 어깨 결림, 치통에 사용합니다.", "어깨결림");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "어깨 결림");
  EXPECT_EQ(summary->indications, (Indications{"어깨 결림", "두통", "치통"}));
}

TEST(ExtractiveSummarizer, SaysNothingOfAKeywordThatIsNotThere) {
  EXPECT_EQ(summarize("이 약은 두통에 사용합니다.", "변비"), std::nullopt);
}

TEST(ExtractiveSummarizer, SaysNothingOfNothing) {
  EXPECT_EQ(summarize(""), std::nullopt);
  EXPECT_EQ(summarize(" \n . "), std::nullopt);
  EXPECT_EQ(summarize("두통에는 사용하지 마십시오."), std::nullopt);
}

TEST(ExtractiveSummarizer, RefusesTextsThatAreNotUtf8) {
  EXPECT_THROW(summarize("\xb0\xa1"), InvalidArgument);
  EXPECT_THROW(summarize("두통", "\xff"), InvalidArgument);
}

std::string random_list(std::mt19937& random) {
  const std::vector<std::string> pieces = {"두통",      "치통",
                                           "(가, 나)",  "(다(라, 마) 및 바)",
                                           "의 완화",   "의 예방",
                                           ", ",        ", ",
                                           ", ",        " 및 ",
                                           "와 ",       "과 ",
                                           "비타민 D",  "의 보급",
                                           "에 의한 ",  "감기로 인한 ",
                                           "뼈, 이의 ", "ㆍ",
                                           "등의 ",     "임신",
                                           " 또는 ",    "(1,000 IU)",
                                           " 시 ",      ".\n",
                                           "이 약은 ",  "에 사용합니다.",
                                           "소독",      "이들 ",
                                           "1,000",     "\n",
                                           "보조치료",  "피로"};
  std::string text = random() % 4 ? "이 약은 " : "";
  for (unsigned i = 0; i < 1 + random() % 14; ++i) text += pieces[random() % pieces.size()];
  return text + (random() % 4 ? "에 사용합니다." : "");
}

TEST(ExtractiveSummarizer, KeepsItsRulesOnRandomLists) {
  for (unsigned seed = 0; seed < 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string text = random_list(random);

    const auto summary = summarize(text);

    if (summary) expect_hard_rules(text, *summary);
  }
}

TEST(ExtractiveSummarizer, KeepsItsRulesOnBrokenBrackets) {
  const std::vector<std::string> pieces = {"가", "(", ")", ", ", "[", "]", " 및 ", "（", "）", "의 완화", "\n", "다."};
  for (unsigned seed = 0; seed < 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::string text;
    for (unsigned i = 0; i < random() % 20; ++i) text += pieces[random() % pieces.size()];

    const auto summary = summarize(text);

    if (summary) expect_hard_rules(text, *summary);
  }
}

TEST(ExtractiveSummarizer, SummarizesTheRealTexts) {
  for (const std::string_view name : {"easydrug/easydrug_2024-05.jsonl.gz", "easydrug/easydrug_2024-07.jsonl.gz"}) {
    const auto path = support::real_data(name);
    if (!path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";
    const auto summarizer = make_extractive_summarizer();
    std::size_t with_text = 0;
    std::size_t with_summary = 0;

    for (const auto& numbered : sources::read_medicine_file(*path).rows) {
      const std::string& text = numbered.row.efficacy;
      if (text.empty()) continue;
      ++with_text;
      const auto summary = summarizer->summarize({.text = text, .keyword = {}}, {});
      if (!summary) continue;
      ++with_summary;
      expect_hard_rules(text, *summary);
    }

    EXPECT_GT(with_text, 4'600U);
    EXPECT_EQ(with_summary, with_text);
  }
}

TEST(ExtractiveSummarizer, DoesNotListWhatAPlainSentenceDenies) {
  EXPECT_EQ(indications("이 약은 두통에 사용합니다. 치통에는 사용하지 않는다."), Indications{"두통"});
  EXPECT_EQ(indications("이 약은 두통에 사용합니다. 임부는 사용하지 말 것."), Indications{"두통"});
}

}  // namespace
}  // namespace pilling
