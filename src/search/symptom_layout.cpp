#include "search/symptom_layout.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/keystrokes.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

constexpr std::u32string_view leading = U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
constexpr std::u32string_view vowels = U"ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
constexpr std::u32string_view trailing = U"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

struct Joined {
  char32_t first;
  char32_t second;
  char32_t both;
};
constexpr auto joined_letters = std::to_array<Joined>({{U'ㅗ', U'ㅏ', U'ㅘ'},
                                                       {U'ㅗ', U'ㅐ', U'ㅙ'},
                                                       {U'ㅗ', U'ㅣ', U'ㅚ'},
                                                       {U'ㅜ', U'ㅓ', U'ㅝ'},
                                                       {U'ㅜ', U'ㅔ', U'ㅞ'},
                                                       {U'ㅜ', U'ㅣ', U'ㅟ'},
                                                       {U'ㅡ', U'ㅣ', U'ㅢ'},
                                                       {U'ㄱ', U'ㅅ', U'ㄳ'},
                                                       {U'ㄴ', U'ㅈ', U'ㄵ'},
                                                       {U'ㄴ', U'ㅎ', U'ㄶ'},
                                                       {U'ㄹ', U'ㄱ', U'ㄺ'},
                                                       {U'ㄹ', U'ㅁ', U'ㄻ'},
                                                       {U'ㄹ', U'ㅂ', U'ㄼ'},
                                                       {U'ㄹ', U'ㅅ', U'ㄽ'},
                                                       {U'ㄹ', U'ㅌ', U'ㄾ'},
                                                       {U'ㄹ', U'ㅍ', U'ㄿ'},
                                                       {U'ㄹ', U'ㅎ', U'ㅀ'},
                                                       {U'ㅂ', U'ㅅ', U'ㅄ'}});

// Both letters as one; 0 when they are none.
char32_t joined(char32_t first, char32_t second) {
  const auto found = std::ranges::find_if(
      joined_letters, [&](const Joined& letters) { return letters.first == first && letters.second == second; });
  return found == joined_letters.end() ? 0 : found->both;
}

constexpr bool holds(std::u32string_view letters, char32_t letter) {
  return letters.find(letter) != std::u32string_view::npos;
}

// Puts letters together as an input method does.
class Composer {
 public:
  // `origin`: where the character was typed.
  void type(char32_t letter, std::uint32_t origin) {
    if (holds(vowels, letter)) return type_vowel(letter, origin);
    if (!holds(leading, letter)) {
      finish();
      return put(letter, origin);
    }
    if (vowel_ != 0 && trailing_ == 0 && holds(trailing, letter)) return set_trailing(letter, origin);
    if (const char32_t both = trailing_ == 0 ? 0 : joined(trailing_, letter)) {
      split_trailing_ = trailing_;
      split_leading_ = letter;
      split_origin_ = origin;
      trailing_ = both;
      return;
    }
    begin(letter, origin);
  }

  LayoutText take(std::uint32_t size) {
    finish();
    text_.origins.push_back(size);
    return std::move(text_);
  }

 private:
  void begin(char32_t letter, std::uint32_t origin) {
    finish();
    leading_ = letter;
    origin_ = origin;
  }

  void set_trailing(char32_t letter, std::uint32_t origin) {
    trailing_ = letter;
    split_trailing_ = 0;
    split_leading_ = letter;
    split_origin_ = origin;
  }

  // A vowel takes the last consonant away from the syllable before.
  void type_vowel(char32_t letter, std::uint32_t origin) {
    if (trailing_ != 0) {
      trailing_ = split_trailing_;
      begin(split_leading_, split_origin_);
      vowel_ = letter;
    } else if (const char32_t both = vowel_ == 0 ? 0 : joined(vowel_, letter)) {
      vowel_ = both;
    } else if (leading_ != 0 && vowel_ == 0) {
      vowel_ = letter;
    } else {
      finish();
      put(letter, origin);
    }
  }

  void finish() {
    constexpr char32_t first_syllable = 0xAC00, vowel_count = 21, final_count = 28;
    if (leading_ != 0 && vowel_ == 0) put(leading_, origin_);
    if (leading_ != 0 && vowel_ != 0) {
      const auto final = trailing_ == 0 ? 0 : static_cast<char32_t>(trailing.find(trailing_)) + 1;
      put(first_syllable +
              (static_cast<char32_t>(leading.find(leading_)) * vowel_count +
               static_cast<char32_t>(vowels.find(vowel_))) *
                  final_count +
              final,
          origin_);
    }
    leading_ = vowel_ = trailing_ = 0;
  }

  void put(char32_t character, std::uint32_t origin) {
    text::append_utf8(text_.text, character);
    text_.origins.resize(text_.text.size(), origin);
  }

  LayoutText text_;
  char32_t leading_ = 0;
  char32_t vowel_ = 0;
  char32_t trailing_ = 0;
  std::uint32_t origin_ = 0;
  char32_t split_trailing_ = 0;  // what of `trailing_` stays before a vowel …
  char32_t split_leading_ = 0;   // … and what goes over to it
  std::uint32_t split_origin_ = 0;
};

// Whether some Latin letter became part of no syllable. English words hardly ever become syllables throughout.
bool has_strays(const LayoutText& read, std::string_view typed) {
  for (std::size_t at = 0; at < read.text.size();) {
    const text::Character character = text::decode(read.text, at);
    const bool is_letter = holds(leading, character.value) || holds(vowels, character.value);
    if (is_letter && static_cast<unsigned char>(typed[read.origins[at]]) < 0x80) return true;
    at += character.size;
  }
  return false;
}

}  // namespace

std::optional<LayoutText> in_korean_layout(std::string_view valid) {
  const std::string letters = text::in_korean_layout(valid);
  if (letters.empty()) return std::nullopt;
  // Both have the same characters, of which some take more bytes than before.
  Composer composer;
  std::size_t typed = 0;
  for (std::size_t at = 0; at < letters.size();) {
    const text::Character letter = text::decode(letters, at);
    composer.type(letter.value, static_cast<std::uint32_t>(typed));
    typed += text::decode(valid, typed).size;
    at += letter.size;
  }
  LayoutText read = composer.take(static_cast<std::uint32_t>(typed));
  if (has_strays(read, valid)) return std::nullopt;
  return read;
}

}  // namespace pilling::search
