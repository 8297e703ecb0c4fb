#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "pilling/pharmacy.hpp"

namespace pilling::bench {

using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;

/// Pharmacies, and where people ask for them.
struct Country {
  Pharmacies pharmacies;
  std::vector<Coordinate> centers;
};

/// The pharmacies of Korea with a position, onto which the hours of those in Seoul are dealt, where the public data are
/// (PILLING_DATA_DIR, else shared/data beside the checkout); else 24,385 invented ones in 300 towns.
const Country& korea();

/// A million pharmacies in 4,000 cities of the world.
const Country& world();

/// Wednesday 25 November 2026, 00:00 in Korea: no holiday.
inline constexpr std::chrono::sys_seconds wednesday =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(15);

}  // namespace pilling::bench
