// What may be said after an efficacy text, and what not.

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"
#include "sources/file_contents.hpp"
#include "sources/indications.hpp"
#include "sources/summary_statement.hpp"
#include "sources/summary_synonyms.hpp"
#include "support/sample_data.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

const Synonyms& synonyms() {
  static const Synonyms known = Synonyms::bundled();
  return known;
}

bool supports(std::string_view text, std::string_view answer) { return Grounds(text, synonyms()).support(answer); }

constexpr std::string_view prevention = "이 약은 심근경색, 뇌졸중의 예방에 사용합니다.";
constexpr std::string_view cold = "이 약은 감기의 여러 증상(콧물, 코막힘, 기침)의 완화에 사용합니다.";
constexpr std::string_view caused =
    "이 약은 코감기, 알레르기성 비염에 의한 콧물, 재채기, 통증, 종창의 완화에 사용합니다.";
constexpr std::string_view supply =
    "이 약은 육체피로, 임신ㆍ수유기, 병중ㆍ병후(병을 앓는 동안)의 체력 저하 시, 노년기의 비타민 E, B1, B6의 보급과 "
    "신경통, 근육통의 완화에 사용합니다.";

TEST(SummaryGrounds, TakeTheWordsOfTheText) {
  EXPECT_TRUE(supports("이 약은 두통, 치통에 사용합니다.", "두통, 치통"));
  EXPECT_TRUE(supports("이 약은 두통, 치통에 사용합니다.", "치통"));
  EXPECT_TRUE(supports("이 약은 두통, 치통에 사용합니다.", "두통·치통 완화"));
  EXPECT_TRUE(supports("이 약은 두통, 치통에 사용합니다.", "두통 및 치통의 완화"));
  EXPECT_TRUE(supports("이 약은 두통, 치통에 사용합니다.", "두통, 치통에 사용."));
  EXPECT_TRUE(supports("이 약은 눈의 피로에 사용합니다.", "눈 피로"));
  EXPECT_TRUE(supports("이 약은 치질 증상의 일시적 완화에 사용합니다.", "치질 완화"));
  EXPECT_TRUE(supports("이 약은 해열 및 진통에 사용합니다.", "해열·진통"));
  EXPECT_TRUE(supports("이 약은 목 결림에 사용합니다.", "목결림"));
}

TEST(SummaryGrounds, TakeNothingElse) {
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "두통, 위염"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "두통 위염"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", ""));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", ", ,"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "완화"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "증상"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "통"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "두통에 좋은 약"));
}

TEST(SummaryGrounds, JoinNoTwoWordsIntoANewClaim) {
  EXPECT_FALSE(supports("이 약은 급성 기관지염, 만성 비염에 사용합니다.", "급성 비염"));
  EXPECT_FALSE(supports("이 약은 눈의 가려움, 피부의 염증에 사용합니다.", "눈의 염증"));
  EXPECT_FALSE(supports("이 약은 위의 통증, 식도의 염증에 사용합니다.", "위 염증"));
  EXPECT_FALSE(supports("이 약은 두통, 치통에 사용합니다.", "두통치통"));
}

TEST(SummaryGrounds, DropNoWordThatNarrowsAClaim) {
  EXPECT_FALSE(supports("이 약은 눈의 피로에 사용합니다.", "피로"));
  EXPECT_FALSE(supports("이 약은 만성 비염에 사용합니다.", "비염"));
  EXPECT_FALSE(supports("이 약은 수술 후 통증에 사용합니다.", "통증"));
  EXPECT_FALSE(supports("이 약은 수술 후 통증에 사용합니다.", "수술"));
  EXPECT_FALSE(supports("이 약은 임신 중 구토에 사용합니다.", "임신"));
  EXPECT_FALSE(supports("이 약은 일시적 불면증의 완화에 사용합니다.", "불면증 완화"));
  EXPECT_FALSE(supports("이 약은 손의 소독에 사용합니다.", "소독"));
  EXPECT_FALSE(supports("이 약은 결막염(유행성 결막염)에 사용합니다.", "결막염)"));
  EXPECT_FALSE(supports("이 약은 코, 목의 염증에 사용합니다.", "코"));
  EXPECT_FALSE(supports("이 약은 두통(15세 이상)에 사용합니다.", "두통"));
  EXPECT_FALSE(supports("이 약은 무좀(손발톱 무좀 제외)에 사용합니다.", "무좀"));
  EXPECT_TRUE(supports("이 약은 두통(15세 이상)에 사용합니다.", "두통(15세 이상)"));
}

