#include "geo/curve.hpp"

#include <algorithm>
#include <utility>

namespace pilling::geo {
namespace {

// How far along the Hilbert curve of 2^16 × 2^16 cells a cell lies (J. Skilling's and C. Hamilton's curve in two
// dimensions, computed from the highest bit down).
std::uint32_t along_hilbert_curve(std::uint32_t x, std::uint32_t y) {
  std::uint32_t along = 0;
  for (std::uint32_t half = 1u << 15; half > 0; half /= 2) {
    const bool is_right = (x & half) != 0;
    const bool is_upper = (y & half) != 0;
    along += half * half * ((is_right ? 3u : 0u) ^ (is_upper ? 1u : 0u));
    if (is_upper) continue;
    if (is_right) {
      x = ~x;
      y = ~y;
    }
    std::swap(x, y);
  }
  return along;
}

std::uint32_t cell(double degrees, double half_range) {
  constexpr double last_cell = 65'535;
  return static_cast<std::uint32_t>((degrees + half_range) / (2 * half_range) * last_cell);
}

}  // namespace

std::vector<std::uint32_t> along_curve(std::span<const Coordinate> points) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  places.reserve(points.size());
  for (const Coordinate& point : points) {
    places.emplace_back(along_hilbert_curve(cell(point.longitude, 180), cell(point.latitude, 90)),
                        static_cast<std::uint32_t>(places.size()));
  }
  std::ranges::sort(places);
  std::vector<std::uint32_t> order;
  order.reserve(places.size());
  for (const auto& [along, point] : places) order.push_back(point);
  return order;
}

}  // namespace pilling::geo
