#include <array>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pilling/search.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

using Names = std::vector<std::string>;

std::string one_of(const Names& names, std::mt19937_64& random) { return names[random() % names.size()]; }

const Names strengths = {"1mg",   "10mg", "100mg", "110mg", "1.5mg", "15mg",
                         "0.5mg", "5mg",  "50mg",  "500mg", "5g",    "5mcg"};

// Every brand in every strength.
Names catalogue() {
  Names names;
  for (const std::string brand : {"새봄큰", "들꽃나라", "푸른솔", "하늘빛나"}) {
    for (const std::string& strength : strengths) names.push_back(brand + "정" + strength);
  }
  return names;
}

// Right, with a slip, by initials, in the other layout.
const Names ways_to_type = {"새봄큰정", "새붐큰정", "새봄큰",   "들곷나라정", "ㅍㄹㅅㅈ",
                            "푸른술 ",  "하늘빗나", "tkqhazms", "toqhazms",   "저ㅇ"};

std::vector<std::string> names_of(const std::vector<NameMatch>& matches) {
  std::vector<std::string> names;
  for (const NameMatch& match : matches) names.push_back(match.name);
  return names;
}

bool is_loose(MatchKind kind) {
  return kind == MatchKind::fuzzy || kind == MatchKind::sound || kind == MatchKind::partial;
}

TEST(NameIndexPromises, MarkEverythingLooserThanALiteralMatchAsApproximate) {
  const NameIndex index(catalogue());
  std::mt19937_64 random(1);
  std::size_t loose = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string text = one_of(ways_to_type, random) + one_of(strengths, random);
    for (const NameMatch& match : index.search(text)) {
      if (!is_loose(match.kind)) continue;

      EXPECT_TRUE(match.approximate) << text << ": " << match.name;
      ++loose;
    }
  }
  EXPECT_GT(loose, 100u);
}

TEST(NameIndexPromises, NeverAnswerAStrengthWithAnotherUnlessTheySaySo) {
  const NameIndex index(catalogue());
  std::mt19937_64 random(2);
  for (int i = 0; i < 500; ++i) {
    const std::string strength = one_of(strengths, random);
    const std::string text = one_of(ways_to_type, random) + strength;
    for (const NameMatch& match : index.search(text, 50)) {
      if (match.kind == MatchKind::partial) continue;

      const std::string name = text::normalize(match.name).text;
      EXPECT_EQ(name.substr(name.find_first_of("0123456789")), strength) << text << " is " << match.name;
    }
  }
}

TEST(NameIndexPromises, NeverCountADigitAsASlip) {
  const NameIndex index(Names{"새봄큰나무정10mg", "비타민12정"});

  for (const std::string_view text :
       {"새봄큰나무정11mg", "새봄큰나무정1mg", "새봄큰나무정100mg", "비타민1정", "비타민21정"}) {
    for (const NameMatch& match : index.search(text)) EXPECT_NE(match.kind, MatchKind::fuzzy) << text;
  }
}

TEST(NameIndexPromises, NeverReadALostMicroSignAsGramsWhenTheBrandHasASlip) {
  const NameIndex index(Names{"새봄큰나무정50g", "새봄큰나무정50mg", "새봄큰나무정50µg"});

  for (const NameMatch& match : index.search("새붐큰나무정50?g")) {
    EXPECT_EQ(match.kind, MatchKind::partial) << match.name;
  }
}

