#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "pharmacy_samples.hpp"

namespace pilling::bench {

/// Distance in meters and position among the pharmacies, nearest first.
using Nearby = std::vector<std::pair<double, std::uint32_t>>;

/// What the index replaces, or competes with.
class Baseline {
 public:
  virtual ~Baseline() = default;

  /// `open`, when not null, tells of each pharmacy whether it passes.
  virtual Nearby near(Coordinate center, std::optional<double> radius_meters, std::optional<std::size_t> limit,
                      const std::vector<bool>* open) = 0;
};

/// The original's: haversine of every pharmacy, then a sort of all that is kept.
std::unique_ptr<Baseline> make_scan(const Pharmacies& pharmacies);

/// Squared chords of all, by the widest instructions of the machine; what is near enough by haversine afterwards.
std::unique_ptr<Baseline> make_vector_scan(const Pharmacies& pharmacies);

/// Null when nanoflann was not found.
std::unique_ptr<Baseline> make_nanoflann(const Pharmacies& pharmacies);

/// Null when S2 was not found.
std::unique_ptr<Baseline> make_s2(const Pharmacies& pharmacies);

}  // namespace pilling::bench
