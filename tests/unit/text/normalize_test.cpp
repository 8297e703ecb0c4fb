#include "text/normalize.hpp"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/utf8.hpp"

namespace pilling::text {
namespace {

std::string form(std::string_view original) { return normalize(original).text; }

using Equal = std::pair<std::string_view, std::string_view>;

void expect_equal(const std::vector<Equal>& pairs) {
  for (const auto& [written, expected] : pairs) EXPECT_EQ(form(written), expected) << "of \"" << written << "\"";
}

bool is_border(std::string_view text, std::size_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

TEST(Utf8, AcceptsEveryLengthOfCharacter) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("plain text that is longer than eight bytes"));
  EXPECT_TRUE(
      is_valid_utf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
  EXPECT_TRUE(is_valid_utf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  const std::vector<std::string_view> ill_formed = {"\x80",
                                                    "\xBF",
                                                    "\xC0\xAF",
                                                    "\xC1\xBF",
                                                    "\xE0\x9F\xBF",
                                                    "\xED\xA0\x80",
                                                    "\xED\xBF\xBF",
                                                    "\xF0\x8F\xBF\xBF",
                                                    "\xF4\x90\x80\x80",
                                                    "\xF5\x80\x80\x80",
                                                    "\xFF",
                                                    "\xEA\xB0",
                                                    "\xEA",
                                                    "\xEA\x28\xA1",
                                                    "\xF0\x90\x80",
                                                    "\xC3("};

  for (const std::string_view bytes : ill_formed) {
    EXPECT_FALSE(is_valid_utf8(bytes));
    EXPECT_FALSE(is_valid_utf8(std::string("타이레놀 500mg ").append(bytes)));
    EXPECT_EQ(valid_utf8_length(std::string("타이레놀").append(bytes).append("정")), 12u);
  }
}

TEST(Utf8, WritesWhatItReads) {
  for (const char32_t c : {U'a', U'\u00B5', U'정', U'\U0001F48A', U'\U0010FFFF'}) {
    std::string text;

    append_utf8(text, c);

    EXPECT_EQ(decode(text, 0).value, c);
    EXPECT_EQ(decode(text, 0).size, text.size());
  }
}

TEST(Normalize, FoldsCaseWidthAndDecomposedForms) {
  expect_equal({{"Tylenol ER", "tylenoler"},
                {"ＴＹＬＥＮＯＬ　ＥＲ", "tylenoler"},
                {"\u1110\u1161\u110B\u1175\u1105\u1166\u1102\u1169\u11AF", "타이레놀"},
                {"\u1100\u1161\u11A8", "각"},
                {"가\u11A8", "각"},
                {"e\u0301", "é"},
                {"É", "é"},
                {"ﾊﾟ", "パ"},
                {"Ⅷ", "viii"},
                {"㈜한일", "주한일"}});
}

TEST(Normalize, ComposesAcrossWhatItDrops) {
  expect_equal({{"\u1100-\u1161", "가"}, {"e-\u0301", "é"}, {"a\u0301-\u0323", form("a\u0323\u0301")}});
}

TEST(Normalize, DropsSpacesPunctuationAndControls) {
  expect_equal({{" 타이레놀 정 ", "타이레놀정"},
                {"타이레놀\r\n정\t(수출용)", "타이레놀정수출용"},
                {"타이\u200B레\uFEFF놀\u00AD", "타이레놀"},
                {"타이레놀™정®", "타이레놀정"},
                {"L-아스파르트산", "l아스파르트산"},
                {"", ""},
                {" \n\t", ""},
                {"()[]·!?,.", ""},
                {"\U0001F48A", ""}});
}

TEST(Normalize, TakesNoMiddleDotForALetterOrAFullStop) {
  for (const std::string_view dot : {"ㆍ", "ᆞ", "․", "·", "‧", "∙", "⋅", "•", "・", "･"}) {
    EXPECT_EQ(form(std::string("화상").append(dot).append("외상")), "화상외상") << dot;
    EXPECT_EQ(form(std::string("1").append(dot).append("2")), "1 2") << dot;
  }
}

TEST(Normalize, WritesEachUnitInOneWay) {
  for (const std::string_view unit :
       {"mg", "MG", "㎎", " mg", "밀리그램", "밀리그람", " 밀리그램", "ｍｇ", "-밀리그람"}) {
    EXPECT_EQ(form(std::string("정5").append(unit)), "정5mg") << unit;
  }
  for (const std::string_view unit : {"mcg", "㎍", "µg", "μg", "ug", "마이크로그램", " 마이크로그람"}) {
    EXPECT_EQ(form(std::string("정5").append(unit)), "정5mcg") << unit;
  }
  expect_equal({{"1그램", "1g"},
                {"1그람", "1g"},
                {"1 g", "1g"},
                {"5밀리리터", "5ml"},
                {"5㎖", "5ml"},
                {"5mL", "5ml"},
                {"95퍼센트", "95%"},
                {"95 ％", "95%"},
                {"1캅셀", "1캡슐"},
                {"연질캅셀", "연질캡슐"}});
}

TEST(Normalize, TakesAUnitForOneOnlyAfterANumber) {
  expect_equal({{"프로그램정", "프로그램정"},
                {"5그램\u0301", "5그램\u0301"},
                {"그람양성", "그람양성"},
                {"퍼센트", "퍼센트"},
                {"%", ""},
                {"ug", "ug"}});
}

TEST(Normalize, NeverLetsTwoNumbersRunTogether) {
  expect_equal({{"100/6mg", "100 6mg"},
                {"80 12.5", "80 12.5"},
                {"1-2", "1 2"},
                {"1\n2", "1 2"},
                {"1\u200B2", "1 2"},
                {"1, 2", "1 2"},
                {"10,20", "10 20"},
                {"20→1", "20 1"},
                {"①②", "1 2"},
                {"10²", "10 2"},
                {"5½", "5 1 2"},
                {"⒈5", "1 5"},
                {"㎠5", "cm2 5"},
                {"5️⃣0", "5 0"},
                {"B₁₂", "b12"},
                {"3.2X3.2㎠/1매", "3.2x3.2cm2 1매"}});
}

TEST(Normalize, TakesThousandsForOneNumber) {
  expect_equal({{"1,000", "1000"},
                {"1,000,000단위", "1000000단위"},
                {"1:100,000", "1 100000"},
                {"1,000.5", "1000.5"},
                {"1,0000", "1 0000"},
                {"1000,000", "1000 000"},
                {"0,125", "0 125"},
                {"1.5,000", "1.5 000"},
                {"1, 000", "1 000"}});
}

TEST(Normalize, KeepsTheDecimalPoint) {
  expect_equal({{"0.5g", "0.5g"},
                {"05g", "05g"},
                {"０．５ｇ", "0.5g"},
                {"정 .5g", "정0.5g"},
                {".5", "0.5"},
                {"1 .5", "1 0.5"},
                {"Inj.5mg", "inj.5mg"},
                {"1..5", "1 5"},
                {"5mg.", "5mg"},
                {"1.고려치약", "1고려치약"}});
}

TEST(Normalize, KeepsThePercentSignOfANumber) {
  EXPECT_EQ(form("10%"), "10%");
  EXPECT_NE(form("10%"), form("10"));
  EXPECT_NE(form("10‰"), form("10%"));
  EXPECT_EQ(form("가%나"), "가나");
}

TEST(Normalize, NeverTakesALostMicroSignForNothing) {
  for (const std::string_view lost : {"50?g", "50 ?g", "50??g", "50\uFFFDg", "50？g"}) {
    EXPECT_EQ(form(lost), "50?g") << lost;
  }
  EXPECT_NE(form("50?g"), form("50g"));
  EXPECT_NE(form("50?g"), form("50mg"));
  EXPECT_NE(form("50?그램"), form("50그램"));
  expect_equal({{"타이레놀?", "타이레놀"}, {"타이레놀 500?", "타이레놀500"}, {"50?/1", "50 1"}});
}

TEST(Normalize, LeadsBackToTheOriginal) {
  const std::string original = "  ㈜정 5 밀리그램(1,000)";

  const NormalForm normal = normalize(original);

  ASSERT_EQ(normal.text, "주정5mg1000");
  const auto piece = [&](std::size_t begin, std::size_t end) {
    const ByteSpan span = normal.original(begin, end);
    return original.substr(span.begin, span.end - span.begin);
  };
  EXPECT_EQ(piece(0, 3), "㈜");
  EXPECT_EQ(piece(3, 6), "정");
  EXPECT_EQ(piece(6, 9), "5 밀리그램");
  EXPECT_EQ(piece(7, 9), "밀리그램");
  EXPECT_EQ(piece(9, 13), "1,000");
}

TEST(Normalize, LeadsBackToWholeDecomposedSyllables) {
  const std::string original = "\u1110\u1161\u110B\u1175";

  const NormalForm normal = normalize(original);

  ASSERT_EQ(normal.text, "타이");
  EXPECT_EQ(normal.original(0, 3), (ByteSpan{.begin = 0, .end = 6}));
  EXPECT_EQ(normal.original(3, 6), (ByteSpan{.begin = 6, .end = 12}));
}

TEST(Normalize, StaysLinearInHostileText) {
  std::string marks = "a";
  for (int i = 0; i < 60000; ++i) marks.append(i % 2 == 0 ? "\u0301" : "\u0323");
  std::string questions = "5";
  for (int i = 0; i < 100000; ++i) questions.append("? ");
  std::string commas;
  for (int i = 0; i < 100000; ++i) commas.append("1,");

  EXPECT_EQ(form(form(marks)), form(marks));
  EXPECT_EQ(form(questions), "5");
  EXPECT_EQ(form(commas).size(), 199999u);
}

// Characters that the rules speak of, some that they do not, and now and then any character at all.
std::string random_text(std::mt19937_64& random) {
  constexpr std::u32string_view known =
      U"0015.,?% gmu\u03BC\u00B5\u338D\u1100\u1161\u11A8\u318D\u00B2\u2082\u2460\u00BD\u00B7\u0301\u0323\u0345a-Z\uFFFD"
      U"\uFF0E\uFF05\u2024\u2030밀리그램람퍼센트캅셀가정\u200B\n";
  std::string text;
  for (std::size_t length = 1 + random() % 12; length > 0; --length) {
    auto c = static_cast<char32_t>(random() % 0x110000);
    if (random() % 10 != 0 || (c >= 0xD800 && c <= 0xDFFF)) c = known[random() % known.size()];
    append_utf8(text, c);
  }
  return text;
}

TEST(Normalize, TwiceEqualsOnceAndKeepsTheWayBackInOrder) {
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    std::mt19937_64 random(seed);
    const std::string original = random_text(random);

    const NormalForm once = normalize(original);

    ASSERT_EQ(form(once.text), once.text) << "seed " << seed << ": \"" << original << "\"";
    ASSERT_TRUE(is_valid_utf8(once.text)) << "seed " << seed;
    ASSERT_EQ(once.begins.size(), once.text.size());
    ASSERT_EQ(once.ends.size(), once.text.size());
    for (std::size_t i = 0; i < once.text.size(); ++i) {
      ASSERT_LT(once.begins[i], once.ends[i]) << "seed " << seed;
      ASSERT_TRUE(is_border(original, once.begins[i]) && is_border(original, once.ends[i])) << "seed " << seed;
      ASSERT_TRUE(i == 0 || (once.begins[i - 1] <= once.begins[i] && once.ends[i - 1] <= once.ends[i]))
          << "seed " << seed;
    }
  }
}

TEST(Normalize, TwiceEqualsOnceForEveryCharacter) {
  const auto is_inhabited = [](char32_t c) { return c < 0xD800 || (c >= 0xF900 && c < 0x20000) || c >= 0x2F800; };
  for (char32_t c = 1; c < 0x2FA20; ++c) {
    if (!is_inhabited(c)) continue;
    std::string text;
    append_utf8(text, c);

    const std::string once = form(text);

    ASSERT_EQ(form(once), once) << std::hex << static_cast<std::uint32_t>(c);
  }
}

TEST(Normalize, EqualsNoMatterHowNumbersAreParted) {
  constexpr std::array<std::string_view, 6> gaps = {" ", "/", " - ", "·", "\n", "(("};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 random(seed);
    const std::string first = std::to_string(random() % 1000);
    const std::string second = std::to_string(random() % 1000);
    const std::string original = std::string(first).append(gaps[random() % gaps.size()]).append(second);

    EXPECT_EQ(form(original), first + " " + second) << "seed " << seed;
  }
}

}  // namespace
}  // namespace pilling::text