TEST(NameIndexPromises, PutAllStrengthsOfABrandBeforeALongerBrandHoweverPopular) {
  const std::vector<NameEntry> entries = {{.name = "새봄콜드정", .popularity = 1000},
                                          {.name = "새봄정100mg"},
                                          {.name = "새봄플러스정", .popularity = 500},
                                          {.name = "새봄시럽"},
                                          {.name = "새봄정20밀리그램(아무나)"}};

  const std::vector<NameMatch> matches = NameIndex(entries).search("새봄");

  ASSERT_EQ(matches.size(), 5u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(matches[i].kind, MatchKind::brand) << matches[i].name;
  EXPECT_EQ(matches[3].name, "새봄콜드정");
  EXPECT_EQ(matches[4].name, "새봄플러스정");
}

TEST(NameIndexPromises, KeepTheOrderInEveryThread) {
  const NameIndex index(catalogue());
  const Names texts = {"ㅅㅂ", "정", "새붐큰", "tkfqha", "10mg", "하늘빗나 5mg"};
  Names expected;
  for (const std::string& text : texts) {
    for (const std::string& name : names_of(index.search(text))) expected.push_back(name);
  }

  std::array<Names, 4> found;
  {
    std::vector<std::jthread> threads;
    for (Names& names : found) {
      threads.emplace_back([&] {
        for (const std::string& text : texts) {
          for (const std::string& name : names_of(index.search(text))) names.push_back(name);
        }
      });
    }
  }

  for (const Names& names : found) EXPECT_EQ(names, expected);
}

TEST(NameIndexPromises, TellWhereInTheNameEvenForSlips) {
  const NameIndex index(Names{"한빛 새봄-큰정 10mg"});

  const NameMatch match = index.search("새붐큰정").at(0);

  const ByteSpan span = match.spans.at(0);
  EXPECT_EQ(match.text.substr(span.begin, span.end - span.begin), "새봄-큰정");
}

TEST(NameIndexPromises, FindANameBehindWhatCannotBeSeen) {
  const NameIndex index(Names{"새봄정", "가나정"});

  for (const std::string_view text : {"\u200F새봄정\u200F", "\uFEFF새봄정", "새\u200B봄정", "새봄정\u00A0",
                                      "새봄\u3000정", "\U0001F48A새봄정", "\u202E새봄정\u202C", "새봄\u3164정"}) {
    const std::vector<NameMatch> matches = index.search(text);

    ASSERT_EQ(matches.size(), 1u) << text;
    EXPECT_EQ(matches[0].kind, MatchKind::exact) << text;
  }
  EXPECT_EQ(index.search(std::string_view("새봄\0정", 10)).at(0).kind, MatchKind::exact);
}

TEST(NameIndexPromises, TakeTextsOfAnyScriptWithoutThrowing) {
  const NameIndex index(catalogue());
  const Names pieces = {"\u0301",       "\u0645",       "\u0378", "\U000F0000", "\u3164", "\uFFA1",
                        "\u1100\u119E", "\u1112\u119E", "㎎",     "\u200D",     "ﷺ",      "\U0001F468\u200D\U0001F469"};
  for (const std::string& piece : pieces) {
    for (const std::size_t times : {1u, 2u, 17u, 300u}) {
      std::string text;
      for (std::size_t i = 0; i < times; ++i) text += piece;
      if (text.size() > NameIndex::maximum_query_bytes) continue;

      EXPECT_NO_THROW(index.search(text)) << piece << " " << times << " times";
      EXPECT_NO_THROW(index.suggest("새" + text)) << piece << " " << times << " times";
      EXPECT_NO_THROW(index.confusable_names(text + "봄")) << piece << " " << times << " times";
    }
  }
}

TEST(NameIndexPromises, TakeTheLongestRunsOfDigits) {
  const NameIndex index(catalogue());

  for (const char digit : std::string_view("0159")) {
    EXPECT_TRUE(index.search(std::string(NameIndex::maximum_query_bytes, digit)).empty());
    EXPECT_TRUE(index.suggest(std::string(NameIndex::maximum_query_bytes, digit)).empty());
  }
}

TEST(NameIndexPromises, KeepNamesOfAnyScript) {
  const Names names = {"\u0628\u0627\u0631", "\u1100\u119E정", "비타민\u0301", "ΩMEGA-3", "漢方薬", "\u3164", ""};
  const NameIndex index(names);

  for (const std::size_t searchable : {0u, 1u, 2u, 3u, 4u}) {
    EXPECT_EQ(index.search(names[searchable]).at(0).index, searchable) << names[searchable];
  }
  EXPECT_EQ(index.size(), names.size());
}

}  // namespace
}  // namespace pilling
