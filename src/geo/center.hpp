#pragma once

#include <cmath>
#include <numbers>

#include "geo/unit_vector.hpp"

namespace pilling::geo {

/// Where a search begins.
class Center {
 public:
  explicit Center(Coordinate position) noexcept : spot(make_spot(position)), place(make_unit_vector(spot)) {
    const double sine = std::sin(spot.longitude);
    const double cosine = std::cos(spot.longitude);
    east_ = {.x = -sine, .y = cosine, .z = 0};
    north_ = {.x = -place.z * cosine, .y = -place.z * sine, .z = spot.cos_latitude};
  }

  /// Of the great circle where it leaves; 0 … below 360.
  double bearing_degrees(const UnitVector& to) const noexcept {
    const UnitVector way{.x = to.x - place.x, .y = to.y - place.y, .z = to.z - place.z};
    const double degrees = std::atan2(dot(east_, way), dot(north_, way)) * (180 / std::numbers::pi);
    if (degrees >= 0) return degrees;
    // Next to nothing west of north rounds to a full turn.
    return degrees + 360 < 360 ? degrees + 360 : 0;
  }

  Spot spot;
  UnitVector place;

 private:
  static double dot(const UnitVector& left, const UnitVector& right) noexcept {
    return left.x * right.x + left.y * right.y + left.z * right.z;
  }

  UnitVector north_;  // along the ground
  UnitVector east_;
};

}  // namespace pilling::geo
