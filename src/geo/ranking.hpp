#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "geo/candidates.hpp"
#include "geo/center.hpp"

namespace pilling::geo {

/// A candidate that is part of the answer.
struct Hit {
  double distance_meters = 0;
  const Entry* entry = nullptr;

  bool operator<(const Hit& other) const noexcept {
    return distance_meters < other.distance_meters ||
           (distance_meters == other.distance_meters && entry->row < other.entry->row);
  }
};

using Hits = std::pmr::vector<Hit>;

/// Puts many into the order of `<`. Deals them out by squared distance first, which is spread evenly where
/// pharmacies are: that takes half the time of a sort. Each share is sorted by itself.
inline void sort_hits(Hits& hits) {
  constexpr std::size_t many = 48;
  if (hits.size() < many) return std::ranges::sort(hits, std::less());

  double farthest = 0;
  for (const Hit& hit : hits) farthest = std::max(farthest, hit.distance_meters);
  if (farthest == 0) return std::ranges::sort(hits, std::less());
  const double shares = static_cast<double>(hits.size());
  const auto share_of = [scale = shares / (farthest * farthest), last = hits.size() - 1](const Hit& hit) {
    return std::min(static_cast<std::size_t>(hit.distance_meters * hit.distance_meters * scale), last);
  };
  std::pmr::vector<std::uint32_t> ends(hits.size() + 1, hits.get_allocator());
  for (const Hit& hit : hits) ++ends[share_of(hit) + 1];
  for (std::size_t share = 1; share < ends.size(); ++share) ends[share] += ends[share - 1];
  Hits dealt(hits.size(), hits.get_allocator());
  // From here on each is where its share begins, and moves to where it ends.
  for (const Hit& hit : hits) dealt[ends[share_of(hit)]++] = hit;
  std::size_t begin = 0;
  for (std::size_t share = 0; share < hits.size(); ++share) {
    const std::size_t end = ends[share];
    if (end - begin > 1)
      std::sort(dealt.begin() + static_cast<std::ptrdiff_t>(begin), dealt.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  hits = std::move(dealt);
}

}  // namespace pilling::geo
