#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/symptom_lexicon.hpp"
#include "search/symptom_measures.hpp"
#include "text/normalize.hpp"

namespace pilling::search {

using ClassId = std::uint16_t;

/// A word of the table, compiled.
struct SymptomWord {
  std::string surface;
  WordShape shape = WordShape::noun;
  std::size_t characters = 0;
  bool begins_a_word = false;      ///< never found within another: written ^가래
  bool ends_a_word = false;        ///< only a particle or a word of the table may follow: written 아이^
  bool is_adverb = false;          ///< stands anywhere
  bool is_negative = false;        ///< 없다, which stands for a denied 있다
  std::vector<ClassId> classes{};  ///< sorted

  bool is_noun() const { return shape == WordShape::noun; }
  bool is_in(ClassId id) const;
};

/// What is said of a noun or a verb behind it.
enum class Remark : std::uint8_t {
  nothing,
  denied,     ///< "…은 없고", "…은 안 나요", "… 건 아니고"
  over,       ///< "…은 나았는데", "…다가 괜찮아졌어요"
  set_aside,  ///< "… 말고", "…만 빼고"
};

/// A word that stands in a phrase.
struct SymptomToken {
  static constexpr std::uint32_t no_word = 0xFFFFFFFF;

  std::uint32_t word = 0;
  std::array<std::uint32_t, 3> also = {no_word, no_word,
                                       no_word};  ///< shorter verbs that begin here: 피곤- of 피곤하다
  std::size_t begin = 0;                          ///< characters of the phrase
  std::size_t end = 0;
  std::size_t sentence = 0;
  bool is_guessed = false;  ///< with a slip of the finger
  bool is_denied = false;   ///< 안, -지 않다
  bool is_unable = false;   ///< 못, -지 못하다, -ㄹ 수 없다, -기 힘들다
  bool is_past = false;
  Remark remark = Remark::nothing;
  std::vector<std::uint32_t> nouns{};  ///< tokens that it may be said of
};

/// What reading a phrase needs of the table.
struct SymptomVocabulary {
  std::vector<SymptomWord> words;
  SymptomLexicon lexicon;
  // Words that no table can list, by what they say; see `take_measure`.
  std::uint32_t fever_38 = 0;
  std::uint32_t fever_39 = 0;
  std::uint32_t fever_40 = 0;
  std::uint32_t months_under_3 = 0;
  std::uint32_t months_under_12 = 0;
  std::uint32_t years_under_19 = 0;  ///< from 12 months on
  std::uint32_t many_pills = 0;
};

/// A phrase, cut into characters and sentences, with the words of the table that stand in it.
class SymptomPhrase {
 public:
  /// `text` must be valid.
  SymptomPhrase(std::string_view text, const SymptomVocabulary& vocabulary);

  const std::vector<SymptomToken>& tokens() const { return tokens_; }
  const SymptomWord& word(const SymptomToken& token) const { return vocabulary_.words[token.word]; }
  bool is(const SymptomToken& token, ClassId words) const;
  /// Calls `use` with every class of the token's words; some may come twice.
  template <typename Use>
  void for_each_class(const SymptomToken& token, Use use) const {
    for (const ClassId words : word(token).classes) use(words);
    for (const std::uint32_t other : token.also) {
      if (other == SymptomToken::no_word) return;
      for (const ClassId words : vocabulary_.words[other].classes) use(words);
    }
  }
  std::size_t size() const { return starts_.size() - 1; }  ///< in characters

  /// The normal form from a character on, or between two.
  std::string_view rest(std::size_t begin) const { return std::string_view(normal_.text).substr(starts_[begin]); }
  std::string_view between(std::size_t begin, std::size_t end) const {
    return std::string_view(normal_.text).substr(starts_[begin], starts_[end] - starts_[begin]);
  }
  /// Of the original text.
  ByteSpan original(std::size_t begin, std::size_t end) const { return normal_.original(starts_[begin], starts_[end]); }
  /// Whether a word begins at a character, or the text ends before it.
  bool begins_word(std::size_t character) const { return character == size() || begins_word_[character]; }
  std::size_t sentence_of(std::size_t character) const { return sentences_[character]; }
  /// Whether a sentence ends in a question mark.
  bool is_asked(std::size_t sentence) const { return asked_[sentence]; }
  /// Whether a line or an item of a list begins between two characters: ①두통 ②기침.
  bool begins_an_item(std::size_t begin, std::size_t end) const;

 private:
  void cut(std::string_view text);
  void cut_keys();
  void find_tokens();
  bool is_digit_at(std::size_t character) const;
  bool may_be_number(std::size_t character) const;
  std::size_t end_of_bytes(std::size_t character, std::size_t length) const;
  std::size_t take_measure(std::size_t character);
  std::size_t amount_end(std::size_t character) const;
  std::optional<std::uint32_t> word_of(const Measure& measure) const;
  std::size_t take_word(std::size_t character);
  void take_guesses();
  bool is_verb_here(const SymptomWord& word, std::size_t begin, std::size_t end) const;
  void add(std::uint32_t word, std::size_t begin, std::size_t end, bool is_guessed);
  bool may_stand(const SymptomWord& word, std::size_t begin, std::size_t end) const;
  bool follows_a_fragment(std::size_t begin) const;
  bool spans_a_border(std::size_t begin, std::size_t end) const;
  bool spans_a_mark(std::size_t begin, std::size_t end) const;
  bool is_shifted(std::size_t begin, std::size_t end) const;
  bool is_closed(std::size_t end) const;
  bool follows_a_word(std::size_t begin) const;
  bool may_follow(const SymptomWord& word, std::size_t begin) const;
  bool may_stand_alone(std::size_t begin) const;
  bool follows_closely(std::size_t begin) const;
  bool may_be_guessed(const SymptomWord& word, std::size_t end, std::size_t word_end) const;
  std::span<const text::Key> keys_from(std::size_t character) const;
  std::size_t character_of_key(std::size_t key) const;

  const SymptomVocabulary& vocabulary_;
  text::NormalForm normal_;
  std::vector<text::Key> keys_;
  std::vector<std::uint32_t> starts_;      // of characters in the normal form, and its size
  std::vector<std::uint32_t> key_starts_;  // of characters in `keys_`, and its size
  std::vector<bool> begins_word_;
  std::vector<bool> follows_mark_;  // a comma, a bracket, a line's end
  std::vector<bool> begins_item_;
  std::vector<std::uint32_t> sentences_;
  std::vector<bool> asked_;  // sentences
  std::vector<SymptomToken> tokens_;
};

}  // namespace pilling::search
