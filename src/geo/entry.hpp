#pragma once

#include <cstdint>

#include "geo/unit_vector.hpp"

namespace pilling::geo {

/// Where the pharmacy of a row stands.
struct Entry {
  UnitVector place;
  std::uint32_t row = 0;
  bool operator==(const Entry&) const = default;
};

}  // namespace pilling::geo
