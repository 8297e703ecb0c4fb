#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/medicine.hpp"

namespace pilling {

/// How a name matched, best first. Part of every match, so that a similar name is never taken for the same name.
enum class MatchKind {
  exact,   ///< the whole name, but for spaces, punctuation, case and the spelling of units
  prefix,  ///< the beginning of the name
  inside,  ///< some other part of the name
};

/// "exact", "prefix", "inside".
PILLING_API std::string_view to_string(MatchKind kind) noexcept;

/// One hit of a NameIndex.
struct NameMatch {
  std::size_t index = 0;  ///< position of the name in what the index was built from
  MatchKind kind = MatchKind::exact;
  double score = 0;             ///< (0, 1]; 1 only for the exact name. Comparable within one result
  std::vector<ByteSpan> spans;  ///< of the original name
  bool approximate = false;     ///< whether letters had to be changed to match
};

/// Names in memory. Immutable, safe to share between threads; movable.
class PILLING_API NameIndex {
 public:
  /// Names that are not valid UTF-8 throw InvalidArgument naming the position; names without a letter or digit are
  /// kept but never match.
  explicit NameIndex(const std::vector<std::string>& names);
  ~NameIndex();
  NameIndex(NameIndex&&) noexcept;
  NameIndex& operator=(NameIndex&&) noexcept;

  /// Best matches: exact, then prefix, then inside; within a kind the shorter name, then the name's bytes, then the
  /// position. A number in the text matches whole numbers only: "10" does not find "100".
  /// Empty or blank text finds nothing. Throws InvalidArgument for invalid UTF-8 or text above
  /// `maximum_query_bytes`.
  std::vector<NameMatch> search(std::string_view text, std::size_t limit = 10) const;

  /// As `search`, for text that is still being typed: its last number may be unfinished.
  std::vector<NameMatch> suggest(std::string_view text, std::size_t limit = 10) const;

  std::size_t size() const noexcept;

  static constexpr std::size_t maximum_query_bytes = 4096;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

/// One medicine found by name.
struct MedicineMatch {
  std::shared_ptr<const Medicine> medicine;
  MatchKind kind = MatchKind::exact;
  double score = 0;
  std::vector<ByteSpan> spans;  ///< of `medicine->name`
  bool approximate = false;
};

/// Answer of `Engine::search`.
struct SearchResult {
  std::vector<MedicineMatch> matches;  ///< best first
  Answer answer;
};

/// One medicine whose efficacy text speaks of a symptom.
struct SymptomMatch {
  std::shared_ptr<const Medicine> medicine;
  double score = 0;                  ///< (0, 1]; 1 when every word was found in the first place
  std::vector<std::string> words;    ///< the words of the query that were found
  std::vector<std::string> missing;  ///< those that were not: unless empty, this is not all that was asked for
  std::vector<ByteSpan> spans;       ///< of `medicine->efficacy`
  std::string summary;               ///< of the efficacy, for what was asked
};

/// Answer of `Engine::search_symptom`.
struct SymptomResult {
  std::vector<SymptomMatch> matches;  ///< best first
  Answer answer;
};

}  // namespace pilling
