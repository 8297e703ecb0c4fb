#pragma once

#include <cstddef>
#include <string_view>

/// Lines of the tables that people edit, such as data/holidays_kr.txt: words between blanks.
namespace pilling::core {

inline constexpr std::string_view blanks = " \t\r";

inline std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The text before the first blank; `text` keeps what follows, trimmed.
inline std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text = trim(text.substr(word.size()));
  return word;
}

}  // namespace pilling::core
