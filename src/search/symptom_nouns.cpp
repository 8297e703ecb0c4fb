#include <optional>

#include "search/symptom_grammar.hpp"
#include "search/symptom_phrase.hpp"

namespace pilling::search {
namespace {

constexpr std::size_t far = 26;  // characters between a verb and the one whose nouns it shares

class NounLinker {
 public:
  NounLinker(const SymptomPhrase& phrase, std::vector<SymptomToken>& tokens) : phrase_(phrase), tokens_(tokens) {}

  void link() {
    for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
      if (i > 0 && tokens_[i].sentence != tokens_[i - 1].sentence) forget();
      if (phrase_.word(tokens_[i]).is_adverb) continue;
      is_noun(i) ? take_noun(i) : take_verb(i);
    }
    for (std::uint32_t i = 0; i < tokens_.size(); ++i) {
      const bool is_verb = !is_noun(i) && !phrase_.word(tokens_[i]).is_adverb;
      if (is_verb && tokens_[i].nouns.empty()) look_ahead(i);
    }
  }

 private:
  bool is_noun(std::uint32_t i) const { return phrase_.word(tokens_[i]).is_noun(); }

  void forget() {
    group_.clear();
    verb_.reset();
  }

  void take_noun(std::uint32_t i) {
    // "허리를 숙이면 통증이 있어요": the pain is of the back.
    tokens_[i].nouns = group_.empty() && verb_ ? tokens_[*verb_].nouns : group_;
    const bool is_joined =
        !group_.empty() && are_only_joining(phrase_.between(tokens_[group_.back()].end, tokens_[i].begin));
    if (!is_joined) group_.clear();
    group_.push_back(i);
  }

  // "목이 붓고 아파요": both are said of 목.
  void take_verb(std::uint32_t i) {
    tokens_[i].nouns = group_;
    if (group_.empty() && verb_ && tokens_[i].begin - tokens_[*verb_].end <= far) {
      tokens_[i].nouns = tokens_[*verb_].nouns;
    }
    group_.clear();
    verb_ = i;
  }

  // "막힌 코", "아파요 머리가": the noun comes behind.
  void look_ahead(std::uint32_t i) {
    for (std::uint32_t next = i + 1; next < tokens_.size(); ++next) {
      if (tokens_[next].sentence != tokens_[i].sentence || !is_noun(next)) break;
      tokens_[i].nouns.push_back(next);
    }
    if (tokens_[i].nouns.empty()) return;
    const std::uint32_t last = tokens_[i].nouns.back();
    const bool is_last_word = last + 1 == tokens_.size() || tokens_[last + 1].sentence != tokens_[i].sentence;
    const SymptomToken& first = tokens_[tokens_[i].nouns.front()];
    const bool is_attribute = phrase_.begins_word(first.begin) && first.begin - tokens_[i].end <= 3 &&
                              may_be_attribute(phrase_.between(first.begin - 1, first.begin));
    if (!is_last_word && !is_attribute) tokens_[i].nouns.clear();
    if (!is_last_word && tokens_[i].nouns.size() > 1) tokens_[i].nouns.resize(1);
  }

  const SymptomPhrase& phrase_;
  std::vector<SymptomToken>& tokens_;
  std::vector<std::uint32_t> group_;
  std::optional<std::uint32_t> verb_;
};

}  // namespace

void link_nouns(const SymptomPhrase& phrase, std::vector<SymptomToken>& tokens) { NounLinker(phrase, tokens).link(); }

}  // namespace pilling::search
