#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "pilling/symptoms.hpp"

namespace pilling {
namespace {

using Ids = std::vector<std::string>;

const SymptomConcepts& concepts() {
  static const std::shared_ptr<const SymptomConcepts> bundled = SymptomConcepts::bundled();
  return *bundled;
}

Ids ids(const std::vector<MentionedSymptom>& symptoms) {
  Ids found;
  for (const MentionedSymptom& symptom : symptoms) found.push_back(symptom.id);
  return found;
}

Ids understood(std::string_view phrase) { return ids(concepts().understand(phrase).understood); }
Ids absent(std::string_view phrase) { return ids(concepts().understand(phrase).absent); }
std::string flag(std::string_view phrase) {
  const auto reading = concepts().understand(phrase);
  return reading.red_flag ? reading.red_flag->id : "-";
}

std::vector<std::pair<std::string, std::string>> rows_of(const std::string& name) {
  std::ifstream file(std::string(PILLING_SOURCE_DIR "/tests/data/") + name);
  std::vector<std::pair<std::string, std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.find('\t');
    if (!line.empty() && line.front() != '#') rows.emplace_back(line.substr(0, tab), line.substr(tab + 1));
  }
  return rows;
}

TEST(SymptomConcepts, UnderstandPartsAndComplaintsInAnyForm) {
  for (const std::string_view phrase :
       {"머리가 아파요", "머리 아픔", "머리가 아픈데", "머리아파", "머리가 너무너무 아팠습니다", "아픈 머리",
        "아파요 머리가", "머리가 지끈지끈해요", "머리가 지끈거림 ㅠㅠ", "머리가 아프네", "골이 아파유",
        "머리두 아퍼"}) {
    EXPECT_EQ(understood(phrase), Ids{"headache"}) << phrase;
  }
  EXPECT_EQ(understood("코가 막혀요"), Ids{"stuffy_nose"});
  EXPECT_EQ(understood("막힌 코"), Ids{"stuffy_nose"});
  EXPECT_EQ(understood("눈이 가려워요"), Ids{"itchy_eye"});
  EXPECT_EQ(understood("온몸이 가려워요"), Ids{"itching"});
  EXPECT_EQ(understood("발목을 삐었어요"), Ids{"sprain"});
}

TEST(SymptomConcepts, ShareThePartAmongComplaintsAndTheComplaintAmongParts) {
  EXPECT_EQ(understood("머리랑 배가 아파요"), (Ids{"headache", "abdominal_pain"}));
  EXPECT_EQ(understood("배가 살살 아프고 설사해요"), (Ids{"abdominal_pain", "diarrhea"}));
  EXPECT_EQ(understood("발가락 사이가 가렵고 벗겨져요"), Ids{"athletes_foot"});
  EXPECT_EQ(understood("코가 막히고 목이 부었어요"), (Ids{"stuffy_nose", "sore_throat"}));
}

TEST(SymptomConcepts, PreferTheMoreSpecific) {
  EXPECT_EQ(understood("생리할 때 배가 아파요"), Ids{"period_pain"});
  EXPECT_EQ(understood("가슴이 쓰려요"), Ids{"heartburn"});
  EXPECT_EQ(understood("차만 타면 토해요"), Ids{"motion_sickness"});
}

TEST(SymptomConcepts, UnderstandDenialThatIsTheComplaint) {
  for (const std::string_view phrase :
       {"소화가 안 돼요", "소화가 안되고", "소화가 잘 되지 않아요", "소화를 못 시켜요"}) {
    EXPECT_EQ(understood(phrase), Ids{"indigestion"}) << phrase;
  }
  for (const std::string_view phrase : {"잠이 안 와요", "잠을 못 자겠어요", "잠을 잘 수가 없어요", "잠들기 힘들어요"}) {
    EXPECT_EQ(understood(phrase), Ids{"insomnia"}) << phrase;
  }
  EXPECT_EQ(understood("소화는 잘 돼요"), Ids{});
  EXPECT_EQ(understood("기침이 멈추지 않아요"), Ids{"cough"});
  EXPECT_EQ(understood("열이 안 내려요"), Ids{"fever"});
}

TEST(SymptomConcepts, ReportWhatIsDeniedAsAbsent) {
  for (const std::string_view phrase :
       {"콧물은 안 나요", "콧물은 없어요", "콧물이 나지는 않아요", "콧물은 전혀 없고요", "콧물은 아니고요",
        "콧물은 있지 않아요", "콧물 증상은 없습니다", "콧물 말고", "콧물만 빼고요"}) {
    EXPECT_EQ(absent(phrase), Ids{"runny_nose"}) << phrase;
    EXPECT_EQ(understood(phrase), Ids{}) << phrase;
  }
  EXPECT_EQ(absent("머리는 안 아파요"), Ids{"headache"});
  EXPECT_EQ(absent("머리가 아프지는 않아요"), Ids{"headache"});
  EXPECT_EQ(absent("머리 아픈 건 아니고요"), Ids{"headache"});
  EXPECT_EQ(absent("열이나 기침은 없고"), (Ids{"fever", "cough"}));
}

TEST(SymptomConcepts, ReportDenialThatEndsInANoun) {
  for (const std::string_view phrase : {"기침 없음", "기침없음", "기침은 없음", "기침은 거의 없어요",
                                        "기침은 거의 없음", "기침X", "기침 x", "기침은 아니에요", "기침은 줄었는데"}) {
    EXPECT_EQ(absent(phrase), Ids{"cough"}) << phrase;
    EXPECT_EQ(understood(phrase), Ids{}) << phrase;
  }
  EXPECT_EQ(understood("변비 없음 설사"), Ids{"diarrhea"});
  EXPECT_EQ(understood("열X 기침O"), Ids{"cough"});
  EXPECT_EQ(understood("설사는 멈췄고 배만 아파"), Ids{"abdominal_pain"});
  EXPECT_EQ(understood("입맛 없음"), Ids{"appetite_loss"});
  EXPECT_EQ(understood("감기 아니에요?"), Ids{"cold"});
  EXPECT_EQ(understood("임신은 아닌데 속이 울렁거려"), Ids{"nausea"});
}

TEST(SymptomConcepts, ReadListsAndLinesItemByItem) {
  const Ids both = {"cough", "phlegm"};
  for (const std::string_view phrase :
       {"기침,가래", "기침, 가래", "기침/가래", "기침+가래", "기침·가래", "①기침 ②가래", "기침\n가래", "기침 가래"}) {
    EXPECT_EQ(understood(phrase), both) << phrase;
  }
  EXPECT_EQ(understood("머리가\n아파요"), Ids{"headache"});
  EXPECT_EQ(understood("기침\n콧물 없음"), Ids{"cough"});
  EXPECT_EQ(absent("기침, 콧물 없음"), (Ids{"cough", "runny_nose"}));
  EXPECT_EQ(flag("호흡곤란\n기침 없음"), "breathing");
  EXPECT_EQ(flag("가슴이\n아파요"), "chest_pain");
  EXPECT_EQ(flag("①가슴 통증 ②기침 없음"), "chest_pain");
}

TEST(SymptomConcepts, FindTheBordersOfWordsWithoutBlanks) {
  EXPECT_EQ(understood("머리가아프고열이나고"), (Ids{"headache", "fever"}));
  EXPECT_EQ(understood("화장실을 일주일째 못가고있어"), Ids{"constipation"});
  const std::string phrase = "머리가아프고열이나고";
  const SymptomReading reading = concepts().understand(phrase);
  ASSERT_EQ(reading.understood.size(), 2u);
  const ByteSpan fever = reading.understood[1].spans.front();
  EXPECT_EQ(phrase.substr(fever.begin, fever.end - fever.begin), "열");
}

TEST(SymptomConcepts, ReportWhatIsOverAsAbsent) {
  EXPECT_EQ(absent("감기는 나았는데"), Ids{"cold"});
  EXPECT_EQ(absent("열은 내렸어요"), Ids{"fever"});
  EXPECT_EQ(absent("설사는 멎었고"), Ids{"diarrhea"});
  EXPECT_EQ(absent("머리가 아팠는데 지금은 괜찮아요"), Ids{"headache"});
  EXPECT_EQ(understood("감기는 나았는데 기침이 나요"), Ids{"cough"});
}

TEST(SymptomConcepts, KnowWishesFromDenials) {
  EXPECT_EQ(understood("멀미 안 나게 하는 약"), Ids{"motion_sickness"});
  EXPECT_EQ(understood("허리 안 아프게 해 주세요"), Ids{"back_pain"});
  EXPECT_EQ(understood("두통 없애는 약"), Ids{"headache"});
  EXPECT_EQ(understood("기침에 좋은 약 없나요"), Ids{"cough"});
  EXPECT_EQ(understood("머리가 아파서 잠이 안 와요"), (Ids{"headache", "insomnia"}));
}

TEST(SymptomConcepts, ForgiveOneSlipAndSaySo) {
  for (const std::string_view phrase : {"두토이 심해요", "기치미 나요"}) {
    const SymptomReading reading = concepts().understand(phrase);
    ASSERT_EQ(reading.understood.size(), 1u) << phrase;
  }
  const SymptomReading slip = concepts().understand("두토이 심해요");
  EXPECT_TRUE(slip.understood[0].approximate);
  EXPECT_FALSE(concepts().understand("두통이 심해요").understood[0].approximate);
  EXPECT_EQ(understood("변기가 막혔어요"), Ids{});
}

TEST(SymptomConcepts, UnderstandNothingOfWhatIsNoComplaint) {
  for (const std::string_view phrase : {"",
                                        "   ",
                                        "?!",
                                        "ㅋㅋㅋ",
                                        "오늘 날씨가 좋네요",
                                        "눈이 와요",
                                        "배가 고파요",
                                        "머리를 잘랐어요",
                                        "배송이 늦어요",
                                        "약국이 어디에 있나요",
                                        "가나다라마바사",
                                        "asdf qwer",
                                        "1234",
                                        "이 영화 정말 재미있다",
                                        "차가 막혀요",
                                        "손님이 왔어요",
                                        "아파트 관리비",
                                        "아프리카 여행",
                                        "건설사 전화번호",
                                        "루푸스",
                                        "코딩 공부"}) {
    const SymptomReading reading = concepts().understand(phrase);
    EXPECT_EQ(ids(reading.understood), Ids{}) << phrase;
    EXPECT_FALSE(reading.red_flag) << phrase;
  }
}

TEST(SymptomConcepts, GiveTheWordsTheyCameFrom) {
  const std::string phrase = "어제부터 머리가 아파요";

  const SymptomReading reading = concepts().understand(phrase);

  ASSERT_EQ(reading.understood.size(), 1u);
  ASSERT_EQ(reading.understood[0].spans.size(), 2u);
  const auto cut = [&](ByteSpan span) { return phrase.substr(span.begin, span.end - span.begin); };
  EXPECT_EQ(cut(reading.understood[0].spans[0]), "머리");
  EXPECT_EQ(cut(reading.understood[0].spans[1]), "아파");
}

TEST(SymptomConcepts, NoteWhomOrWhatAPharmacistShouldKnowOf) {
  EXPECT_EQ(concepts().understand("아이가 기침을 해요").notes.size(), 1u);
  EXPECT_EQ(concepts().understand("임신 중인데 머리가 아파요").notes.size(), 1u);
  EXPECT_EQ(concepts().understand("머리가 아파요").notes.size(), 0u);
}

TEST(SymptomConcepts, TellChildrenFromWhatOnlySoundsLikeThem) {
  const auto child = concepts().understand("아이가 기침을 해요").notes;
  const auto pregnancy = concepts().understand("임신 중인데 머리가 아파요").notes;
  for (const std::string_view phrase :
       {"5살 기침", "세살 콧물", "열한 살 두통", "우리딸 기침", "초등학생 두통", "아들 감기", "3세 열"}) {
    EXPECT_EQ(concepts().understand(phrase).notes, child) << phrase;
  }
  for (const std::string_view phrase :
       {"아이고 허리야", "아이구 머리야", "아이스크림 먹고 배아파", "아이라인 그리다 눈 따가워", "감기는 아니에요",
        "말을 못알아들어", "80세 두통", "3개월 동안 기침"}) {
    EXPECT_EQ(concepts().understand(phrase).notes.size(), 0u) << phrase;
  }
  for (const std::string_view phrase :
       {"만삭인데 허리아파", "임테기 두줄 감기", "애기 가졌는데 감기", "뱃속에 아기있는데 두통약", "입덧 심해요"}) {
    EXPECT_EQ(concepts().understand(phrase).notes, pregnancy) << phrase;
  }
  EXPECT_EQ(concepts().understand("완모중 두통").notes, concepts().understand("수유 중 두통").notes);
}

TEST(SymptomConcepts, RaiseRedFlagsAndOnlyThose) {
  std::size_t emergencies = 0;
  std::size_t harmless = 0;
  for (const auto& [phrase, expected] : rows_of("symptom_red_flags.tsv")) {
    const std::string raised = flag(phrase);
    expected == "-" ? ++harmless : ++emergencies;
    const bool is_right = ("|" + expected + "|").find("|" + raised + "|") != std::string::npos;
    EXPECT_TRUE(is_right) << phrase << " raises " << raised << " instead of " << expected;
  }
  EXPECT_GE(emergencies, 60u);
  EXPECT_GE(harmless, 60u);
}

TEST(SymptomConcepts, TellWhomToCall) {
  const auto chest = concepts().understand("가슴이 조여요").red_flag;
  const auto suicide = concepts().understand("가슴이 아프고 죽고 싶어요").red_flag;

  ASSERT_TRUE(chest && suicide);
  EXPECT_EQ(chest->number, "119");
  EXPECT_NE(chest->sentence.find("119"), std::string::npos);
  EXPECT_FALSE(chest->spans.empty());
  EXPECT_EQ(suicide->id, "suicide");
  EXPECT_EQ(suicide->number, "109");
  EXPECT_NE(suicide->sentence.find("109"), std::string::npos);
}

TEST(SymptomConcepts, RaiseAFlagForWhatIsOver) { EXPECT_EQ(flag("아까 말이 어눌했는데 지금은 괜찮아요"), "stroke"); }

TEST(SymptomConcepts, RaiseAFlagForWhatIsSetAside) {
  EXPECT_EQ(flag("가슴 통증 말고는 괜찮아요"), "chest_pain");
  EXPECT_EQ(flag("숨찬 것 말고는 괜찮아"), "breathing");
}

TEST(SymptomConcepts, LeaveAFlagThatAHarmlessPhraseHoldsOnlyAPartOf) {
  const auto table = SymptomConcepts::parse(R"(version test
red-flag fever 고열
  say: 열 <40도> | 쓰러지다 ~열
  except: 물 <40도> | 물 쓰러지다
  tell: 119
  call: 119
  from: test
)",
                                            "a table");
  EXPECT_FALSE(table->understand("물이 40도").red_flag);
  EXPECT_TRUE(table->understand("열이 40도").red_flag);
  EXPECT_TRUE(table->understand("열이 40도이고 물도 40도").red_flag);
  EXPECT_TRUE(table->understand("물을 먹고 쓰러졌는데 열이 나요").red_flag);
}

