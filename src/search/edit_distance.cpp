#include "search/edit_distance.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace pilling::search {

std::size_t edit_distance(std::span<const Key> one, std::span<const Key> other, std::size_t limit) {
  std::array<std::vector<std::size_t>, 3> rows;
  for (auto& row : rows) row.assign(other.size() + 1, 0);
  for (std::size_t j = 0; j <= other.size(); ++j) rows[1][j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    rows[2][0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const bool is_same = text::code(one[i - 1]) == text::code(other[j - 1]);
      std::size_t edits = std::min({rows[1][j - 1] + (is_same ? 0 : 1), rows[1][j] + 1, rows[2][j - 1] + 1});
      const bool is_swap = i > 1 && j > 1 && text::code(one[i - 1]) == text::code(other[j - 2]) &&
                           text::code(one[i - 2]) == text::code(other[j - 1]);
      if (is_swap) edits = std::min(edits, rows[0][j - 2] + 1);
      rows[2][j] = edits;
      least = std::min(least, edits);
    }
    if (least > limit) return limit + 1;
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
  }
  return rows[1][other.size()];
}

}  // namespace pilling::search
