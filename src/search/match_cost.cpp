#include "search/match_cost.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "search/key_costs.hpp"

namespace pilling::search {
namespace {

constexpr std::uint32_t brand_rest_cost = 4;   // of each stroke between a match's end and the brand's …
constexpr std::size_t longest_brand_rest = 8;  // … up to here

// The cheapest place for the match to end, given what it costs to end at each from `first` to `last`. That the brand
// goes on beyond it, or ends before it, counts a little.
template <class Costs>
std::uint32_t cheapest_end(const NameSegment& names, ApproximateHit& hit, const Costs& costs, std::size_t first,
                           std::size_t last) {
  const std::size_t expected = hit.end - hit.begin;
  const std::size_t brand_end = names.key_begin(hit.field) + names.field(hit.field).brand_end;
  std::uint32_t best = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t j = first; j <= last; ++j) {
    const auto end = hit.begin + static_cast<std::uint32_t>(j);
    if (j != expected && names.is_within_number(end)) continue;
    const std::size_t rest = brand_end > end ? brand_end - end : end - brand_end;
    const std::uint32_t cost =
        costs[j] + brand_rest_cost * static_cast<std::uint32_t>(std::min(rest, longest_brand_rest));
    if (cost >= best) continue;
    best = cost;
    hit.end = end;
  }
  return best;
}

}  // namespace

std::uint32_t match_cost(const NameSegment& names, std::span<const Key> typed, ApproximateHit& hit) {
  // Cells further from the diagonal than the edits reach cannot be on the way.
  constexpr std::uint32_t far = 1'000'000;
  constexpr std::size_t widest = ApproximatePattern::longest + ApproximatePattern::most_edits + 1;
  const Key* const keys = names.keys() + hit.begin;
  const std::size_t band = hit.edits;
  const std::size_t width = std::min<std::size_t>(names.key_end(hit.field) - hit.begin, typed.size() + band);
  std::array<std::array<std::uint32_t, widest + 2>, 3> rows;
  rows[1][0] = 0;
  for (std::size_t j = 1; j <= band + 1; ++j) rows[1][j] = j <= band ? rows[1][j - 1] + dropped_cost : far;
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    const auto& before = rows[(i + 2) % 3];
    const auto& above = rows[i % 3];
    auto& row = rows[(i + 1) % 3];
    const std::size_t first = i > band ? i - band : 0;
    const std::size_t last = std::min(width, i + band);
    const bool is_repeated = i > 1 && typed[i - 1] == typed[i - 2];
    const std::uint32_t inserted = is_repeated ? repeated_cost : inserted_cost;
    if (first > 0) row[first - 1] = far;
    for (std::size_t j = first; j <= last; ++j) {
      std::uint32_t cost = above[j] + inserted;
      if (j > 0) {
        cost = std::min({cost, above[j - 1] + substitution_cost(typed[i - 1], keys[j - 1]), row[j - 1] + dropped_cost});
      }
      const bool is_swap =
          i > 1 && j > 1 && typed[i - 1] == text::code(keys[j - 2]) && typed[i - 2] == text::code(keys[j - 1]);
      if (is_swap) cost = std::min(cost, before[j - 2] + swapped_cost(typed[i - 1], typed[i - 2]));
      row[j] = cost;
    }
    for (std::size_t j = last + 1; j <= i + band + 1; ++j) row[j] = far;
  }
  const std::size_t least = typed.size() > band ? typed.size() - band : 1;
  return cheapest_end(names, hit, rows[(typed.size() + 1) % 3], least, width);
}

}  // namespace pilling::search
