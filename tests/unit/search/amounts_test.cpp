#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"

namespace pilling {
namespace {

using Names = std::vector<std::string>;

std::vector<NameMatch> search(const Names& names, std::string_view text, std::size_t limit = 10) {
  return NameIndex(names).search(text, limit);
}

// Names that are given as what was typed, not as something like it.
Names certain(const Names& names, std::string_view text) {
  Names found;
  for (const NameMatch& match : search(names, text)) {
    if (!match.approximate) found.push_back(match.name);
  }
  return found;
}

TEST(Amounts, KeepTheirUnitAcrossABlank) {
  EXPECT_EQ(certain({"타이레놀정500mg"}, "타이레놀 500 g"), Names{});
  EXPECT_EQ(certain({"타이레놀정500mg"}, "타이레놀정 500 그램"), Names{});
  EXPECT_EQ(certain({"타이레놀정10mcg"}, "타이레놀 10 g"), Names{});
  EXPECT_EQ(certain({"타이레놀정500mcg(카페인10mg)", "타이레놀정500밀리리터(나트륨5mg)"}, "타이레놀 500 mg"), Names{});
  EXPECT_EQ(certain({"타이레놀정500mg"}, "타이레놀 500 mg"), Names{"타이레놀정500mg"});
  EXPECT_EQ(certain({"타이레놀정500mg"}, "타이레놀 0.5 g"), Names{"타이레놀정500mg"});
}

TEST(Amounts, AreNotCutByAWordThatBeginsTheirUnit) {
  EXPECT_EQ(certain({"타이레놀정500mg"}, "타이레놀 500 m"), Names{});
  EXPECT_EQ(certain({"타이레놀정100iu"}, "타이레놀 100i"), Names{});
}

TEST(Amounts, AreNotCutAmongInitials) {
  const Names names = {"타이레놀정500밀리그람", "타이레놀정100밀리그람", "가나정0.25mg"};

  EXPECT_EQ(certain(names, "ㅌㅇㄹㄴㅈ50"), Names{});
  EXPECT_EQ(certain(names, "타이ㄹㄴㅈ10"), Names{});
  EXPECT_EQ(certain(names, "가ㄴㅈ0"), Names{});
  EXPECT_EQ(certain(names, "ㅌㅇㄹㄴㅈ500"), Names{"타이레놀정500밀리그람"});
  EXPECT_EQ(certain(names, "타이ㄹㄴㅈ100"), Names{"타이레놀정100밀리그람"});
}

TEST(Amounts, AreNotCutAmongInitialsOfManyNames) {
  Names names;
  for (int i = 0; i < 200; ++i) names.push_back("가" + std::to_string(100 + i) + "정");

  EXPECT_EQ(certain(names, "ㄱ1"), Names{});
  EXPECT_EQ(certain(names, "ㄱ17"), Names{});
  EXPECT_EQ(certain(names, "ㄱ170"), Names{"가170정"});
}

TEST(Amounts, StandWholeBeforeThoseThatGoOn) {
  const Names names = {"우루사500정", "우루사정50mg"};

  const auto matches = search(names, "우루사 50");

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].name, "우루사정50mg");
  EXPECT_FALSE(matches[0].approximate);
  EXPECT_EQ(matches[1].name, "우루사500정");
  EXPECT_TRUE(matches[1].approximate);
  EXPECT_EQ(search(names, "우루사 50", 1).at(0).name, "우루사정50mg");
}

TEST(Amounts, LeadToTheSameFirstNameWhateverTheLimit) {
  const Names names = {"an500정", "무50정"};

  EXPECT_EQ(search(names, "an50", 1).at(0).name, search(names, "an50", 10).at(0).name);
}

TEST(Amounts, AreFoundBehindAShortBrand) {
  const Names names = {"판정5mg", "판정50mg"};

  EXPECT_EQ(certain(names, "판 5mg"), Names{"판정5mg"});
}

TEST(Amounts, AreNotTakenForLettersOfTheOtherLayout) {
  for (const std::string_view text : {"타이레놀정 500 mcg", "타이레놀정500u", "타이레놀정 500 u"}) {
    for (const NameMatch& match : search({"타이레놀정500mg"}, text)) {
      EXPECT_EQ(match.kind, MatchKind::partial) << text;
      EXPECT_EQ(match.reading, TextReading::literal) << text;
    }
  }
}

TEST(Amounts, ComeBeforeMorePopularOnesThatGoOnWhileTheyAreTyped) {
  const NameIndex index({{.name = "타이레놀정100mg", .popularity = 9}, {.name = "타이레놀정10mg"}});

  const auto matches = index.suggest("타이레놀정10");

  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].name, "타이레놀정10mg");
}

TEST(Words, MayBeUnfinishedOnlyAtTheEnd) {
  EXPECT_EQ(certain({"리핀정10mg"}, "리피 10mg"), Names{});
  EXPECT_EQ(certain({"리핀정10mg"}, "10mg 리피"), Names{"리핀정10mg"});
}

TEST(SameBrand, IsTheWholeBrand) {
  const NameIndex index({{.name = "타이정", .english_name = "TAI Tab"},
                         {.name = "타이시럽"},
                         {.name = "타이콜드정"},
                         {.name = "타이레놀정500mg"}});

  Names found;
  for (const NameMatch& match : index.search("tai")) {
    if (!match.approximate) found.push_back(match.name);
  }

  EXPECT_EQ(found, (Names{"타이정", "타이시럽"}));
}

TEST(SimilarBrands, TakeTurnsWhateverTheLimit) {
  Names names;
  for (int i = 1; i < 80; ++i) names.push_back("로보린정" + std::to_string(i) + "mg");
  names.push_back("모보린정");

  for (const std::size_t limit : {2u, 5u, 20u, 40u, 100u}) {
    const auto matches = search(names, "노보린", limit);

    ASSERT_GE(matches.size(), 2u);
    EXPECT_NE(matches[0].name.substr(0, 9), matches[1].name.substr(0, 9)) << limit;
    EXPECT_EQ(matches[0].score, matches[1].score) << limit;
  }
}

TEST(ExportName, EndsWithItsBracket) {
  const auto matches = search({"게보린정(수출명:돌로린정)(이부프로펜)"}, "이부프로펜");

  EXPECT_EQ(matches.at(0).field, NameField::brackets);
}

TEST(CompanyFilter, FindsNamesWithBlanks) {
  const NameIndex index(
      {{.name = "가나정", .company = "(주)GC 녹십자"}, {.name = "가나시럽", .company = "JW 중외제약"}});

  EXPECT_EQ(index.search("가나", 10, {.company = "GC녹십자"}).size(), 1u);
  EXPECT_EQ(index.search("가나", 10, {.company = "GC 녹십자"}).size(), 1u);
  EXPECT_EQ(index.search("가나", 10, {.company = "JW중외제약(주)"}).size(), 1u);
}

}  // namespace
}  // namespace pilling
