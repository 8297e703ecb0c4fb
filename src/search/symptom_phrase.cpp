#include "search/symptom_phrase.hpp"

#include <algorithm>
#include <array>

#include "search/symptom_grammar.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

// Whether a sentence ends in what the normal form leaves out between two characters, the first of which is `last`. Dots
// in a row are a pause, and a line that ends within a clause goes on in the next: "머리가 / 아파요".
bool ends_sentence(std::string_view last, std::string_view between) {
  if (between.find_first_of("!?") != std::string_view::npos) return true;
  const std::size_t line = between.find('\n');
  if (line != std::string_view::npos) {
    constexpr auto finals = std::to_array<std::string_view>({"요", "다", "음", "함", "임", "죠", "까", "네"});
    if (between.find('\n', line + 1) != std::string_view::npos) return true;
    if (std::ranges::find(finals, last) != finals.end()) return true;
  }
  const std::size_t dot = between.find('.');
  return dot != std::string_view::npos && between.find('.', dot + 1) == std::string_view::npos;
}

bool holds_mark(std::string_view between) {
  return std::ranges::any_of(between, [](char c) { return c != ' ' && c != '\t'; });
}

// ①, ⑵, ❶: numbers of items.
bool is_item_number(std::string_view original) {
  const char32_t c = text::decode(original, 0).value;
  return (c >= 0x2460 && c <= 0x249B) || (c >= 0x24F5 && c <= 0x24FE) || (c >= 0x2776 && c <= 0x2793);
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
  std::string_view last;
  bool is_behind_number = false;
  for (std::size_t at = 0; at < normal_.text.size(); at += last.size()) {
    const std::size_t before = at == 0 ? normal_.begins[0] : normal_.ends[at - 1];
    const std::string_view gap = text.substr(before, std::max<std::size_t>(normal_.begins[at], before) - before);
    if (ends_sentence(last, gap)) {
      asked_.push_back(gap.find('?') != std::string_view::npos);
      ++sentence;
    }
    starts_.push_back(static_cast<std::uint32_t>(at));
    begins_word_.push_back(at == 0 || !gap.empty() || is_behind_number);
    follows_mark_.push_back(is_behind_number || holds_mark(gap));
    sentences_.push_back(sentence);
    is_behind_number = is_item_number(text.substr(normal_.begins[at]));
    begins_item_.push_back(is_behind_number || gap.find('\n') != std::string_view::npos);
    last = std::string_view(normal_.text).substr(at, text::decode(normal_.text, at).size);
  }
  const std::size_t end = normal_.ends.empty() ? 0 : normal_.ends.back();
  asked_.push_back(text.substr(end).find('?') != std::string_view::npos);
  starts_.push_back(static_cast<std::uint32_t>(normal_.text.size()));
  cut_keys();
}

void SymptomPhrase::cut_keys() {
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

bool SymptomPhrase::begins_an_item(std::size_t begin, std::size_t end) const {
  const auto last = begins_item_.begin() + static_cast<std::ptrdiff_t>(end);
  return std::find(begins_item_.begin() + static_cast<std::ptrdiff_t>(begin), last, true) != last;
}

// The first character that does not end before the stroke.
std::size_t SymptomPhrase::character_of_key(std::size_t key) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(key_starts_, key) - key_starts_.begin());
}

void SymptomPhrase::find_tokens() {
  for (std::size_t at = 0; at < size();) {
    const std::size_t count = tokens_.size();
    std::size_t end = take_measure(at);
    if (end == at) end = take_word(at);
    // 한 of "한 컵" is no form of 하다.
    if (const std::size_t amount = end <= at + 1 ? amount_end(at) : at; amount > at) {
      tokens_.resize(count);
      end = amount;
    }
    at = std::max(end, at + 1);
  }
  take_guesses();
  for (SymptomToken& token : tokens_) mark_denial(*this, token);
  link_nouns(*this, tokens_);
  for (SymptomToken& token : tokens_) token.remark = remark_behind(*this, token);
}

