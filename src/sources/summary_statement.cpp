#include "sources/summary_statement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "sources/brackets.hpp"
#include "sources/indication_list.hpp"
#include "sources/indication_words.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

// Beside such a word nothing may be left out.
constexpr auto denials = std::to_array<std::string_view>(
    {"않", "못", "없", "아닌", "아니", "제외", "금지", "금하", "말고", "말 것", "말것", "피하"});
constexpr std::string_view seeing_badly = "못 보는";
constexpr std::string_view seeing_badly_joined = "못보는";
// What such a bracket says restricts what stands before it.
constexpr auto restrictions =
    std::to_array<std::string_view>({"포함", "경우", "때", "한함", "한하", "병용", "환자", "이상", "미만", "이하",
                                     "복용", "투여", "제외", "않", "없", "세 ", "성인", "소아", "만 "});
constexpr auto causal = std::to_array<std::string_view>({"의한", "인한", "인해", "인하여", "의해", "따른"});
// Too general to stand without their cause.
constexpr auto general = std::to_array<std::string_view>({"통증", "동통", "통", "염증", "불쾌감", "이물감", "충혈"});
constexpr auto mild_actions = std::to_array<std::string_view>({"완화", "진통", "소염", "항염", "진정"});

std::string with_plain_brackets(std::string_view text) {
  std::string plain(text);
  const std::vector<bool> is_open = open_ground(text);
  for (const std::string_view bracket : {"(", ")", "[", "]", "{", "}"}) {
    for (std::size_t i = 0; (i = plain.find(bracket, i)) != std::string::npos;) plain[i] = ' ';
  }
  return plain;
}

bool is_complaint(const Phrase& phrase) {
  return phrase.speaks_of_symptoms || phrase.object.ends_with("열") ||
         words::any_ends(phrase.object, words::complaints);
}

bool denies(std::string text) {
  for (const std::string_view known : {seeing_badly, seeing_badly_joined}) {
    for (std::size_t i = 0; (i = text.find(known)) != std::string::npos;) text.erase(i, known.size());
  }
  return words::any_in(text, denials);
}

// By itself it says nothing: a part of the body, a circumstance, or half a sentence.
bool says_nothing(std::string_view plain, const Phrase& phrase) {
  const bool is_unfinished = words::any_ends(plain, words::unfinished) && !words::any_ends(plain, words::finished);
  return is_unfinished || words::any_is(phrase.object, words::parts) ||
         words::any_ends(plain, words::circumstance_endings) || words::any_ends(plain, words::clause_endings);
}

// Where the effect begins in "X에 의한 Y"; nothing without a cause. Nothing is changed in brackets.
std::optional<std::size_t> effect_begin(std::string_view chunk) {
  const std::vector<bool> is_open = open_ground(chunk);
  std::optional<std::size_t> begin;
  for (std::size_t blank = chunk.find(' '); blank != std::string_view::npos; blank = chunk.find(' ', blank + 1)) {
    if (is_open[blank] && words::any_ends(chunk.substr(0, blank), causal)) begin = blank + 1;
  }
  return begin;
}

// Whether "X의 Y" may be said of all that is listed before it, too: X is not just the place of Y, and Y no action.
bool has_foreign_possessor(std::string_view chunk, const Synonyms& synonyms) {
  constexpr std::string_view possessive = "의 ";
  const std::string plain = without_brackets(chunk);
  for (std::size_t i = plain.find(possessive); i != std::string::npos; i = plain.find(possessive, i + 1)) {
    const std::string_view left = std::string_view(plain).substr(0, i);
    const std::string_view right = std::string_view(plain).substr(i + possessive.size());
    if (!words::any_ends(left, words::own_possessors) && !read_phrase(right, synonyms).object.empty()) return true;
  }
  return false;
}

// The contents of the brackets, and what each is grown together with behind.
struct Bracket {
  std::string_view content;
  std::string_view behind;
};

