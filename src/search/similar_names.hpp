#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/ranked_name.hpp"
#include "search/ranking.hpp"

namespace pilling::search {

/// Names that are like the text, best first; but brands about as near as the nearest take turns and score alike: many
/// strengths of one must not hide the others, for any of them may be meant.
class SimilarNames {
 public:
  explicit SimilarNames(std::size_t limit) : limit_(limit), all_(limit) {}

  void add(const RankedName& one);

  /// Up to the limit.
  std::size_t size() { return all_.sorted().size(); }

  /// As many as the limit of each of the nearest brands in turn, then the others.
  std::vector<RankedName> in_turn();

 private:
  bool is_near(const RankedName& one) const;

  std::size_t limit_;
  Best<RankedName> all_;
  std::unordered_map<std::string_view, Best<RankedName>> near_;  ///< by brand; some are no longer near
  RankedName nearest_;
};

}  // namespace pilling::search
