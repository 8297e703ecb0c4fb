#include "sources/row_reading.hpp"

#include <algorithm>
#include <cstddef>

namespace pilling::sources {

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::size_t end = std::min(text.size(), longest);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string result = "\"";
  for (const char c : text.substr(0, end)) result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return result + (end < text.size() ? "…\"" : "\"");
}

}  // namespace pilling::sources