std::vector<Bracket> find_brackets(std::string_view text) {
  std::vector<Bracket> brackets;
  const std::vector<bool> is_open = open_ground(text);
  for (std::size_t i = 0; i < text.size();) {
    if (is_open[i]) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !is_open[end]) ++end;
    const std::string_view whole = text.substr(i, end - i);
    const std::string_view behind = text.substr(end, text.substr(end).find_first_of(" ,"));
    if (whole.size() > 2) brackets.push_back({trim_indication(whole.substr(1, whole.size() - 2)), behind});
    i = end;
  }
  return brackets;
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

// Whether what is claimed to be done is what is said to be done.
bool fits(const Actions& stated, const Phrase& phrase, const Actions& claimed) {
  const bool is_mild = std::ranges::all_of(stated, [](const auto& one) { return words::any_is(one, mild_actions); });
  for (const std::string& action : phrase.actions) {
    if (!stated.contains(action) && !(is_mild && action == relief_action)) return false;
  }
  if (stated.contains(aid_action)) return claimed.contains(aid_action);
  if (stated.empty()) return true;
  const bool has_one = std::ranges::any_of(stated, [&](const std::string& action) { return claimed.contains(action); });
  return has_one || (is_mild && (claimed.contains(relief_action) || is_complaint(phrase)));
}

}  // namespace

Statement::Statement(std::string_view indication, const Synonyms& synonyms)
    : normal_(text::normalize(indication).text),
      words_(read_phrase(without_brackets(indication), synonyms).words),
      is_whole_only_(denies(std::string(indication)) || words::any_in(indication, words::binding_all)) {
  if (is_whole_only_) return;
  const std::vector<std::string_view> chunks = split_at_commas(indication);
  for (const std::string_view chunk : chunks) add_chunk(chunk, synonyms);
  spread_actions();
  // A list is kept together for what is done at its end, for a cause or for a possessor; or else for what only the
  // extractive summarizer knows.
  if (chunks.size() > 1 && last_actions_.empty() && !is_after_cause_) is_whole_only_ = true;
}

void Statement::add_chunk(std::string_view chunk, const Synonyms& synonyms) {
  if (const auto effect = effect_begin(chunk)) {
    return add_caused(chunk.substr(0, *effect), chunk.substr(*effect), chunk, synonyms);
  }
  const bool binds = words::any_in(without_brackets(chunk) + ' ', words::binding);
  if (!binds && !has_foreign_possessor(chunk, synonyms)) return add_parts(chunk, synonyms);
  bind_items();
  if (binds) {
    add_item(chunk, synonyms);
  } else {
    add_parts(chunk, synonyms);
  }
  is_after_cause_ = true;
}

void Statement::add_caused(std::string_view cause, std::string_view effect, std::string_view chunk,
                           const Synonyms& synonyms) {
  bind_items();
  const std::string outside = without_brackets(cause);
  // "감기로 인한 " without its last word.
  std::string_view plain = trim_indication(outside);
  plain = plain.substr(0, std::min(plain.rfind(' '), plain.size()));
  for (const std::string_view one : split_at_joints(plain)) causes_.push_back(read_phrase(one, synonyms).object);
  add_item(chunk, synonyms);
  is_after_cause_ = true;
  add_parts(effect, synonyms);
}

void Statement::add_parts(std::string_view text, const Synonyms& synonyms) {
  const std::vector<std::string_view> parts = split_at_joints(text);
  const bool may_split = parts.size() > 1 && std::ranges::all_of(parts, [&](std::string_view part) {
                           return read_phrase(without_brackets(part), synonyms).words.size() == 1;
                         });
  if (may_split) {
    for (const std::string_view part : parts) add_item(part, synonyms);
  }
  add_item(text, synonyms);
}

