#pragma once

#include <memory>
#include <vector>

#include "pilling/pharmacy.hpp"

namespace pilling::geo {

/// Pharmacies on one point whose addresses lie in different districts (시군구): most of them stand elsewhere.
using MisplacedPharmacies = std::vector<std::shared_ptr<const Pharmacy>>;

/// All such points, from the southernmost; of each, every pharmacy on it in the order of ids. An address without a
/// district contradicts nothing, and "부천시" does not contradict "부천시 원미구".
std::vector<MisplacedPharmacies> find_wrong_geocodes(const std::vector<std::shared_ptr<const Pharmacy>>& pharmacies);

}  // namespace pilling::geo