TEST(SymptomConcepts, RefuseWhatCannotBeSearched) {
  EXPECT_THROW(concepts().understand("\xff"), InvalidArgument);
  EXPECT_THROW(concepts().understand(std::string(NameIndex::maximum_query_bytes + 1, 'a')), InvalidArgument);
}

TEST(SymptomConcepts, GiveTheSameReadingOfTheSameTable) {
  const auto again = SymptomConcepts::bundled();
  for (const auto& [phrase, pattern] : rows_of("symptom_phrases_tuned.tsv")) {
    EXPECT_EQ(concepts().understand(phrase), again->understand(phrase)) << phrase;
  }
}

// Pieces of phrases in any order, with any punctuation, never break out of the phrase.
TEST(SymptomConcepts, ReadAnyText) {
  const std::vector<std::string> pieces = {"머리", "가", " ",    "아프", "지",   "않",   "안",   "없",   "고",   ".",
                                           "?",    "ㅠ", "열",   "39도", "\n",   "생리", "배",   "말고", "콧물", "나",
                                           "는데", "x",  "괜찮", "ㅏ",   "10알", "가렵", "기침", "토할", "것",   "같",
                                           "숨",   "차", "약",   "먹",   "38.5", "개월", "아기"};
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string phrase;
    for (std::size_t left = random() % 30; left > 0; --left) phrase += pieces[random() % pieces.size()];
    const SymptomReading reading = concepts().understand(phrase);
    for (const auto* symptoms : {&reading.understood, &reading.absent}) {
      for (const MentionedSymptom& symptom : *symptoms) {
        ASSERT_FALSE(symptom.spans.empty()) << phrase;
        for (const ByteSpan span : symptom.spans) ASSERT_TRUE(span.begin < span.end && span.end <= phrase.size());
      }
    }
    for (const std::string& id : ids(reading.understood)) {
      ASSERT_EQ(std::ranges::count(ids(reading.absent), id), 0) << phrase;
    }
  }
}

TEST(SymptomConcepts, ReadLongPhrasesInRows) {
  std::string phrase;
  for (int i = 0; i < 100; ++i) phrase += "머리가 아프고 ";

  EXPECT_EQ(understood(phrase), Ids{"headache"});
}

}  // namespace
}  // namespace pilling