void SymptomPhrase::add(std::uint32_t word, std::size_t begin, std::size_t end, bool is_guessed) {
  SymptomToken token{.word = word, .begin = begin, .end = end, .sentence = sentences_[begin]};
  token.is_guessed = is_guessed;
  tokens_.push_back(token);
}

bool SymptomPhrase::is_digit_at(std::size_t at) const {
  const char c = normal_.text[starts_[at]];
  return c >= '0' && c <= '9';
}

std::optional<std::uint32_t> SymptomPhrase::word_of(const Measure& measure) const {
  constexpr double highest_fever = 43, months_of_year = 12, child = 19, many = 10;
  constexpr double days_of_3_months = 90;
  double months = measure.value;
  switch (measure.unit) {
    case MeasureUnit::none:
      return std::nullopt;
    case MeasureUnit::degrees:
      if (measure.value < 38 || measure.value > highest_fever) return std::nullopt;
      return measure.value >= 40   ? vocabulary_.fever_40
             : measure.value >= 39 ? vocabulary_.fever_39
                                   : vocabulary_.fever_38;
    case MeasureUnit::pills:
      return measure.value >= many ? std::optional(vocabulary_.many_pills) : std::nullopt;
    case MeasureUnit::days_of_age:
      months = measure.value < days_of_3_months ? 0 : measure.value / 30;
      break;
    case MeasureUnit::years:
      months = measure.value * months_of_year;
      break;
    case MeasureUnit::months:
      break;
  }
  if (months >= child * months_of_year) return std::nullopt;
  return months < 3                ? vocabulary_.months_under_3
         : months < months_of_year ? vocabulary_.months_under_12
                                   : vocabulary_.years_under_19;
}

// Whether a number may begin here: 두 of 머리두 is none.
bool SymptomPhrase::may_be_number(std::size_t at) const {
  if (is_digit_at(at)) return (at == 0 || !is_digit_at(at - 1)) && !begins_item_[at];
  const bool is_behind_word = !tokens_.empty() && tokens_.back().end == at;
  return begins_word_[at] || is_behind_word || ends_in_connective(between(0, at));
}

std::size_t SymptomPhrase::end_of_bytes(std::size_t at, std::size_t length) const {
  std::size_t end = at;
  while (end < size() && starts_[end] < starts_[at] + length) ++end;
  return end;
}

// Degrees of fever, ages, numbers of pills. Returns where it ends.
std::size_t SymptomPhrase::take_measure(std::size_t at) {
  if (!may_be_number(at)) return at;
  const Measure measure = measure_at(rest(at));
  const auto word = word_of(measure);
  if (!word) return at;
  const std::size_t end = end_of_bytes(at, measure.length);
  add(*word, at, end, false);
  return end;
}

