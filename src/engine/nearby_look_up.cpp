#include "engine/nearby_look_up.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/korean_time.hpp"
#include "geo/wrong_geocodes.hpp"

namespace pilling::engine {
namespace {

// One more than asked for, to see whether there is another page; a caller's own order has none.
std::vector<NearbyPharmacy> with_one_more(const PharmacyIndex& index, Coordinate center, NearbyOptions options,
                                          std::chrono::sys_seconds now) {
  const bool can_grow = options.limit && *options.limit > 0 && *options.limit < std::numeric_limits<std::size_t>::max();
  if (can_grow && !options.rerank) ++*options.limit;
  return index.near(center, options, now);
}

std::vector<std::string> warnings_about(const PharmacyIndex& index, const NearbyOptions& options,
                                        const NearbyResult& result) {
  std::vector<std::string> warnings;
  if (options.after && options.after->version != index.version()) {
    warnings.emplace_back("the pharmacies have changed since the page before; some may be missing or new");
  }
  const auto has_hours = [](const NearbyPharmacy& nearby) { return nearby.pharmacy->hours.is_known(); };
  const auto looks_too_far = [&](const NearbyPharmacy& nearby) {
    return has_hours(nearby) && !nearby.status.is_holiday_known;
  };
  if (!core::korean_time(result.instant, index.holidays()).is_holiday_known) {
    if (options.open_at || std::ranges::any_of(result.pharmacies, has_hours)) {
      warnings.emplace_back("public holidays are not known; hours are those of an ordinary day");
    }
  } else if (std::ranges::any_of(result.pharmacies, looks_too_far)) {
    warnings.emplace_back("public holidays of other days are not known; what is said of them holds for ordinary days");
  }
  return warnings;
}

}  // namespace

NearbyResult pharmacies_near(const PharmacyIndex& index, Coordinate center, const NearbyOptions& options,
                             std::chrono::sys_seconds now) {
  NearbyResult result;
  result.instant = options.open_at.value_or(now);
  result.pharmacies = with_one_more(index, center, options, now);
  if (options.limit && result.pharmacies.size() > *options.limit) {
    result.pharmacies.resize(*options.limit);
    const NearbyPharmacy& last = result.pharmacies.back();
    result.next = {.distance_meters = last.distance_meters, .id = last.pharmacy->id, .version = index.version()};
  }
  result.answer.warnings = warnings_about(index, options, result);
  return result;
}

std::vector<std::string> doubts_about(const PharmacyIndex& index) {
  std::vector<std::shared_ptr<const Pharmacy>> pharmacies;
  // All of them: any place and any time will do.
  for (NearbyPharmacy& any : index.near({}, {.radius_meters = std::nullopt}, {})) {
    pharmacies.push_back(std::move(any.pharmacy));
  }
  std::vector<std::string> doubts;
  for (const auto& misplaced : geo::find_wrong_geocodes(pharmacies)) {
    std::string doubt = "pharmacies of different districts are on one point:";
    for (const auto& pharmacy : misplaced) {
      doubt.append(&pharmacy == &misplaced.front() ? " " : "; ").append(pharmacy->name).append(", ");
      doubt.append(pharmacy->address);
    }
    doubts.push_back(std::move(doubt));
  }
  return doubts;
}

}  // namespace pilling::engine
