#pragma once

#include <cstdint>

#include "geo/unit_vector.hpp"

namespace pilling::geo {

/// Where a pharmacy stands.
struct Entry {
  UnitVector place;
  std::uint32_t rank = 0;         ///< in the order of ids
  mutable std::uint32_t row = 0;  ///< in the order of the tree, which is known once that is built
  bool operator==(const Entry&) const = default;
};

}  // namespace pilling::geo
