#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"
#include "search/approximate.hpp"
#include "search/literal.hpp"
#include "search/name_query.hpp"
#include "search/ranked_name.hpp"
#include "search/ranking.hpp"
#include "search/searched_segment.hpp"
#include "search/similar_names.hpp"

namespace pilling::search {

/// A brand that sounds like the text.
struct RankedSound {
  std::uint32_t distance = 0;
  std::uint32_t item = 0;
  std::uint32_t subject() const noexcept { return item; }
  auto operator<=>(const RankedSound&) const = default;
};

/// One search over all segments, stage after stage: as the text was typed, in all readings, then what is like it.
class NameSearch {
 public:
  NameSearch(const std::vector<LiveSegment>& segments, const NameFilter& filter, std::size_t limit);

  std::vector<NameMatch> run(std::string_view valid, bool is_unfinished);

 private:
  // Names, beside which no more edits are forgiven.
  static constexpr std::size_t enough_similar = 5;

  void read(std::string_view valid, bool is_unfinished);
  void find_as_typed();
  void find_similar();
  bool is_full() { return best_.sorted().size() >= limit_; }
  bool is_empty() { return best_.sorted().empty() && similar_.size() == 0; }
  bool is_vague();
  bool is_full_before(Tier tier);

  void find_literal(const NameQuery& query, bool is_number_open);
  void find_literal(const SearchedSegment& segment, const NameQuery& query, bool is_number_open);
  void find_initials(const NameQuery& query);
  void find_mixed(const NameQuery& query, const std::vector<QueryCharacter>& characters, bool goes_first);
  void find_words(const NameQuery& query);
  void find_fuzzy(const NameQuery& query, std::size_t most_edits);
  void find_fuzzy_within(const NameQuery& query, std::size_t edits);
  void find_fuzzy_words(const NameQuery& query);
  void add_similar(const SearchedSegment& segment, const NameQuery& query, Tier tier, const ApproximatePattern& pattern,
                   ApproximateHit hit);
  void find_by_sound(const NameQuery& query);
  void find_without_numbers(const NameQuery& query);
  void find_same_brands();
  static bool accepts_brand(const SearchedSegment& segment, std::uint32_t item);
  void add_brand(const SearchedSegment& segment, const NameQuery& query, const RankedSound& sound);

  std::vector<SearchedSegment> segments_;
  std::size_t limit_;
  Best<RankedName> best_;
  SimilarNames similar_;  ///< by letters or by sound: these follow the others
  std::string_view typed_;
  std::vector<NameQuery> readings_;
};

}  // namespace pilling::search
