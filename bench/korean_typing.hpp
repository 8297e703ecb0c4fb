#pragma once

#include <string>
#include <string_view>

namespace pilling::bench {

/// The text with the initial consonants of its syllables from the one at `first` on.
std::string with_initials(std::string_view text, std::size_t first);

/// The Latin letters on the keys that spell a Korean text.
std::string strokes_of(std::string_view korean);

/// What a Korean input method shows after these keys were hit, the last syllable perhaps unfinished.
std::string typed(std::string_view strokes);

}  // namespace pilling::bench
