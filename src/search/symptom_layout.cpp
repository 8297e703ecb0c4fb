#include "search/symptom_layout.hpp"

#include "text/keystrokes.hpp"
#include "text/utf8.hpp"

namespace pilling::search {

std::optional<LayoutText> in_korean_layout(std::string_view valid) {
  LayoutText result{.text = text::in_korean_layout(valid), .origins = {}};
  if (result.text.empty()) return std::nullopt;
  // Both have the same characters, of which only some take more bytes than before.
  std::size_t typed = 0;
  for (std::size_t at = 0; at < result.text.size();) {
    const std::size_t size = text::decode(result.text, at).size;
    result.origins.insert(result.origins.end(), size, static_cast<std::uint32_t>(typed));
    typed += text::decode(valid, typed).size;
    at += size;
  }
  result.origins.push_back(static_cast<std::uint32_t>(typed));
  return result;
}

}  // namespace pilling::search
