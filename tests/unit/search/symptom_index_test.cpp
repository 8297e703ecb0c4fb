#include "search/symptom_index.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "text/normalize.hpp"

namespace pilling::search {
namespace {

using Texts = std::vector<std::string>;
using Words = std::vector<std::string>;

std::vector<std::size_t> found(const Texts& texts, std::string_view query, std::size_t limit = 10) {
  std::vector<std::size_t> positions;
  for (const SymptomHit& hit : SymptomIndex(texts).search(query, limit)) positions.push_back(hit.text);
  return positions;
}

TEST(SymptomIndex, FindsTextsWithAllWords) {
  const Texts texts = {"이 약은 두통, 치통의 완화에 씁니다.", "이 약은 치통의 완화에 씁니다.",
                       "이 약은 기침, 두통에 씁니다."};

  EXPECT_EQ(found(texts, "치통 두통"), (std::vector<std::size_t>{0}));
  EXPECT_EQ(found(texts, "두통"), (std::vector<std::size_t>{0, 2}));
}

TEST(SymptomIndex, FallsBackToTheMostWords) {
  const Texts texts = {"이 약은 두통, 치통에 씁니다.", "이 약은 기침에 씁니다.", "이 약은 두통, 가래에 씁니다."};

  const std::vector<SymptomHit> hits = SymptomIndex(texts).search("두통, 치통 (콧물)", 10);

  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].text, 0u);
  EXPECT_EQ(hits[0].words, (Words{"두통", "치통"}));
  EXPECT_LT(hits[0].score, 1);
}

TEST(SymptomIndex, ScoresOneOnlyForAllWordsAtTheFirstIndication) {
  const Texts texts = {"이 약은 발열을 동반한 감기, 두통에 씁니다.", "이 약은 두통, 감기에 씁니다."};
  const SymptomIndex index(texts);

  const std::vector<SymptomHit> both_words = index.search("감기 발열", 10);
  const std::vector<SymptomHit> one_word = index.search("두통", 10);

  ASSERT_EQ(both_words.size(), 1u);
  EXPECT_DOUBLE_EQ(both_words[0].score, 1);
  ASSERT_EQ(one_word.size(), 2u);
  EXPECT_EQ(one_word[0].text, 1u);
  EXPECT_DOUBLE_EQ(one_word[0].score, 1);
  EXPECT_LT(one_word[1].score, 1);
}

TEST(SymptomIndex, OrdersByPlaceThenLengthThenPosition) {
  const Texts texts = {"이 약은 기침, 가래, 두통에 씁니다.", "이 약은 두통, 기침에 쓰는 긴 글입니다.",
                       "이 약은 두통에 씁니다.", "이 약은 두통에 씁니다!"};

  EXPECT_EQ(found(texts, "두통"), (std::vector<std::size_t>{2, 3, 1, 0}));
  EXPECT_EQ(found(texts, "두통", 2), (std::vector<std::size_t>{2, 3}));
}

TEST(SymptomIndex, IgnoresTheOpeningThatAllTextsShare) {
  const Texts texts = {"이 약은 충치에 씁니다.", "이 약은 이가 아플 때 씁니다."};

  EXPECT_EQ(found(texts, "이"), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(found(texts, "이 약은").size() == 1);
}

TEST(SymptomIndex, FindsWordsAcrossSpacesAndSpellings) {
  const Texts texts = {"이 약은 코 막힘, 수족ㆍ냉증, 비타민 B1 결핍에 씁니다."};

  for (const std::string_view query : {"코막힘", "수족냉증", "비타민b1", "Ｂ１", "코-막힘"}) {
    EXPECT_EQ(found(texts, query).size(), 1u) << query;
  }
}

TEST(SymptomIndex, FindsWholeNumbersOnly) {
  const Texts texts = {"이 약은 비타민 B12 결핍에 씁니다."};

  EXPECT_TRUE(found(texts, "B1").empty());
  EXPECT_TRUE(found(texts, "2").empty());
  EXPECT_EQ(found(texts, "B12").size(), 1u);
}

TEST(SymptomIndex, SaysWhereInTheOriginal) {
  const Texts texts = {"이 약은 코 막힘, 콧물에 씁니다."};

  const std::vector<SymptomHit> hits = SymptomIndex(texts).search("콧물 코막힘 막힘", 1);

  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].words, (Words{"콧물", "코막힘", "막힘"}));
  Words pieces;
  for (const ByteSpan& span : hits[0].spans) pieces.push_back(texts[0].substr(span.begin, span.end - span.begin));
  EXPECT_EQ(pieces, (Words{"코 막힘", "콧물"}));
}

