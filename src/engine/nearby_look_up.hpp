#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pilling/pharmacy.hpp"

namespace pilling::engine {

/// `PharmacyIndex::near` with the cursor of the next page, and warnings about what is not known.
NearbyResult pharmacies_near(const PharmacyIndex& index, Coordinate center, const NearbyOptions& options,
                             std::chrono::sys_seconds now);

/// About positions: which pharmacies cannot all be where they are said to be.
std::vector<std::string> doubts_about(const PharmacyIndex& index);

}  // namespace pilling::engine
