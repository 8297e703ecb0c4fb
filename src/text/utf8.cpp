#include "text/utf8.hpp"

#include <cstring>

namespace pilling::text {
namespace {

// What may follow a lead byte (Unicode, table 3-7): overlong forms and surrogates are ruled out by the second byte.
struct Lead {
  std::uint32_t followers = 0;
  char32_t bits = 0;
  unsigned char second_least = 0x80;
  unsigned char second_most = 0xBF;
};

Lead read_lead(unsigned char byte) noexcept {
  if (byte >= 0xC2 && byte <= 0xDF) return {.followers = 1, .bits = byte & 0x1Fu};
  if (byte >= 0xE0 && byte <= 0xEF) {
    Lead lead{.followers = 2, .bits = byte & 0x0Fu};
    if (byte == 0xE0) lead.second_least = 0xA0;
    if (byte == 0xED) lead.second_most = 0x9F;
    return lead;
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    Lead lead{.followers = 3, .bits = byte & 0x07u};
    if (byte == 0xF0) lead.second_least = 0x90;
    if (byte == 0xF4) lead.second_most = 0x8F;
    return lead;
  }
  return {};
}

}  // namespace

Character decode_any(std::string_view text, std::size_t at) noexcept {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {.value = first};
  const Lead lead = read_lead(first);
  if (lead.followers == 0) return {.value = replacement_character, .is_valid = false};
  char32_t value = lead.bits;
  for (std::uint32_t i = 1; i <= lead.followers; ++i) {
    const unsigned char byte = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
    const unsigned char least = i == 1 ? lead.second_least : 0x80;
    const unsigned char most = i == 1 ? lead.second_most : 0xBF;
    if (byte < least || byte > most) return {.value = replacement_character, .size = i, .is_valid = false};
    value = (value << 6) | (byte & 0x3Fu);
  }
  return {.value = value, .size = lead.followers + 1};
}

void append_utf8(std::string& text, char32_t value) {
  const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | (value >> 6));
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | (value >> 12));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | (value >> 18));
    put(0x80 | ((value >> 12) & 0x3F));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

std::u32string decoded(std::string_view text) {
  std::u32string characters;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = decode(text, at);
    characters.push_back(character.value);
    at += character.size;
  }
  return characters;
}

std::string encoded(std::u32string_view characters) {
  std::string text;
  for (const char32_t character : characters) append_utf8(text, character);
  return text;
}

std::size_t valid_utf8_length(std::string_view bytes) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::uint64_t eight = high_bits;
    if (at + sizeof eight <= bytes.size()) std::memcpy(&eight, bytes.data() + at, sizeof eight);
    if ((eight & high_bits) == 0) {
      at += sizeof eight;
      continue;
    }
    const Character character = decode(bytes, at);
    if (!character.is_valid) return at;
    at += character.size;
  }
  return at;
}

}  // namespace pilling::text
