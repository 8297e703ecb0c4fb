#pragma once

#include <string>

#include "pilling/pharmacy.hpp"

namespace pilling::geo {

/// Throws InvalidArgument naming the value and `whose` it is.
void require_position(Coordinate position, const std::string& whose);

/// Throws InvalidArgument for options that contradict themselves or hold an impossible value.
void require_options(const NearbyOptions& options);

}  // namespace pilling::geo
