#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/name_segment.hpp"

namespace pilling::search {

/// Which edits are forgiven, and where a match may begin and end.
struct ApproximateOptions {
  std::size_t edits = 1;          ///< at most
  bool only_part_starts = false;  ///< a match begins where a part does, not at any character
  bool is_number_open = false;    ///< the number at the end of the pattern may go on
};

/// Keys [begin, end) of a field that the pattern matches.
struct ApproximateHit {
  std::uint32_t field = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t edits = 0;
  auto operator<=>(const ApproximateHit&) const = default;
};

/// A pattern to be found in spite of slips of the finger: letters that are missing, too many, others, or swapped with
/// their neighbour (optimal string alignment). Numbers and their units are never forgiven.
///
/// Cut into one piece more than edits are allowed, at least one piece stays whole in every match, unless an edit is a
/// swap across a cut; so each piece is also looked for with its last letter swapped (the pigeonhole principle of
/// Navarro and Raffinot, Flexible Pattern Matching in Strings, 2002, ch. 6). What stands beside each piece found is
/// compared from diagonal to diagonal (Landau and Vishkin 1989).
class ApproximatePattern {
 public:
  static constexpr std::size_t most_edits = 4;
  static constexpr std::size_t longest = 128;  ///< keys in which slips are forgiven

  /// `keys` are codes without start bits.
  explicit ApproximatePattern(std::vector<Key> keys);

  /// How many letters may be slips: by length, so that short texts are not taken for everything.
  std::size_t forgiven() const noexcept;

  const std::vector<Key>& keys() const noexcept { return keys_; }

  /// For every field that holds a match, the one with the fewest edits that begins first.
  std::vector<ApproximateHit> find(const NameSegment& names, const ApproximateOptions& options) const;

 private:
  std::vector<Key> keys_;
  std::vector<std::uint8_t> strict_;  // 1: no slip is forgiven
};

}  // namespace pilling::search
