#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pilling/medicine.hpp"

namespace pilling::bench {

using Medicines = std::vector<std::shared_ptr<const Medicine>>;

/// What symptom search replaces: LIKE '%word%' over the efficacy texts for all words of the phrase.
std::vector<std::size_t> scan_for_words(const Medicines& medicines, std::string_view phrase, std::size_t limit);

/// Pairs of syllables joined by OR and ranked by BM25, as full-text search with an n-gram tokenizer does.
class PairIndex {
 public:
  explicit PairIndex(const Medicines& medicines);
  std::vector<std::size_t> search(std::string_view phrase, std::size_t limit) const;

 private:
  struct Posting {
    std::uint32_t medicine = 0;
    std::uint32_t count = 0;
  };
  std::unordered_map<std::uint64_t, std::vector<Posting>> postings_;
  std::vector<double> lengths_;  // relative to their mean
};

}  // namespace pilling::bench
