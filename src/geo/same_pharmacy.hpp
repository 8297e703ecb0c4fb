#pragma once

#include <memory>
#include <vector>

#include "pilling/pharmacy.hpp"

namespace pilling::geo {

/// Drops the pharmacies that another row describes, too. Agencies give the same pharmacy different ids and there is
/// no table that joins them: two rows of different agencies are the same when they stand within 100 m and have the
/// same name, or within 300 m and have the same telephone number. The row with hours stays, else the smaller id.
std::vector<std::shared_ptr<const Pharmacy>> drop_same(std::vector<std::shared_ptr<const Pharmacy>> pharmacies);

}  // namespace pilling::geo