TEST(SymptomIndex, CountsARepeatedWordOnce) {
  const std::vector<SymptomHit> hits = SymptomIndex(Texts{"이 약은 두통에 씁니다."}).search("두통 두통, 두통", 1);

  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].words, (Words{"두통"}));
  EXPECT_DOUBLE_EQ(hits[0].score, 1);
}

TEST(SymptomIndex, PartsNumbersAsWords) {
  const std::vector<SymptomHit> hits = SymptomIndex(Texts{"5 가 10 나 1000"}).search("10/5 1,000", 1);

  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].words, (Words{"10", "5", "1,000"}));
}

TEST(SymptomIndex, FindsNothingForTextWithoutALetterOrDigit) {
  const SymptomIndex index(Texts{"이 약은 두통에 씁니다.", "", "."});

  for (const std::string_view query : {"", " ", ".", "%", "?!", "\U0001F48A", "없는말"}) {
    EXPECT_TRUE(index.search(query, 10).empty()) << query;
  }
  EXPECT_TRUE(SymptomIndex(Texts{}).search("두통", 10).empty());
}

TEST(SymptomIndex, RefusesWhatCannotBeSearched) {
  const SymptomIndex index(Texts{"이 약은 두통에 씁니다."});

  EXPECT_THROW(index.search("두\xFF", 10), InvalidArgument);
  EXPECT_THROW(index.search(std::string(10 << 20, 'a'), 10), InvalidArgument);
  EXPECT_THROW(index.search(std::string(NameIndex::maximum_query_bytes + 1, 'a'), 10), InvalidArgument);
  EXPECT_THROW(index.search("두통", 0), InvalidArgument);
  EXPECT_THROW(SymptomIndex(Texts{"두통", "\xB5\xCE"}), InvalidArgument);
}

TEST(SymptomIndex, CanBeMoved) {
  SymptomIndex first(Texts{"두통"});

  SymptomIndex second(Texts{});
  second = std::move(first);

  EXPECT_EQ(second.search("두통", 1).size(), 1u);
}

