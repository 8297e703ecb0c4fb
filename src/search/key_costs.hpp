#pragma once

#include <cstdint>

#include "text/keystrokes.hpp"

namespace pilling::search {

/// What it costs to have typed one key for another, in hundredths of an average slip. Set by hand after Kang (2015) and
/// Roh, Park and Chang (2010): letters that share a key or a sound are mistaken most.
std::uint32_t substitution_cost(text::Key typed, text::Key meant) noexcept;

inline constexpr std::uint32_t dropped_cost = 100;   ///< a letter of the name was not typed
inline constexpr std::uint32_t inserted_cost = 90;   ///< a letter too many
inline constexpr std::uint32_t repeated_cost = 60;   ///< the same letter again
inline constexpr std::uint32_t swapped_cost = 70;    ///< two neighbours

}  // namespace pilling::search
