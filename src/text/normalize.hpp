#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/medicine.hpp"

namespace pilling::text {

/// Whether the bytes are well-formed UTF-8: no overlong forms, surrogates or values above U+10FFFF.
/// Whether the text, in a normal form, is a unit of medicines when it stands behind a number.
bool is_unit(std::string_view form) noexcept;

bool is_valid_utf8(std::string_view bytes) noexcept;

/// A text in the form in which two spellings of one name are equal, with the way back to the original.
struct NormalForm {
  std::string text;                   ///< UTF-8
  std::vector<std::uint32_t> begins;  ///< for each byte of `text`, where its original character begins …
  std::vector<std::uint32_t> ends;    ///< … and ends

  /// The bytes of the original that [begin, end) of `text` came from. begin < end.
  ByteSpan original(std::size_t begin, std::size_t end) const;
};

/// Part of every file that holds normal forms. Raise it whenever `normalize` or `keystrokes` gives another result.
inline constexpr std::uint32_t normal_form_version = 1;

/// Folds what people and agencies spell differently: compatibility and decomposed forms, full-width and upper case,
/// look-alike middle dots, the names of units after a number, dosage-form spellings, spaces and punctuation.
/// Two numbers never run together, a decimal point stays, and so does the "?" of a lost "µ" before a unit.
/// Normalising twice equals once. `valid` must be well-formed.
NormalForm normalize(std::string_view valid);

}  // namespace pilling::text
