#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/medicine.hpp"

namespace pilling::search {

struct SymptomHit {
  std::size_t text = 0;              ///< position of the text in what the index was built from
  double score = 0;                  ///< (0, 1]
  std::vector<std::string> words;    ///< of the query, as typed, that were found
  std::vector<std::string> missing;  ///< those that were not
  std::vector<ByteSpan> spans;       ///< of the text
};

/// Inverted index over distinct efficacy texts. Immutable, safe to share between threads; movable.
class SymptomIndex {
 public:
  explicit SymptomIndex(const std::vector<std::string>& texts);
  ~SymptomIndex();
  SymptomIndex(SymptomIndex&&) noexcept;
  SymptomIndex& operator=(SymptomIndex&&) noexcept;

  /// Texts that hold all words of the query; when there is none, those that hold most. Best first: more words, then
  /// the earlier place, then the shorter text, then the position. Words that say nothing of a symptom, such as "때" and
  /// "약", are not asked for. Empty or blank text finds nothing. Throws InvalidArgument as `NameIndex::search` does.
  std::vector<SymptomHit> search(std::string_view query, std::size_t limit) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace pilling::search
