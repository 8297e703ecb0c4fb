#include "search/symptom_index.hpp"

#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "search/symptom_texts.hpp"

namespace pilling::search {
namespace {

using Places = std::vector<std::uint32_t>;
using Texts = std::vector<std::string>;

std::shared_ptr<const SymptomConcepts> concepts() {
  static const auto bundled = SymptomConcepts::bundled();
  return bundled;
}

SymptomEntry entry(std::string text, std::string dispensing = {}, std::uint32_t popularity = 0) {
  return {.text = text, .indications = {text}, .dispensing = std::move(dispensing), .popularity = popularity};
}

SymptomIndex index_of(const Texts& texts) {
  std::vector<SymptomEntry> entries;
  for (const std::string& text : texts) entries.push_back(entry(text));
  return {std::move(entries), concepts()};
}

std::vector<SymptomHit> hits(const SymptomIndex& index, std::string_view phrase, std::size_t limit = 10,
                             std::string_view dispensing = {}) {
  return index.search(index.read(phrase), limit, dispensing);
}

Places places(const SymptomIndex& index, std::string_view phrase, std::size_t limit = 10,
              std::string_view dispensing = {}) {
  Places found;
  for (const SymptomHit& hit : hits(index, phrase, limit, dispensing)) found.push_back(hit.entry);
  return found;
}

TEST(SymptomIndex, FindsTextsOfTheConceptWhateverWasSaid) {
  const SymptomIndex index =
      index_of({"이 약은 두통에 씁니다.", "이 약은 변비에 씁니다.", "이 약은 위통, 복통에 씁니다."});

  EXPECT_EQ(places(index, "머리가 지끈거려요"), Places{0});
  EXPECT_EQ(places(index, "똥이 안 나와요"), Places{1});
  EXPECT_EQ(places(index, "배가 아파요"), Places{2});
  EXPECT_EQ(places(index, "눈이 가려워요"), Places{});
}

TEST(SymptomIndex, ReadsTextsWithAndWithoutTheirBrackets) {
  const SymptomIndex index = index_of({"이 약은 요(허리)통에 씁니다.", "이 약은 인후(목구멍)통에 씁니다."});

  const auto found = hits(index, "허리가 아파요");

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].spans, (std::vector<ByteSpan>{{11, 25}}));
  EXPECT_EQ(places(index, "목이 아파요"), Places{1});
}

TEST(SymptomIndex, PutsMoreOfTheConceptsFirstAndNamesWhatIsMissing) {
  const SymptomIndex index =
      index_of({"이 약은 두통에 씁니다.", "이 약은 설사에 씁니다.", "이 약은 설사, 두통, 기침, 가래에 씁니다."});

  const auto found = hits(index, "머리가 아프고 설사해요");

  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].entry, 2u);
  EXPECT_TRUE(found[0].missing.empty());
  EXPECT_EQ(found[1].entry, 0u);
  ASSERT_EQ(found[1].missing.size(), 1u);
  EXPECT_EQ(index.id_of(found[1].missing[0]), "diarrhea");
}

TEST(SymptomIndex, PutsTheMoreSpecificFirst) {
  const SymptomIndex index =
      index_of({"이 약은 기침, 가래, 두통에 씁니다.", "이 약은 두통, 기침에 씁니다.", "이 약은 두통에 씁니다."});

  EXPECT_EQ(places(index, "두통"), (Places{2, 1, 0}));
  EXPECT_DOUBLE_EQ(hits(index, "두통")[0].score, 1);
  EXPECT_EQ(places(index, "두통", 1), Places{2});
}

TEST(SymptomIndex, PutsWhatIsSoldOverTheCounterFirst) {
  const SymptomIndex index({entry("두통에 씁니다.", "prescription"), entry("두통에 씁니다.", ""),
                            entry("두통, 치통에 씁니다.", "otc"), entry("두통에 씁니다 2.", "", 5)},
                           concepts());

  EXPECT_EQ(places(index, "두통"), (Places{2, 3, 1, 0}));
  EXPECT_EQ(places(index, "두통", 10, "otc"), Places{2});
}

TEST(SymptomIndex, GivesWhatIsWiderOnlyWhereNothingIsBetter) {
  EXPECT_EQ(places(index_of({"코감기에 씁니다.", "코막힘에 씁니다."}), "코가 막혀요"), Places{1});
  EXPECT_EQ(places(index_of({"코감기에 씁니다."}), "코가 막혀요"), Places{0});
}

TEST(SymptomIndex, LeavesOutWhatATextRulesOut) {
  const SymptomIndex index = index_of({"감기에 씁니다. 두통에는 사용하지 않습니다.", "상처(화상은 제외)에 씁니다."});

  EXPECT_EQ(places(index, "두통"), Places{});
  EXPECT_EQ(places(index, "화상을 입었어요"), Places{});
}

TEST(SymptomIndex, DoesNotTakeLongerWordsForShorterOnes) {
  const SymptomIndex index = index_of({"발열성 소모성 질환에 씁니다.", "비충혈에 씁니다."});

  EXPECT_EQ(places(index, "열이 나요"), Places{});
  EXPECT_EQ(places(index, "눈이 충혈됐어요"), Places{});
}

TEST(SymptomIndex, SummarizesForWhatWasAsked) {
  SymptomEntry one = entry("이 약은 기침, 가래, 두통에 씁니다.");
  one.indications = {"기침", "가래", "두통"};
  const SymptomIndex index({one}, concepts());

  EXPECT_EQ(hits(index, "머리가 아파요")[0].summary, "두통");
  EXPECT_EQ(hits(index, "머리가 아프고 가래가 껴요")[0].summary, "가래, 두통");
}

