#include "sources/summary_check.hpp"

#include <array>
#include <optional>

#include "sources/chat_completion.hpp"
#include "sources/indication_words.hpp"
#include "sources/trim.hpp"
#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::sources {
namespace {

// How models say no, in the languages that they do it in. None of it is in an efficacy text.
constexpr auto refusals = std::to_array<std::string_view>(
    {"죄송", "도와드릴", "도와 드릴", "제공할 수 없", "답변할 수 없", "답할 수 없", "요약할 수 없", "알 수 없습니다",
     "인공지능", "언어 모델", "I'm sorry", "I’m sorry", "I am sorry", "I cannot", "I can't", "I can’t", "As an AI",
     "as an AI", "unable to"});
constexpr std::u32string_view common_signs = U" ,.·ㆍ∙•‧・⋅･()~-/%&";

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == text::replacement_character;
}
bool is_hangul_syllable(char32_t c) { return c >= 0xac00 && c <= 0xd7a3; }
bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

// Korean, and besides only what the text has, too: the letter of a vitamin, the sign of a degree.
bool is_known_character(char32_t c, std::string_view bytes, std::string_view text) {
  return is_hangul_syllable(c) || is_digit(c) || common_signs.find(c) != std::u32string_view::npos ||
         text.find(bytes) != std::string_view::npos;
}

}  // namespace

std::string_view to_string(SummaryFault fault) noexcept {
  static constexpr auto names = std::to_array<std::string_view>(
      {"none", "empty", "form", "grounding", "keyword", "language", "length", "lines", "refusal", "unfinished"});
  return names.at(static_cast<std::size_t>(fault));
}

bool speaks_of(std::string_view text, std::string_view keyword) {
  const std::string wanted = text::normalize(keyword).text;
  return !wanted.empty() && text::normalize(text).text.find(wanted) != std::string::npos;
}

SummaryFault SummaryCheck::find_fault(const ModelAnswer& answer, std::string& line) const {
  if (!trim(answer.refusal).empty()) return SummaryFault::refusal;
  if (answer.finish_reason != "stop") return SummaryFault::unfinished;
  if (!text::is_valid_utf8(answer.content)) return SummaryFault::form;
  std::optional<std::string> written = summary_in(answer.content);
  if (!written) return SummaryFault::form;
  const SummaryFault fault = find_fault_in(*written);
  if (fault == SummaryFault::none) line = *std::move(written);
  return fault;
}

SummaryFault SummaryCheck::find_fault_in(std::string_view line) const {
  if (line.empty()) return SummaryFault::empty;
  if (words::any_in(line, refusals)) return SummaryFault::refusal;
  std::size_t characters = 0;
  bool has_hangul = false;
  bool has_foreign = false;
  for (std::size_t at = 0; at < line.size(); ++characters) {
    const text::Character character = text::decode(line, at);
    if (is_control(character.value)) return SummaryFault::lines;
    has_hangul = has_hangul || is_hangul_syllable(character.value);
    has_foreign = has_foreign || !is_known_character(character.value, line.substr(at, character.size), text_);
    at += character.size;
  }
  if (!has_hangul || has_foreign) return SummaryFault::language;
  if (characters > longest_summary) return SummaryFault::length;
  if (!keyword_.empty() && !speaks_of(line, keyword_)) return SummaryFault::keyword;
  return grounds_.support(line) ? SummaryFault::none : SummaryFault::grounding;
}

}  // namespace pilling::sources
