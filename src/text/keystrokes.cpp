#include "text/keystrokes.hpp"

#include <algorithm>
#include <array>

#include "text/normalize.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::text {
namespace {

constexpr char32_t first_leading = 0x1100;
constexpr char32_t first_vowel = 0x1161;
constexpr char32_t first_trailing = 0x11A8;
constexpr char32_t leading_count = 19;
constexpr char32_t trailing_count = final_count - 1;
constexpr char32_t first_compatible = 0x3131;  // ㄱ
constexpr char32_t last_compatible = 0x3163;   // ㅣ

// One or two strokes. Consonants are numbered as leading ones, vowels as they stand on the keyboard; -1 is none.
struct Strokes {
  std::int8_t first = -1;
  std::int8_t second = -1;
};

// ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ, over the fourteen vowel keys ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ.
constexpr std::array<Strokes, vowel_count> vowel_strokes = {
    {{0},     {1}, {2},  {3},     {4},     {5},      {6},  {7},  {8},      {8, 0}, {8, 1},
     {8, 13}, {9}, {10}, {10, 4}, {10, 5}, {10, 13}, {11}, {12}, {12, 13}, {13}}};

// ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ
constexpr std::array<Strokes, trailing_count> trailing_strokes = {
    {{0},     {1}, {0, 9}, {2},    {2, 12}, {2, 18}, {3},  {5},  {5, 0}, {5, 6}, {5, 7}, {5, 9}, {5, 16}, {5, 17},
     {5, 18}, {6}, {7},    {7, 9}, {9},     {10},    {11}, {12}, {14},   {15},   {16},   {17},   {18}}};

class Typist {
 public:
  explicit Typist(std::string_view form) { keys_.reserve(form.size() + 8); }

  void type(char32_t c) {
    const std::size_t before = keys_.size();
    if (c < 0x80) {
      type_ascii(static_cast<char>(c));
    } else if (is_syllable(c)) {
      type_syllable(take_apart(c));
    } else if (c - first_leading < leading_count) {
      press(key_consonant + c - first_leading);
    } else if (c - first_vowel < vowel_count) {
      press(key_vowel, vowel_strokes[c - first_vowel]);
    } else if (c - first_trailing < trailing_count) {
      press(key_consonant, trailing_strokes[c - first_trailing]);
    } else {
      type_other(c);
    }
    keys_[before] |= character_start;
  }

  std::vector<Key> take() { return std::move(keys_); }

 private:
  void press(char32_t key) { keys_.push_back(static_cast<Key>(key)); }

  void press(Key base, Strokes strokes) {
    press(static_cast<char32_t>(base + strokes.first));
    if (strokes.second >= 0) press(static_cast<char32_t>(base + strokes.second));
  }

  void type_ascii(char c) {
    if (c >= 'a' && c <= 'z') return press(static_cast<char32_t>(key_a + (c - 'a')));
    if (c >= '0' && c <= '9') return press(static_cast<char32_t>(key_zero + (c - '0')));
    constexpr std::string_view signs = " %.?";  // a normal form holds no others
    press(1 + static_cast<char32_t>(std::min(signs.find(c), signs.size())));
  }

  void type_syllable(const Syllable& syllable) {
    press(key_consonant + syllable.leading);
    press(key_vowel, vowel_strokes[syllable.vowel]);
    if (syllable.final != final_none) press(key_consonant, trailing_strokes[syllable.final - 1]);
  }

  // Letters that are on neither keyboard are spelled by four digits to the base of the codes that are left.
  void type_other(char32_t c) {
    constexpr char32_t base = key_limit - key_other;
    for (char32_t divisor = base * base * base; divisor > 0; divisor /= base) press(key_other + c / divisor % base);
  }

  std::vector<Key> keys_;
};

// What each Latin key gives on the Korean keyboard, a to z: compatibility letters without and with shift.
constexpr std::u32string_view plain = U"ㅁㅠㅊㅇㄷㄹㅎㅗㅑㅓㅏㅣㅡㅜㅐㅔㅂㄱㄴㅅㅕㅍㅈㅌㅛㅋ";
constexpr std::u32string_view shifted = U"ㅁㅠㅊㅇㄸㄹㅎㅗㅑㅓㅏㅣㅡㅜㅒㅖㅃㄲㄴㅆㅕㅍㅉㅌㅛㅋ";

constexpr bool is_latin(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
constexpr char32_t lower(char32_t c) { return c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c; }

// How many characters from `at` on name a unit: "mg" of "500mg/mL".
std::size_t unit_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  std::string word;
  while (end < text.size() && is_latin(static_cast<unsigned char>(text[end]))) {
    word.push_back(static_cast<char>(lower(static_cast<unsigned char>(text[end++]))));
  }
  return is_unit(word) ? word.size() : 0;
}

char latin_letter(Key key) {
  const char32_t wanted = is_consonant_key(key) ? U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[code(key) - key_consonant]
                                                : U"ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ"[code(key) - key_vowel];
  const std::size_t found = plain.find(wanted);
  return static_cast<char>('a' + (found != std::u32string_view::npos ? found : shifted.find(wanted)));
}

}  // namespace

std::vector<Key> keystrokes(std::string_view normal_form) {
  Typist typist(normal_form);
  for (std::size_t at = 0; at < normal_form.size();) {
    const Character character = decode(normal_form, at);
    typist.type(character.value);
    at += character.size;
  }
  return typist.take();
}

std::string in_korean_layout(std::string_view valid) {
  std::string text;
  bool found = false;
  bool follows_digit = false;
  for (std::size_t at = 0; at < valid.size();) {
    const Character character = decode(valid, at);
    const std::size_t unit = follows_digit ? unit_length(valid, at) : 0;
    const bool is_blank = character.value == U' ';
    follows_digit = (is_blank && follows_digit) || (character.value >= U'0' && character.value <= U'9');
    if (unit > 0) {
      text.append(valid.substr(at, unit));
      at += unit;
      continue;
    }
    if (is_latin(character.value)) {
      const bool is_shifted = character.value < U'a';
      append_utf8(text, (is_shifted ? shifted : plain)[lower(character.value) - U'a']);
      found = true;
    } else {
      text.append(valid.substr(at, character.size));
    }
    at += character.size;
  }
  return found ? text : std::string();
}

std::string in_latin_layout(std::string_view valid) {
  std::string text;
  bool found = false;
  for (std::size_t at = 0; at < valid.size();) {
    const Character character = decode(valid, at);
    const bool is_korean = is_syllable(character.value) ||
                           (character.value >= first_compatible && character.value <= last_compatible) ||
                           (character.value >= first_leading && character.value < 0x1200);
    if (is_korean) {
      for (const Key key : keystrokes(normalize(valid.substr(at, character.size)).text)) {
        if (is_consonant_key(key) || is_vowel_key(key)) text.push_back(latin_letter(key));
      }
      found = true;
    } else {
      text.append(valid.substr(at, character.size));
    }
    at += character.size;
  }
  return found ? text : std::string();
}

}  // namespace pilling::text