TEST(SymptomIndex, GivesNoMedicineForAnEmergencyOrWhatIsAbsent) {
  const SymptomIndex index = index_of({"두통에 씁니다.", "기침에 씁니다."});

  EXPECT_EQ(places(index, "머리가 아프고 가슴이 조여요"), Places{});
  EXPECT_EQ(places(index, "두통은 없어요"), Places{});
  EXPECT_EQ(places(index, "두통은 없고 기침이 나요"), Places{1});
}

TEST(SymptomIndex, MarksWhatWasGuessed) {
  const SymptomIndex index = index_of({"두통에 씁니다."});

  EXPECT_TRUE(hits(index, "두토이 심해요")[0].is_approximate);
  EXPECT_FALSE(hits(index, "두통이 심해요")[0].is_approximate);
}

TEST(SymptomIndex, FallsBackToWordsOfTheTextsAndSaysSo) {
  const SymptomIndex index = index_of({"낭성섬유증에 씁니다.", "두통에 씁니다.", "카르니틴결핍증에 씁니다."});

  const auto found = index.search_words("낭성섬유증인데요", 10, {});

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].entry, 0u);
  EXPECT_TRUE(found[0].is_approximate);
  EXPECT_LT(found[0].score, 1);
  for (const std::string_view nonsense : {"", "치료약 추천", "루푸스", "가나다라", "오늘 날씨가 좋네요", "카르나틴"}) {
    EXPECT_TRUE(index.search_words(nonsense, 10, {}).empty()) << nonsense;
  }
}

TEST(SymptomIndex, RefusesWhatIsNotUtf8) {
  EXPECT_THROW(index_of({"\xff"}), InvalidArgument);
  EXPECT_THROW(index_of({}).read("\xff"), InvalidArgument);
}

TEST(SymptomIndex, OfNothingFindsNothing) {
  EXPECT_TRUE(places(index_of({}), "두통").empty());
  EXPECT_TRUE(index_of({}).search_words("두통", 10, {}).empty());
}

// What tells hits apart whatever number their entry has.
struct Told {
  std::string text;
  std::string dispensing;
  double score = 0;
  std::vector<ByteSpan> spans;
  std::string summary;
  auto operator<=>(const Told&) const = default;
};

// Entries of a seed, and changes that lead to the same entries.
TEST(SymptomIndexChanges, AnswerAsAnIndexMadeOfWhatIsLeft) {
  const Texts sentences = {"이 약은 두통, 치통에 씁니다.",   "이 약은 두통에 씁니다.",
                           "이 약은 통증의 완화에 씁니다.",  "이 약은 변비, 숙변에 씁니다.",
                           "이 약은 콧물, 코막힘에 씁니다.", "이 약은 구내염에 씁니다.",
                           "이 약은 목재 소독에 씁니다.",    "이 약은 렌즈 세척에 씁니다."};
  const Texts phrases = {"머리가 아파요", "이가 아파요", "변비예요", "코가 막혀요", "입병", "렌즈 세척", "목재 소독"};
  std::mt19937_64 random(20261128);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (int round = 0; round < 60; ++round) {
    std::vector<SymptomEntry> all;
    for (int i = 0; i < 12; ++i) {
      all.push_back(
          entry(sentences[below(sentences.size())], below(2) == 0 ? "otc" : "", static_cast<std::uint32_t>(1000 + i)));
    }
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(below(all.size()));
    const SymptomIndex base(std::vector<SymptomEntry>(all.begin(), first), concepts());
    SymptomIndex changed = base;
    for (auto added = first; added != all.end(); ++added) changed.add(*added);
    std::vector<SymptomEntry> left;
    for (std::uint32_t number = 0; number < all.size(); ++number) {
      if (below(3) == 0) {
        changed.remove(number);
      } else {
        left.push_back(all[number]);
      }
    }
    const SymptomIndex anew(left, concepts());

    const auto told = [&](const SymptomIndex& index, const std::vector<SymptomEntry>& entries,
                          std::string_view phrase) {
      std::vector<Told> lines;
      for (const bool by_words : {false, true}) {
        const auto found = by_words ? index.search_words(phrase, 20, {}) : index.search(index.read(phrase), 20, {});
        for (const SymptomHit& hit : found) {
          const SymptomEntry& own = entries[hit.entry];
          lines.push_back({own.text, own.dispensing, hit.score, hit.spans, hit.summary});
        }
      }
      return lines;
    };
    for (const std::string& phrase : phrases) {
      EXPECT_EQ(told(changed, all, phrase), told(anew, left, phrase)) << phrase << " in round " << round;
    }
  }
}

TEST(SymptomIndexChanges, OfACopyLeaveTheOriginalAsItIs) {
  const SymptomIndex base = index_of({"이 약은 두통에 씁니다."});
  SymptomIndex copy = base;

  copy.add(entry("이 약은 변비에 씁니다."));
  copy.remove(0);

  EXPECT_EQ(places(base, "머리가 아파요"), Places{0});
  EXPECT_EQ(places(base, "변비예요"), Places{});
  EXPECT_EQ(places(copy, "머리가 아파요"), Places{});
  EXPECT_EQ(places(copy, "변비예요"), Places{1});
}

TEST(SymptomIndexChanges, RefuseATextThatIsNotUtf8AndChangeNothing) {
  SymptomIndex index = index_of({"이 약은 두통에 씁니다."});

  EXPECT_THROW(index.add(entry("\xff")), InvalidArgument);

  EXPECT_EQ(index.add(entry("이 약은 변비에 씁니다.")), 1u);
}

}  // namespace
}  // namespace pilling::search
