#include "search/symptom_phrase.hpp"

#include <algorithm>
#include <charconv>

#include "search/symptom_grammar.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a sentence ends in what the normal form leaves out between two characters. Dots in a row are a pause.
bool ends_sentence(std::string_view between) {
  if (between.find_first_of("!?\n") != std::string_view::npos) return true;
  const std::size_t dot = between.find('.');
  return dot != std::string_view::npos && between.find('.', dot + 1) == std::string_view::npos;
}

}  // namespace

bool SymptomWord::is_in(ClassId id) const { return std::ranges::binary_search(classes, id); }

bool SymptomPhrase::is(const SymptomToken& token, ClassId words) const {
  if (word(token).is_in(words)) return true;
  return std::ranges::any_of(token.also, [&](std::uint32_t other) {
    return other != SymptomToken::no_word && vocabulary_.words[other].is_in(words);
  });
}

SymptomPhrase::SymptomPhrase(std::string_view text, const SymptomVocabulary& vocabulary) : vocabulary_(vocabulary) {
  cut(text);
  find_tokens();
}

void SymptomPhrase::cut(std::string_view text) {
  normal_ = text::normalize(text);
  keys_ = text::keystrokes(normal_.text);
  std::uint32_t sentence = 0;
  for (std::size_t at = 0; at < normal_.text.size(); at += text::decode(normal_.text, at).size) {
    const bool is_first = at == 0;
    const std::size_t before = is_first ? 0 : normal_.ends[at - 1];
    const bool has_gap = !is_first && normal_.begins[at] > before;
    if (has_gap && ends_sentence(text.substr(before, normal_.begins[at] - before))) ++sentence;
    starts_.push_back(static_cast<std::uint32_t>(at));
    begins_word_.push_back(is_first || has_gap);
    sentences_.push_back(sentence);
  }
  starts_.push_back(static_cast<std::uint32_t>(normal_.text.size()));
  for (std::size_t key = 0; key < keys_.size(); ++key) {
    if (text::starts_character(keys_[key])) key_starts_.push_back(static_cast<std::uint32_t>(key));
  }
  // Every character has a first stroke.
  key_starts_.resize(starts_.size() - 1, static_cast<std::uint32_t>(keys_.size()));
  key_starts_.push_back(static_cast<std::uint32_t>(keys_.size()));
}

std::span<const text::Key> SymptomPhrase::keys_from(std::size_t character) const {
  return std::span(keys_).subspan(key_starts_[character]);
}

// The first character that does not end before the stroke.
std::size_t SymptomPhrase::character_of_key(std::size_t key) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(key_starts_, key) - key_starts_.begin());
}

void SymptomPhrase::find_tokens() {
  for (std::size_t at = 0; at < size();) {
    std::size_t end = take_measure(at);
    if (end == at) end = take_word(at);
    at = std::max(end, at + 1);
  }
  take_guesses();
  for (SymptomToken& token : tokens_) mark_denial(*this, token);
  link_nouns(*this, tokens_);
}

void SymptomPhrase::add(std::uint32_t word, std::size_t begin, std::size_t end, bool is_guessed) {
  SymptomToken token{.word = word, .begin = begin, .end = end, .sentence = sentences_[begin]};
  token.is_guessed = is_guessed;
  tokens_.push_back(token);
}

// Degrees of fever, months of age, numbers of pills. Returns where it ends.
std::size_t SymptomPhrase::take_measure(std::size_t at) {
  const std::string_view rest = this->rest(at);
  if (!is_digit(rest.front()) || (at > 0 && is_digit(normal_.text[starts_[at] - 1]))) return at;
  double value = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc()) return at;
  const auto length = static_cast<std::size_t>(stop - rest.data());
  const Measure measure = measure_after(rest.substr(length));
  std::optional<std::uint32_t> word;
  if (measure.unit == MeasureUnit::degrees && value >= 38 && value <= 43) {
    word = value >= 40 ? vocabulary_.fever_40 : value >= 39 ? vocabulary_.fever_39 : vocabulary_.fever_38;
  } else if (measure.unit == MeasureUnit::months && value <= 12) {
    word = value < 3 ? vocabulary_.months_under_3 : vocabulary_.months_under_12;
  } else if (measure.unit == MeasureUnit::days_of_age && value < 90) {
    word = vocabulary_.months_under_3;
  } else if (measure.unit == MeasureUnit::pills && value >= 10) {
    word = vocabulary_.many_pills;
  }
  std::size_t end = at;
  while (end < size() && starts_[end] < starts_[at] + length + measure.length) ++end;
  if (word) add(*word, at, end, false);
  return end;
}

std::size_t SymptomPhrase::take_word(std::size_t at) {
  SymptomToken token{.word = SymptomToken::no_word, .begin = at, .end = at, .sentence = sentences_[at]};
  vocabulary_.lexicon.for_each_at(keys_from(at), [&](const SymptomLexicon::Hit& hit) {
    const SymptomWord& word = vocabulary_.words[hit.word];
    const std::size_t end = character_of_key(key_starts_[at] + hit.length);
    if (!may_stand(word, at, end)) return;
    // Of a noun and a verb of the same letters, such as 차, the verb comes first.
    const bool is_tie = token.word != SymptomToken::no_word && end == token.end && word.is_noun();
    if (is_tie && is_verb_here(vocabulary_.words[token.word], at, end)) return;
    // 나 of 나았어요 is none.
    const bool keeps_shorter = token.word != SymptomToken::no_word && vocabulary_.words[token.word].characters > 1 &&
                               !vocabulary_.words[token.word].is_noun() && !word.is_noun();
    if (keeps_shorter) {
      std::ranges::copy_backward(token.also.begin(), token.also.end() - 1, token.also.end());
      token.also.front() = token.word;
    } else {
      token.also.fill(SymptomToken::no_word);
    }
    token.word = hit.word;
    token.end = end;
  });
  if (token.word != SymptomToken::no_word) tokens_.push_back(token);
  return token.end;
}

