#pragma once

#include <cstddef>
#include <string_view>

namespace pilling::sources {

/// Without the blanks and line breaks around it.
inline std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace pilling::sources
