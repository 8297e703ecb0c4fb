#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/medicine.hpp"
#include "pilling/search.hpp"
#include "pilling/shared_list.hpp"

namespace pilling {

namespace search {
class SymptomLanguage;
}

/// How the table of concepts calls something that people complain of, or a red flag.
struct SymptomName {
  std::string id;    ///< "headache"; for programs
  std::string name;  ///< 두통; for people
  bool operator==(const SymptomName&) const = default;
};

/// A concept that a phrase mentions, as a complaint or as one that is absent.
struct MentionedSymptom {
  std::string id;               ///< as of SymptomName
  std::string name;             ///< as above
  std::vector<ByteSpan> spans;  ///< of the phrase: the words it came from
  bool approximate = false;     ///< whether letters had to be changed for that
  bool operator==(const MentionedSymptom&) const = default;
};

/// A sign of an emergency. No medicine is an answer to it.
struct RedFlag {
  std::string id;               ///< "chest_pain"; for programs
  std::string name;             ///< 가슴 통증; for people
  std::string sentence;         ///< what to do, in Korean, for people
  std::string number;           ///< to call: "119", or "109" for thoughts of suicide
  std::vector<ByteSpan> spans;  ///< of the phrase
  bool operator==(const RedFlag&) const = default;
};

/// What people should hear besides, or instead: whom the phrase speaks of, and what a pharmacist should be told.
struct SymptomNote {
  std::string id;                    ///< "pregnancy"; for programs
  std::string name;                  ///< 임신; for people
  std::string sentence;              ///< in Korean, for people
  bool withholds_medicines = false;  ///< nothing should be taken from a list, as by a baby: then there are no matches
  bool operator==(const SymptomNote&) const = default;
};

/// What a phrase was understood to say.
struct SymptomReading {
  std::vector<MentionedSymptom> understood;  ///< in the order of the phrase, each concept once
  std::vector<MentionedSymptom>
      absent;  ///< denied, over, or set aside: "콧물은 안 나요", "감기는 나았는데", "기침 말고", "설사 나게 하는 약"
  std::optional<RedFlag> red_flag;             ///< of several, the one first in the table
  std::vector<SymptomNote> notes;              ///< in the order of the table
  TextReading reading = TextReading::literal;  ///< "zhtanf" is 콧물 in the Korean layout
  bool operator==(const SymptomReading&) const = default;
};

/// The table of concepts: what people say, what the efficacy texts say, and which phrases are signs of an emergency.
/// docs/guide/symptom-search.md describes its file. Immutable; safe to share between threads.
class PILLING_API SymptomConcepts {
 public:
  /// The table that comes with Pilling: data/symptom_concepts.txt.
  static std::shared_ptr<const SymptomConcepts> bundled();

  /// Throws StorageError when the file cannot be read, and BadData naming the line that is wrong.
  static std::shared_ptr<const SymptomConcepts> read(const std::filesystem::path& file);

  /// `source` stands for the text in errors. Throws BadData naming the line that is wrong.
  static std::shared_ptr<const SymptomConcepts> parse(std::string_view table, const std::string& source);

  ~SymptomConcepts();
  SymptomConcepts(const SymptomConcepts&) = delete;
  SymptomConcepts& operator=(const SymptomConcepts&) = delete;

  const std::string& version() const noexcept;  ///< as the table gives it
  std::vector<SymptomName> concepts() const;    ///< all, in the order of the table
  std::vector<SymptomName> red_flags() const;   ///< as above

  /// Takes microseconds. Throws InvalidArgument for invalid UTF-8 or a phrase above `NameIndex::maximum_query_bytes`.
  SymptomReading understand(std::string_view phrase) const;

  /// For the engine.
  const search::SymptomLanguage& language() const noexcept { return *language_; }

 private:
  explicit SymptomConcepts(std::unique_ptr<const search::SymptomLanguage> language);
  std::unique_ptr<const search::SymptomLanguage> language_;
};

/// Which medicines for a symptom are wanted.
struct SymptomOptions {
  std::size_t limit = 10;    ///< at least 1
  std::string dispensing{};  ///< only medicines of this `Medicine::dispensing`, such as "otc"; empty: all
  bool operator==(const SymptomOptions&) const = default;
};

/// One medicine whose efficacy text speaks of what was complained of.
struct SymptomMatch {
  std::shared_ptr<const Medicine> medicine;
  /// (0, 1]: how well the text fits, on average over what was asked. It sinks with what is missing, with how late the
  /// text speaks of a concept, with all else that it is for, by half where it only names something wider, and by a
  /// tenth for each complaint said before. 1: a text for the one thing that was asked. Matches are not in its order.
  double score = 0;
  std::vector<std::string> concepts;  ///< ids of those found; none when nothing was understood
  std::vector<std::string> missing;   ///< ids of those that were not: unless empty, this is not for all that was asked
  std::vector<std::string> wider;     ///< of `concepts`, those of which the text only names something wider or related
  std::vector<ByteSpan> spans;        ///< of `medicine->efficacy`
  std::string summary;                ///< of the efficacy, for what was asked
  bool approximate = false;  ///< whether it may be for something else: a concept that was guessed, or mere words
};

/// Answer of `Engine::search_symptom`.
struct SymptomResult {
  std::vector<MentionedSymptom> understood;    ///< as of SymptomReading
  std::vector<MentionedSymptom> absent;        ///< as above
  std::optional<RedFlag> red_flag;             ///< then there are no matches
  std::vector<SymptomNote> notes;              ///< one of them may withhold the matches
  TextReading reading = TextReading::literal;  ///< as of SymptomReading
  SharedList<SymptomMatch> matches;            ///< best first
  Answer answer;
};

/// A phrase that `Engine::search_symptom` had no sure answer to. It is what a person said of their health: keep it as
/// such, or not at all.
struct UnansweredSymptom {
  std::string_view phrase;      ///< valid during the call
  bool is_understood = false;   ///< whether a concept was understood, which no medicine here is for
  std::size_t approximate = 0;  ///< how many approximate matches were given
};

/// Called on the searching thread. What it throws is what the search throws.
using UnansweredSymptomHook = std::function<void(const UnansweredSymptom&)>;

}  // namespace pilling
