#include "sources/indication_list.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "sources/brackets.hpp"
#include "sources/indication_words.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::sources {
namespace {

enum class Tail { none, relief, cure, supply, other };

bool has_blank(std::string_view text) { return text.find(' ') != std::string_view::npos; }

std::string_view last_word(std::string_view plain) {
  const std::size_t blank = plain.rfind(' ');
  return blank == std::string_view::npos ? plain : plain.substr(blank + 1);
}

bool is_action_word(std::string_view word) {
  return words::any_is(word, words::relief) || words::any_is(word, words::supply) ||
         words::any_is(word, words::governing) || words::any_is(word, words::governing_compounds) ||
         words::any_is(word, words::beside_actions) || word == "치료" || word == "진통ㆍ소염" || word == "진통·소염";
}

// Whether the words name an action and no object, as "진통 및 해열" do.
bool is_action_only(std::string_view plain) {
  while (!plain.empty()) {
    const std::size_t blank = std::min(plain.find(' '), plain.size());
    if (!is_action_word(plain.substr(0, blank))) return false;
    plain.remove_prefix(std::min(blank + 1, plain.size()));
  }
  return true;
}

bool begins_with_action(std::string_view text) {
  text = trim_indication(text);
  return text.starts_with("치료") || words::any_begins(text, words::relief) || words::any_begins(text, words::supply) ||
         words::any_begins(text, words::governing);
}

// The action at the end of a phrase, which may govern the list before it.
Tail tail_of(std::string_view plain) {
  if (words::any_ends(plain, words::whole_compounds)) return Tail::none;
  const std::string_view word = last_word(plain);
  if (words::any_ends(word, words::supply)) return Tail::supply;
  if (words::any_ends(word, words::governing_compounds)) return Tail::other;
  if (!has_blank(plain)) return Tail::none;
  const bool does_more = words::any_in(plain, words::governing_compounds);
  if (words::any_ends(word, words::relief)) return does_more ? Tail::other : Tail::relief;
  if (words::any_ends(word, words::governing)) return Tail::other;
  if (word.ends_with("치료") && does_more) return Tail::other;
  if (plain.ends_with("의 치료")) return Tail::cure;
  return Tail::none;
}

bool is_supply_word(std::string_view plain) {
  const bool is_vitamin = !plain.empty() && plain.size() <= 3 && plain.front() >= 'A' && plain.front() <= 'K';
  return is_vitamin || words::any_in(plain, words::nutrients) || words::any_in(plain, words::circumstances);
}

struct Phrase {
  std::string_view text;
  Tail tail = Tail::none;
  bool opens = false;           // begins a list of its own
  bool reaches_back = false;    // into the list before it
  bool reaches_ahead = false;   // into the list after it
  bool is_supplied = false;     // a nutrient, or a circumstance of its supply
  bool needs_previous = false;  // says nothing without the phrase before it
  bool needs_next = false;
  bool is_clause = false;  // may stand alone, but does not open a list
  bool is_complaint = false;
};

std::string without_lone_causes(std::string_view plain) {
  std::string rest(plain);
  for (const std::string_view cause : words::lone_causes) {
    if (const std::size_t found = rest.find(cause); found != std::string::npos) rest.erase(found, cause.size());
  }
  return rest;
}

// Whether a verb or a cause in the phrase may bind more of the list than the phrase.
bool binds_more(std::string_view plain) {
  const std::string rest = without_lone_causes(plain);
  if (words::any_in(rest, words::binding)) return true;
  for (std::size_t blank = rest.find(' '); blank != std::string::npos; blank = rest.find(' ', blank + 1)) {
    const std::string_view word = last_word(std::string_view(rest).substr(0, blank));
    if (words::any_ends(word, words::verbal_particles) && !words::any_ends(word, words::not_particles)) return true;
  }
  return false;
}

// Whether "X의 Y" may be said of all that is listed before it: X is not just the place or time of Y.
bool has_foreign_possessor(std::string_view plain) {
  constexpr std::string_view possessive = "의 ";
  for (std::size_t i = plain.find(possessive); i != std::string_view::npos; i = plain.find(possessive, i + 1)) {
    const bool is_action = is_action_only(plain.substr(i + possessive.size()));
    if (!is_action && !words::any_ends(plain.substr(0, i), words::own_possessors)) return true;
  }
  return false;
}

// `list` begins with the phrase.
Phrase make_phrase(std::string_view text, std::string_view list) {
  const std::string outside = without_brackets(text);
  const std::string_view plain = trim_indication(outside);
  const bool binds = binds_more(plain);
  const bool is_unfinished = words::any_ends(plain, words::unfinished) && !words::any_ends(plain, words::finished);
  const Tail tail = tail_of(plain);
  const bool is_possessed = (tail == Tail::none || tail == Tail::cure) && has_foreign_possessor(plain);
  const std::size_t begin = std::min(list.find_first_not_of(' '), list.size());
  return {.text = text,
          .tail = tail,
          .opens = words::any_begins(list.substr(begin), words::openings) &&
                   !words::any_begins(list.substr(begin), words::not_openings),
          .reaches_back = binds || is_possessed || words::any_in(plain, words::after_examples),
          .reaches_ahead = binds || is_possessed,
          .is_supplied = is_supply_word(plain),
          .needs_previous = plain.empty() || words::any_begins(plain, words::pointing_back) || is_action_only(plain),
          .needs_next = is_unfinished || words::any_is(plain, words::parts) ||
                        words::any_ends(plain, words::circumstance_endings),
          .is_clause = words::any_ends(plain, words::clause_endings),
          .is_complaint = words::any_ends(last_word(plain), words::complaints)};
}

struct Separator {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_comma = false;
};

// 과 follows a final consonant and 와 a vowel, which tells the particle from the end of a noun such as 치과.
bool follows_rightly(std::string_view before, std::string_view particle) {
  constexpr std::size_t bytes_of_syllable = 3;
  if (before.size() < bytes_of_syllable) return false;
  if (before.back() == ')') return true;
  const char32_t last = text::decode(before, before.size() - bytes_of_syllable).value;
  if (!text::is_syllable(last)) return false;
  return (text::final_of(last) != 0) == particle.starts_with("과");
}

std::optional<Separator> joining_particle(std::string_view text, std::size_t position) {
  static constexpr auto nouns = std::to_array<std::string_view>({"정신과", "결과", "경과"});
  static constexpr auto bound = std::to_array<std::string_view>({"같은", "같이", "관련", "함께", "병용", "동반"});
  for (const std::string_view particle : {"과 ", "와 ", "과,", "와,"}) {
    if (!text.substr(position).starts_with(particle)) continue;
    const std::size_t end = position + particle.size();
    const bool is_particle = follows_rightly(text.substr(0, position), particle) &&
                             !words::any_ends(text.substr(0, end - 1), nouns) &&
                             !words::any_begins(text.substr(end), bound);
    if (is_particle) return Separator{position, end, particle.ends_with(',')};
  }
  return std::nullopt;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Separator> separator_at(std::string_view text, std::size_t position) {
  static constexpr auto commas = std::to_array<std::string_view>({",", "，", "、", ";"});
  static constexpr auto joining = std::to_array<std::string_view>({"및 ", "또는 ", "혹은 ", "그리고 ", "또한 "});
  const std::string_view rest = text.substr(position);
  for (const std::string_view comma : commas) {
    if (!rest.starts_with(comma)) continue;
    const bool is_in_number = position > 0 && rest.size() > 1 && is_digit(text[position - 1]) && is_digit(rest[1]);
    if (!is_in_number) return Separator{position, position + comma.size(), true};
  }
  if (position > 0 && (text[position - 1] == ' ' || text[position - 1] == ')' || text[position - 1] == ',')) {
    for (const std::string_view word : joining) {
      if (rest.starts_with(word)) return Separator{position, position + word.size(), false};
    }
  }
  return joining_particle(text, position);
}

// All separators outside of brackets; those with nothing between them are one.
std::vector<Separator> find_separators(std::string_view text) {
  std::vector<Separator> separators;
  const std::vector<bool> is_open = open_ground(text);
  for (std::size_t i = 0; i < text.size();) {
    const auto found = is_open[i] ? separator_at(text, i) : std::nullopt;
    i = found ? found->end : i + character_size(text, i);
    if (!found) continue;
    const bool continues =
        !separators.empty() &&
        text.substr(separators.back().end, found->begin - separators.back().end).find_first_not_of(' ') ==
            std::string_view::npos;
    if (continues) {
      separators.back() = {separators.back().begin, found->end, separators.back().is_comma || found->is_comma};
    } else {
      separators.push_back(*found);
    }
  }
  return separators;
}

// Whether "A 및 B" are two indications. "급성 및 만성 비염" and "발열 및 두통의 완화" are not.
bool may_split_joined(std::string_view phrase_so_far, std::string_view left, std::string_view right,
                      std::string_view rest) {
  const Phrase before = make_phrase(phrase_so_far, phrase_so_far);
  const Phrase after = make_phrase(right, rest);
  if (after.needs_previous || begins_with_action(right)) return false;
  if (before.tail != Tail::none) return !after.is_clause && !trim_indication(left).ends_with("처치");
  if (after.opens) return !before.is_supplied;
  constexpr std::size_t one_syllable = 3;
  const auto is_word = [](std::string_view text, const Phrase& phrase) {
    const std::string outside = without_brackets(text);
    const std::string_view plain = trim_indication(outside);
    return plain.size() > one_syllable && !has_blank(plain) && phrase.tail == Tail::none && !phrase.is_supplied &&
           !phrase.needs_next;
  };
  return is_word(left, make_phrase(left, left)) && is_word(right, after);
}

std::string_view between(std::string_view text, std::size_t begin, std::size_t end) {
  return text.substr(begin, end - begin);
}

// The phrases between commas, and between those joining words that may be cut at.
std::vector<Phrase> find_phrases(std::string_view list) {
  const std::vector<Separator> separators = find_separators(list);
  std::vector<Phrase> phrases;
  std::size_t begin = 0;
  std::size_t piece = 0;
  bool holds_action = false;
  const auto end_phrase = [&](std::size_t end) {
    phrases.push_back(make_phrase(between(list, begin, end), list.substr(begin)));
    if (holds_action && phrases.back().tail == Tail::none) phrases.back().tail = Tail::other;
    holds_action = false;
  };
  for (std::size_t i = 0; i < separators.size(); ++i) {
    const std::size_t next = i + 1 < separators.size() ? separators[i + 1].begin : list.size();
    const std::string_view left = between(list, piece, separators[i].begin);
    const std::string_view so_far = between(list, begin, separators[i].begin);
    const std::string_view rest = list.substr(separators[i].end);
    piece = separators[i].end;
    if (separators[i].is_comma || may_split_joined(so_far, left, between(list, piece, next), rest)) {
      end_phrase(separators[i].begin);
      begin = piece;
    } else {
      holds_action = holds_action || make_phrase(so_far, so_far).tail != Tail::none;
    }
  }
  end_phrase(list.size());
  return phrases;
}

// Decides where a row of phrases may be cut.
class PhraseRow {
 public:
  explicit PhraseRow(std::vector<Phrase> phrases) : phrases_(std::move(phrases)), cuts_(phrases_.size(), true) {
    join_neighbours();
    for (std::size_t begin = 0; begin < phrases_.size();) {
      std::size_t last = begin;
      while (last + 1 < phrases_.size() && phrases_[last].tail == Tail::none) ++last;
      join_reaching(begin, last);
      join_tail(begin, last);
      begin = last + 1;
    }
  }

  std::vector<std::string_view> parts() const {
    std::vector<std::string_view> result;
    for (std::size_t i = 0; i < phrases_.size();) {
      const char* begin = phrases_[i].text.data();
      while (++i < phrases_.size() && !cuts_[i]) {
      }
      const std::string_view last = phrases_[i - 1].text;
      const auto size = static_cast<std::size_t>(last.data() + last.size() - begin);
      const std::string_view part = trim_indication({begin, size});
      if (!part.empty()) result.push_back(part);
    }
    return result;
  }

 private:
  void join_neighbours() {
    for (std::size_t i = 1; i < phrases_.size(); ++i) {
      const Phrase& before = phrases_[i - 1];
      const Phrase& phrase = phrases_[i];
      const bool is_one_supply = before.is_supplied && phrase.is_supplied && before.tail == Tail::none;
      const bool is_bound =
          phrase.needs_previous || before.needs_next || is_one_supply || (before.is_clause && !phrase.opens);
      if (is_bound) cuts_[i] = false;
    }
    if (phrases_.back().needs_next) cuts_.back() = false;
  }

  void join(std::size_t begin, std::size_t last) {
    for (std::size_t i = begin + 1; i <= last; ++i) cuts_[i] = false;
  }

  // Where the list that ends with `last` begins.
  std::size_t list_begin(std::size_t begin, std::size_t last) const {
    while (last > begin && !phrases_[last].opens) --last;
    return last;
  }

  void join_reaching(std::size_t begin, std::size_t last) {
    for (std::size_t i = begin; i <= last; ++i) {
      if (phrases_[i].reaches_back) join(list_begin(begin, i), i);
      if (!phrases_[i].reaches_ahead) continue;
      std::size_t end = i;
      while (end < last && !phrases_[end + 1].opens) ++end;
      join(i, end);
    }
  }

  void join_tail(std::size_t begin, std::size_t last) {
    const std::size_t own = list_begin(begin, last);
    switch (phrases_[last].tail) {
      case Tail::none:
      case Tail::cure:
        return;
      case Tail::other:
        return join(own, last);
      case Tail::relief: {
        std::size_t disease = own;
        while (disease < last && phrases_[disease].is_complaint) ++disease;
        return join(disease, last);
      }
      case Tail::supply: {
        std::size_t first = last;
        while (first > own && phrases_[first - 1].is_supplied) --first;
        return join(phrases_[last].is_supplied ? first : own, last);
      }
    }
  }

  std::vector<Phrase> phrases_;
  std::vector<bool> cuts_;  // whether to cut before each phrase
};

}  // namespace

std::string_view trim_indication(std::string_view text) {
  constexpr std::string_view outer = " \n.,;:";
  const std::size_t begin = text.find_first_not_of(outer);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(outer) - begin + 1);
}

std::vector<std::string_view> split_indications(std::string_view list) {
  list = trim_indication(list);
  if (list.empty()) return {};
  if (words::any_in(list, words::binding_all)) return {list};
  return PhraseRow(find_phrases(list)).parts();
}

}  // namespace pilling::sources
