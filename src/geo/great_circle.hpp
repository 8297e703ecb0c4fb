#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pilling/geo.hpp"

namespace pilling::geo {

/// A position as the haversine formula wants it: the same numbers for every spelling of one place.
struct Spot {
  double latitude = 0;   ///< radians
  double longitude = 0;  ///< radians
  double cos_latitude = 1;
};

/// 180° east and west are one meridian, and a pole has every longitude: such spellings become equal here.
inline Spot make_spot(Coordinate position) noexcept {
  constexpr double radians = std::numbers::pi / 180;
  const double latitude = position.latitude * radians;
  const double longitude = (position.longitude == -180 ? 180 : position.longitude) * radians;
  return {.latitude = latitude,
          .longitude = longitude,
          .cos_latitude = std::abs(position.latitude) == 90 ? 0 : std::cos(latitude)};
}

inline double haversine(double angle) noexcept {
  const double sine = std::sin(0.5 * angle);
  return sine * sine;
}

/// The one place where a distance is computed, so that every caller gets the same bits.
inline double great_circle_meters(const Spot& from, const Spot& to) noexcept {
  const double squared = haversine(to.latitude - from.latitude) +
                         from.cos_latitude * to.cos_latitude * haversine(to.longitude - from.longitude);
  // Rounding lifts it above 1 near the antipode; NaN passes.
  return earth_radius_meters * (2 * std::asin(std::sqrt(std::min(squared, 1.0))));
}

}  // namespace pilling::geo