std::size_t SymptomPhrase::amount_end(std::size_t at) const {
  if (!may_be_number(at)) return at;
  const Measure measure = measure_at(rest(at));
  const bool is_known = measure.is_in_digits && measure.unit != MeasureUnit::none;
  return end_of_bytes(at, is_known ? measure.length : amount_at(rest(at)));
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

// "기침,가래" is not 기침가래.
bool SymptomPhrase::spans_a_mark(std::size_t begin, std::size_t end) const {
  const auto last = follows_mark_.begin() + static_cast<std::ptrdiff_t>(end);
  return std::find(follows_mark_.begin() + static_cast<std::ptrdiff_t>(begin) + 1, last, true) != last;
}

// Whether the first syllable is the ending or the particle of the word before, and the next word begins behind it: 고열
// is none in "아프고열이", nor 이마 in "한쪽이마비".
bool SymptomPhrase::is_shifted(std::size_t begin, std::size_t end) const {
  constexpr std::size_t longest_ending = 3;
  if (tokens_.empty() || begin + 1 >= size()) return false;
  const SymptomToken& before = tokens_.back();
  const bool is_behind_noun = word(before).is_noun();
  const std::size_t farthest = is_behind_noun ? 0 : longest_ending;
  if (begin - before.end > farthest || spans_a_border(before.end - 1, begin + 2)) return false;
  if (!ends_in_connective(between(begin, begin + 1))) return false;
  bool is_before_word = false;
  vocabulary_.lexicon.for_each_at(keys_from(begin + 1), [&](const SymptomLexicon::Hit& hit) {
    const SymptomWord& next = vocabulary_.words[hit.word];
    const std::size_t next_end = character_of_key(key_starts_[begin + 1] + hit.length);
    if (is_behind_noun) {
      is_before_word |= next_end > end && next.characters > 1;
    } else {
      const bool is_free = begins_word(next_end) || begins_with_particle(rest(next_end));
      is_before_word |= next.is_noun() && (next.characters > 1 || (is_free && !begins_with_particle(rest(begin + 1))));
    }
  });
  return is_before_word;
}

// Whether nothing but a particle or another word of the table follows: 아이 is no word of 아이스크림.
bool SymptomPhrase::is_closed(std::size_t end) const {
  if (begins_word(end) || begins_with_particle(rest(end))) return true;
  bool is_before_word = false;
  vocabulary_.lexicon.for_each_at(keys_from(end), [&](const SymptomLexicon::Hit& hit) {
    is_before_word |= vocabulary_.words[hit.word].characters > 1;
  });
  return is_before_word;
}

bool SymptomPhrase::may_stand(const SymptomWord& word, std::size_t begin, std::size_t end) const {
  if (spans_a_mark(begin, end) || (word.ends_a_word && !is_closed(end))) return false;
  // "잘 못" is not 잘못.
  if (word.is_adverb && word.characters == 2 && spans_a_border(begin, end)) return false;
  if (!begins_word_[begin]) {
    // 가빠 is no word of 눈이가 빠지다.
    if (spans_a_border(begin, end)) return false;
    if (between(begin, end) == "까지") return false;  // a particle, not 까지다
    if (is_shifted(begin, end)) return false;
    if (word.begins_a_word && word.characters > 1 && !follows_closely(begin)) return false;
    if (word.is_noun() && word.characters == 2 && follows_a_fragment(begin)) return false;
    if (word.characters == 1 && !may_follow(word, begin)) return false;
  }
  if (word.characters > 1) return true;
  return word.is_noun()
             ? may_stand_alone(begin)
             : may_be_ending(rest(begin), rest(end), begins_word(end), word.surface.starts_with(between(begin, end)));
}

// Whether one syllable that is no word stands before it: 설사 is no word of 건설사.
bool SymptomPhrase::follows_a_fragment(std::size_t begin) const {
  const bool is_second = begins_word_[begin - 1];
  const bool is_behind_token = !tokens_.empty() && tokens_.back().end + 1 >= begin;
  return is_second && !is_behind_token;
}

// "아기열이", "먹다목에": behind a word of the table, or behind the ending of one.
bool SymptomPhrase::follows_a_word(std::size_t begin) const {
  if (tokens_.empty() || spans_a_border(tokens_.back().end - 1, begin + 1)) return false;
  if (begins_with_particle(rest(begin))) return false;
  const SymptomToken& before = tokens_.back();
  if (word(before).is_noun()) return before.end == begin;
  constexpr std::size_t longest_ending = 5;
  return begin - before.end <= longest_ending && ends_in_verb_ending(between(before.end - 1, begin));
}

// One syllable within a word. A noun may follow an ending or a particle, a verb a noun or an adverb.
bool SymptomPhrase::may_follow(const SymptomWord& word, std::size_t begin) const {
  if (word.is_noun()) return follows_a_word(begin) || (!word.begins_a_word && ends_in_connective(between(0, begin)));
  if (word.begins_a_word) return false;
  // Within a word, these are particles.
  if (looks_like_ending(word.surface)) return ends_in_negation(between(0, begin));
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
  if (rest(next).starts_with("못")) return true;
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
