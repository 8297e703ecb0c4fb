#pragma once

#include "text/keystrokes.hpp"

namespace pilling::search {

using text::Key;

// Numbers and their units among keys, which must not be cut or bent: 10 is not 100, and g is not mg. `at` points into a
// run of keys with a `key_end` before its first one.

/// Whether a number goes on across the border before the key.
inline bool is_within_number(const Key* at) noexcept {
  if (text::is_digit_key(*at)) {
    return text::is_digit_key(at[-1]) || (text::code(at[-1]) == text::key_point && text::is_digit_key(at[-2]));
  }
  return text::code(*at) == text::key_point && text::is_digit_key(at[-1]);
}

/// Whether the key is part of a number or of its unit, and thus never a slip of the finger.
inline bool is_strict(const Key* at) noexcept {
  if (!text::is_letter_key(*at)) return true;
  constexpr int longest_unit = 4;
  for (int back = 0; back < longest_unit && text::is_latin_key(at[-back]); ++back) {
    const Key before = text::code(at[-back - 1]);
    if (before != text::key_end && !text::is_letter_key(before)) return true;
  }
  return false;
}

/// Whether the letters of a unit go on across the border before the key.
inline bool is_within_unit(const Key* at) noexcept {
  return text::is_latin_key(*at) && text::is_latin_key(at[-1]) && is_strict(at);
}

}  // namespace pilling::search
