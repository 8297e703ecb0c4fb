#include "sources/brackets.hpp"

#include <algorithm>
#include <array>

namespace pilling::sources {
namespace {

constexpr std::array<std::string_view, 9> opening = {"(", "[", "{", "（", "［", "〔", "【", "「", "『"};
constexpr std::array<std::string_view, 9> closing = {")", "]", "}", "）", "］", "〕", "】", "」", "』"};

}  // namespace

std::size_t character_size(std::string_view text, std::size_t position) {
  const auto lead = static_cast<unsigned char>(text[position]);
  const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(size, text.size() - position);
}

std::vector<bool> open_ground(std::string_view text) {
  std::vector<bool> is_open(text.size(), true);
  const auto close_off = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) is_open[i] = false;
  };
  std::vector<std::size_t> begins;
  std::size_t last_stray = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = i + character_size(text, i);
    const std::string_view character = text.substr(i, end - i);
    const bool closes = std::ranges::find(closing, character) != closing.end();
    if (std::ranges::find(opening, character) != opening.end()) begins.push_back(i);
    if (closes && begins.empty()) last_stray = end;
    if (!begins.empty()) close_off(i, end);
    if (closes && !begins.empty()) begins.pop_back();
    i = end;
  }
  close_off(0, last_stray);
  if (!begins.empty()) close_off(begins.front(), text.size());
  return is_open;
}

std::string without_brackets(std::string_view text) {
  const std::vector<bool> is_open = open_ground(text);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_open[i]) plain += text[i];
  }
  return plain;
}

}  // namespace pilling::sources
