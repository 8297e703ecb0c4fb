#include "text/clean.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>

#include "text/normalize.hpp"

namespace pilling::text {
namespace {

TEST(CleanText, LeavesPlainTextAsItIs) {
  EXPECT_EQ(clean_text("두통, 치통에 씁니다."), "두통, 치통에 씁니다.");
  EXPECT_EQ(clean_text(""), "");
}

TEST(CleanText, MakesLineBreaksOfBlockTags) {
  EXPECT_EQ(clean_text("<p>하나</p><p>둘</p>"), "하나\n둘");
  EXPECT_EQ(clean_text("하나<br>둘<BR/>셋<br />넷"), "하나\n둘\n셋\n넷");
  EXPECT_EQ(clean_text("<table><tr><td>1</td><td>2</td></tr></table>"), "1 2");
}

TEST(CleanText, DropsInlineTagsCommentsAndDataMarks) {
  EXPECT_EQ(clean_text("<b>강</b>조 <span style=\"color:red\" class='x'>표시</span>"), "강조 표시");
  EXPECT_EQ(clean_text("앞<!-- 말 -->뒤"), "앞뒤");
  EXPECT_EQ(clean_text("<![CDATA[<p>효능</p>]]>"), "효능");
}

TEST(CleanText, KeepsWhatOnlyLooksLikeATag) {
  for (const std::string_view text : {"<포비돈요오드>", "5 < 10 > 3", "a<b 이고 c>d", "<p", "<", "<>", "</>", "<<",
                                      "<foo>", "앞 <!-- 끝없는 말", "가]]>나", "<p 30 미만>"}) {
    EXPECT_EQ(clean_text(text), text);
  }
}

TEST(CleanText, ResolvesCharacterReferences) {
  EXPECT_EQ(clean_text("&alpha;-&beta;-&gamma; &Omega; &micro;g &deg;C &hellip; &frac12;"), "α-β-γ Ω µg °C … ½");
  EXPECT_EQ(clean_text("&#946;&#x3B2;&#X3b2; &#39;&apos;&quot;"), "βββ ''\"");
  EXPECT_EQ(clean_text("a&nbsp;b&ensp;c"), "a b c");
  EXPECT_EQ(clean_text("&#150;"), "–");
}

TEST(CleanText, ResolvesReferencesOnce) {
  EXPECT_EQ(clean_text("&lt;p&gt;"), "<p>");
  EXPECT_EQ(clean_text("&amp;lt;"), "&lt;");
}

TEST(CleanText, KeepsAnAmpersandThatBeginsNoReference) {
  for (const std::string_view text :
       {"R&D", "A&B;C", "&", "&;", "&#;", "&#x;", "&#12", "&unknown;", "&beta", "&#1a;"}) {
    EXPECT_EQ(clean_text(text), text);
  }
}

TEST(CleanText, ReplacesNumbersThatAreNoCharacter) {
  EXPECT_EQ(clean_text("&#0;"), "\uFFFD");
  EXPECT_EQ(clean_text("&#xD800;"), "\uFFFD");
  EXPECT_EQ(clean_text("&#x110000;"), "\uFFFD");
  EXPECT_EQ(clean_text("&#99999999999;"), "\uFFFD");
}

TEST(CleanText, NeverMakesOneNumberOfAPower) {
  EXPECT_EQ(clean_text("10<sup>6</sup>개, 5<sup>-2</sup>1"), "10⁶개, 5⁻²1");
  EXPECT_EQ(clean_text("비타민 B<sub>12</sub>"), "비타민 B12");
  EXPECT_EQ(clean_text("<p>10<sup>6</p><p>20</p>"), "10⁶\n20");
}

TEST(CleanText, FoldsBlanks) {
  EXPECT_EQ(clean_text(" \n 하나 \u00A0\t 둘 \r\n\r\n \u3000 셋\u200B\u200B 넷\n\n"), "하나 둘\n셋 넷");
  EXPECT_EQ(clean_text("위\u009E십이지장"), "위 십이지장");
  EXPECT_EQ(clean_text("타이\u00AD레\uFEFF놀"), "타이레놀");
}

TEST(CleanText, MakesIllFormedBytesVisible) {
  EXPECT_EQ(clean_text("가\xFF나"), "가\uFFFD나");
  EXPECT_EQ(clean_text("가\xEA\xB0"), "가\uFFFD");
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(CleanText, StaysLinearInHostileText) {
  for (const std::string_view piece : {"<", "<p ", "<!--", "&", "&#", "<![CDATA[", "]]>"}) {
    std::string text;
    while (text.size() < 300'000) text.append(piece);

    EXPECT_LE(clean_text(text).size(), text.size());
  }
}

TEST(CleanText, GivesValidTextWithoutOuterOrDoubleBlanks) {
  constexpr std::string_view pieces[] = {"<p>", "<br/>", "</sup>", "<sup>", "&nbsp;", "&beta;", "&#x", ";",   " ",
                                         "\n",  "가",    "1",      "\xFF",  "\xEA",   "<!--",   "-->", "]]>", "\u200B"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random(seed);
    std::string raw;
    for (std::size_t left = random() % 20; left > 0; --left) raw.append(pieces[random() % std::size(pieces)]);

    const std::string clean = clean_text(raw);

    ASSERT_TRUE(is_valid_utf8(clean)) << "seed " << seed;
    ASSERT_EQ(clean.find("  "), std::string::npos) << "seed " << seed;
    ASSERT_EQ(clean.find("\n\n"), std::string::npos) << "seed " << seed;
    ASSERT_FALSE(clean.starts_with(' ') || clean.ends_with(' ') || clean.starts_with('\n') || clean.ends_with('\n'))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace pilling::text
