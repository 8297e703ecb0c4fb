#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"

namespace pilling {
namespace {

using Names = std::vector<std::string>;
using Found = std::vector<std::pair<std::string, MatchKind>>;

// What was found without a doubt.
Found with_names(const Names& names, const std::vector<NameMatch>& matches) {
  Found found;
  for (const NameMatch& match : matches) {
    if (!match.approximate) found.emplace_back(names[match.index], match.kind);
  }
  return found;
}

Found search(const Names& names, std::string_view text, std::size_t limit = 10) {
  return with_names(names, NameIndex(names).search(text, limit));
}

Found suggest(const Names& names, std::string_view text, std::size_t limit = 10) {
  return with_names(names, NameIndex(names).suggest(text, limit));
}

std::string piece(const Names& names, const NameMatch& match) {
  const ByteSpan span = match.spans.at(0);
  return names[match.index].substr(span.begin, span.end - span.begin);
}

std::string message_of(const NameIndex& index, std::string_view text, std::size_t limit = 10) {
  try {
    index.search(text, limit);
  } catch (const InvalidArgument& problem) {
    return problem.what();
  }
  return "nothing was thrown";
}

TEST(MatchKind, HasAName) {
  EXPECT_EQ(to_string(MatchKind::exact), "exact");
  EXPECT_EQ(to_string(MatchKind::same_brand), "same_brand");
  EXPECT_EQ(to_string(MatchKind::partial), "partial");
  EXPECT_EQ(to_string(TextReading::korean_layout), "korean_layout");
  EXPECT_EQ(to_string(NameField::export_name), "export_name");
}

TEST(NameIndex, GivesExactThenBrandThenPrefixThenInside) {
  const Names names = {"어린이타이레놀정", "타이레놀콜드에스정", "타이레놀", "타이레놀정", "게보린정"};

  const Found found = search(names, "타이레놀");

  EXPECT_EQ(found, (Found{{"타이레놀", MatchKind::exact},
                          {"타이레놀정", MatchKind::brand},
                          {"타이레놀콜드에스정", MatchKind::prefix},
                          {"어린이타이레놀정", MatchKind::inside}}));
}

TEST(NameIndex, NeverTakesALongerNameForTheSame) {
  const Names names = {"타이레놀콜드"};

  const std::vector<NameMatch> matches = NameIndex(names).search("타이레놀");

  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].kind, MatchKind::prefix);
  EXPECT_LT(matches[0].score, 1);
}

TEST(NameIndex, FindsTheSameNameInAnotherSpelling) {
  const Names names = {"타이레놀정 500밀리그람(아세트아미노펜)"};

  for (const std::string_view text : {"타이레놀정500mg (아세트아미노펜)", "타이레놀 정 500㎎[아세트아미노펜]",
                                      "타이레놀정５００ｍｇ아세트아미노펜"}) {
    EXPECT_EQ(search(names, text), (Found{{names[0], MatchKind::exact}})) << text;
  }
}

TEST(NameIndex, PutsTheNameWrittenAsAskedFirst) {
  const Names names = {"가나정10mg", "가나정 10mg", "가나정10밀리그램"};
  const NameIndex index(names);

  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::vector<NameMatch> matches = index.search(names[i]);

    ASSERT_EQ(matches.size(), 3u);
    EXPECT_EQ(matches[0].index, i);
    EXPECT_TRUE(std::ranges::all_of(matches, [](const NameMatch& m) { return m.kind == MatchKind::exact; }));
    EXPECT_TRUE(std::ranges::all_of(matches, [](const NameMatch& m) { return m.score == 1; }));
  }
}

TEST(NameIndex, OrdersEqualNamesByPosition) {
  const Names names = {"나정", "가정", "가정"};

  const std::vector<NameMatch> matches = NameIndex(names).search("가정");

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].index, 1u);
  EXPECT_EQ(matches[1].index, 2u);
}