TEST(SummaryGrounds, KeepWhatIsDone) {
  EXPECT_TRUE(supports(prevention, "뇌졸중 예방"));
  EXPECT_TRUE(supports(prevention, "심근경색·뇌졸중 예방"));
  EXPECT_TRUE(supports(prevention, "심근경색, 뇌졸중의 예방"));
  EXPECT_FALSE(supports(prevention, "심근경색"));
  EXPECT_FALSE(supports(prevention, "심근경색, 뇌졸중"));
  EXPECT_FALSE(supports(prevention, "심근경색 치료"));
  EXPECT_FALSE(supports(prevention, "뇌졸중 완화"));
  EXPECT_FALSE(supports("이 약은 두통에 사용합니다.", "두통 치료"));
  EXPECT_FALSE(supports("이 약은 두통에 사용합니다.", "두통 예방"));
  EXPECT_FALSE(supports("이 약은 만성 간염의 보조치료에 사용합니다.", "만성 간염 치료"));
  EXPECT_TRUE(supports("이 약은 만성 간염의 보조치료에 사용합니다.", "만성 간염 보조치료"));
  EXPECT_FALSE(supports("이 약은 습진, 피부염 증상의 완화에 사용합니다.", "습진"));
  EXPECT_TRUE(supports("이 약은 습진, 피부염 증상의 완화에 사용합니다.", "습진 증상 완화"));
  EXPECT_TRUE(supports("이 약은 타박상, 요통의 진통·소염에 사용합니다.", "타박상 진통·소염"));
  EXPECT_FALSE(supports("이 약은 손의 소독에 사용합니다.", "손 치료"));
}

TEST(SummaryGrounds, TurnNoDenialRound) {
  EXPECT_FALSE(supports("이 약은 통증에는 쓰지 않습니다. 기침에 사용합니다.", "통증"));
  EXPECT_FALSE(supports("이 약은 두통, 발열에는 쓰지 않고, 치통에 사용합니다.", "두통"));
  EXPECT_FALSE(supports("이 약은 치통에 사용하며, 두통에는 사용하지 마십시오.", "두통"));
  EXPECT_FALSE(supports("이 약은 두통에 사용합니다.", "두통에는 쓰지 않음"));
  EXPECT_FALSE(supports("이 약은 두통에 사용합니다.", "두통 제외"));
  EXPECT_TRUE(supports("이 약은 통증에는 쓰지 않습니다. 기침에 사용합니다.", "기침"));
}

TEST(SummaryGrounds, TakeNoCauseForWhatItCauses) {
  EXPECT_TRUE(supports(caused, "콧물, 재채기 완화"));
  EXPECT_TRUE(supports(caused, "코감기 증상 완화"));
  EXPECT_FALSE(supports(caused, "코감기 완화"));
  EXPECT_FALSE(supports(caused, "알레르기성 비염"));
  // Too general without its cause, and no complaint.
  EXPECT_FALSE(supports(caused, "통증 완화"));
  EXPECT_FALSE(supports(caused, "종창 완화"));
  EXPECT_FALSE(supports("이 약은 통증, 발열을 수반하는 감염증에 사용합니다.", "통증"));
}

TEST(SummaryGrounds, TakeNoItemOutOfAListThatIsOfSomethingElse) {
  EXPECT_FALSE(supports("이 약은 위암, 대장암의 진단에 사용합니다.", "위암"));
  EXPECT_TRUE(supports("이 약은 위암, 대장암의 진단에 사용합니다.", "위암, 대장암의 진단"));
  EXPECT_FALSE(supports("이 약은 천식, 폐렴, 수술 후 폐합병증의 객담배출곤란의 처치에 사용합니다.", "천식 처치"));
  EXPECT_FALSE(supports("이 약은 천식, 낭성섬유증의 객담배출곤란에 사용합니다.", "천식"));
}

