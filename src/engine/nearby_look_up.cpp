#include "engine/nearby_look_up.hpp"

#include <algorithm>
#include <vector>

namespace pilling::engine {
namespace {

// One more than asked for, to see whether there is another page; a caller's own order has none.
std::vector<NearbyPharmacy> with_one_more(const PharmacyIndex& index, Coordinate center, NearbyOptions options,
                                          std::chrono::sys_seconds now) {
  if (options.limit && *options.limit > 0 && !options.rerank)
    options.limit = std::max(*options.limit, *options.limit + 1);
  return index.near(center, options, now);
}

}  // namespace

NearbyResult pharmacies_near(const PharmacyIndex& index, Coordinate center, const NearbyOptions& options,
                             std::chrono::sys_seconds now) {
  NearbyResult result;
  result.pharmacies = with_one_more(index, center, options, now);
  if (options.limit && result.pharmacies.size() > *options.limit) {
    result.pharmacies.resize(*options.limit);
    const NearbyPharmacy& last = result.pharmacies.back();
    result.next = {.distance_meters = last.distance_meters, .id = last.pharmacy->id, .version = index.version()};
  }
  if (options.after && options.after->version != index.version()) {
    result.answer.warnings.emplace_back(
        "the pharmacies have changed since the page before; some may be missing or new");
  }
  const auto lacks_holidays = [](const NearbyPharmacy& nearby) {
    return nearby.pharmacy->hours.is_known() && !nearby.status.is_holiday_known;
  };
  if (std::ranges::any_of(result.pharmacies, lacks_holidays)) {
    result.answer.warnings.emplace_back("public holidays are not known; hours are those of an ordinary day");
  }
  return result;
}

}  // namespace pilling::engine