TEST(NameIndex, FindsWholeNumbersOnly) {
  const Names names = {"새봄정10mg",  "새봄정100mg",   "새봄정110mg",  "새봄정0.10mg", "새봄정10.5mg",
                       "새봄정210mg", "새봄정1,000mg", "새봄정10/5mg", "새봄정10"};

  EXPECT_EQ(search(names, "10mg"), (Found{{"새봄정10mg", MatchKind::inside}}));
  EXPECT_EQ(
      search(names, "새봄정10"),
      (Found{{"새봄정10", MatchKind::exact}, {"새봄정10mg", MatchKind::prefix}, {"새봄정10/5mg", MatchKind::prefix}}));
  EXPECT_EQ(search(names, "새봄정0"), Found{});
  EXPECT_EQ(search(names, "새봄정1"), Found{});
  EXPECT_EQ(search(names, "000mg"), Found{});
  EXPECT_EQ(search(names, "1000"), (Found{{"새봄정1,000mg", MatchKind::inside}}));
  EXPECT_EQ(search(names, "0.10mg"), (Found{{"새봄정0.10mg", MatchKind::inside}}));
}

TEST(NameIndex, SaysThatANumberWhichGoesOnIsAnother) {
  const Names names = {"새봄정100mg", "새봄정200mg"};

  const std::vector<NameMatch> matches = NameIndex(names).search("새봄정10");

  ASSERT_FALSE(matches.empty());
  EXPECT_EQ(matches[0].index, 0u);
  EXPECT_TRUE(std::ranges::all_of(matches, &NameMatch::approximate));
}

TEST(NameIndex, ShowsTheBrandWhenNobodySellsTheStrength) {
  const Names names = {"새봄정100mg", "새봄정200mg", "들꽃정10mg"};

  const std::vector<NameMatch> matches = NameIndex(names).search("새봄 10mg");

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_TRUE(std::ranges::all_of(matches, [](const NameMatch& m) { return m.kind == MatchKind::partial; }));
  EXPECT_TRUE(std::ranges::all_of(matches, &NameMatch::approximate));
}

TEST(NameIndex, LooksOnWhenTheFirstPlaceCutsANumber) {
  const Names names = {"정100/10mg", "100정10", "10정100"};

  EXPECT_EQ(search(names, "10"),
            (Found{{"10정100", MatchKind::prefix}, {"정100/10mg", MatchKind::inside}, {"100정10", MatchKind::inside}}));
}

TEST(NameIndex, NeverTakesALostMicroSignForAnotherUnit) {
  const Names names = {"씬지정50?g", "씬지정50µg", "씬지정50mg", "씬지정50g"};

  EXPECT_EQ(search(names, "씬지정50g"), (Found{{"씬지정50g", MatchKind::exact}}));
  EXPECT_EQ(search(names, "씬지정50mg"), (Found{{"씬지정50mg", MatchKind::exact}}));
  EXPECT_EQ(search(names, "50마이크로그램"), (Found{{"씬지정50µg", MatchKind::inside}}));
  EXPECT_EQ(search(names, "씬지정50?g"), (Found{{"씬지정50?g", MatchKind::exact}}));
}

TEST(NameIndex, TellsAFractionFromANumber) {
  const Names names = {"새봄정0.5g", "새봄정5g", "새봄정05g"};

  EXPECT_EQ(search(names, "새봄정5g"), (Found{{"새봄정5g", MatchKind::exact}}));
  EXPECT_EQ(search(names, "새봄정 .5g"), (Found{{"새봄정0.5g", MatchKind::exact}}));
}

TEST(NameIndex, SuggestsForANumberThatIsStillBeingTyped) {
  const Names names = {"새봄정10mg", "새봄정100mg", "새봄정0.10mg", "새봄정210mg"};

  EXPECT_EQ(suggest(names, "새봄정10"), (Found{{"새봄정10mg", MatchKind::prefix}, {"새봄정100mg", MatchKind::prefix}}));
  EXPECT_EQ(suggest(names, "새봄정10 "), (Found{{"새봄정10mg", MatchKind::prefix}}));
  EXPECT_EQ(suggest(names, "새봄정10mg"), (Found{{"새봄정10mg", MatchKind::exact}}));
  EXPECT_EQ(suggest(names, "새봄 10"), (Found{{"새봄정10mg", MatchKind::words}, {"새봄정100mg", MatchKind::words}}));
}

TEST(NameIndex, FindsASyllableThatIsStillBeingComposed) {
  EXPECT_EQ(search({"타이레놀정", "게보린정"}, "타이렌"), (Found{{"타이레놀정", MatchKind::prefix}}));
}

