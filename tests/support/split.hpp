#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pilling::support {

/// The parts between separators, one more than there are of these.
inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace pilling::support