// Whether one of the words between blanks and signs is this one.
bool holds_as_a_whole_word(std::string_view text, std::string_view word) {
  std::string spaced(text);
  for (const std::string_view sign : {",", "(", ")", "ㆍ"}) {
    for (auto at = spaced.find(sign); at != std::string::npos; at = spaced.find(sign)) {
      spaced.replace(at, sign.size(), " ");
    }
  }
  return (" " + spaced + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

// Whether a piece between commas and brackets holds the word.
bool holds_in_one_piece(std::string_view text, std::string_view word) {
  while (true) {
    const std::size_t end = text.find_first_of(",()");
    if (text::normalize(text.substr(0, end)).text.find(word) != std::string::npos) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
}

TEST(SymptomIndex, FindsAWordWhereverAScanFindsIt) {
  const Texts syllables = {"두", "통", "치", "기", "침", "코", " ", ", ", "(", ")", "ㆍ"};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    const auto text = [&](std::size_t length) {
      std::string result;
      for (; length > 0; --length) result.append(syllables[random() % syllables.size()]);
      return result;
    };
    Texts texts;
    for (int i = 0; i < 80; ++i) texts.push_back(text(1 + random() % 15));
    const SymptomIndex index(texts);
    for (const std::string word : {"두통", "치통", "기침", "코", "두통치통", "통기침"}) {
      std::size_t expected = 0;
      const auto holds = word == "코" ? &holds_as_a_whole_word : &holds_in_one_piece;
      for (const std::string& each : texts) expected += holds(each, word) ? 1 : 0;

      const std::vector<SymptomHit> hits = index.search(word, texts.size());

      EXPECT_EQ(hits.size(), expected) << "seed " << seed << ": " << word;
      double previous = 1;
      for (const SymptomHit& hit : hits) {
        EXPECT_TRUE(hit.score > 0 && hit.score <= previous) << "seed " << seed;
        EXPECT_EQ(hit.spans.size(), 1u) << "seed " << seed;
        previous = hit.score;
      }
    }
  }
}

TEST(SymptomIndex, FindsASyllableOnlyWhereItIsAWordOfItsOwn) {
  const Texts texts = {"이 약은 티눈, 굳은살에 씁니다.",
                       "이 약은 사마귀에 씁니다.",
                       "이 약은 보건위생, 위생용품에 씁니다.",
                       "이 약은 니코틴산, 코르티코이드 결핍에 씁니다.",
                       "이 약은 눈의 피로, 귀(바깥귀)가 아플 때 씁니다.",
                       "이 약은 위·십이지장, 눈에 씁니다.",
                       "이 약은 눈 건조, 코 및 목에서 오는 통증에 씁니다."};

  EXPECT_EQ(found(texts, "눈"), (std::vector<std::size_t>{4, 6, 5}));
  EXPECT_EQ(found(texts, "귀"), (std::vector<std::size_t>{4}));
  EXPECT_EQ(found(texts, "위"), (std::vector<std::size_t>{5}));
  EXPECT_EQ(found(texts, "코"), (std::vector<std::size_t>{6}));
  EXPECT_EQ(found(texts, "목"), (std::vector<std::size_t>{6}));
  EXPECT_EQ(found(texts, "티눈"), (std::vector<std::size_t>{0}));
}

TEST(SymptomIndex, TakesTheFirstPlaceWhereASyllableIsAWord) {
  const Texts texts = {"이 약은 티눈, 눈의 피로에 씁니다."};

  const std::vector<SymptomHit> hits = SymptomIndex(texts).search("눈", 1);

  ASSERT_EQ(hits.size(), 1u);
  const std::size_t begin = texts[0].find("눈의");
  EXPECT_EQ(hits[0].spans, (std::vector<ByteSpan>{{begin, begin + 3}}));
  EXPECT_LT(hits[0].score, 1);
}

TEST(SymptomIndex, SaysWhichWordsWereNotFound) {
  const SymptomIndex index(Texts{"이 약은 두통, 치통에 씁니다."});

  const std::vector<SymptomHit> whole = index.search("두통 치통", 1);
  const std::vector<SymptomHit> part = index.search("콧물 두통 기침", 1);

  ASSERT_EQ(whole.size(), 1u);
  EXPECT_TRUE(whole[0].missing.empty());
  ASSERT_EQ(part.size(), 1u);
  EXPECT_EQ(part[0].words, (Words{"두통"}));
  EXPECT_EQ(part[0].missing, (Words{"콧물", "기침"}));
  EXPECT_LT(part[0].score, 1);
}

TEST(SymptomIndex, AnswersNothingFromWordsThatSayNothing) {
  const SymptomIndex index(Texts{"이 약은 열이 날 때, 두통 및 통증 등에 쓸 수 있습니다."});

  for (const std::string_view query : {"체했을 때", "때", "및", "등", "수", "약"}) {
    EXPECT_TRUE(index.search(query, 10).empty()) << query;
  }
  EXPECT_EQ(index.search("열이 날 때 먹는 약", 1).at(0).missing, (Words{"먹는"}));
  EXPECT_EQ(index.search("등 통증", 1).at(0).missing, (Words{"등"}));
}

TEST(SymptomIndex, DoesNotReadAWordAcrossCommasOrBrackets) {
  const SymptomIndex index({"이 약은 소독, 감염에 사용합니다.", "이 약은 긴장(염좌), 두통에 사용합니다."});

  EXPECT_TRUE(index.search("독감", 10).empty());
  EXPECT_TRUE(index.search("장염", 10).empty());
  EXPECT_EQ(index.search("감염", 10).size(), 1u);
  EXPECT_EQ(index.search("염좌", 10).size(), 1u);
}

TEST(SymptomIndex, DoesNotFindWhatTheTextRulesOut) {
  const SymptomIndex index({"이 약은 악성빈혈의 보조요법(결핍으로 인한 변비 제외), 임신성빈혈에 사용합니다.",
                            "이 약은 두통에 사용합니다. 치통에는 사용하지 않습니다."});

  EXPECT_TRUE(index.search("변비", 10).empty());
  EXPECT_TRUE(index.search("치통", 10).empty());
  EXPECT_EQ(index.search("임신성빈혈", 10).size(), 1u);
  EXPECT_EQ(index.search("악성빈혈", 10).size(), 1u);
  EXPECT_EQ(index.search("두통", 10).size(), 1u);
}

}  // namespace
}  // namespace pilling::search