TEST(NameIndex, FindsInitialsAloneAndAmongSyllables) {
  const Names names = {"타이레놀정", "게보린정", "어린이타이레놀시럽"};

  EXPECT_EQ(search(names, "ㅌㅇㄹㄴ"),
            (Found{{"타이레놀정", MatchKind::initials}, {"어린이타이레놀시럽", MatchKind::initials}}));
  EXPECT_EQ(search(names, "타이ㄹㄴ", 1), (Found{{"타이레놀정", MatchKind::initials}}));
  EXPECT_EQ(search(names, "타일ㄴ", 1), (Found{{"타이레놀정", MatchKind::initials}}));
}

TEST(NameIndex, ReadsTheOtherKeyboardLayoutBothWays) {
  const Names names = {"타이레놀정", "Tylenol"};

  const std::vector<NameMatch> korean = NameIndex(names).search("xkdlfpshf");
  const std::vector<NameMatch> latin = NameIndex(names).search("쇼ㅣ두ㅐㅣ");

  ASSERT_FALSE(korean.empty());
  EXPECT_EQ(korean[0].index, 0u);
  EXPECT_EQ(korean[0].reading, TextReading::korean_layout);
  EXPECT_FALSE(korean[0].approximate);
  ASSERT_FALSE(latin.empty());
  EXPECT_EQ(latin[0].index, 1u);
  EXPECT_EQ(latin[0].reading, TextReading::latin_layout);
}

TEST(NameIndex, MarksASlipOfTheFingerAsApproximate) {
  const Names names = {"타이레놀정500밀리그람", "게보린정"};

  const std::vector<NameMatch> matches = NameIndex(names).search("타이래놀");

  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].kind, MatchKind::fuzzy);
  EXPECT_EQ(matches[0].edits, 1u);
  EXPECT_TRUE(matches[0].approximate);
  EXPECT_EQ(explain(matches[0]), "a similar spelling, 1 stroke away");
}

TEST(NameIndex, NeverForgivesAnotherNumberOrUnit) {
  const Names names = {"새봄큰정100mg", "새봄큰정10g", "새봄큰정10mcg"};

  for (const std::string_view text : {"새봄큰정10mg", "새붐큰정10mg", "새붐큰정110mg", "새붐큰 10mg"}) {
    for (const NameMatch& match : NameIndex(names).search(text)) {
      EXPECT_TRUE(match.approximate) << text;
      EXPECT_EQ(match.kind, MatchKind::partial) << text << ": " << match.name;
    }
  }
}

TEST(NameIndex, FindsWordsInAnyOrderAndTheSameAmountInAnotherUnit) {
  const Names names = {"타이레놀정500밀리그람(아세트아미노펜)", "타이레놀산160밀리그램"};

  for (const std::string_view text : {"타이레놀 500", "500mg 타이레놀", "타이레놀 0.5g", "아세트아미노펜 타이레놀"}) {
    EXPECT_EQ(search(names, text), (Found{{names[0], MatchKind::words}})) << text;
  }
}

TEST(NameIndex, FindsBySoundInTheOtherScript) {
  const Names names = {"타이레놀정", "게보린정", "후시딘연고"};

  const std::vector<NameMatch> matches = NameIndex(names).search("tylenol");

  ASSERT_FALSE(matches.empty());
  EXPECT_EQ(matches[0].index, 0u);
  EXPECT_EQ(matches[0].kind, MatchKind::sound);
  EXPECT_TRUE(matches[0].approximate);
}

TEST(NameIndex, FindsWhatElseANameIsKnownBy) {
  const std::vector<NameEntry> entries = {
      {.name = "타이레놀정500밀리그람", .ingredients = "아세트아미노펜", .english_name = "Tylenol Tab."},
      {.name = "타이레놀산160밀리그램"},
      {.name = "게보린정", .aliases = {"두통약"}},
      {.name = "알마겔현탁액(수출명:유만겔현탁액)"}};
  const NameIndex index(entries);

  const std::vector<NameMatch> english = index.search("tylenol");
  const std::vector<NameMatch> alias = index.search("두통약");
  const std::vector<NameMatch> exported = index.search("유만겔");
  const std::vector<NameMatch> ingredient = index.search("아세트아미노펜");

  ASSERT_EQ(english.size(), 2u);
  EXPECT_EQ(english[0].index, 0u);
  EXPECT_EQ(english[0].kind, MatchKind::other_name);
  EXPECT_EQ(english[0].field, NameField::english_name);
  EXPECT_EQ(english[0].text, "Tylenol Tab.");
  EXPECT_EQ(english[1].index, 1u);
  EXPECT_EQ(english[1].kind, MatchKind::same_brand);
  ASSERT_EQ(alias.size(), 1u);
  EXPECT_EQ(alias[0].index, 2u);
  EXPECT_EQ(alias[0].field, NameField::alias);
  ASSERT_EQ(exported.size(), 1u);
  EXPECT_EQ(exported[0].field, NameField::export_name);
  ASSERT_EQ(ingredient.size(), 1u);
  EXPECT_EQ(ingredient[0].field, NameField::ingredient);
}

