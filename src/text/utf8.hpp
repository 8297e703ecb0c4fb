#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pilling::text {

inline constexpr char32_t replacement_character = 0xFFFD;

/// One character of a UTF-8 text. Of ill-formed bytes: the replacement character, and how many bytes it stands for.
struct Character {
  char32_t value = 0;
  std::uint32_t size = 1;
  bool is_valid = true;
};

/// The character that begins at `at`, which must be within the text.
Character decode(std::string_view text, std::size_t at) noexcept;

void append_utf8(std::string& text, char32_t value);

/// Length of the well-formed beginning: where the first ill-formed character stands, or the size.
std::size_t valid_utf8_length(std::string_view bytes) noexcept;

}  // namespace pilling::text
