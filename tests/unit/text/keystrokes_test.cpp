#include "text/keystrokes.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <initializer_list>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::text {
namespace {

using Keys = std::vector<Key>;

Keys keys_of(std::string_view original) { return keystrokes(normalize(original).text); }

Keys codes_of(std::string_view original) {
  Keys keys = keys_of(original);
  for (Key& key : keys) key = code(key);
  return keys;
}

Keys joined(std::initializer_list<std::string_view> texts) {
  Keys keys;
  for (const std::string_view text : texts) {
    const Keys more = codes_of(text);
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

std::size_t characters_of(const Keys& keys) {
  return static_cast<std::size_t>(std::ranges::count_if(keys, starts_character));
}

std::string random_syllables(std::mt19937_64& random, std::size_t count) {
  constexpr std::uint64_t all_syllables = 11172;
  std::string text;
  while (count-- > 0) append_utf8(text, static_cast<char32_t>(0xAC00 + random() % all_syllables));
  return text;
}

TEST(Keystrokes, SpellASyllableByItsLetters) {
  EXPECT_EQ(codes_of("가"), joined({"ㄱ", "ㅏ"}));
  EXPECT_EQ(codes_of("한글"), joined({"ㅎ", "ㅏ", "ㄴ", "ㄱ", "ㅡ", "ㄹ"}));
}

TEST(Keystrokes, SpellCompoundVowelsByTwoStrokes) {
  EXPECT_EQ(codes_of("ㅘㅙㅚ"), joined({"ㅗ", "ㅏ", "ㅗ", "ㅐ", "ㅗ", "ㅣ"}));
  EXPECT_EQ(codes_of("ㅝㅞㅟㅢ"), joined({"ㅜ", "ㅓ", "ㅜ", "ㅔ", "ㅜ", "ㅣ", "ㅡ", "ㅣ"}));
  EXPECT_EQ(codes_of("의"), joined({"ㅇ", "ㅡ", "ㅣ"}));
}

TEST(Keystrokes, SpellClustersByTwoStrokes) {
  EXPECT_EQ(codes_of("값"), joined({"ㄱ", "ㅏ", "ㅂ", "ㅅ"}));
  EXPECT_EQ(codes_of("닭"), joined({"ㄷ", "ㅏ", "ㄹ", "ㄱ"}));
  EXPECT_EQ(codes_of("뷁"), joined({"ㅂ", "ㅜ", "ㅔ", "ㄹ", "ㄱ"}));
  EXPECT_EQ(codes_of("ㄳ"), joined({"ㄱ", "ㅅ"}));
}

TEST(Keystrokes, SpellShiftedLettersByOneStrokeOfTheirOwn) {
  for (const std::string_view pair : {"ㄱㄲ", "ㄷㄸ", "ㅂㅃ", "ㅅㅆ", "ㅈㅉ", "ㅐㅒ", "ㅔㅖ"}) {
    const Keys keys = codes_of(pair);

    ASSERT_EQ(keys.size(), 2u) << pair;
    EXPECT_NE(keys[0], keys[1]) << pair;
  }
}

TEST(Keystrokes, OfAnUnfinishedSyllableBeginThoseOfTheFinished) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 500; ++i) {
    const std::string syllable = random_syllables(random, 1);
    const Keys keys = codes_of(syllable);
    const char32_t open = (decode(syllable, 0).value - 0xAC00) / 28 * 28 + 0xAC00;  // without what closes it
    std::string unfinished;
    append_utf8(unfinished, open);

    EXPECT_TRUE(std::ranges::equal(codes_of(unfinished), std::span(keys).first(codes_of(unfinished).size())))
        << syllable;
  }
}

TEST(Keystrokes, AreTheSameComposedAndDecomposed) {
  EXPECT_EQ(keys_of("\u1110\u1161\u110B\u1175"), keys_of("타이"));
  EXPECT_EQ(keys_of("\u1100\u1161\u11B9"), keys_of("값"));
}

TEST(Keystrokes, AreTheSameInFullAndHalfWidth) {
  EXPECT_EQ(keys_of("ＴＹ５００"), keys_of("ty500"));
  EXPECT_EQ(keys_of("\uFFA1\uFFC2"), keys_of("가"));
}

TEST(Keystrokes, StartEveryCharacterOnce) {
  EXPECT_EQ(characters_of(keys_of("값a1 뷁")), 4u);
  EXPECT_TRUE(starts_character(keys_of("값").at(0)));
  EXPECT_EQ(characters_of(keys_of("ㄳ")), 1u);
  std::mt19937_64 random(2);
  for (std::size_t count = 0; count < 50; ++count) {
    EXPECT_EQ(characters_of(keys_of(random_syllables(random, count))), count);
  }
}

TEST(Keystrokes, KnowDigitsLettersAndSignsApart) {
  for (const char digit : std::string_view("0123456789")) {
    const Key key = keystrokes(std::string_view(&digit, 1)).at(0);

    EXPECT_TRUE(is_digit_key(key) && !is_letter_key(key)) << digit;
  }
  EXPECT_TRUE(is_latin_key(keystrokes("z").at(0)));
  EXPECT_TRUE(is_consonant_key(codes_of("ㅎ").at(0)));
  EXPECT_TRUE(is_vowel_key(codes_of("ㅣ").at(0)));
  for (const Key sign : keystrokes("1% 2.5?g")) {
    EXPECT_EQ(is_letter_key(sign), is_latin_key(sign));
  }
}

TEST(Keystrokes, TellLettersOfOtherScriptsApart) {
  const Keys omega = keystrokes("ω");
  const Keys alpha = keystrokes("α");

  EXPECT_NE(omega, alpha);
  EXPECT_EQ(omega.size(), alpha.size());
  EXPECT_TRUE(std::ranges::all_of(omega, is_letter_key));
  EXPECT_TRUE(std::ranges::none_of(omega, [](Key key) { return code(key) == key_end || code(key) >= key_limit; }));
}

TEST(Keystrokes, AreNoneForNoText) { EXPECT_TRUE(keystrokes("").empty()); }

TEST(KoreanLayout, GivesTheLettersOnTheSameKeys) {
  EXPECT_EQ(codes_of(in_korean_layout("xkdlfpshf")), codes_of("타이레놀"));
  EXPECT_EQ(codes_of(in_korean_layout("rkqt")), codes_of("값"));
  EXPECT_EQ(codes_of(in_korean_layout("dml")), codes_of("의"));
}

TEST(KoreanLayout, HeedsTheShiftKeyWhereItMatters) {
  EXPECT_EQ(in_korean_layout("QWERT"), "ㅃㅉㄸㄲㅆ");
  EXPECT_EQ(in_korean_layout("OP"), "ㅒㅖ");
  EXPECT_EQ(in_korean_layout("XKDL"), in_korean_layout("xkdl"));
}

TEST(KoreanLayout, LeavesUnitsAfterANumberAndWhatIsNotLatin) {
  EXPECT_EQ(in_korean_layout("gk 500mg"), "ㅎㅏ 500mg");
  EXPECT_EQ(in_korean_layout("gk5mL/g"), "ㅎㅏ5mL/ㅎ");
  EXPECT_EQ(in_korean_layout("mg"), "ㅡㅎ");
  EXPECT_EQ(in_korean_layout("정gk"), "정ㅎㅏ");
}

TEST(KoreanLayout, IsNoneWithoutALatinLetter) {
  for (const std::string_view text : {"", "타이레놀", "500", "500mg", "ω", "?"}) {
    EXPECT_EQ(in_korean_layout(text), "") << text;
  }
}

TEST(LatinLayout, GivesTheLettersOnTheSameKeys) {
  EXPECT_EQ(in_latin_layout("쇼ㅣ두ㅐㅣ"), "tylenol");
  EXPECT_EQ(in_latin_layout("값의"), "rkqtdml");
  EXPECT_EQ(in_latin_layout("ㅁㅠㅊ 5"), "abc 5");
}

TEST(LatinLayout, ReadsDecomposedLettersToo) {
  EXPECT_EQ(in_latin_layout("\u1109\u116D\u3163"), in_latin_layout("쇼ㅣ"));
}

TEST(LatinLayout, IsNoneWithoutAKoreanLetter) {
  for (const std::string_view text : {"", "tylenol", "500mg", "アセト", "漢"}) {
    EXPECT_EQ(in_latin_layout(text), "") << text;
  }
}

TEST(LatinLayout, IsTheWayBackFromTheKoreanForLatinText) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (std::size_t left = 1 + random() % 12; left > 0; --left) text.push_back(static_cast<char>('a' + random() % 26));

    EXPECT_EQ(in_latin_layout(in_korean_layout(text)), text);
  }
}

TEST(LatinLayout, ForgetsTheShiftKeyForCaseDoesNotCount) { EXPECT_EQ(in_latin_layout("ㅃㅉㄸㄲㅆㅒㅖ"), "qwertop"); }

TEST(KoreanLayout, IsTheWayBackFromTheLatinForSyllablesWithoutShift) {
  std::mt19937_64 random(4);
  const Keys shifted = codes_of("ㄲㄸㅃㅆㅉㅒㅖ");
  std::size_t compared = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = random_syllables(random, 1 + random() % 3);
    const Keys keys = codes_of(text);
    if (std::ranges::find_first_of(keys, shifted) != keys.end()) continue;

    EXPECT_EQ(codes_of(in_korean_layout(in_latin_layout(text))), keys) << text;
    ++compared;
  }
  EXPECT_GT(compared, 200u);
}

}  // namespace
}  // namespace pilling::text
