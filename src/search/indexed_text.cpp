#include "search/indexed_text.hpp"

#include <algorithm>
#include <array>

#include "search/query.hpp"

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

bool rules_out(std::string_view sentence) {
  constexpr std::array<std::string_view, 7> denials = {"제외",        "사용하지 않", "사용하지 마", "사용하지 말",
                                                       "복용하지 않", "복용하지 마", "복용하지 말"};
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

}  // namespace

std::optional<std::size_t> IndexedText::find(std::string_view word) const {
  const std::string_view form = normal.text;
  for (std::size_t at = form.find(word, begin); at != std::string_view::npos; at = form.find(word, at + 1)) {
    const auto first = is_barred.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = first + static_cast<std::ptrdiff_t>(word.size());
    const bool is_whole = !is_within_number(form, at) && !is_within_number(form, at + word.size());
    if (is_whole && std::find(first + 1, end, true) == end) return at;
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
