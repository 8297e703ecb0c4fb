#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/medicine.hpp"
#include "pilling/shared_list.hpp"

namespace pilling {

/// How a name matched. Part of every match, so that a similar name is never taken for the same name.
enum class MatchKind {
  exact,       ///< the whole name, but for spaces, punctuation, case and the spelling of units
  brand,       ///< the whole brand: what the name begins with before its form, strength and brackets
  prefix,      ///< the beginning of the name; its last syllable may be unfinished
  other_name,  ///< the whole or the beginning of something else it is known by: see `NameMatch::field`
  same_brand,  ///< its brand is that of a name found by its English name or an alias
  inside,      ///< some other part of the name
  words,       ///< all words of the text, in any order; numbers whole
  initials,    ///< the initial consonants of the name, alone or among whole syllables
  fuzzy,       ///< letters had to be changed
  sound,       ///< sounds alike in the other script
  partial,     ///< the text without its numbers, which were not found so: it may be of another strength
};

/// "exact", "brand", "prefix", "other_name", "same_brand", "inside", "words", "initials",
/// "fuzzy", "sound", "partial".
PILLING_API std::string_view to_string(MatchKind kind) noexcept;

/// How the text that was typed was read.
enum class TextReading {
  literal,        ///< as it stands
  korean_layout,  ///< typed with the Latin layout, read as Korean: xkdlfpshf is 타이레놀
  latin_layout,   ///< typed with the Korean layout, read as Latin: 쇼ㅣ두ㅐㅣ is tylenol
};

/// "literal", "korean_layout", "latin_layout".
PILLING_API std::string_view to_string(TextReading reading) noexcept;

/// What of a medicine the text was found in.
enum class NameField {
  name,          ///< before its brackets
  brackets,      ///< its brackets, which mostly hold an ingredient
  export_name,   ///< in its brackets, behind 수출명
  ingredient,    ///< given
  english_name,  ///< given
  alias,         ///< given
};

/// "name", "brackets", "export_name", "ingredient", "english_name", "alias".
PILLING_API std::string_view to_string(NameField field) noexcept;

/// A name to index, and what else is known. Only the name is required.
struct NameEntry {
  std::string name;           ///< as it is shown; every match gives it as it stands here
  std::string ingredients{};  ///< separated by commas or slashes
  std::string english_name{};
  std::vector<std::string> aliases{};
  std::string company{};
  std::string form{};            ///< empty: read out of the name, "서방정" of 글리메정서방정
  std::string dispensing{};      ///< "otc", "prescription", or whatever the caller filters by
  std::uint32_t popularity = 0;  ///< higher comes first among equally good matches
};

/// Which names may match. Empty members do not restrict; others must be equal, but for blanks and a company's legal
/// form: 종근당 is (주)종근당.
struct NameFilter {
  std::string company{};
  std::string form{};
  std::string dispensing{};
  bool operator==(const NameFilter&) const = default;
};

/// One hit of a NameIndex.
struct NameMatch {
  std::size_t index = 0;  ///< position of the name in what the index was built from, then in the order of `add`
  std::string name;
  MatchKind kind = MatchKind::exact;
  TextReading reading = TextReading::literal;
  NameField field = NameField::name;  ///< what `text` is
  std::size_t edits = 0;              ///< strokes that were changed, dropped, added or swapped
  double score = 0;                   ///< (0, 1]; 1 only for the exact name. Comparable within one result
  std::string text;                   ///< what was matched: the name, or the field that the caller gave
  std::vector<ByteSpan> spans;        ///< of `text`: what matched
  ByteSpan brand;                     ///< of the name
  bool approximate = false;           ///< whether it may be another medicine: fuzzy or looser, or an unfinished number
};

/// Why it matched, in one English line.
PILLING_API std::string explain(const NameMatch& match);

/// Another brand that a name may be mistaken for.
struct ConfusableName {
  std::size_t index = 0;  ///< of a name of that brand
  std::string brand;
  std::size_t edits = 0;  ///< strokes between the two brands
  double similarity = 0;  ///< (0, 1): looks and sounds taken together
};

/// Names in memory. Safe to share between threads. Copies are cheap: they share what neither has changed. A search sees
/// every `add` and `remove` that returned before it began, and never waits for one.
class PILLING_API NameIndex {
 public:
  /// Names that are not valid UTF-8 throw InvalidArgument naming the position; names without a letter or digit, and
  /// texts above `maximum_query_bytes`, are kept but never match. There is room for 2^28 names.
  ///@{
  explicit NameIndex(const std::vector<std::string>& names);
  explicit NameIndex(const std::vector<NameEntry>& entries);
  NameIndex(std::initializer_list<std::string_view> names);
  NameIndex(std::initializer_list<NameEntry> entries);
  ///@}
  ~NameIndex();
  NameIndex(const NameIndex& other);
  NameIndex& operator=(const NameIndex& other);
  NameIndex(NameIndex&&) noexcept;
  NameIndex& operator=(NameIndex&&) noexcept;

