#include "pharmacy_baselines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#ifdef PILLING_BENCH_NANOFLANN
#include <nanoflann.hpp>
#endif

namespace pilling::bench {
namespace {

constexpr double radians = std::numbers::pi / 180;

void sort_and_cut(Nearby& nearby, std::optional<std::size_t> limit) {
  std::ranges::sort(nearby);
  if (limit && *limit < nearby.size()) nearby.resize(*limit);
}

class Scan : public Baseline {
 public:
  explicit Scan(const Pharmacies& pharmacies) : pharmacies_(pharmacies) {}

  Nearby near(Coordinate center, std::optional<double> radius_meters, std::optional<std::size_t> limit,
              const std::vector<bool>* open) override {
    Nearby nearby;
    for (std::uint32_t number = 0; number < pharmacies_.size(); ++number) {
      if (open && !(*open)[number]) continue;
      const double meters = distance(center, pharmacies_[number]->position);
      if (!radius_meters || meters <= *radius_meters) nearby.emplace_back(meters, number);
    }
    sort_and_cut(nearby, limit);
    return nearby;
  }

 private:
  static double distance(Coordinate from, Coordinate to) {
    const double latitude_sine = std::sin((to.latitude - from.latitude) * radians / 2);
    const double longitude_sine = std::sin((to.longitude - from.longitude) * radians / 2);
    const double a = latitude_sine * latitude_sine + std::cos(from.latitude * radians) *
                                                         std::cos(to.latitude * radians) * longitude_sine *
                                                         longitude_sine;
    return earth_radius_meters * 2 * std::atan2(std::sqrt(a), std::sqrt(1 - a));
  }

  const Pharmacies& pharmacies_;
};

struct Vector {
  explicit Vector(Coordinate place)
      : x(std::cos(place.latitude * radians) * std::cos(place.longitude * radians)),
        y(std::cos(place.latitude * radians) * std::sin(place.longitude * radians)),
        z(std::sin(place.latitude * radians)) {}
  double x;
  double y;
  double z;
};

double squared_chord_of(std::optional<double> meters) {
  if (!meters) return std::numeric_limits<double>::infinity();
  const double chord = 2 * std::sin(std::min(*meters / (2 * earth_radius_meters), std::numbers::pi / 2));
  return chord * chord * (1 + 1e-12) + 1e-20;
}

// Candidates by chord, ranked by the distance that all share.
Nearby ranked(Coordinate center, const std::vector<std::uint32_t>& candidates, const Pharmacies& pharmacies,
              std::optional<double> radius_meters, std::optional<std::size_t> limit) {
  Nearby nearby;
  nearby.reserve(candidates.size());
  for (const std::uint32_t number : candidates) {
    const double meters = distance_meters(center, pharmacies[number]->position);
    if (!radius_meters || meters <= *radius_meters) nearby.emplace_back(meters, number);
  }
  sort_and_cut(nearby, limit);
  return nearby;
}

#if defined(__GNUC__) && defined(__x86_64__) && !defined(__clang__)
__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#endif
void squared_chords(const double* x, const double* y, const double* z, std::size_t count, const Vector& from,
                    double* squares) {
  const double from_x = from.x, from_y = from.y, from_z = from.z;
  for (std::size_t number = 0; number < count; ++number) {
    const double dx = x[number] - from_x, dy = y[number] - from_y, dz = z[number] - from_z;
    squares[number] = dx * dx + dy * dy + dz * dz;
  }
}

class VectorScan : public Baseline {
 public:
  explicit VectorScan(const Pharmacies& pharmacies) : pharmacies_(pharmacies), squares_(pharmacies.size()) {
    for (const auto& pharmacy : pharmacies) {
      const Vector place(pharmacy->position);
      x_.push_back(place.x);
      y_.push_back(place.y);
      z_.push_back(place.z);
    }
  }

  Nearby near(Coordinate center, std::optional<double> radius_meters, std::optional<std::size_t> limit,
              const std::vector<bool>* open) override {
    squared_chords(x_.data(), y_.data(), z_.data(), x_.size(), Vector(center), squares_.data());
    double reach = squared_chord_of(radius_meters);
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t number = 0; number < squares_.size(); ++number) {
      if (squares_[number] > reach || (open && !(*open)[number])) continue;
      candidates.push_back(number);
      if (limit && candidates.size() >= 4 * *limit) reach = std::min(reach, keep_nearest(candidates, *limit));
    }
    if (limit && candidates.size() > *limit) keep_nearest(candidates, *limit);
    return ranked(center, candidates, pharmacies_, radius_meters, limit);
  }

