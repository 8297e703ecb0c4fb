#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pilling::sources {

/// For each byte, whether a text may be cut there without cutting a bracket. Where brackets do not match, everything
/// that could be inside of one counts as inside.
std::vector<bool> open_ground(std::string_view text);

/// What stands outside of brackets.
std::string without_brackets(std::string_view text);

/// How many bytes the character at `position` has; at least 1, at most to the end of the text.
std::size_t character_size(std::string_view text, std::size_t position);

}  // namespace pilling::sources
