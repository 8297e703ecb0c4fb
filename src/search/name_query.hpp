#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"
#include "text/keystrokes.hpp"

namespace pilling::search {

using text::Key;

/// More words than any name has are not looked for one by one.
constexpr std::size_t most_query_words = 32;

/// A word of a query. A number and its unit are one.
struct QueryWord {
  std::vector<Key> keys;                       ///< without start bits
  std::vector<std::vector<Key>> same_amounts;  ///< of a number with a unit: how else the amount is written
  bool is_number = false;
  bool is_open = false;  ///< the number may go on
  bool is_last = false;  ///< its last syllable may be unfinished
};

/// A character of a query that names a character by all its strokes or by its initial alone.
struct QueryCharacter {
  std::vector<Key> keys;
  bool is_initial = false;
};

/// A text as it was read, taken apart.
struct NameQuery {
  TextReading reading = TextReading::literal;
  std::vector<Key> keys;  ///< without start bits
  bool is_number_open = false;
  std::vector<QueryWord> words;  ///< each once; none when there are more than `most_query_words`
  std::vector<QueryCharacter> characters;

  bool is_empty() const noexcept { return keys.empty(); }
  bool has_latin() const noexcept;
  bool has_korean() const noexcept;
  /// Only initial consonants, perhaps with digits between them.
  bool is_initials() const noexcept;
  /// Some characters are initials, and some are whole.
  bool is_mixed() const noexcept;
  /// Whether an input method would have joined an initial to the syllable before it.
  bool is_uncomposed() const noexcept;
};

/// `valid` must be well-formed. With `is_unfinished`, a number at the very end may go on.
NameQuery read_query(std::string_view valid, TextReading reading, bool is_unfinished);

/// Other ways in which the characters may have been meant when an input method joined initials to the syllable before:
/// 타일ㄴ for 타이ㄹㄴ.
std::vector<QueryCharacter> with_finals_as_initials(const std::vector<QueryCharacter>& characters);

}  // namespace pilling::search
