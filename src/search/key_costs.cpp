#include "search/key_costs.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace pilling::search {
namespace {

using text::Key;

constexpr std::size_t codes = 128;
using Table = std::array<std::array<std::uint8_t, codes>, codes>;

constexpr std::u32string_view consonants = U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
constexpr std::u32string_view vowels = U"ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ";

constexpr std::size_t code_of(char32_t letter) {
  if (letter < 0x80) return text::key_a + (letter - U'a');
  const std::size_t consonant = consonants.find(letter);
  if (consonant != std::u32string_view::npos) return text::key_consonant + consonant;
  return text::key_vowel + vowels.find(letter);
}

constexpr void put(Table& table, char32_t one, char32_t other, std::uint8_t cost) {
  table[code_of(one)][code_of(other)] = cost;
  table[code_of(other)][code_of(one)] = cost;
}

// Neighbours on the keyboard: in a row, and with the row below, which is shifted by half a key.
constexpr void put_neighbours(Table& table, std::u32string_view upper, std::u32string_view lower, std::uint8_t cost) {
  for (std::size_t i = 0; i < upper.size(); ++i) {
    if (i + 1 < upper.size()) put(table, upper[i], upper[i + 1], cost);
    if (i < lower.size()) put(table, upper[i], lower[i], cost);
    if (i > 0 && i - 1 < lower.size()) put(table, upper[i], lower[i - 1], cost);
  }
}

constexpr void put_pairs(Table& table, std::u32string_view pairs, std::uint8_t cost) {
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) put(table, pairs[i], pairs[i + 1], cost);
}

constexpr Table make_table() {
  Table table{};
  for (std::size_t one = 0; one < codes; ++one) {
    for (std::size_t other = 0; other < codes; ++other) {
      const bool is_one_vowel = one >= text::key_vowel && one < text::key_other;
      const bool is_other_vowel = other >= text::key_vowel && other < text::key_other;
      table[one][other] = one == other ? 0 : is_one_vowel == is_other_vowel ? 100 : 125;
    }
  }
  constexpr std::uint8_t neighbour = 65;
  put_neighbours(table, U"ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", U"ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", neighbour);
  put_neighbours(table, U"ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", U"ㅋㅌㅊㅍㅠㅜㅡ", neighbour);
  put_neighbours(table, U"ㅋㅌㅊㅍㅠㅜㅡ", U"", neighbour);
  put_neighbours(table, U"qwertyuiop", U"asdfghjkl", neighbour);
  put_neighbours(table, U"asdfghjkl", U"zxcvbnm", neighbour);
  put_neighbours(table, U"zxcvbnm", U"", neighbour);
  put_pairs(table, U"ㅗㅓㅗㅜㅗㅡㅓㅡㅓㅜㅡㅜㅏㅓㅣㅡㅏㅑㅓㅕㅗㅛㅜㅠㅕㅔ", 60);
  put_pairs(table, U"ㄱㅋㄷㅌㅂㅍㅈㅊㄴㄹㅅㅆㅋㄲㅌㄸㅍㅃㅊㅉㄴㅁㅇㅎ", 50);
  put_pairs(table, U"ㄱㄲㄷㄸㅂㅃㅅㅆㅈㅉㅐㅒㅔㅖ", 40);
  put_pairs(table, U"ㅐㅔㅒㅖ", 30);
  put_pairs(table, U"bvlrcksczscqiyeiaeoupf", 60);
  return table;
}

constexpr Table substitutions = make_table();

}  // namespace

std::uint32_t substitution_cost(Key typed, Key meant) noexcept {
  return substitutions[text::code(typed)][text::code(meant)];
}

std::uint32_t swapped_cost(Key one, Key other) noexcept {
  const bool are_two_hands = text::is_consonant_key(one) != text::is_consonant_key(other);
  return are_two_hands || text::is_latin_key(one) ? 70 : 85;
}

}  // namespace pilling::search
