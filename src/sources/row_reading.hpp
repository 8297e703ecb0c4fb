#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pilling::sources {

/// What one row gave: a value, or the reason why there is none; and what was left out of the value or mended in it.
template <class Value>
struct RowReading {
  Value value;
  std::string refusal{};  ///< empty: `value` holds
  std::vector<std::string> notes{};
};

/// A foreign text as a message may show it: short, whole characters, in quotes.
std::string quoted(std::string_view text);

}  // namespace pilling::sources
