#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "text/normalize.hpp"

namespace pilling::search {

/// An efficacy text as the symptom index reads it.
struct IndexedText {
  text::NormalForm normal{};
  std::size_t begin = 0;  ///< of what tells texts apart: after "이 약은"
  std::size_t first_indication_end = 0;
  std::size_t characters = 0;
  /// For each byte of `normal.text`, whether no word may reach it from the byte before: because a comma, a stop, a
  /// bracket or a line break stood between, or because it belongs to what the text rules out.
  std::vector<bool> is_barred{};

  /// Where the word first stands for itself. "B1" is not in "B12", nor "염코" in "비염, 코막힘", nor "눈" in "티눈".
  std::optional<std::size_t> find(std::string_view word) const;
};

IndexedText read_efficacy(std::string_view text);

}  // namespace pilling::search
