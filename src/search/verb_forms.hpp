#pragma once

#include <string_view>
#include <vector>

#include "text/keystrokes.hpp"

namespace pilling::search {

using Keys = std::vector<text::Key>;

/// The strokes of a word, with the bits that begin its characters.
Keys keys_of_word(std::string_view word);

/// The strokes with which the conjugated forms of a verb or an adjective begin, given what stands before its 다: 아프
/// gives ㅇㅏㅍㅡ and ㅇㅏㅍㅏ, 가렵 gives 가렵 and 가려우. Endings follow them in any form, so that none is listed.
std::vector<Keys> verb_forms(std::string_view stem);

}  // namespace pilling::search
