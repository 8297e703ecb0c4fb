#pragma once

#include <cstdint>

#include "text/keystrokes.hpp"

namespace pilling::search {

/// What it costs to have typed one key for another, in hundredths of an average slip. Set by hand after Kang (2015) and
/// Roh, Park and Chang (2010): letters that share a key or a sound are mistaken most.
std::uint32_t substitution_cost(text::Key typed, text::Key meant) noexcept;

inline constexpr std::uint32_t dropped_cost = 95;    ///< a letter of the name was not typed
inline constexpr std::uint32_t inserted_cost = 110;  ///< a letter too many
inline constexpr std::uint32_t repeated_cost = 60;   ///< the same letter again

/// Two neighbours that changed places: easy for two hands, harder for one. On the Korean layout, consonants lie under
/// the left hand and vowels under the right.
std::uint32_t swapped_cost(text::Key one, text::Key other) noexcept;

}  // namespace pilling::search