TEST(SummaryGrounds, KnowTheSymptomsOfACold) {
  EXPECT_TRUE(supports(cold, "감기 증상 완화"));
  EXPECT_TRUE(supports(cold, "콧물·코막힘·기침"));
  EXPECT_FALSE(supports(cold, "감기 치료"));
  EXPECT_FALSE(supports(cold, "감기 예방"));
}

TEST(SummaryGrounds, KnowASupplyByWhatIsSupplied) {
  EXPECT_TRUE(supports(supply, "비타민 보급, 신경통 완화"));
  EXPECT_TRUE(supports(supply, "노년기 비타민 E 보급"));
  EXPECT_FALSE(supports(supply, "비타민"));
  EXPECT_FALSE(supports(supply, "비타민 C 보급"));
  EXPECT_FALSE(supports(supply, "아연 보급"));
  EXPECT_FALSE(supports(supply, "육체피로"));
  EXPECT_FALSE(supports(supply, "육체피로 완화"));
  EXPECT_FALSE(supports(supply, "임신"));
}

TEST(SummaryGrounds, KnowGlossesAndSynonyms) {
  constexpr std::string_view glossed = "이 약은 구내염(입안염), 알레르기성 비염(코염)에 사용합니다.";
  EXPECT_TRUE(supports(glossed, "입안염"));
  EXPECT_TRUE(supports(glossed, "구내염"));
  EXPECT_TRUE(supports(glossed, "구내염(입안염)"));
  EXPECT_FALSE(supports(glossed, "코염"));
  EXPECT_TRUE(supports("이 약은 구내염에 사용합니다.", "입안염"));
  EXPECT_TRUE(supports("이 약은 생리통에 사용합니다.", "월경통"));
  EXPECT_FALSE(supports("이 약은 구내염에 사용합니다.", "입술염"));
}

TEST(SummaryGrounds, AreEmptyWhereNothingIsSaid) {
  EXPECT_TRUE(Grounds("", synonyms()).is_empty());
  EXPECT_TRUE(Grounds("이 약은 두통에는 사용하지 마십시오.", synonyms()).is_empty());
  EXPECT_FALSE(Grounds("두통, 치통", synonyms()).is_empty());
}

TEST(SummarySynonyms, AreReadLineByLine) {
  const Synonyms read = Synonyms::parse("# comment\n가나 = 다 라 = 마바\n", "file");

  EXPECT_EQ(read.representative("다라"), read.representative("마바"));
  EXPECT_EQ(read.representative("가나"), "가나");
  EXPECT_EQ(read.representative("사"), "사");
}

TEST(SummarySynonyms, SayWhichLineIsWrong) {
  for (const std::string_view wrong : {"가 = \n", "가 = 나\n다 = 가\n", "\xff\n"}) {
    EXPECT_THROW(Synonyms::parse(wrong, "file"), BadData) << wrong;
  }
  try {
    Synonyms::parse("가 = 나\n다 = 가\n", "file");
  } catch (const BadData& error) {
    EXPECT_NE(std::string_view(error.what()).find("line 2"), std::string_view::npos) << error.what();
  }
}

struct RealText {
  std::string text;
  Summary summary;
};

std::vector<RealText> real_texts() {
  std::vector<RealText> texts;
  std::set<std::string> seen;
  for (const char* file : {"easydrug/easydrug_2024-05.jsonl.gz", "easydrug/easydrug_2024-07.jsonl.gz"}) {
    const auto path = support::real_data(file);
    if (!path) return {};
    for (const auto& [line, medicine] : read_medicine_file(*path).rows) {
      if (medicine.efficacy.empty() || !seen.insert(medicine.efficacy).second) continue;
      if (auto summary = make_extractive_summarizer()->summarize({.text = medicine.efficacy}, {})) {
        texts.push_back({medicine.efficacy, *std::move(summary)});
      }
    }
  }
  return texts;
}

