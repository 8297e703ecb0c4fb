#include "search/name_query.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "search/query.hpp"
#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

using text::is_consonant_key;
using text::is_vowel_key;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_latin(char c) { return c >= 'a' && c <= 'z'; }
bool is_number_character(char c) { return is_digit(c) || c == '.'; }

std::vector<Key> codes_of(std::string_view form) {
  std::vector<Key> keys = text::keystrokes(form);
  for (Key& key : keys) key = text::code(key);
  return keys;
}

struct Unit {
  std::string_view name;
  int power;  // of ten, in micrograms
};
constexpr std::array<Unit, 3> mass_units = {{{"mcg", 0}, {"mg", 3}, {"g", 6}}};

// "0.5" by ten to the `shift`, as digits: moving the point keeps every digit. Empty when nothing would stand before it.
std::string shifted(std::string_view number, int shift) {
  const std::size_t point = std::min(number.find('.'), number.size());
  std::string digits(number.substr(0, point));
  int places = 0;
  if (point < number.size()) {
    digits += number.substr(point + 1);
    places = static_cast<int>(number.size() - point - 1);
  }
  places -= shift;
  if (places < 0) digits.append(static_cast<std::size_t>(-places), '0');
  if (places > 0) {
    if (digits.size() <= static_cast<std::size_t>(places)) {
      digits.insert(0, static_cast<std::size_t>(places) + 1 - digits.size(), '0');
    }
    digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros > 0 && (zeros == digits.size() || digits[zeros] == '.') ? zeros - 1 : zeros);
  return digits;
}

std::vector<std::vector<Key>> same_amounts(std::string_view form) {
  const std::size_t unit_begin = form.find_first_not_of("0123456789.");
  if (unit_begin == std::string_view::npos) return {};
  const std::string_view number = form.substr(0, unit_begin);
  const auto unit = std::ranges::find(mass_units, form.substr(unit_begin), &Unit::name);
  constexpr std::size_t longest = 9;
  if (unit == mass_units.end() || number.size() > longest) return {};
  std::vector<std::vector<Key>> amounts;
  for (const Unit& other : mass_units) {
    if (other.name == unit->name) continue;
    amounts.push_back(codes_of(shifted(number, unit->power - other.power).append(other.name)));
  }
  return amounts;
}

class WordReader {
 public:
  WordReader(std::string_view typed, const text::NormalForm& normal) : typed_(typed), normal_(normal) {}

  std::vector<QueryWord> take() {
    const std::string_view form = normal_.text;
    for (at_ = 0; at_ < form.size();) {
      const std::size_t end = is_digit(form[at_]) ? number_end() : word_end();
      add(form.substr(at_, end - at_), is_digit(form[at_]));
      if (words_.size() > most_query_words) return {};
      at_ = end;
    }
    return std::move(words_);
  }

 private:
  void add(std::string_view form, bool is_number) {
    if (!is_searchable(form)) return;
    QueryWord word{.keys = codes_of(form), .same_amounts = {}, .is_number = is_number};
    if (is_number) word.same_amounts = same_amounts(form);
    // A word that is repeated says nothing more.
    const auto is_same = [&](const QueryWord& other) { return other.keys == word.keys; };
    if (std::ranges::none_of(words_, is_same)) words_.push_back(std::move(word));
  }

  bool is_border(std::size_t at) const {
    return normal_.ends[at - 1] < normal_.begins[at] && normal_.begins[at] <= typed_.size();
  }

  std::size_t number_end() const {
    const std::string_view form = normal_.text;
    std::size_t end = at_;
    while (end < form.size() && is_number_character(form[end]) && (end == at_ || !is_border(end))) ++end;
    const std::size_t unit_end = letters_end(end);
    // A unit may stand apart from its number; other letters there are a word.
    const bool is_apart = end < form.size() && is_border(end);
    return is_apart && !text::is_unit(form.substr(end, unit_end - end)) ? end : unit_end;
  }

