#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/great_circle.hpp"

namespace pilling::geo {

/// A place on the sphere of radius 1. Poles and meridians are ordinary places here, and the order by chord, the
/// straight line between two places, is the order by great circle.
struct UnitVector {
  double x = 0;
  double y = 0;
  double z = 0;
  bool operator==(const UnitVector&) const = default;
};

inline UnitVector make_unit_vector(const Spot& spot) noexcept {
  return {.x = spot.cos_latitude * std::cos(spot.longitude),
          .y = spot.cos_latitude * std::sin(spot.longitude),
          .z = std::sin(spot.latitude)};
}

inline double squared_chord(const UnitVector& from, const UnitVector& to) noexcept {
  const double x = to.x - from.x;
  const double y = to.y - from.y;
  const double z = to.z - from.z;
  return x * x + y * y + z * z;
}

/// How far a squared chord and the haversine formula may disagree about one pair of places: both are rounded. Over
/// millions of pairs the difference stayed below an eighth of this.
inline double chord_slack(double squared) noexcept {
  return 4 * (2e-15 * std::sqrt(squared) + 4e-15 * squared + 1e-30);
}

/// The squared chord of any place that may be no farther by the haversine formula than one at this squared chord.
inline double with_slack(double squared) noexcept { return squared + chord_slack(squared); }

inline double squared_chord_of(double meters) noexcept {
  const double chord = 2 * std::sin(std::min(meters / (2 * earth_radius_meters), std::numbers::pi / 2));
  return chord * chord;
}

}  // namespace pilling::geo
