#include "sources/indications.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sources/brackets.hpp"
#include "sources/indication_list.hpp"
#include "sources/indication_words.hpp"

namespace pilling::sources {
namespace {

constexpr auto white_space = std::to_array<std::string_view>(
    {" ", "\t", "\r", "\n", "\v", "\f", "\u00a0", "\u3000", "\u200b", "\u2003", "\ufeff"});
constexpr auto bullets = std::to_array<std::string_view>({"- ", "-", "•", "○", "◦", "※", "*", "▶", "■"});

bool ends_sentence(std::string_view text) {
  static constexpr auto ends = std::to_array<std::string_view>({".", "!", "?", ":", "다", "오"});
  return words::any_ends(text, ends);
}

std::string_view without_subject(std::string_view sentence) {
  for (const std::string_view bullet : bullets) {
    if (sentence.starts_with(bullet)) return without_subject(trim_indication(sentence.substr(bullet.size())));
  }
  for (const std::string_view subject : words::subjects) {
    if (sentence.starts_with(subject)) return trim_indication(sentence.substr(subject.size()));
  }
  return sentence;
}

std::string_view without_verb(std::string_view sentence) {
  const auto verb = std::ranges::find_if(words::verbs, [&](std::string_view v) { return sentence.ends_with(v); });
  if (verb == words::verbs.end()) return sentence;
  sentence = trim_indication(sentence.substr(0, sentence.size() - verb->size()));
  constexpr std::string_view mainly = " 주로";
  if (sentence.ends_with(mainly)) sentence.remove_suffix(mainly.size());
  for (const std::string_view particle : words::particles) {
    // 피로 is a noun.
    if (!sentence.ends_with(particle) || sentence.ends_with("피로")) continue;
    return trim_indication(sentence.substr(0, sentence.size() - particle.size()));
  }
  return sentence;
}

void read_sentence(std::string_view sentence, std::vector<std::string_view>& indications) {
  sentence = trim_indication(sentence);
  if (words::any_ends(sentence, words::denials)) return;
  const std::string_view framed = without_verb(without_subject(sentence));
  for (const std::string_view indication : split_indications(framed)) {
    if (std::ranges::find(indications, indication) == indications.end()) indications.push_back(indication);
  }
}

}  // namespace

std::string fold_blanks(std::string_view text) {
  std::string folded;
  bool is_after_break = false;
  bool is_after_blank = true;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view character = text.substr(i, character_size(text, i));
    i += character.size();
    if (words::any_is(character, white_space)) {
      is_after_blank = true;
      is_after_break = is_after_break || character == "\n";
      continue;
    }
    if (is_after_blank && !folded.empty()) folded += is_after_break && ends_sentence(folded) ? '\n' : ' ';
    is_after_blank = is_after_break = false;
    folded += character;
  }
  const std::vector<bool> is_open = open_ground(folded);
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] == '\n' && !is_open[i]) folded[i] = ' ';
  }
  return folded;
}

std::vector<std::string_view> find_sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  const std::vector<bool> is_open = open_ground(text);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view before = text.substr(begin, i - begin);
    const bool is_full_stop = text[i] == '.' && (before.ends_with("다") || before.ends_with("오"));
    const bool is_clause_end = text[i] == ',' && before.ends_with("사용하며");
    if (!is_open[i] || !(is_full_stop || is_clause_end || text[i] == '\n')) continue;
    sentences.push_back(before);
    begin = i + 1;
  }
  sentences.push_back(text.substr(begin));
  return sentences;
}

std::vector<std::string_view> find_indications(std::string_view folded) {
  std::vector<std::string_view> indications;
  for (const std::string_view sentence : find_sentences(folded)) read_sentence(sentence, indications);
  return indications;
}

}  // namespace pilling::sources
