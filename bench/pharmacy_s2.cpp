// S2 by itself, because its headers are not clean of warnings.
#include <algorithm>
#include <s2/s2closest_point_query.h>
#include <s2/s2latlng.h>
#include <s2/s2point_index.h>

#include "pharmacy_baselines.hpp"

namespace pilling::bench {
namespace {

S2Point point(Coordinate place) { return S2LatLng::FromDegrees(place.latitude, place.longitude).ToPoint(); }

// Without a filter of its own, it is asked for all within the radius, or for more and more.
class S2 : public Baseline {
 public:
  explicit S2(const Pharmacies& pharmacies) : pharmacies_(pharmacies) {
    for (std::uint32_t number = 0; number < pharmacies.size(); ++number) {
      index_.Add(point(pharmacies[number]->position), number);
    }
  }

  Nearby near(Coordinate center, std::optional<double> radius_meters, std::optional<std::size_t> limit,
              const std::vector<bool>* open) override {
    constexpr std::size_t spare = 4;
    S2ClosestPointQuery<std::uint32_t> query(&index_);
    if (radius_meters) {
      query.mutable_options()->set_inclusive_max_distance(
          S1ChordAngle(S1Angle::Radians(*radius_meters / earth_radius_meters)));
    }
    S2ClosestPointQuery<std::uint32_t>::PointTarget target(point(center));
    std::size_t wanted = limit ? *limit + spare : pharmacies_.size();
    for (;; wanted *= 4) {
      query.mutable_options()->set_max_results(static_cast<int>(std::min(wanted, pharmacies_.size())));
      const auto results = query.FindClosestPoints(&target);
      Nearby nearby;
      for (const auto& result : results) {
        if (open && !(*open)[result.data()]) continue;
        const double meters = distance_meters(center, pharmacies_[result.data()]->position);
        if (!radius_meters || meters <= *radius_meters) nearby.emplace_back(meters, result.data());
      }
      const bool is_enough =
          !limit || nearby.size() >= *limit || results.size() < wanted || wanted >= pharmacies_.size();
      if (!is_enough) continue;
      std::sort(nearby.begin(), nearby.end());
      if (limit && *limit < nearby.size()) nearby.resize(*limit);
      return nearby;
    }
  }

 private:
  const Pharmacies& pharmacies_;
  S2PointIndex<std::uint32_t> index_;
};

}  // namespace

std::unique_ptr<Baseline> make_s2(const Pharmacies& pharmacies) { return std::make_unique<S2>(pharmacies); }

}  // namespace pilling::bench
