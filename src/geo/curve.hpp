#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pilling/geo.hpp"

namespace pilling::geo {

/// The positions of valid points in an order in which neighbours follow each other.
std::vector<std::uint32_t> along_curve(std::span<const Coordinate> points);

}  // namespace pilling::geo
