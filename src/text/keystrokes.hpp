#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pilling::text {

/// One stroke on the two-set (두벌식) keyboard, in seven bits. A Korean syllable is spelled by its two to five strokes,
/// so that an unfinished syllable is a prefix of the finished one and a slip of the finger is one edit.
using Key = std::uint8_t;

/// Set on the first stroke of every character.
inline constexpr Key character_start = 0x80;

inline constexpr Key key_end = 0;  ///< follows the last stroke of a text where texts are joined
inline constexpr Key key_point = 3;
inline constexpr Key key_zero = 6;
inline constexpr Key key_a = 16;
inline constexpr Key key_consonant = 42;
inline constexpr Key key_vowel = 61;
inline constexpr Key key_other = 75;
inline constexpr Key key_limit = 125;

constexpr Key code(Key key) { return key & 0x7F; }
constexpr bool starts_character(Key key) { return (key & character_start) != 0; }
constexpr bool is_digit_key(Key key) { return code(key) >= key_zero && code(key) < key_a; }
constexpr bool is_latin_key(Key key) { return code(key) >= key_a && code(key) < key_consonant; }
constexpr bool is_consonant_key(Key key) { return code(key) >= key_consonant && code(key) < key_vowel; }
constexpr bool is_vowel_key(Key key) { return code(key) >= key_vowel && code(key) < key_other; }
/// A letter of any script: the only strokes in which a slip of the finger is forgiven. Numbers, decimal points, percent
/// signs and the "?" of a lost unit are none.
constexpr bool is_letter_key(Key key) { return code(key) >= key_a; }

/// The strokes of a normal form. The n-th stroke with `character_start` begins the n-th character.
std::vector<Key> keystrokes(std::string_view normal_form);

/// The text with the letters that a Latin keyboard gave read as the Korean letters on the same keys: "xkdlfpshf" is
/// 타이레놀. Letters that name a unit behind a number stay, with blanks
/// between them, too. Empty when there is no Latin letter.
std::string in_korean_layout(std::string_view valid);

/// The other way: "쇼ㅣ두ㅐㅣ" is "tylenol". Empty when there is no Korean letter.
std::string in_latin_layout(std::string_view valid);

}  // namespace pilling::text