  /// Best matches, in this order: the whole name; all before its brackets; the brand; initials among syllables that no
  /// input method would have left so; the beginning of the name; the whole of another name or word; the end of the
  /// brand from three characters on; the beginning up to an unfinished syllable; the beginning of another name or word;
  /// the same brand as one found by its English name or alias; any other part; all these again for Latin letters read
  /// as Korean; all words; initials; the first of these again for Korean letters read as Latin. Then, marked as
  /// approximate: a part whose last number goes on; slips of the finger and likeness of sound, by their cost; such
  /// slips in the brand beside all other words; the text without its numbers. Within each, the nearer, the more
  /// popular, the shorter brand, the shorter name, then its bytes, then the index. The order is total, and the same on
  /// every machine and whatever was added in which order.
  ///
  /// A number matches whole numbers only: "10" does not find "100", and its unit is never taken for another. What is
  /// looser than a literal match is tried only when there is nothing better; slips are forgiven in letters only, by
  /// length: from 4 strokes one, from 6 two, from 14 three, from 22 four. Empty or blank text finds nothing. Throws
  /// InvalidArgument for invalid UTF-8, text above `maximum_query_bytes`, or a limit of 0.
  std::vector<NameMatch> search(std::string_view text, std::size_t limit = 10, const NameFilter& filter = {}) const;

  /// As `search`, for text that is still being typed: its last number may be unfinished.
  std::vector<NameMatch> suggest(std::string_view text, std::size_t limit = 10, const NameFilter& filter = {}) const;

  /// Other brands that are written or sound nearly like the brand of `name`, nearest first. Throws as `search`.
  std::vector<ConfusableName> confusable_names(std::string_view name, std::size_t limit = 5) const;

  /// Adds a name and returns its index. Throws as the constructor; then nothing was added.
  std::size_t add(const NameEntry& entry);
  /// Adds names, faster than one by one, and returns the index of the first.
  std::size_t add_all(const std::vector<NameEntry>& entries);

  /// Takes a name out; this index does not give its number again. False when it is not there.
  bool remove(std::size_t index);

  /// The name, or nothing when it is not there.
  std::optional<std::string> name(std::size_t index) const;

  std::size_t size() const noexcept;   ///< without the removed
  std::size_t bytes() const noexcept;  ///< of memory or mapped file, names included

  /// Writes the index to a file that `open` maps in place. The same names with the same indexes give the same bytes,
  /// however they came together. Throws StorageError.
  void save(const std::filesystem::path& file) const;

  /// Maps a file of `save`. Throws StorageError when the file cannot be read, and BadData when it is damaged, no
  /// snapshot, or of another version of Pilling's format or normal forms. The file must not be changed while it is
  /// open. What is added then comes behind the highest index saved.
  static NameIndex open(const std::filesystem::path& file);

  static constexpr std::size_t maximum_query_bytes = 4096;  ///< of a text to search: more is a mistake

 private:
  class Impl;
  explicit NameIndex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One medicine found by name: see `NameMatch`.
struct MedicineMatch {
  std::shared_ptr<const Medicine> medicine;  ///< of the catalogue as it was; never null
  MatchKind kind = MatchKind::exact;
  TextReading reading = TextReading::literal;
  NameField field = NameField::name;
  std::size_t edits = 0;
  double score = 0;
  std::string text;             ///< what was matched: the name, or something else it is known by
  std::vector<ByteSpan> spans;  ///< of `text`
  bool approximate = false;
};

/// As of a NameMatch.
PILLING_API std::string explain(const MedicineMatch& match);

/// One medicine of another brand that a name may be mistaken for: see `ConfusableName`.
struct ConfusableMedicine {
  std::shared_ptr<const Medicine> medicine;
  std::string brand;
  std::size_t edits = 0;
  double similarity = 0;
};

/// Answer of `Engine::search`.
struct SearchResult {
  SharedList<MedicineMatch> matches;  ///< best first
  Answer answer;
};

}  // namespace pilling
