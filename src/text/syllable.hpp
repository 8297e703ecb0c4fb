#pragma once

namespace pilling::text {

/// Korean syllables as Unicode has them, in the order of their leading consonant, vowel and final consonant.
inline constexpr char32_t first_syllable = 0xAC00;
inline constexpr char32_t last_syllable = 0xD7A3;
inline constexpr char32_t vowel_count = 21;
inline constexpr char32_t final_count = 28;  ///< with none

constexpr bool is_syllable(char32_t c) noexcept { return c >= first_syllable && c <= last_syllable; }

/// The parts by their number in Unicode's order.
struct Syllable {
  char32_t leading = 0;
  char32_t vowel = 0;
  char32_t final = 0;  ///< 0: none

  constexpr char32_t joined() const noexcept {
    return first_syllable + (leading * vowel_count + vowel) * final_count + final;
  }
};

/// Of a syllable.
constexpr Syllable take_apart(char32_t syllable) noexcept {
  const char32_t index = syllable - first_syllable;
  return {index / final_count / vowel_count, index / final_count % vowel_count, index % final_count};
}

/// 0 for what ends in a vowel, and for what is no syllable.
constexpr char32_t final_of(char32_t c) noexcept { return is_syllable(c) ? take_apart(c).final : 0; }

/// Some finals.
enum Final : char32_t {
  final_none = 0,
  final_nieun = 4,
  final_digeut = 7,
  final_rieul = 8,
  final_mieum = 16,
  final_bieup = 17,
  final_siot = 19,
  final_ssang_siot = 20,
  final_hieut = 27
};

}  // namespace pilling::text
