#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pilling::text {

struct CharacterReference {
  char32_t value = 0;
  std::size_t size = 0;  ///< in bytes, from '&' to ';'
};

/// The reference that `text` begins with: `&beta;`, `&#946;` or `&#x3B2;`. Nothing when it is not a known one:
/// then "R&D" is just text. A number that is no character gives U+FFFD.
std::optional<CharacterReference> read_character_reference(std::string_view text);

}  // namespace pilling::text
