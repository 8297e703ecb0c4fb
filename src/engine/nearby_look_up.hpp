#pragma once

#include <chrono>

#include "pilling/pharmacy.hpp"

namespace pilling::engine {

/// `PharmacyIndex::near` with the cursor of the next page, and warnings about what is not known.
NearbyResult pharmacies_near(const PharmacyIndex& index, Coordinate center, const NearbyOptions& options,
                             std::chrono::sys_seconds now);

}  // namespace pilling::engine
