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

Found with_names(const Names& names, const std::vector<NameMatch>& matches) {
  Found found;
  for (const NameMatch& match : matches) found.emplace_back(names[match.index], match.kind);
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
  EXPECT_EQ(to_string(MatchKind::prefix), "prefix");
  EXPECT_EQ(to_string(MatchKind::inside), "inside");
}

TEST(NameIndex, GivesExactThenPrefixThenInside) {
  const Names names = {"어린이타이레놀정", "타이레놀콜드에스정", "타이레놀", "타이레놀정", "게보린정"};

  const Found found = search(names, "타이레놀");

  EXPECT_EQ(found, (Found{{"타이레놀", MatchKind::exact},
                          {"타이레놀정", MatchKind::prefix},
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
  const Names names = {"정10mg",  "정100mg",   "정110mg",  "정0.10mg", "정10.5mg",
                       "정210mg", "정1,000mg", "정10/5mg", "정10"};

  EXPECT_EQ(search(names, "10mg"), (Found{{"정10mg", MatchKind::inside}}));
  EXPECT_EQ(search(names, "정10"),
            (Found{{"정10", MatchKind::exact}, {"정10mg", MatchKind::prefix}, {"정10/5mg", MatchKind::prefix}}));
  EXPECT_EQ(search(names, "정0"), Found{});
  EXPECT_EQ(search(names, "정1"), Found{});
  EXPECT_EQ(search(names, "000mg"), Found{});
  EXPECT_EQ(search(names, "5mg"), (Found{{"정10/5mg", MatchKind::inside}}));
  EXPECT_EQ(search(names, "1000"), (Found{{"정1,000mg", MatchKind::inside}}));
  EXPECT_EQ(search(names, "0.10mg"), (Found{{"정0.10mg", MatchKind::inside}}));
}

TEST(NameIndex, LooksOnWhenTheFirstPlaceCutsANumber) {
  const Names names = {"정100/10mg", "100정10", "10정100"};

  EXPECT_EQ(search(names, "10"),
            (Found{{"10정100", MatchKind::prefix}, {"100정10", MatchKind::inside}, {"정100/10mg", MatchKind::inside}}));
}

TEST(NameIndex, NeverTakesALostMicroSignForAnotherUnit) {
  const Names names = {"씬지정50?g", "씬지정50µg", "씬지정50mg", "씬지정50g"};

  EXPECT_EQ(search(names, "씬지정50g"), (Found{{"씬지정50g", MatchKind::exact}}));
  EXPECT_EQ(search(names, "씬지정50mg"), (Found{{"씬지정50mg", MatchKind::exact}}));
  EXPECT_EQ(search(names, "50마이크로그램"), (Found{{"씬지정50µg", MatchKind::inside}}));
  EXPECT_EQ(search(names, "씬지정50?g"), (Found{{"씬지정50?g", MatchKind::exact}}));
}

TEST(NameIndex, TellsAFractionFromANumber) {
  const Names names = {"정0.5g", "정5g", "정.5g", "정05g"};

  EXPECT_EQ(search(names, "정5g"), (Found{{"정5g", MatchKind::exact}}));
  EXPECT_EQ(search(names, "정 .5g"), (Found{{"정0.5g", MatchKind::exact}}));
}

TEST(NameIndex, SuggestsForANumberThatIsStillBeingTyped) {
  const Names names = {"정10mg", "정100mg", "정0.10mg", "정210mg", "정10.5mg"};

  EXPECT_EQ(suggest(names, "정10"),
            (Found{{"정10mg", MatchKind::prefix}, {"정100mg", MatchKind::prefix}, {"정10.5mg", MatchKind::prefix}}));
  EXPECT_EQ(suggest(names, "정10 "), (Found{{"정10mg", MatchKind::prefix}}));
  EXPECT_EQ(suggest(names, "정10mg"), (Found{{"정10mg", MatchKind::exact}}));
  EXPECT_EQ(suggest(names, "정0.1"), (Found{{"정0.10mg", MatchKind::prefix}}));
  EXPECT_EQ(suggest(names, "정10."), suggest(names, "정10 "));
}

TEST(NameIndex, ScoresTheShareThatMatched) {
  const NameIndex index(Names{"가나다라", "가나", "나가나다라마바사", "가나다"});

  const std::vector<NameMatch> matches = index.search("가나");

  ASSERT_EQ(matches.size(), 4u);
  EXPECT_DOUBLE_EQ(matches[0].score, 1);
  EXPECT_DOUBLE_EQ(matches[1].score, 0.5 + 0.5 * 2 / 3);
  EXPECT_DOUBLE_EQ(matches[2].score, 0.75);
  EXPECT_DOUBLE_EQ(matches[3].score, 0.125);
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
