#include "sources/summary_phrase.hpp"

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

constexpr auto particles =
    std::to_array<std::string_view>({"에서의", "으로의", "으로", "에서", "에도", "에만", "의", "을", "를", "에", "로"});
// Say nothing of their own beside an action.
constexpr auto fillers =
    std::to_array<std::string_view>({"여러", "각종", "주로", "등", "사용", "사용함", "사용합니다", "쓰임"});
// … but only of the action: 일시적 불면증 is another thing than 불면증.
constexpr auto of_actions = std::to_array<std::string_view>({"일시적", "일시적인"});
constexpr auto joints = std::to_array<std::string_view>({"및", "또는", "혹은", "그리고"});
constexpr std::string_view symptoms = "증상";
constexpr std::string_view all_symptoms = "제증상";
constexpr auto aids =
    std::to_array<std::string_view>({"보조", "보조적", "보조치료", "치료보조", "보조요법", "보조제", "보조적치료"});
// Those of the words for relief that say more than that.
constexpr auto telling = std::to_array<std::string_view>(
    {"해열", "진통", "소염", "항염", "거담", "진해", "진경", "이뇨", "소독", "살균", "지혈", "마취", "해독", "보습"});
constexpr auto preventions = std::to_array<std::string_view>({"예방", "방지", "재발방지"});
// May be grown together with the word before.
constexpr auto grown =
    std::to_array<std::string_view>({"보조치료", "치료보조", "보조요법", "완화", "경감", "개선", "예방", "치료", "보급",
                                     "보충", "공급", "소독", "억제", "촉진"});

std::optional<std::string> action_of(std::string_view word) {
  if (words::any_is(word, aids)) return std::string(aid_action);
  if (words::any_is(word, telling)) return std::string(word);
  if (words::any_is(word, preventions)) return "예방";
  if (words::any_is(word, words::supply)) return std::string(supply_action);
  if (words::any_is(word, words::relief)) return word == "진정" ? "진정" : std::string(relief_action);
  if (word == "치료" || words::any_is(word, words::governing)) return std::string(word);
  return std::nullopt;
}

std::vector<std::string> normal_words(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find_first_of(" \n"), text.size());
    std::string word = text::normalize(text.substr(0, size)).text;
    if (!word.empty()) result.push_back(std::move(word));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return result;
}

// Takes the actions and the filling words off the end of a phrase.
class PhraseEnd {
 public:
  explicit PhraseEnd(Phrase& phrase) : phrase_(phrase) {}

  void take() {
    while (!phrase_.words.empty() && take_last()) {
    }
  }

 private:
  bool take_last() {
    std::string& last = phrase_.words.back();
    const std::string word = last;
    const bool is_beside_action = words::any_is(word, joints) || words::any_is(word, of_actions);
    if (is_beside_action && !phrase_.actions.empty()) return drop();
    if (add_actions(word)) return drop();
    for (const std::string_view action : grown) {
      if (!word.ends_with(action)) continue;
      last = word.substr(0, word.size() - action.size());
      phrase_.actions.insert(*action_of(action));
      return true;
    }
    return false;
  }

  // One action, or two that a middle dot joined: 진통·소염.
  bool add_actions(std::string_view word) {
    if (auto action = action_of(word)) {
      phrase_.actions.insert(*std::move(action));
      return true;
    }
    for (const std::string_view first : telling) {
      if (!word.starts_with(first)) continue;
      if (auto second = action_of(word.substr(first.size()))) {
        phrase_.actions.insert(std::string(first));
        phrase_.actions.insert(*std::move(second));
        return true;
      }
    }
    return false;
  }

  bool drop() {
    phrase_.words.pop_back();
    return true;
  }

  Phrase& phrase_;
};

// Middle dots, as agencies and models write them.
constexpr auto dots = std::to_array<std::string_view>({"·", "ㆍ", "∙", "•", "‧", "・", "⋅", "･", "/"});
constexpr auto commas = std::to_array<std::string_view>({",", "，", "、", ";"});

std::size_t length_of_any(std::string_view text, words::Words all) {
  for (const std::string_view one : all) {
    if (text.starts_with(one)) return one.size();
  }
  return 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_inside_number(std::string_view text, std::size_t at) {
  return at > 0 && at + 1 < text.size() && is_digit(text[at - 1]) && is_digit(text[at + 1]);
}

std::size_t comma_at(std::string_view text, std::size_t at) {
  return is_inside_number(text, at) ? 0 : length_of_any(text.substr(at), commas);
}

std::size_t joint_at(std::string_view text, std::size_t at) {
  if (const std::size_t comma = comma_at(text, at)) return comma;
  const std::string_view rest = text.substr(at);
  if (const std::size_t dot = length_of_any(rest, dots)) return dot;
  const bool is_word_begin = at > 0 && text[at - 1] == ' ';
  for (const std::string_view word : joints) {
    if (is_word_begin && rest.starts_with(word) && rest.substr(word.size()).starts_with(' ')) return word.size();
  }
  for (const std::string_view particle : {"과 ", "와 "}) {
    if (at > 0 && !is_word_begin && rest.starts_with(particle)) return particle.size();
  }
  return 0;
}

template <class Separator>
std::vector<std::string_view> split(std::string_view text, const Separator& separator) {
  std::vector<std::string_view> parts;
  const std::vector<bool> is_open = open_ground(text);
  std::size_t begin = 0;
  const auto end_part = [&](std::size_t end) {
    const std::string_view part = trim_indication(text.substr(begin, end - begin));
    if (!part.empty()) parts.push_back(part);
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = is_open[i] ? separator(text, i) : 0;
    if (size > 0) {
      end_part(i);
      begin = i + size;
    }
    i += size > 0 ? size : character_size(text, i);
  }
  end_part(text.size());
  return parts;
}

}  // namespace

std::string without_particle(std::string_view normal) {
  constexpr std::size_t two_syllables = 6;
  if (words::any_ends(normal, words::not_particles)) return std::string(normal);
  for (const std::string_view particle : particles) {
    if (!normal.ends_with(particle) || normal.size() == particle.size()) continue;
    const std::string_view rest = normal.substr(0, normal.size() - particle.size());
    // 눈의, 코를: a word of one syllable may lose a clear particle, and no other; so may B1, and any.
    const bool is_clear = particle == "의" || particle == "을" || particle == "를";
    const bool is_latin = static_cast<unsigned char>(rest.back()) < 0x80;
    if (is_clear || is_latin || rest.size() >= two_syllables) return std::string(rest);
  }
  return std::string(normal);
}

bool is_telling_action(std::string_view action) { return words::any_is(action, telling); }

Phrase read_phrase(std::string_view text, const Synonyms& synonyms) {
  Phrase phrase;
  for (std::string& word : normal_words(text)) {
    std::string plain = without_particle(word);
    if (words::any_is(plain, fillers)) continue;
    if (plain == symptoms || plain == all_symptoms) {
      phrase.speaks_of_symptoms = true;
      continue;
    }
    if (plain.ends_with(symptoms)) {
      phrase.speaks_of_symptoms = true;
      plain.resize(plain.size() - symptoms.size());
    }
    phrase.words.push_back(std::move(plain));
  }
  PhraseEnd(phrase).take();
  for (std::string& word : phrase.words) {
    word = synonyms.representative(word);
    phrase.object += word;
  }
  phrase.object = synonyms.representative(phrase.object);
  return phrase;
}

std::vector<std::string_view> split_at_commas(std::string_view text) { return split(text, &comma_at); }
std::vector<std::string_view> split_at_joints(std::string_view text) { return split(text, &joint_at); }

}  // namespace pilling::sources
