#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/medicine.hpp"

namespace pilling::search {

/// A text as the Korean keyboard layout has it, with the way back to what was typed.
struct LayoutText {
  std::string text;
  std::vector<std::uint32_t> origins;  ///< for each byte of `text` and its end, where the typed character begins

  ByteSpan original(ByteSpan span) const { return {origins[span.begin], origins[span.end]}; }
};

/// "zhtanf" as 콧물. Nothing when no Latin letter was typed, or when one becomes part of no syllable, as in English.
/// `valid` must be well-formed.
std::optional<LayoutText> in_korean_layout(std::string_view valid);

}  // namespace pilling::search