// Whether what may be a noun, too, is a verb: a noun stands before it, and no particle behind.
bool SymptomPhrase::is_verb_here(const SymptomWord& word, std::size_t begin, std::size_t end) const {
  if (word.is_noun() || word.characters > 1) return false;
  const bool has_noun = !tokens_.empty() && begin - tokens_.back().end <= 2 && this->word(tokens_.back()).is_noun();
  const bool is_clause = rest(end).starts_with("는데") || rest(end).starts_with("은데");
  return has_noun && !begins_word(end) &&
         (is_clause || !begins_with_particle(rest(end)) || rest(end).starts_with("요"));
}

// Whether nothing but a short particle or ending lies between the word before and this place.
bool SymptomPhrase::follows_closely(std::size_t begin) const {
  constexpr std::size_t close = 2;
  return !tokens_.empty() && begin - tokens_.back().end <= close;
}

bool SymptomPhrase::spans_a_border(std::size_t begin, std::size_t end) const {
  const auto last = begins_word_.begin() + static_cast<std::ptrdiff_t>(end);
  return std::find(begins_word_.begin() + static_cast<std::ptrdiff_t>(begin) + 1, last, true) != last;
}

bool SymptomPhrase::may_stand(const SymptomWord& word, std::size_t begin, std::size_t end) const {
  // "잘 못" is not 잘못.
  if (word.is_adverb && word.characters == 2 && spans_a_border(begin, end)) return false;
  if (!begins_word_[begin]) {
    // 가빠 is no word of 눈이가 빠지다.
    if (spans_a_border(begin, end)) return false;
    if (between(begin, end) == "까지") return false;  // a particle, not 까지다
    if (word.begins_a_word && !follows_closely(begin)) return false;
    if (word.is_noun() && word.characters == 2 && follows_a_fragment(begin)) return false;
    if (word.characters == 1 && !may_follow(word, begin)) return false;
  }
  if (word.characters > 1) return true;
  return word.is_noun() ? may_stand_alone(begin) : may_be_ending(rest(begin), rest(end), begins_word(end));
}

// Whether one syllable that is no word stands before it: 설사 is no word of 건설사.
bool SymptomPhrase::follows_a_fragment(std::size_t begin) const {
  const bool is_second = begins_word_[begin - 1];
  const bool is_behind_token = !tokens_.empty() && tokens_.back().end + 1 >= begin;
  return is_second && !is_behind_token;
}

// One syllable within a word. A noun may follow an ending or a particle, a verb a noun or an adverb.
bool SymptomPhrase::may_follow(const SymptomWord& word, std::size_t begin) const {
  if (word.begins_a_word) return false;
  if (word.is_noun()) return ends_in_connective(between(0, begin));
  // Within a word, these are particles.
  if (looks_like_ending(word.surface)) return false;
  // "열이나 기침": a particle.
  const bool goes_on = begin + 1 < size() && begins_word_[begin + 1];
  if (goes_on && between(begin - 1, begin + 1) == "이나") return false;
  const bool follows_noun = follows_closely(begin) && this->word(tokens_.back()).is_noun();
  return follows_noun || ends_in_adverb(between(0, begin));
}

// A noun of one syllable needs a particle, a verb, or the end of the word behind it.
bool SymptomPhrase::may_stand_alone(std::size_t begin) const {
  const std::size_t next = begin + 1;
  if (next == size() || begins_word_[next] || begins_with_particle(rest(next))) return true;
  bool is_before_verb = false;
  vocabulary_.lexicon.for_each_at(keys_from(next), [&](const SymptomLexicon::Hit& hit) {
    is_before_verb |= !vocabulary_.words[hit.word].is_noun();
  });
  return is_before_verb;
}

// Words that no word of the table was found in.
void SymptomPhrase::take_guesses() {
  constexpr std::size_t shortest = 4;
  std::vector<SymptomToken> exact = std::move(tokens_);
  tokens_.clear();
  for (std::size_t begin = 0, next = 0; begin < size();) {
    std::size_t end = begin + 1;
    while (end < size() && !begins_word_[end]) ++end;
    const std::size_t first = next;
    while (next < exact.size() && exact[next].begin < end) ++next;
    const bool is_covered = first < next || (first > 0 && exact[first - 1].end > begin);
    if (is_covered) {
      tokens_.insert(tokens_.end(), exact.begin() + static_cast<std::ptrdiff_t>(first),
                     exact.begin() + static_cast<std::ptrdiff_t>(next));
    } else if (!is_plain_word(between(begin, end))) {
      const auto keys = keys_from(begin).first(key_starts_[end] - key_starts_[begin]);
      const auto hit = vocabulary_.lexicon.with_a_slip(keys, shortest);
      const std::size_t word_end = hit ? character_of_key(key_starts_[begin] + hit->length) : begin;
      if (hit && may_be_guessed(vocabulary_.words[hit->word], word_end, end)) add(hit->word, begin, word_end, true);
    }
    begin = end;
  }
}

// What follows must be what may follow the word.
bool SymptomPhrase::may_be_guessed(const SymptomWord& word, std::size_t end, std::size_t word_end) const {
  if (word.characters < 2) return false;
  if (!word.is_noun()) return true;
  return end >= word_end || begins_with_particle(between(end, word_end));
}

}  // namespace pilling::search
