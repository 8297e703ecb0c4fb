#pragma once

#include <cstdint>
#include <vector>

#include "search/symptom_language.hpp"

namespace pilling::search {

/// A pattern that was found in a phrase. Tokens are bits, counted from the first of the row that was looked at.
struct PatternMatch {
  std::uint32_t entry = 0;
  PatternUse use = PatternUse::symptom;
  std::uint64_t tokens = 0;     ///< that the pattern is made of
  std::uint64_t elsewhere = 0;  ///< that it needs besides
  std::uint32_t last = 0;       ///< token that stands last
  bool is_over = false;         ///< by what the last part says
  bool is_denied = false;
  bool needs_denial = false;  ///< whether denial is part of what it means
};

/// All matches in at most 64 tokens of one sentence, without those whose words are part of another's.
std::vector<PatternMatch> find_matches(const SymptomPhrase& phrase, std::uint32_t first, std::uint32_t end,
                                       const std::vector<Pattern>& patterns,
                                       const std::vector<std::vector<std::uint32_t>>& by_class);

}  // namespace pilling::search
