#include "korean_typing.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "text/keystrokes.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::bench {
namespace {

constexpr std::u32string_view initials = U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
constexpr std::u32string_view vowels = U"ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
constexpr std::u32string_view finals = U"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
constexpr std::array<std::u32string_view, 18> joined_letters = {
    U"ㅗㅏㅘ", U"ㅗㅐㅙ", U"ㅗㅣㅚ", U"ㅜㅓㅝ", U"ㅜㅔㅞ", U"ㅜㅣㅟ", U"ㅡㅣㅢ", U"ㄱㅅㄳ", U"ㄴㅈㄵ",
    U"ㄴㅎㄶ", U"ㄹㄱㄺ", U"ㄹㅁㄻ", U"ㄹㅂㄼ", U"ㄹㅅㄽ", U"ㄹㅌㄾ", U"ㄹㅍㄿ", U"ㄹㅎㅀ", U"ㅂㅅㅄ"};

bool is_vowel(char32_t letter) { return vowels.find(letter) != std::u32string_view::npos; }

char32_t joined(char32_t one, char32_t other) {
  for (const std::u32string_view letters : joined_letters) {
    if (letters[0] == one && letters[1] == other) return letters[2];
  }
  return 0;
}

std::pair<char32_t, char32_t> apart(char32_t final_consonant) {
  for (const std::u32string_view letters : joined_letters) {
    if (letters[2] == final_consonant) return {letters[0], letters[1]};
  }
  return {0, final_consonant};
}

class Composer {
 public:
  void hit(char32_t letter) { is_vowel(letter) ? hit_vowel(letter) : hit_consonant(letter); }

  std::u32string finish() {
    flush();
    return text_;
  }

 private:
  void hit_vowel(char32_t letter) {
    if (final_ != 0) {
      // The last consonant was the initial of what comes now.
      const auto [stays, goes] = apart(std::exchange(final_, 0));
      final_ = stays;
      flush();
      initial_ = goes;
    } else if (const char32_t both = joined(vowel_, letter); both != 0) {
      vowel_ = both;
      return;
    } else if (vowel_ != 0) {
      flush();
    }
    vowel_ = letter;
  }

  void hit_consonant(char32_t letter) {
    const bool is_open = initial_ != 0 && vowel_ != 0;
    if (is_open && final_ == 0 && finals.find(letter) != std::u32string_view::npos) {
      final_ = letter;
    } else if (const char32_t both = joined(final_, letter); both != 0) {
      final_ = both;
    } else {
      flush();
      initial_ = letter;
    }
  }

  void flush() {
    if (initial_ != 0 && vowel_ != 0) {
      const std::size_t last = final_ == 0 ? 0 : finals.find(final_) + 1;
      const std::size_t open = initials.find(initial_) * vowels.size() + vowels.find(vowel_);
      text_.push_back(static_cast<char32_t>(U'가' + open * (finals.size() + 1) + last));
    } else if (initial_ != 0 || vowel_ != 0) {
      text_.push_back(initial_ != 0 ? initial_ : vowel_);
    }
    initial_ = vowel_ = final_ = 0;
  }

  std::u32string text_;
  char32_t initial_ = 0;
  char32_t vowel_ = 0;
  char32_t final_ = 0;
};

}  // namespace

std::string with_initials(std::string_view text, std::size_t first) {
  const std::size_t syllables_each = vowels.size() * (finals.size() + 1);
  std::u32string characters = text::decoded(text);
  for (std::size_t i = first; i < characters.size(); ++i) {
    if (text::is_syllable(characters[i])) characters[i] = initials[(characters[i] - U'가') / syllables_each];
  }
  return text::encoded(characters);
}

std::string strokes_of(std::string_view korean) { return text::in_latin_layout(korean); }

std::string typed(std::string_view strokes) {
  Composer composer;
  for (const char32_t letter : text::decoded(text::in_korean_layout(strokes))) composer.hit(letter);
  return text::encoded(composer.finish());
}

}  // namespace pilling::bench
