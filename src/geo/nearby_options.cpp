#include "geo/nearby_options.hpp"

#include <charconv>
#include <cmath>

#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::geo {
namespace {

std::string to_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return std::string(digits, end);
}

bool is_distance(double meters) { return meters >= 0 && !std::isinf(meters); }

void require_rerank(const NearbyOptions& options) {
  if (!options.rerank) return;
  if (options.after)
    throw InvalidArgument("a cursor does not go with rerank, which knows no order beyond its first page");
  if (options.rerank_first == 0) throw InvalidArgument("rerank_first 0 leaves nothing to put in order");
}

}  // namespace

void require_position(Coordinate position, const std::string& whose) {
  const std::string advice = std::abs(position.longitude) <= 90 && std::abs(position.latitude) <= 180
                                 ? "; are latitude and longitude swapped?"
                                 : "";
  if (!(std::abs(position.latitude) <= 90)) {
    throw InvalidArgument("latitude " + to_text(position.latitude) + " of " + whose +
                          " is not between -90 and 90 degrees" + advice);
  }
  if (!(std::abs(position.longitude) <= 180)) {
    throw InvalidArgument("longitude " + to_text(position.longitude) + " of " + whose +
                          " is not between -180 and 180 degrees");
  }
}

void require_options(const NearbyOptions& options) {
  if (options.radius_meters && !is_distance(*options.radius_meters)) {
    throw InvalidArgument("radius " + to_text(*options.radius_meters) +
                          " is not a distance in meters; set no radius to search everywhere");
  }
  if (options.limit == std::size_t{0}) {
    throw InvalidArgument("limit 0 leaves nothing to return; ask for at least 1, or set no limit");
  }
  if (options.after && !is_distance(options.after->distance_meters)) {
    throw InvalidArgument("cursor distance " + to_text(options.after->distance_meters) +
                          " is not a distance in meters; pass on what came with the page before");
  }
  if (!text::is_valid_utf8(options.name)) throw InvalidArgument("the name to look for is not well-formed UTF-8");
  require_rerank(options);
}

}  // namespace pilling::geo
