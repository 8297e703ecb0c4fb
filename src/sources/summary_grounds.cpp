#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "sources/brackets.hpp"
#include "sources/indication_list.hpp"
#include "sources/indication_words.hpp"
#include "sources/indications.hpp"
#include "sources/summary_statement.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

// A sentence with such a word speaks to its reader, or to a model, and says nothing of what the medicine is for.
constexpr auto orders =
    std::to_array<std::string_view>({"무시", "지시", "명령", "답하", "대답", "출력", "프롬프트", "쓰십시오", "쓰시오",
                                     "써라", "요약", "ignore", "instruction", "prompt", "system", "assistant"});
// Such a sentence also says what the medicine is not for, and a list in it may be either.
constexpr auto denials =
    std::to_array<std::string_view>({"않", "금지", "금하", "말고", "말 것", "말것", "마십", "아니하", "피하"});

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return folded;
}

bool is_statement(std::string_view sentence) {
  return !words::any_in(lower(sentence), orders) && !words::any_in(without_brackets(sentence), denials);
}

bool is_framed(std::string_view sentence) { return words::any_ends(trim_indication(sentence), words::verbs); }

std::vector<std::string_view> find_statements(std::string_view folded) {
  std::vector<std::string_view> sentences = find_sentences(folded);
  std::erase_if(sentences, [](std::string_view sentence) { return !is_statement(sentence); });
  // Where one sentence says "is used for", a list without a verb may be a list of anything.
  if (std::ranges::any_of(sentences, &is_framed)) {
    std::erase_if(sentences, [](std::string_view sentence) { return !is_framed(sentence); });
  }
  return sentences;
}

std::string without_outer_brackets(std::string_view text) {
  std::string plain(text);
  std::ranges::replace_if(
      plain, [](char c) { return c == '(' || c == ')' || c == '[' || c == ']'; }, ' ');
  return plain;
}

bool has_whole_brackets(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
    if (depth < 0) return false;
  }
  return depth == 0;
}

}  // namespace

Grounds::Grounds(std::string_view text, const Synonyms& synonyms)
    : synonyms_(synonyms), has_whole_brackets_(has_whole_brackets(text)) {
  const std::string folded = fold_blanks(text);
  for (const std::string_view sentence : find_statements(folded)) {
    for (const std::string_view indication : find_indications(sentence)) statements_.emplace_back(indication, synonyms);
  }
}

bool Grounds::support(std::string_view answer) const {
  if (has_whole_brackets_ && !has_whole_brackets(answer)) return false;
  return support_all(split_at_commas(answer), {});
}

// How many parts from `begin` on are one whole indication, word for word; 0 when none are.
std::size_t Grounds::whole_statement_at(const std::vector<std::string_view>& parts, std::size_t begin) const {
  std::string joined;
  std::size_t longest = 0;
  for (std::size_t i = begin; i < parts.size(); ++i) {
    // As one text, since normal forms of two parts are not always that of both: "B1" and "6".
    const char* const first = parts[begin].data();
    const auto size = static_cast<std::size_t>(parts[i].data() + parts[i].size() - first);
    joined = text::normalize(std::string_view(first, size)).text;
    const bool is_whole =
        std::ranges::any_of(statements_, [&](const Statement& statement) { return statement.normal() == joined; });
    if (is_whole) longest = i + 1 - begin;
  }
  return longest;
}

bool Grounds::support_all(const std::vector<std::string_view>& parts, const Actions& inherited) const {
  if (parts.empty()) return false;
  const auto actions_after = [&](std::size_t i) {
    for (++i; i < parts.size(); ++i) {
      Actions actions = read_phrase(without_outer_brackets(parts[i]), synonyms_).actions;
      if (!actions.empty()) return actions;
    }
    return inherited;
  };
  for (std::size_t i = 0; i < parts.size();) {
    if (const std::size_t whole = whole_statement_at(parts, i)) {
      i += whole;
      continue;
    }
    if (!support(parts[i], actions_after(i))) return false;
    ++i;
  }
  return true;
}

bool Grounds::support(std::string_view part, const Actions& inherited) const {
  const Phrase phrase = read_phrase(without_outer_brackets(part), synonyms_);
  const Actions& actions = phrase.actions.empty() ? inherited : phrase.actions;
  const bool is_supported =
      std::ranges::any_of(statements_, [&](const Statement& statement) { return statement.supports(phrase, actions); });
  if (is_supported) return true;
  const std::vector<std::string_view> parts = split_at_joints(part);
  return parts.size() > 1 && support_all(parts, inherited);
}

}  // namespace pilling::sources
