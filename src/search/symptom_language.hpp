#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/symptoms.hpp"
#include "search/symptom_phrase.hpp"
#include "search/symptom_table.hpp"

namespace pilling::search {

/// One part of a pattern.
struct PatternPart {
  ClassId words = 0;
  bool is_denied = false;     ///< !되다: must be denied or impossible
  bool is_ending = false;     ///< -내리다: the complaint ends by it
  bool is_elsewhere = false;  ///< ~생리: anywhere in the sentence
};

enum class PatternUse : std::uint8_t {
  symptom,
  red_flag,
  harmless,  ///< takes the words from the red flag of the same entry
  note,
  no_note,  ///< takes the words from the note of the same entry
};

/// Words that together mean an entry of the table. The last part is found first.
struct Pattern {
  std::uint32_t entry = 0;  ///< position among those of its use
  PatternUse use = PatternUse::symptom;
  std::vector<PatternPart> parts;
};

/// What a medical form in a text stands for.
struct TextForm {
  std::uint32_t symptom = 0;  ///< position of the concept
  enum class Kind : std::uint8_t { medical, wider, mistaken } kind = Kind::medical;
};

/// What a phrase speaks of, by positions of concepts.
struct PhraseReading {
  struct Mention {
    std::uint32_t symptom = 0;
    bool is_guessed = false;
    std::vector<ByteSpan> spans;
    std::size_t begin = 0;  ///< of the words that it is made of, in characters of the normal form
    std::size_t end = 0;
    bool is_secondary = false;  ///< another complaint is what the phrase is about
  };
  std::vector<Mention> understood;
  std::vector<Mention> absent;
  std::optional<Mention> red_flag;
  std::vector<std::uint32_t> notes;
  TextReading reading = TextReading::literal;
  TableList list = TableList::any;  ///< which medicines may be named, by the notes
};

/// A table, compiled. Immutable.
class SymptomLanguage {
 public:
  explicit SymptomLanguage(SymptomTable table);

  const std::string& version() const { return version_; }
  const std::vector<TableEntry>& concepts() const { return concepts_; }
  const std::vector<TableEntry>& red_flags() const { return red_flags_; }
  const std::vector<TableEntry>& notes() const { return notes_; }

  /// As it was typed or, where that says less, as the Korean layout has it.
  PhraseReading read(std::string_view phrase) const;
  SymptomReading describe(const PhraseReading& reading) const;

  /// The forms of all concepts in the texts; what they stand for is told by `forms_of`.
  const SymptomLexicon& text_lexicon() const { return text_lexicon_; }
  std::span<const TextForm> forms_of(std::uint32_t word) const { return text_forms_[word]; }

 private:
  friend class LanguageBuilder;
  PhraseReading read_as_typed(std::string_view phrase) const;
  void add_notes(PhraseReading& reading, bool is_taken, bool has_condition) const;

  std::string version_;
  std::vector<TableEntry> concepts_;
  std::vector<TableEntry> red_flags_;
  std::vector<TableEntry> notes_;
  SymptomVocabulary vocabulary_;
  std::vector<Pattern> patterns_;
  std::vector<std::vector<std::uint32_t>> patterns_by_class_;  ///< that end with a word of the class
  SymptomLexicon text_lexicon_;
  std::vector<std::vector<TextForm>> text_forms_;
};

}  // namespace pilling::search
