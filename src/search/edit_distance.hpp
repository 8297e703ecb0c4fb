#pragma once

#include <cstddef>
#include <span>

#include "text/keystrokes.hpp"

namespace pilling::search {

using text::Key;

/// Optimal string alignment distance between two runs of keys, start bits aside; above `limit`, any number above it.
std::size_t edit_distance(std::span<const Key> one, std::span<const Key> other, std::size_t limit);

}  // namespace pilling::search