TEST(NameIndex, TellsBracketsFromExportNames) {
  const NameIndex index({"게보린정(아세트아미노펜)(수출명:돌로린정)"});

  EXPECT_EQ(index.search("아세트아미노펜").at(0).field, NameField::brackets);
  EXPECT_EQ(index.search("돌로린").at(0).field, NameField::export_name);
  EXPECT_EQ(index.search("돌로린정 게보린").at(0).field, NameField::export_name);
}

TEST(NameIndex, FindsTheBrandOfAnAliasInTheOtherLayoutToo) {
  const std::vector<NameEntry> entries = {{.name = "타이레놀정500밀리그람", .aliases = {"tylenol"}},
                                          {.name = "타이레놀산160밀리그램"}};

  const std::vector<NameMatch> matches = NameIndex(entries).search("쇼ㅣ두ㅐㅣ");

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[1].kind, MatchKind::same_brand);
  EXPECT_EQ(matches[1].reading, TextReading::latin_layout);
}

TEST(NameIndex, FindsByTheSoundOfLatinLettersTypedAsKorean) {
  const auto matches = NameIndex({"타이레놀정", "게보린정"}).search("쇼ㅣ두ㅐㅣ");

  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].name, "타이레놀정");
  EXPECT_EQ(matches[0].kind, MatchKind::sound);
  EXPECT_TRUE(matches[0].approximate);
}

TEST(NameIndex, PutsTheShorterBrandFirst) {
  const Names names = {"타이레놀콜드정", "타이레놀정500밀리그람(아세트아미노펜)"};

  EXPECT_EQ(search(names, "타이렌", 1), (Found{{names[1], MatchKind::prefix}}));
}

TEST(NameIndex, FiltersByCompaniesWhateverTheirLegalForm) {
  const std::vector<NameEntry> entries = {{.name = "가나정1", .company = "(주)새봄"},
                                          {.name = "가나정2", .company = "새봄 주식회사"},
                                          {.name = "가나정3", .company = "새봄들"}};

  const auto matches = NameIndex(entries).search("가나", 10, {.company = "새봄㈜"});

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].index, 0u);
  EXPECT_EQ(matches[1].index, 1u);
}

TEST(NameIndex, FiltersInsideTheSearch) {
  std::vector<NameEntry> entries;
  for (int i = 0; i < 50; ++i) {
    entries.push_back({.name = "새봄" + std::to_string(i) + "정", .company = i % 10 == 0 ? "들꽃제약" : "햇살제약"});
  }
  const NameIndex index(entries);

  const auto matches = index.search("새봄", 5, {.company = "들꽃제약"});

  ASSERT_EQ(matches.size(), 5u);
  EXPECT_TRUE(std::ranges::all_of(matches, [](const NameMatch& m) { return m.index % 10 == 0; }));
  EXPECT_TRUE(index.search("새봄", 5, {.company = "아무제약"}).empty());
  EXPECT_EQ(index.search("새봄", 5, {.form = "정"}).size(), 5u);
  EXPECT_TRUE(index.search("새봄", 5, {.form = "시럽"}).empty());
}

TEST(NameIndex, PrefersThePopularAmongEquallyGood) {
  const std::vector<NameEntry> entries = {{.name = "새봄가정"}, {.name = "새봄나다라정", .popularity = 7}};

  const std::vector<NameMatch> matches = NameIndex(entries).search("새봄");

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].index, 1u);
}

TEST(NameIndex, ScoresFallAndOnlyTheExactNameHasAll) {
  const NameIndex index(Names{"가나다라", "가나", "나가나다라마바사", "가나다"});

  const std::vector<NameMatch> matches = index.search("가나");

  ASSERT_EQ(matches.size(), 4u);
  EXPECT_DOUBLE_EQ(matches[0].score, 1);
  EXPECT_LT(matches[1].score, 1);
  EXPECT_TRUE(std::ranges::is_sorted(matches, std::ranges::greater(), &NameMatch::score));
}

