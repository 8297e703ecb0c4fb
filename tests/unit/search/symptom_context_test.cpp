#include "search/symptom_context.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/symptoms.hpp"
#include "search/symptom_index.hpp"
#include "search/symptom_layout.hpp"
#include "text/keystrokes.hpp"

namespace pilling::search {
namespace {

using Ids = std::vector<std::string>;

std::shared_ptr<const SymptomConcepts> concepts() {
  static const auto bundled = SymptomConcepts::bundled();
  return bundled;
}

template <typename Named>
Ids ids(const std::vector<Named>& all) {
  Ids found;
  for (const Named& one : all) found.push_back(one.id);
  return found;
}

Ids understood(std::string_view phrase) { return ids(concepts()->understand(phrase).understood); }
Ids absent(std::string_view phrase) { return ids(concepts()->understand(phrase).absent); }
Ids notes(std::string_view phrase) { return ids(concepts()->understand(phrase).notes); }

// The texts in the order of the answer.
std::vector<std::string> answers(const std::vector<std::string>& texts, std::string_view phrase) {
  std::vector<SymptomEntry> entries;
  for (const std::string& text : texts) entries.push_back({.text = text, .indications = {text}, .dispensing = {}});
  const SymptomIndex index(entries, concepts());
  std::vector<std::string> found;
  for (const SymptomHit& hit : index.search(index.read(phrase), 10, {})) found.push_back(texts.at(hit.entry));
  return found;
}

TEST(SymptomContext, PutsTheCauseBeforeWhatComesOfIt) {
  const std::vector<std::string> texts = {"불면증에 씁니다.", "코감기, 재채기, 콧물, 코막힘에 씁니다."};

  for (const std::string_view phrase :
       {"코가 막혀서 잠을 못 자요", "코막힘 때문에 잠이 안 와요", "코가 막히니까 잠을 못 자"}) {
    EXPECT_EQ(answers(texts, phrase).front(), texts[1]) << phrase;
  }
  EXPECT_EQ(answers(texts, "잠을 못 자고 코가 막혀요").front(), texts[0]);
}

TEST(SymptomContext, PutsAComplaintBeforeItsCircumstance) {
  const std::vector<std::string> texts = {"육체피로에 씁니다.", "입술에 생긴 구순포진에 씁니다."};

  for (const std::string_view phrase : {"피곤하면 입가에 물집이 나요", "피곤해서 입술에 물집이 생겼어요"}) {
    EXPECT_EQ(answers(texts, phrase).front(), texts[1]) << phrase;
  }
}

TEST(SymptomContext, KeepsTheOrderOfThePhrase) {
  EXPECT_EQ(understood("새벽마다 속이 쓰려서 깨요"), (Ids{"heartburn", "insomnia"}));
  EXPECT_EQ(understood("기침이 심해서 밤에 자꾸 깨요"), (Ids{"cough", "insomnia"}));
}

TEST(SymptomContext, SetsAsideWhatIsToBeBroughtAbout) {
  for (const auto& [phrase, id] :
       std::vector<std::pair<std::string, std::string>>{{"설사나게 하는 약", "diarrhea"},
                                                        {"설사하게 하는 약", "diarrhea"},
                                                        {"변 묽게 하는 약", "diarrhea"},
                                                        {"토하게 만드는 약", "vomiting"},
                                                        {"변비 생기게 하는 약", "constipation"},
                                                        {"입맛 떨어지게 하는 약", "appetite_loss"}}) {
    EXPECT_EQ(understood(phrase), Ids{}) << phrase;
    EXPECT_EQ(absent(phrase), Ids{id}) << phrase;
  }
}

TEST(SymptomContext, KeepsWishesToBeRidOfAComplaint) {
  EXPECT_EQ(understood("열 떨어지게 하는 약"), Ids{"fever"});
  EXPECT_EQ(understood("멀미 안 나게 하는 약"), Ids{"motion_sickness"});
  EXPECT_EQ(understood("코 뚫리게 하는 약"), Ids{"stuffy_nose"});
  EXPECT_EQ(understood("가렵지 않게 하는 약"), Ids{"itching"});
  EXPECT_EQ(understood("안 졸리게 하는 약"), Ids{"drowsiness"});
  EXPECT_EQ(understood("이를 하얗게 하는 약"), Ids{"teeth_whitening"});
}

TEST(SymptomContext, DropsWhatWasTakenAndNotesIt) {
  EXPECT_EQ(understood("변비약 먹고 설사해요"), Ids{"diarrhea"});
  EXPECT_EQ(understood("설사약 먹고 변비왔어"), Ids{"constipation"});
  EXPECT_EQ(understood("변비약을 두 알 먹었더니 배가 아파요"), Ids{"abdominal_pain"});
  EXPECT_EQ(notes("변비약 먹고 설사해요"), Ids{"taken"});
  EXPECT_EQ(notes("진통제 먹고 나서 속이 쓰려요"), Ids{"taken"});
  for (const std::string& id : understood("진통제 먹고 나서 속이 쓰려요")) {
    EXPECT_NE(id, "headache");
    EXPECT_NE(id, "pain");
  }
}

TEST(SymptomContext, KeepsWhatIsAskedFor) {
  for (const std::string_view phrase : {"감기약 먹고 싶어요", "감기약 먹어도 되나요", "먹는 감기약 추천", "감기약"}) {
    EXPECT_EQ(understood(phrase), Ids{"cold"}) << phrase;
    EXPECT_EQ(notes(phrase), Ids{}) << phrase;
  }
  EXPECT_EQ(understood("두통약 먹었는데 머리가 계속 아파요"), Ids{"headache"});
}

TEST(SymptomContext, DropsTheIllnessBesideAndNotesIt) {
  for (const std::string_view phrase : {"위염있는데 두통약", "당뇨 있는데 두통약", "고혈압 환자인데 머리가 아파요",
                                        "두통약 위염 있는데 먹어도 되나요"}) {
    EXPECT_EQ(understood(phrase), Ids{"headache"}) << phrase;
    EXPECT_EQ(notes(phrase), Ids{"condition"}) << phrase;
  }
  EXPECT_EQ(understood("위염이 있어요"), Ids{"gastritis"});
  EXPECT_EQ(notes("위염이 있어요"), Ids{});
}

TEST(SymptomContext, TakesNoComparisonForAComplaint) {
  EXPECT_EQ(understood("눈알이 빠질거같이 머리아파"), Ids{"headache"});
  EXPECT_EQ(understood("머리가 깨질 것처럼 아파요"), Ids{"headache"});
  EXPECT_EQ(understood("토할 것 같아요"), Ids{"nausea"});
}

TEST(SymptomContext, KnowsComplaintsWithoutAProduct) {
  for (const auto& [phrase, id] : std::vector<std::pair<std::string, std::string>>{{"딸꾹질이 안 멈춰요", "hiccups"},
                                                                                   {"코를 너무 골아요", "snoring"},
                                                                                   {"턱이 아파요", "jaw_pain"},
                                                                                   {"요실금", "incontinence"},
                                                                                   {"살찌는 약", "weight_gain"},
                                                                                   {"살이 빠졌어", "weight_loss"},
                                                                                   {"생리가 안 나와요", "no_period"},
                                                                                   {"새치", "grey_hair"}}) {
    EXPECT_EQ(understood(phrase), Ids{id}) << phrase;
  }
  EXPECT_TRUE(answers({"멀미에 의한 구역, 구토에 씁니다.", "소화불량, 구역에 씁니다."}, "입덧이 심해요").empty());
}

TEST(SymptomContext, TakesAPregnancyForNoComplaint) {
  EXPECT_EQ(understood("임산부 두통"), Ids{"headache"});
  EXPECT_EQ(understood("임신 20주 두통"), Ids{"headache"});
  EXPECT_EQ(understood("임신 영양제"), Ids{"pregnancy_supply"});
}

TEST(SymptomContext, AnswersASpecificWordByTextsOnIt) {
  const std::vector<std::string> texts = {"골관절염에 씁니다.", "류마티스관절염에 씁니다.", "비타민 B의 보급에 씁니다.",
                                          "비타민 D의 보급에 씁니다."};

  EXPECT_EQ(answers(texts, "류마티스"), std::vector<std::string>{texts[1]});
  EXPECT_EQ(answers(texts, "비타민디 부족"), std::vector<std::string>{texts[3]});
}

TEST(SymptomContext, WithholdsMedicinesFromBabies) {
  for (const std::string_view phrase : {"신생아 설사", "3개월 아기 콧물", "돌 안된 아기 감기약",
                                        "갓난아기가 변을 못봐요", "8개월 기침", "생후 50일 기침"}) {
    const SymptomReading reading = concepts()->understand(phrase);
    ASSERT_FALSE(reading.notes.empty()) << phrase;
    EXPECT_EQ(reading.notes.front().id, "infant") << phrase;
    EXPECT_TRUE(reading.notes.front().withholds_medicines) << phrase;
  }
  for (const std::string_view phrase : {"아기가 설사해요", "돌 지난 아기 콧물", "6개월째 기침", "어린이 감기약",
                                        "생후 24개월 아기 감기약", "임신 6개월 변비"}) {
    for (const SymptomNote& note : concepts()->understand(phrase).notes)
      EXPECT_FALSE(note.withholds_medicines) << phrase;
  }
}

TEST(SymptomLayout, ComposesSyllablesAsAnInputMethodDoes) {
  for (const auto& [typed, korean] : std::vector<std::pair<std::string, std::string>>{{"zhtanf", "콧물"},
                                                                                      {"rlcla", "기침"},
                                                                                      {"tjftk", "설사"},
                                                                                      {"qusql", "변비"},
                                                                                      {"enxhd", "두통"},
                                                                                      {"dkwn", "아주"},
                                                                                      {"ekfrrkqt", "닭값"},
                                                                                      {"rhksgkrl", "관하기"},
                                                                                      {"ahrdl dkvk", "목이 아파"},
                                                                                      {"39eh", "39도"}}) {
    const auto read = in_korean_layout(typed);
    ASSERT_TRUE(read) << typed;
    EXPECT_EQ(read->text, korean);
    ASSERT_EQ(read->origins.size(), read->text.size() + 1);
    EXPECT_EQ(read->original({0, read->text.size()}), (ByteSpan{0, typed.size()}));
  }
  EXPECT_FALSE(in_korean_layout("콧물"));
  EXPECT_FALSE(in_korean_layout("question"));
  EXPECT_TRUE(in_korean_layout("zhtanf ㅠㅠ"));
  EXPECT_FALSE(in_korean_layout(""));
}

// What the Korean keyboard makes of syllables is read back as these.
TEST(SymptomLayout, ReadsBackEverySyllable) {
  for (const std::string_view phrase : {"넋두리를 앉아서 많이 읽고 삶은 닭을 핥고 훑어 옳게 값을 매겨",
                                        "막힌 코와 시린 눈, 거북한 위", "왜 외워 웬 위의 의사에게"}) {
    const auto read = in_korean_layout(text::in_latin_layout(phrase));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text, phrase);
  }
}

TEST(SymptomLayout, ReadsAPhraseThatSaysMoreInKorean) {
  const SymptomReading reading = concepts()->understand("ahrdl dkvmrh 콧물");

  EXPECT_EQ(reading.reading, TextReading::korean_layout);
  EXPECT_EQ(ids(reading.understood), (Ids{"sore_throat", "runny_nose"}));
  EXPECT_EQ(reading.understood[0].spans.front(), (ByteSpan{0, 3}));
  for (const std::string_view phrase : {"콧물", "비타민 C", "asdf qwer", "good morning", "omega3", "Question"}) {
    EXPECT_EQ(concepts()->understand(phrase).reading, TextReading::literal) << phrase;
  }
}

TEST(SymptomLayout, RaisesRedFlagsToo) {
  const SymptomReading reading = concepts()->understand("rktmadl dkvkdy");

  ASSERT_TRUE(reading.red_flag);
  EXPECT_EQ(reading.red_flag->id, "chest_pain");
}

}  // namespace
}  // namespace pilling::search
