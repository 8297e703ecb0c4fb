#pragma once

#include <cstdint>
#include <span>

#include "search/approximate.hpp"
#include "search/name_segment.hpp"

namespace pilling::search {

/// The weighted cost of a match of the typed keys, 100 for an edit of average likelihood: slips to a neighbouring key
/// or to a letter that sounds alike cost less. Moves the end of the match to where it costs least.
std::uint32_t match_cost(const NameSegment& names, std::span<const Key> typed, ApproximateHit& hit);

}  // namespace pilling::search
