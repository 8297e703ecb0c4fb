#include <cmath>

#include "geo/great_circle.hpp"
#include "pilling/geo.hpp"

namespace pilling {

bool is_valid(Coordinate position) noexcept {
  return std::abs(position.latitude) <= 90 && std::abs(position.longitude) <= 180;
}

double distance_meters(Coordinate from, Coordinate to) noexcept {
  return geo::great_circle_meters(geo::make_spot(from), geo::make_spot(to));
}

}  // namespace pilling
