#include "geo/ranking.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace pilling::geo {
namespace {

// Maps hits to as many shares as there are hits, in the order of distance. Where pharmacies are spread evenly, squared
// distances are, too.
class Shares {
 public:
  Shares(const Hits& hits, double farthest_meters)
      : last_(hits.size() - 1), scale_(static_cast<double>(last_) / (farthest_meters * farthest_meters)) {}

  std::size_t of(const Hit& hit) const noexcept {
    return std::min(static_cast<std::size_t>(hit.distance_meters * hit.distance_meters * scale_), last_);
  }

 private:
  std::size_t last_;
  double scale_;
};

double farthest_meters(const Hits& hits) {
  double farthest = 0;
  for (const Hit& hit : hits) farthest = std::max(farthest, hit.distance_meters);
  return farthest;
}

// Deals the hits out into their shares, and sorts each by itself: with few in each, half the time of a sort.
void sort_in_shares(Hits& hits, const Shares& shares) {
  std::pmr::vector<std::uint32_t> begins(hits.size() + 1, hits.get_allocator());
  for (const Hit& hit : hits) ++begins[shares.of(hit) + 1];
  for (std::size_t share = 1; share < begins.size(); ++share) begins[share] += begins[share - 1];

  Hits dealt(hits.size(), hits.get_allocator());
  auto& ends = begins;  // once every hit is in its place
  for (const Hit& hit : hits) dealt[ends[shares.of(hit)]++] = hit;
  Hit* begin = dealt.data();
  for (std::size_t share = 0; share < hits.size(); ++share) {
    Hit* const end = dealt.data() + ends[share];
    if (end - begin > 1) std::sort(begin, end);
    begin = end;
  }
  hits.swap(dealt);
}

}  // namespace

void sort_hits(Hits& hits) {
  constexpr std::size_t many = 48;
  const double farthest = hits.size() < many ? 0 : farthest_meters(hits);
  if (farthest > 0) {
    sort_in_shares(hits, Shares(hits, farthest));
  } else {
    std::sort(hits.begin(), hits.end());
  }
}

}  // namespace pilling::geo
