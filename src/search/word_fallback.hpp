#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pilling/medicine.hpp"
#include "search/indexed_text.hpp"

namespace pilling::search {

/// Texts by the pairs of syllables that they hold: what is left when a phrase is not understood. Copies share the texts
/// of the constructor. Safe to share between threads while nobody adds or removes.
class WordFallback {
 public:
  struct Hit {
    std::uint32_t text = 0;
    double score = 0;  ///< (0, 1): the part of the phrase that was found
    std::vector<ByteSpan> spans;
  };

  explicit WordFallback(const std::vector<std::string_view>& texts);

  /// Its number is how many texts there were before, removed ones included.
  void add(std::string_view text);
  void remove(std::uint32_t text);

  /// Texts that hold a whole word of the phrase that few texts hold, and with it at least half of its rare pairs; the
  /// best `limit`, by BM25, then position.
  std::vector<Hit> search(std::string_view phrase, std::size_t limit) const;

 private:
  using Pair = std::uint64_t;
  struct Posting {
    std::uint32_t text = 0;
    std::uint32_t count = 0;
  };

  using Postings = std::unordered_map<Pair, std::vector<Posting>>;

  void add_to(Postings& postings, std::string_view text);
  std::vector<Posting> postings_of(Pair pair) const;
  double weight(std::size_t texts) const;
  std::vector<ByteSpan> find_words(std::uint32_t text, const std::vector<std::string_view>& words) const;

  std::vector<std::shared_ptr<const IndexedText>> texts_;  // null: removed
  std::size_t size_ = 0;                                   // without the removed
  std::size_t characters_ = 0;                             // of all
  std::shared_ptr<const Postings> first_;                  // of the constructor's texts, removed ones included
  Postings added_;
};

}  // namespace pilling::search