  // Where Latin letters, or the signs that stand for a unit, end.
  std::size_t letters_end(std::size_t from) const {
    const std::string_view form = normal_.text;
    std::size_t end = from;
    while (end < form.size() && (is_latin(form[end]) || form[end] == '%' || form[end] == '?') &&
           (end == from || !is_border(end))) {
      ++end;
    }
    return end;
  }

  std::size_t word_end() const {
    const std::string_view form = normal_.text;
    std::size_t end = at_ + 1;
    while (end < form.size() && !is_digit(form[end]) && !is_border(end)) ++end;
    return end;
  }

  std::string_view typed_;
  const text::NormalForm& normal_;
  std::size_t at_ = 0;
  std::vector<QueryWord> words_;
};

std::vector<QueryCharacter> characters_of(std::string_view form) {
  std::vector<QueryCharacter> characters;
  for (std::size_t at = 0; at < form.size();) {
    const std::size_t size = text::decode(form, at).size;
    QueryCharacter character{.keys = codes_of(form.substr(at, size)), .is_initial = false};
    at += size;
    const bool is_run = std::ranges::all_of(character.keys, [](Key key) { return is_consonant_key(key); });
    if (!is_run) {
      characters.push_back(std::move(character));
      continue;
    }
    // ㄳ is ㄱ and ㅅ that an input method has joined.
    for (const Key key : character.keys) characters.push_back({.keys = {key}, .is_initial = true});
  }
  return characters;
}

}  // namespace

bool NameQuery::has_latin() const noexcept {
  return std::ranges::any_of(keys, [](Key key) { return text::is_latin_key(key); });
}

bool NameQuery::has_korean() const noexcept {
  return std::ranges::any_of(keys, [](Key key) { return is_consonant_key(key) || is_vowel_key(key); });
}

bool NameQuery::is_initials() const noexcept {
  const auto fits = [](const QueryCharacter& c) { return c.is_initial || !text::is_letter_key(c.keys.front()); };
  return !characters.empty() && characters.front().is_initial && std::ranges::all_of(characters, fits);
}

bool NameQuery::is_mixed() const noexcept {
  const auto initials = std::ranges::count_if(characters, &QueryCharacter::is_initial);
  return initials > 0 && !is_initials();
}

bool NameQuery::is_uncomposed() const noexcept {
  for (std::size_t i = 1; i < characters.size(); ++i) {
    if (characters[i].is_initial && is_vowel_key(characters[i - 1].keys.back())) return true;
  }
  return false;
}

NameQuery read_query(std::string_view valid, TextReading reading, bool is_unfinished) {
  NameQuery query;
  query.reading = reading;
  const text::NormalForm normal = text::normalize(valid);
  if (!is_searchable(normal.text)) return query;
  query.keys = codes_of(normal.text);
  query.is_number_open = is_unfinished && is_digit(normal.text.back()) && normal.ends.back() == valid.size();
  query.words = WordReader(valid, normal).take();
  if (!query.words.empty()) {
    QueryWord& last = query.words.back();
    last.is_last = true;
    last.is_open = query.is_number_open && last.is_number;
  }
  query.characters = characters_of(normal.text);
  return query;
}

std::vector<QueryCharacter> with_finals_as_initials(const std::vector<QueryCharacter>& characters) {
  std::vector<QueryCharacter> result;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const std::vector<Key>& keys = characters[i].keys;
    const bool is_before_initial = i + 1 == characters.size() || characters[i + 1].is_initial;
    const auto last_vowel = std::find_if(keys.rbegin(), keys.rend(), [](Key key) { return is_vowel_key(key); });
    const auto finals = static_cast<std::size_t>(last_vowel - keys.rbegin());
    if (characters[i].is_initial || !is_before_initial || last_vowel == keys.rend() || finals == 0) {
      result.push_back(characters[i]);
      continue;
    }
    result.push_back({.keys = std::vector<Key>(keys.begin(), keys.end() - static_cast<std::ptrdiff_t>(finals)),
                      .is_initial = false});
    for (std::size_t f = keys.size() - finals; f < keys.size(); ++f) {
      result.push_back({.keys = {keys[f]}, .is_initial = true});
    }
  }
  return result;
}

}  // namespace pilling::search