 private:
  // The squared chord of the farthest of the nearest `limit`, next to which only ties stay.
  double keep_nearest(std::vector<std::uint32_t>& candidates, std::size_t limit) const {
    const auto square = [&](std::uint32_t number) { return squares_[number]; };
    const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(limit) - 1;
    std::ranges::nth_element(candidates, last, {}, square);
    const double reach = square(*last) * (1 + 1e-12) + 1e-20;
    std::erase_if(candidates, [&](std::uint32_t number) { return square(number) > reach; });
    return reach;
  }

  const Pharmacies& pharmacies_;
  std::vector<double> x_, y_, z_, squares_;
};

#ifdef PILLING_BENCH_NANOFLANN
class Nanoflann : public Baseline {
 public:
  explicit Nanoflann(const Pharmacies& pharmacies) : pharmacies_(pharmacies) {
    for (const auto& pharmacy : pharmacies) places_.places.emplace_back(pharmacy->position);
    tree_.buildIndex();
  }

  Nearby near(Coordinate center, std::optional<double> radius_meters, std::optional<std::size_t> limit,
              const std::vector<bool>* open) override {
    const Vector place(center);
    Reach reach(squared_chord_of(radius_meters), limit.value_or(pharmacies_.size()), open);
    tree_.findNeighbors(reach, &place.x, nanoflann::SearchParams());
    return ranked(center, reach.candidates(), pharmacies_, radius_meters, limit);
  }

 private:
  struct Places {
    std::vector<Vector> places;
    std::size_t kdtree_get_point_count() const { return places.size(); }
    double kdtree_get_pt(std::size_t number, std::size_t axis) const { return (&places[number].x)[axis]; }
    template <class Box>
    bool kdtree_get_bbox(Box&) const {
      return false;
    }
  };

  // Its own result set, as its manual advises for a filter: a heap of the nearest.
  class Reach {
   public:
    using DistanceType = double;

    Reach(double squared_reach, std::size_t limit, const std::vector<bool>* open)
        : squared_reach_(squared_reach), limit_(limit), open_(open) {}

    std::size_t size() const { return heap_.size(); }
    bool full() const { return true; }
    double worstDist() const { return squared_reach_; }
    bool addPoint(double squared, std::uint32_t number) {
      if (squared > squared_reach_ || (open_ && !(*open_)[number])) return true;
      heap_.emplace_back(squared, number);
      std::ranges::push_heap(heap_);
      if (heap_.size() > limit_) {
        std::ranges::pop_heap(heap_);
        heap_.pop_back();
      }
      if (heap_.size() == limit_) squared_reach_ = std::min(squared_reach_, heap_.front().first * (1 + 1e-12));
      return true;
    }
    std::vector<std::uint32_t> candidates() const {
      std::vector<std::uint32_t> numbers;
      for (const auto& [squared, number] : heap_) numbers.push_back(number);
      return numbers;
    }

   private:
    double squared_reach_;
    std::size_t limit_;
    const std::vector<bool>* open_;
    std::vector<std::pair<double, std::uint32_t>> heap_;
  };

  using Tree =
      nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Places>, Places, 3, std::uint32_t>;

  const Pharmacies& pharmacies_;
  Places places_;
  Tree tree_{3, places_};
};
#endif

}  // namespace

std::unique_ptr<Baseline> make_scan(const Pharmacies& pharmacies) { return std::make_unique<Scan>(pharmacies); }

std::unique_ptr<Baseline> make_vector_scan(const Pharmacies& pharmacies) {
  return std::make_unique<VectorScan>(pharmacies);
}

std::unique_ptr<Baseline> make_nanoflann([[maybe_unused]] const Pharmacies& pharmacies) {
#ifdef PILLING_BENCH_NANOFLANN
  return std::make_unique<Nanoflann>(pharmacies);
#else
  return nullptr;
#endif
}

#ifndef PILLING_BENCH_S2
std::unique_ptr<Baseline> make_s2(const Pharmacies&) { return nullptr; }
#endif

}  // namespace pilling::bench
