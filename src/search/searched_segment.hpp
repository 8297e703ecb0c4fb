#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "search/literal.hpp"
#include "search/name_segment.hpp"
#include "search/ranked_name.hpp"

namespace pilling::search {

/// A segment and which of its items have been removed.
struct LiveSegment {
  std::shared_ptr<const NameSegment> names;
  std::shared_ptr<const std::vector<bool>> removed;  ///< by item; none: nothing was

  bool holds(std::uint32_t item) const { return !removed || !(*removed)[item]; }
};

/// A segment as one search sees it: what was removed, or is filtered out, is not accepted.
class SearchedSegment {
 public:
  SearchedSegment(std::uint32_t number, const LiveSegment& segment, const NameFilter& filter)
      : number_(number), segment_(&segment), filter_(*segment.names, filter) {}

  std::uint32_t number() const noexcept { return number_; }
  const NameSegment& names() const noexcept { return *segment_->names; }
  bool accepts(std::uint32_t item) const { return filter_.accepts(item) && segment_->holds(item); }

  /// Whether the lists of the best places of short patterns hold all that a search for so many names wants.
  bool may_use_lists(std::span<const Key> pattern, std::size_t limit) const {
    const bool is_whole = filter_.is_open() && !segment_->removed;
    return pattern.size() <= NameSegment::longest_top && limit <= NameSegment::top_size && is_whole;
  }

  /// Calls `consider` with the places where the keys stand, from the beginning of a character on and numbers whole, and
  /// how they match there; or, for a short pattern, with the best of those places. Not only with those of items that
  /// are accepted.
  template <class Consider>
  void for_each_literal(std::span<const Key> pattern, bool is_number_open, std::size_t limit,
                        const Consider& consider) const;

  /// All accepted names of the same brand as an item of some segment.
  template <class Consider>
  void for_each_of_brand(const NameSegment& owner, std::uint32_t item, const Consider& consider) const;

 private:
  std::uint32_t number_;
  const LiveSegment* segment_;
  NameSegment::Filter filter_;
};

template <class Consider>
void SearchedSegment::for_each_literal(std::span<const Key> pattern, bool is_number_open, std::size_t limit,
                                       const Consider& consider) const {
  if (may_use_lists(pattern, limit)) {
    const auto top = names().top(pattern, is_number_open);
    for (const TopEntry& entry : top) {
      if (entry.position == 0) break;
      consider(entry.position, LiteralMatch{static_cast<Tier>(entry.tier), names().field_of(entry.position)});
    }
    if (!top.empty()) return;
  }
  const SuffixRange range = names().suffixes().find(pattern);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const std::uint32_t position = names().suffixes()[i];
    const LiteralMatch match =
        literal_match(names(), position, static_cast<std::uint32_t>(pattern.size()), is_number_open);
    if (match.tier != tier_none) consider(position, match);
  }
}

template <class Consider>
void SearchedSegment::for_each_of_brand(const NameSegment& owner, std::uint32_t item, const Consider& consider) const {
  const KeySpan own = owner.brand(item);
  const std::uint32_t length = own.end - own.begin;
  std::vector<Key> brand(owner.keys() + own.begin, owner.keys() + own.end);
  for (Key& key : brand) key = text::code(key);
  const SuffixRange range = names().suffixes().find(brand);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const std::uint32_t begin = names().suffixes()[i];
    const LiteralMatch match = literal_match(names(), begin, length, false);
    if (match.tier > tier_brand) continue;
    const std::uint32_t found = names().field(match.field).item();
    if (!accepts(found)) continue;
    consider(RankedName{.names = &names(),
                        .segment = number_,
                        .item = found,
                        .field = match.field,
                        .begin = begin,
                        .end = begin + length});
  }
}

}  // namespace pilling::search