TEST(NameIndex, NamesTheBrand) {
  const Names names = {"타이레놀정500밀리그람(아세트아미노펜)"};

  const NameMatch match = NameIndex(names).search("타이레놀").at(0);

  EXPECT_EQ(names[0].substr(match.brand.begin, match.brand.end - match.brand.begin), "타이레놀");
}

TEST(NameIndex, KnowsWhichBrandsAreConfusable) {
  const NameIndex index(Names{"로살탄정", "코살탄정", "로살탄플러스정", "게보린정", "로살탄캡슐"});

  const std::vector<ConfusableName> confusable = index.confusable_names("로살탄");

  ASSERT_FALSE(confusable.empty());
  EXPECT_EQ(confusable[0].brand, "코살탄");
  EXPECT_EQ(confusable[0].edits, 1u);
  for (const ConfusableName& one : confusable) EXPECT_NE(one.brand, "로살탄");
}

TEST(NameIndex, SaysWhereInTheOriginal) {
  const Names names = {"한미 타이 레놀-정 500밀리그람"};

  EXPECT_EQ(piece(names, NameIndex(names).search("타이레놀").at(0)), "타이 레놀");
  EXPECT_EQ(piece(names, NameIndex(names).search("정500mg").at(0)), "정 500밀리그람");
}

TEST(NameIndex, GivesNoMoreThanTheLimit) {
  const Names names = {"가정", "가정액", "나가정", "가 정"};

  EXPECT_EQ(search(names, "가정", 1).size(), 1u);
  EXPECT_EQ(search(names, "가정", 3).size(), 3u);
  EXPECT_EQ(search(names, "가정", 100).size(), 4u);
}

TEST(NameIndex, FindsNothingForTextWithoutALetterOrDigit) {
  const NameIndex index(Names{"타이레놀", "", "(·)", "\U0001F48A"});

  for (const std::string_view text : {"", " ", "\n\t", "()", "?", ".", "%", "\U0001F48A", "\u200B", "- - -"}) {
    EXPECT_TRUE(index.search(text).empty()) << text;
    EXPECT_TRUE(index.suggest(text).empty()) << text;
  }
  EXPECT_EQ(index.size(), 4u);
}

TEST(NameIndex, FindsNothingAmongNoNames) {
  const NameIndex index(Names{});

  EXPECT_TRUE(index.search("타이레놀").empty());
  EXPECT_EQ(index.size(), 0u);
}

TEST(NameIndex, MatchesASingleLetter) {
  EXPECT_EQ(search({"가", "나가"}, "가"), (Found{{"가", MatchKind::exact}, {"나가", MatchKind::inside}}));
}

TEST(NameIndex, RefusesWhatCannotBeSearched) {
  const NameIndex index(Names{"타이레놀"});

  EXPECT_NE(message_of(index, "타\xFF").find("at byte 3"), std::string::npos);
  EXPECT_NE(message_of(index, std::string(10 << 20, 'a')).find("10485760 bytes"), std::string::npos);
  EXPECT_NE(message_of(index, "타이레놀", 0).find("limit"), std::string::npos);
  EXPECT_THROW(index.suggest("타\xFF"), InvalidArgument);
  EXPECT_TRUE(index.search(std::string(NameIndex::maximum_query_bytes, 'a')).empty());
  EXPECT_THROW(index.search(std::string(NameIndex::maximum_query_bytes + 1, 'a')), InvalidArgument);
}

TEST(NameIndex, RefusesANameThatIsNotUtf8) {
  try {
    NameIndex(Names{"타이레놀", "ab\xB0\xA1"});
    FAIL() << "nothing was thrown";
  } catch (const InvalidArgument& problem) {
    EXPECT_NE(std::string_view(problem.what()).find("position 1 is not valid UTF-8 at its byte 2"),
              std::string_view::npos)
        << problem.what();
  }
}

TEST(NameIndex, CanBeMoved) {
  NameIndex first(Names{"타이레놀"});

  NameIndex second = std::move(first);
  NameIndex third(Names{});
  third = std::move(second);

  EXPECT_EQ(third.search("타이레놀").size(), 1u);
}

}  // namespace
}  // namespace pilling
