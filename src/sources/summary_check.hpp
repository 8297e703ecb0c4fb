#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sources/summary_statement.hpp"
#include "sources/summary_synonyms.hpp"

namespace pilling::sources {

/// Why people should not see what a model wrote.
enum class SummaryFault { none, empty, form, grounding, keyword, language, length, lines, refusal, unfinished };

/// "grounding" and so on, as in `SummarizerStats::faults`.
std::string_view to_string(SummaryFault fault) noexcept;

/// What a model answered, as its server hands it over.
struct ModelAnswer {
  std::string content{};        ///< empty: none
  std::string refusal{};        ///< in a field of its own; empty: none
  std::string finish_reason{};  ///< empty: not told
};

/// What fits beside a name on one line of a phone or a shell, in characters.
inline constexpr std::size_t longest_summary = 60;

/// Decides what people may see of a model's answers about one text. What the text or the answer may hold, instructions
/// among it, is only ever compared.
class SummaryCheck {
 public:
  /// `text` and `keyword` are well-formed UTF-8, and live as long as this; an empty keyword stands for none.
  SummaryCheck(std::string_view text, std::string_view keyword, const Synonyms& synonyms)
      : text_(text), keyword_(keyword), grounds_(text, synonyms) {}

  /// No answer could pass, so none need be asked for.
  bool is_hopeless() const noexcept { return grounds_.is_empty(); }

  /// `line` is the summary when there is no fault.
  SummaryFault find_fault(const ModelAnswer& answer, std::string& line) const;

 private:
  SummaryFault find_fault_in(std::string_view line) const;

  std::string_view text_;
  std::string_view keyword_;
  Grounds grounds_;
};

/// Whether the text holds the keyword, however both are spelt. False for one without a letter or digit.
bool speaks_of(std::string_view text, std::string_view keyword);

}  // namespace pilling::sources
