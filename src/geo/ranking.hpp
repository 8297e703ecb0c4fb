#pragma once

#include <memory_resource>
#include <vector>

#include "geo/entry.hpp"

namespace pilling::geo {

/// An entry that is part of the answer.
struct Hit {
  double distance_meters = 0;
  const Entry* entry = nullptr;

  bool operator<(const Hit& other) const noexcept {
    return distance_meters < other.distance_meters ||
           (distance_meters == other.distance_meters && entry->rank < other.entry->rank);
  }
};

using Hits = std::pmr::vector<Hit>;

/// By distance, then id.
void sort_hits(Hits& hits);

}  // namespace pilling::geo
