#pragma once

#include <cstdint>

#include "search/amounts.hpp"
#include "search/name_segment.hpp"

namespace pilling::search {

/// How good a match is, before anything else counts. Lower is better.
enum Tier : std::uint8_t {
  tier_whole,        ///< the whole name
  tier_head,         ///< all before the first bracket
  tier_brand,        ///< all before form and strength
  tier_mixed_typed,  ///< syllables and initials as no input method would have composed them
  tier_prefix,       ///< ends at a character
  tier_other_whole,  ///< the whole of another field, or of a word or bracket
  tier_brand_end,  ///< three characters or more, inside of the brand and up to its end: 포르테 of 맥시롱포르테정
  tier_composing,     ///< ends within a syllable
  tier_other_prefix,  ///< its beginning
  tier_same_brand,    ///< the brand is that of a name that another field led to
  tier_inside,
  tier_korean_layout = 16,  ///< added to the above when Latin letters were read as Korean
  tier_words = 32,
  tier_initials_brand,
  tier_initials_prefix,
  tier_initials_inside,
  tier_mixed_prefix,
  tier_mixed_inside,
  tier_latin_layout = 48,  ///< added to the first ones when Korean letters were read as Latin
  tier_open_number = 63,   ///< literally, but the last number of the text goes on in the name; approximate from here on
  tier_fuzzy = 64,         ///< by letters or by sound
  tier_fuzzy_words,
  tier_partial,  ///< literally, but for the numbers of the text
  tier_none = 255
};

/// The tier of a literal match, whatever layout the text was read in.
constexpr Tier literal_part(Tier tier) noexcept { return static_cast<Tier>(tier % tier_korean_layout); }
/// What the layout that the text was read in adds to it.
constexpr Tier layout_part(TextReading reading) noexcept {
  switch (reading) {
    case TextReading::korean_layout:
      return tier_korean_layout;
    case TextReading::latin_layout:
      return tier_latin_layout;
    default:
      return tier_whole;
  }
}
constexpr bool is_literal(Tier tier) noexcept {
  return tier < tier_words || (tier >= tier_latin_layout && tier < tier_open_number);
}

/// So many characters at the end of a brand are as good as a word.
constexpr std::size_t brand_end_characters = 3;

struct LiteralMatch {
  Tier tier = tier_none;
  std::uint32_t field = 0;
};

/// How the `length` keys at `position`, which are those of the text, match the name; `tier_none` when they begin within
/// a character or cut a number or a unit. With `is_number_open`, the number at the end may go on.
inline LiteralMatch literal_match(const NameSegment& names, std::uint32_t position, std::uint32_t length,
                                  bool is_number_open) noexcept {
  const Key* const keys = names.keys();
  if (!text::starts_character(keys[position])) return {};
  const std::uint32_t end = position + length;
  if (names.is_within_number(position) || names.is_within_unit(position)) return {};
  if (!is_number_open && names.is_within_number(end)) return {};
  const std::uint32_t number = names.field_of(position);
  if (end > names.key_end(number)) return {};
  const Field& field = names.field(number);
  const std::uint32_t begin = names.key_begin(number);
  const bool is_at_end = text::code(keys[end]) == text::key_end;
  if (position == begin && field.kind() == NameField::name) {
    if (is_at_end) return {tier_whole, number};
    if (!text::starts_character(keys[end])) return {tier_composing, number};
    if (length == field.head_end) return {tier_head, number};
    return {length == field.brand_end ? tier_brand : tier_prefix, number};
  }
  const bool is_brand_end = end == begin + field.brand_end && field.kind() == NameField::name;
  if (is_brand_end && names.characters(position, end) >= brand_end_characters) return {tier_brand_end, number};
  if (!names.begins_part(position)) return {tier_inside, number};
  const bool is_whole = is_at_end || names.begins_part(end);
  return {is_whole ? tier_other_whole : tier_other_prefix, number};
}

/// What tells matches of one tier apart: a name of its own comes before a word of a name, and what ends at a character
/// before what does not; and the number that was typed before one that goes on.
inline std::uint32_t literal_cost(const NameSegment& names, std::uint32_t position, std::uint32_t length,
                                  LiteralMatch match) noexcept {
  const Key last = names.keys()[position + length];
  const bool ends_character = text::starts_character(last) || text::code(last) == text::key_end;
  const bool is_other = match.tier == tier_other_whole || match.tier == tier_other_prefix;
  const bool is_word = is_other && position != names.key_begin(match.field);
  const bool is_unfinished = match.tier == tier_inside && !ends_character;
  return is_word || is_unfinished || names.is_within_number(position + length) ? 1 : 0;
}

/// How the `length` initials at `position` match the name of the item; `tier_none` when they cut a number.
inline Tier initials_tier(const NameSegment& names, std::uint32_t item, std::uint32_t position, std::uint32_t length,
                          bool is_number_open) noexcept {
  const Key* const begin_key = names.initials() + position;
  if (position != names.initial_begin(item) && is_within_number(begin_key)) return tier_none;
  if (!is_number_open && is_within_number(begin_key + length)) return tier_none;
  if (position != names.initial_begin(item)) return tier_initials_inside;
  const KeySpan brand = names.brand(item);
  return names.characters(brand.begin, brand.end) == length ? tier_initials_brand : tier_initials_prefix;
}

}  // namespace pilling::search
