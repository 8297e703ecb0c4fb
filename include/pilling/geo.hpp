#pragma once

#include "pilling/export.hpp"

namespace pilling {

/// WGS 84 position in degrees.
struct Coordinate {
  double latitude = 0;   ///< -90 … 90
  double longitude = 0;  ///< -180 … 180
  bool operator==(const Coordinate&) const = default;
};

/// Mean radius of the Earth, as the original service took it.
inline constexpr double earth_radius_meters = 6'371'000.0;

/// Whether both parts are finite and in range.
PILLING_API bool is_valid(Coordinate position) noexcept;

/// Great-circle distance by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68,
/// 1984) on a sphere of `earth_radius_meters`; within 0.5 % of the ellipsoid. NaN when a part is not finite.
PILLING_API double distance_meters(Coordinate from, Coordinate to) noexcept;

}  // namespace pilling
