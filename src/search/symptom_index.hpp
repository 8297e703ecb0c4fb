#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/medicine.hpp"
#include "pilling/symptoms.hpp"
#include "search/symptom_language.hpp"

namespace pilling::search {

/// Whom medicines are for, by what they say of themselves.
enum class SymptomAge : std::uint8_t { children, any, adults };

/// Medicines that share an efficacy text, a dispensing and an age.
struct SymptomEntry {
  std::string text;
  std::vector<std::string> indications;  ///< of the text, in its order
  std::string dispensing;
  std::uint32_t popularity = 0;  ///< of the most popular of the medicines
  SymptomAge age = SymptomAge::any;
  std::string code{};  ///< of the most popular of the medicines; decides between equally good entries
};

struct SymptomHit {
  std::uint32_t entry = 0;              ///< its number: see SymptomIndex
  double score = 0;                     ///< (0, 1]
  std::vector<std::uint32_t> concepts;  ///< positions in the table
  std::vector<std::uint32_t> missing;
  std::vector<std::uint32_t> wider;  ///< of `concepts`: the text only names something wider
  std::vector<ByteSpan> spans;       ///< of the text
  std::string summary;               ///< empty: no indication speaks of it by itself
  bool is_approximate = false;
};

/// Which medicines are for which concepts. Entries are numbered from 0 on, those of the constructor first. Safe to
/// share between threads while nobody adds or removes; copies are cheap: they share what neither has changed.
class SymptomIndex {
 public:
  /// Throws InvalidArgument for texts that are not valid UTF-8.
  SymptomIndex(std::vector<SymptomEntry> entries, std::shared_ptr<const SymptomConcepts> concepts);
  ~SymptomIndex();
  SymptomIndex(const SymptomIndex&);
  SymptomIndex& operator=(const SymptomIndex&) = delete;
  SymptomIndex(SymptomIndex&&) noexcept;
  SymptomIndex& operator=(SymptomIndex&&) noexcept;

  /// Returns its number. Throws as the constructor.
  std::uint32_t add(SymptomEntry entry);
  /// An entry that is there; its number is not given again.
  void remove(std::uint32_t entry);

  PhraseReading read(std::string_view phrase) const;
  SymptomReading describe(const PhraseReading& reading) const;
  std::string id_of(std::uint32_t symptom) const;

  /// Entries that are for what was understood. Best first: more of the concepts, and of those that the phrase is about;
  /// for a child, those for children, and those for adults last; then how well they fit, in three steps; then those
  /// sold over the counter, then those of which it is not known; then how well they fit and how little else they are
  /// for; then popularity, then the code, then the number. None when there is a red flag or a note that withholds them.
  /// Empty `dispensing` stands for any.
  std::vector<SymptomHit> search(const PhraseReading& reading, std::size_t limit, std::string_view dispensing) const;

  /// For phrases that nothing was understood of: see `WordFallback::search`. All are approximate.
  std::vector<SymptomHit> search_words(std::string_view phrase, std::size_t limit, std::string_view dispensing) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling::search