void Statement::add_item(std::string_view text, const Synonyms& synonyms) {
  const std::string outside = without_brackets(text);
  const std::string_view plain = trim_indication(outside);
  const Phrase phrase = read_phrase(plain, synonyms);
  Item item{.own = phrase.actions, .is_action = phrase.object.empty(), .is_effect = is_after_cause_};
  if (!phrase.object.empty() && !says_nothing(plain, phrase)) {
    item.names.push_back(read_phrase(with_plain_brackets(text), synonyms).object);
    const std::vector<Bracket> brackets = find_brackets(text);
    const bool is_restricted = std::ranges::any_of(
        brackets, [](const Bracket& bracket) { return words::any_in(bracket.content, restrictions); });
    if (!is_restricted) item.names.push_back(phrase.object);
    for (const Bracket& bracket : brackets) {
      const bool is_inside = !without_particle("가나" + text::normalize(bracket.behind).text).ends_with("가나");
      if (is_restricted || is_inside) continue;
      const std::vector<std::string_view> examples = split_at_commas(bracket.content);
      const bool may_stand = phrase.words.size() == 1 || examples.size() > 1;
      for (const std::string_view example : examples) {
        const Phrase gloss = read_phrase(example, synonyms);
        if (may_stand && gloss.actions.empty() && !gloss.object.empty() && !says_nothing(example, gloss)) {
          item.names.push_back(gloss.object);
        }
      }
    }
  }
  items_.push_back(std::move(item));
}

void Statement::bind_items() {
  for (Item& item : items_) {
    if (item.is_bound) continue;
    item.is_bound = true;
    causes_.insert(causes_.end(), item.names.begin(), item.names.end());
  }
}

// What is done is said at the end of a list.
void Statement::spread_actions() {
  Actions following;
  for (std::size_t i = items_.size(); i-- > 0;) {
    Item& item = items_[i];
    if (!item.own.empty()) following = item.own;
    item.actions = following;
  }
  for (const Item& item : items_) last_actions_.insert(item.own.begin(), item.own.end());
}

bool Statement::supports(const Phrase& phrase, const Actions& actions) const {
  if (is_whole_only_) return false;
  if (phrase.object.empty()) {
    return !phrase.actions.empty() && std::ranges::all_of(phrase.actions, [&](const std::string& action) {
      return is_telling_action(action) &&
             std::ranges::any_of(items_, [&](const Item& item) { return item.is_action && item.own.contains(action); });
    });
  }
  if (last_actions_.contains(supply_action)) return supplies(phrase, actions);
  const bool is_cause = phrase.speaks_of_symptoms && contains(causes_, phrase.object);
  if (is_cause && fits(last_actions_, phrase, actions)) return true;
  return std::ranges::any_of(items_, [&](const Item& item) { return item_supports(item, phrase, actions); });
}

bool Statement::item_supports(const Item& item, const Phrase& phrase, const Actions& actions) const {
  if (item.is_bound || !contains(item.names, phrase.object)) return false;
  // The first name is the whole of the item, with its cause.
  const bool is_whole = item.names.front() == phrase.object && phrase.words.size() > 1;
  if (item.is_effect && !is_whole && (!is_complaint(phrase) || words::any_is(phrase.object, general))) return false;
  return fits(item.actions, phrase, actions);
}

// "비타민 E, B1, B6의 보급" is a supply of each and of vitamins.
bool Statement::supplies(const Phrase& phrase, const Actions& actions) const {
  if (!actions.contains(supply_action)) return false;
  // The want of one is no nutrient, and not what is supplied.
  const auto is_nutrient = [](std::string_view word) {
    return words::any_in(word, words::nutrients) && word.find("결핍") == std::string_view::npos;
  };
  const std::string& first = phrase.words.front();
  if (!is_nutrient(first) && !words::any_in(first, words::circumstances)) return false;
  if (std::ranges::none_of(phrase.words, is_nutrient)) return false;
  auto at = words_.begin();
  for (const std::string& word : phrase.words) {
    at = std::find(at, words_.end(), word);
    if (at == words_.end()) return false;
    ++at;
  }
  return true;
}

}  // namespace pilling::sources
