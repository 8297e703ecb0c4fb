#pragma once

#include <cstdint>

#include "pilling/search.hpp"
#include "search/literal.hpp"
#include "search/name_segment.hpp"

namespace pilling::search {

/// Whether `one` comes before `other` among equally good matches.
bool comes_before(const NameSegment& one, std::uint32_t item, const NameSegment& other, std::uint32_t other_item);

/// A match while it is still being compared.
struct RankedName {
  Tier tier = tier_none;
  std::uint32_t cost = 0;  ///< within the tier
  bool is_by_sound = false;
  const NameSegment* names = nullptr;
  std::uint32_t segment = 0;  ///< its number in the search
  std::uint32_t item = 0;
  std::uint32_t field = 0;
  std::uint32_t begin = 0;  ///< of the keys that matched
  std::uint32_t end = 0;
  std::uint32_t edits = 0;
  TextReading reading = TextReading::literal;

  std::uint64_t subject() const noexcept { return std::uint64_t{segment} << 32 | item; }
  bool operator<(const RankedName& other) const;
};

}  // namespace pilling::search
