#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "search/name_query.hpp"
#include "search/name_segment.hpp"

namespace pilling::search {

/// An item that holds all words of a query, and how well: 0 when the first is its brand.
struct WordHit {
  std::uint32_t item = 0;
  std::uint32_t field = 0;  ///< that holds the first word
  std::uint32_t begin = 0;  ///< of the first word
  std::uint32_t end = 0;
  std::uint32_t cost = 0;
};

/// Where the word first stands in the field: from the beginning of a character, and numbers and units whole, in any
/// spelling of the same amount.
std::optional<KeySpan> find_word(const NameSegment& names, std::uint32_t field, const QueryWord& word);

/// Whether some field of the item holds each of the words.
bool holds_words(const NameSegment& names, std::uint32_t item, std::span<const QueryWord> words);

/// Whether each of the words stands somewhere.
bool may_hold_words(const NameSegment& names, std::span<const QueryWord> words);

/// Whether the words say enough: single syllables, letters and digits stand nearly everywhere.
bool is_worth_a_search(std::span<const QueryWord> words) noexcept;

void for_each_with_words(const NameSegment& names, std::span<const QueryWord> words,
                         const std::function<void(const WordHit&)>& consider);

/// Where a run of characters that begins at `begin` ends, when it is what the query names and no number is cut; else
/// `begin`. The last character may be unfinished, and the last number with `is_number_open`.
std::uint32_t end_of_characters(const NameSegment& names, std::uint32_t begin,
                                std::span<const QueryCharacter> characters, bool is_number_open);

/// Sorted, and those that touch made one.
std::vector<ByteSpan> joined(std::vector<ByteSpan> spans);

}  // namespace pilling::search