struct Tally {
  std::size_t tried = 0;
  std::size_t passed = 0;

  void add(bool has_passed) {
    ++tried;
    passed += has_passed ? 1 : 0;
  }
  double share() const { return static_cast<double>(passed) / static_cast<double>(std::max<std::size_t>(1, tried)); }
};

TEST(RealSummaries, PassWhenTheyAreTakenFromTheTextAndNotWhenTheyAreChanged) {
  const std::vector<RealText> texts = real_texts();
  if (texts.empty()) GTEST_SKIP() << "the data of e약은요 is not here";
  const auto replaced = [](std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
  };
  std::map<std::string, Tally> tallies;
  const auto try_change = [&](const char* name, const RealText& real, const std::string& changed) {
    if (!changed.empty() && changed != real.summary.text) tallies[name].add(supports(real.text, changed));
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const RealText& real = texts[i];
    const std::string& line = real.summary.text;
    tallies["extractive"].add(supports(real.text, line));
    tallies["first indication"].add(supports(real.text, real.summary.indications.front()));
    // All of another text, as far as it is not said here, too.
    const RealText& other = texts[(i * 7919 + 13) % texts.size()];
    const std::string here = text::normalize(real.text).text;
    const bool is_said_here = std::ranges::all_of(other.summary.indications, [&](const std::string& indication) {
      return here.find(text::normalize(indication).text) != std::string::npos;
    });
    if (!is_said_here) try_change("swapped", real, other.summary.text);
    for (const std::string& indication : other.summary.indications) {
      if (here.find(text::normalize(indication).text) == std::string::npos) {
        try_change("one indication of another", real, line + ", " + indication);
        break;
      }
    }
    try_change("an effect more", real, line + ", 암 치료");
    const bool is_both = line.find("예방 및 치료") != std::string::npos;
    try_change("cure for prevention", real, is_both ? "" : replaced(line, "예방", "치료"));
    try_change("cure for an aid", real, replaced(line, "보조", ""));
    try_change("cure for relief", real, replaced(line, "완화", "치료"));
    try_change("prevention lost", real, line.ends_with(" 예방") ? line.substr(0, line.size() - 10) : "");
    for (const std::string& indication : real.summary.indications) {
      // Kept together for what is done at its end, which the first item alone does not say.
      const std::size_t comma = indication.find(", ");
      const bool is_done_to_all =
          std::ranges::any_of(std::vector<std::string_view>{"예방", "보조치료", "치료보조", "소독", "보급", "억제"},
                              [&](std::string_view action) { return indication.ends_with(action); });
      if (comma != std::string::npos && is_done_to_all) {
        try_change("an item without its action", real, indication.substr(0, comma));
      }
    }
    try_change("denied", real, line + "에는 쓰지 않음");
    // A first word that is no item of the list by itself; who is supplied may be left out.
    const std::string& front = real.summary.indications.front();
    if (const std::size_t blank = front.find(' ');
        blank != std::string::npos && front[blank - 1] != ',' && !front.starts_with("노년기의 ")) {
      try_change("first word lost", real, front.substr(blank + 1));
    }
    if (real.summary.indications.size() > 1) {
      const std::string& first = real.summary.indications.front();
      const std::string& last = real.summary.indications.back();
      const std::size_t first_blank = first.find(' ');
      const std::size_t last_blank = last.rfind(' ');
      if (first_blank != std::string::npos && last_blank != std::string::npos) {
        try_change("two words joined", real, first.substr(0, first_blank) + last.substr(last_blank));
      }
    }
  }
  for (const auto& [name, tally] : tallies) {
    RecordProperty(name, std::to_string(tally.passed) + " of " + std::to_string(tally.tried));
    const bool is_true = name == "extractive" || name == "first indication";
    if (is_true) {
      EXPECT_GE(tally.share(), 0.99) << name;
    } else {
      EXPECT_LE(tally.share(), 0.02) << name << ": " << tally.passed << " of " << tally.tried;
    }
  }
}

}  // namespace
}  // namespace pilling::sources
