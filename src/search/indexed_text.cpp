#include "search/indexed_text.hpp"

#include <algorithm>
#include <array>

#include "search/query.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

// Where the first indication ends: at the first comma outside brackets.
std::size_t first_indication_end(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[') ++depth;
    if (text[i] == ')' || text[i] == ']') --depth;
    if (text[i] == ',' && depth <= 0) return i;
  }
  return text.size();
}

bool holds_barrier(std::string_view between) { return between.find_first_of(",.;:()[]{}\n") != std::string_view::npos; }

// "위험인자": what patients have besides, in whom the medicine is used against something else.
bool rules_out(std::string_view sentence) {
  constexpr std::array<std::string_view, 8> denials = {"제외",        "위험인자",    "사용하지 않", "사용하지 마",
                                                       "사용하지 말", "복용하지 않", "복용하지 마", "복용하지 말"};
  return std::ranges::any_of(denials,
                             [&](std::string_view denial) { return sentence.find(denial) != std::string_view::npos; });
}

// The parts of the text that name what the medicine is not for: brackets like "(세균성은 제외)", and sentences.
std::vector<ByteSpan> ruled_out(std::string_view text) {
  std::vector<ByteSpan> spans;
  std::vector<std::size_t> open;
  std::size_t sentence = 0;
  bool is_in_bracket = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[') open.push_back(i);
    if ((text[i] == ')' || text[i] == ']') && !open.empty()) {
      const std::size_t begin = open.back();
      open.pop_back();
      if (rules_out(text.substr(begin, i - begin))) {
        spans.push_back({begin, i + 1});
        is_in_bracket = true;
      }
    }
    const bool is_end = text[i] == '.' || text[i] == '\n' || i + 1 == text.size();
    if (!is_end || !open.empty()) continue;
    if (!is_in_bracket && rules_out(text.substr(sentence, i + 1 - sentence))) spans.push_back({sentence, i + 1});
    sentence = i + 1;
    is_in_bracket = false;
  }
  return spans;
}

std::vector<bool> barred_bytes(std::string_view text, const text::NormalForm& normal) {
  std::vector<bool> barred(normal.text.size());
  for (std::size_t i = 1; i < barred.size(); ++i) {
    const std::size_t from = normal.ends[i - 1];
    const std::size_t to = normal.begins[i];
    barred[i] = from < to && holds_barrier(text.substr(from, to - from));
  }
  for (const ByteSpan& span : ruled_out(text)) {
    const auto first = std::ranges::lower_bound(normal.begins, span.begin) - normal.begins.begin();
    const auto last = std::ranges::lower_bound(normal.begins, span.end) - normal.begins.begin();
    std::fill(barred.begin() + first, barred.begin() + last, true);
  }
  return barred;
}

bool is_one_syllable(std::string_view word) {
  const text::Character character = text::decode(word, 0);
  return character.size == word.size() && text::is_syllable(character.value);
}

// Whether the original leaves something out before the byte: a blank, a comma, a bracket, a dot; or the text ends.
bool is_border(const text::NormalForm& normal, std::size_t at) {
  return at == 0 || at == normal.text.size() || normal.begins[at] > normal.ends[at - 1];
}

// One syllable is part of many words that mean something else: 눈 of 티눈, 귀 of 사마귀, 코 of 코르티코이드, 위 of
// 위생. So it must begin a word of the original, and nothing may follow in that word but a particle. That leaves out
// 코막힘 and 위염 too, which have names of their own to be asked for by.
bool stands_alone(const text::NormalForm& normal, std::size_t begin, std::size_t end) {
  constexpr std::array<std::string_view, 20> particles = {"",   "이",   "가",   "은",   "는",   "을",  "를",
                                                          "의", "에",   "와",   "과",   "도",   "로",  "나",
                                                          "만", "으로", "이나", "에서", "에는", "에도"};
  if (!is_border(normal, begin)) return false;
  return std::ranges::any_of(particles, [&](std::string_view particle) {
    const bool follows = std::string_view(normal.text).substr(end).starts_with(particle);
    return follows && is_border(normal, end + particle.size());
  });
}

}  // namespace

std::optional<std::size_t> IndexedText::find(std::string_view word) const {
  const std::string_view form = normal.text;
  const bool must_stand_alone = is_one_syllable(word);
  for (std::size_t at = form.find(word, begin); at != std::string_view::npos; at = form.find(word, at + 1)) {
    const auto first = is_barred.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = first + static_cast<std::ptrdiff_t>(word.size());
    const bool is_whole = !is_within_number(form, at) && !is_within_number(form, at + word.size());
    if (!is_whole || std::find(first + 1, end, true) != end) continue;
    if (!must_stand_alone || stands_alone(normal, at, at + word.size())) return at;
  }
  return std::nullopt;
}

IndexedText read_efficacy(std::string_view text) {
  constexpr std::string_view opening = "이약은";
  IndexedText indexed{.normal = text::normalize(text)};
  if (indexed.normal.text.starts_with(opening)) indexed.begin = opening.size();
  const auto end = std::ranges::lower_bound(indexed.normal.begins, first_indication_end(text));
  indexed.characters = count_characters(indexed.normal.text);
  indexed.first_indication_end = static_cast<std::size_t>(end - indexed.normal.begins.begin());
  indexed.is_barred = barred_bytes(text, indexed.normal);
  return indexed;
}

}  // namespace pilling::search
