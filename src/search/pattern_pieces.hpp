#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/name_segment.hpp"

namespace pilling::search {

/// Keys [begin, end) of a pattern.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_swapped = false;  ///< its last key is the first of the next piece, which comes in its place
};

/// Pieces, of which one at least stands whole in every match with so many edits: see ApproximatePattern. Cut where the
/// pieces are rare, when that is worth the choice. `strict` tells which keys are never swapped.
std::vector<Piece> pattern_pieces(const NameSegment& names, const std::vector<Key>& keys,
                                  const std::vector<std::uint8_t>& strict, std::size_t edits);

}  // namespace pilling::search
