#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pilling::text {

/// A character on its way into the normal form, and the bytes of the original it stands for.
struct Symbol {
  char32_t value = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// What stands for anything that only separates: spaces, punctuation, symbols, controls.
inline constexpr char32_t separator = U' ';

constexpr bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

/// "%" and "‰": part of the strength that they follow.
constexpr bool is_percent(char32_t c) { return c == U'%' || c == 0x2030; }

/// Whether the character modifies the one before it.
bool is_mark(char32_t c);

/// Characters decomposed for compatibility and folded in case. Everything that is no letter, mark or number has
/// become a separator, except ".", ",", "?" and percent signs, which may mean something beside a digit.
std::vector<Symbol> expand(std::string_view valid);

/// Puts decomposed characters together again.
std::vector<Symbol> compose(const std::vector<Symbol>& symbols);

}  // namespace pilling::text
