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

/// As `decode`, without its short cuts.
Character decode_any(std::string_view text, std::size_t at) noexcept;

/// The character that begins at `at`, which must be within the text.
inline Character decode(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (byte(0) < 0x80) return {.value = byte(0)};
  // Three bytes without overlong forms or surrogates: Korean syllables among them.
  const bool is_plain = byte(0) >= 0xE1 && byte(0) <= 0xEC && at + 2 < text.size() && (byte(1) & 0xC0) == 0x80 &&
                        (byte(2) & 0xC0) == 0x80;
  if (!is_plain) return decode_any(text, at);
  const char32_t value = char32_t{byte(0) & 0x0Fu} << 12 | char32_t{byte(1) & 0x3Fu} << 6 | char32_t{byte(2) & 0x3Fu};
  return {.value = value, .size = 3};
}

void append_utf8(std::string& text, char32_t value);

/// All characters of a text, and back.
std::u32string decoded(std::string_view text);
std::string encoded(std::u32string_view characters);

/// Length of the well-formed beginning: where the first ill-formed character stands, or the size.
std::size_t valid_utf8_length(std::string_view bytes) noexcept;

}  // namespace pilling::text
