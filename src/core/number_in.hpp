#pragma once

#include <charconv>
#include <string_view>

namespace pilling::core {

/// The whole number that the text begins with; 0 without one.
template <class Number>
Number number_in(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace pilling::core
