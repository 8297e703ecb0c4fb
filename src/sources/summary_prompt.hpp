#pragma once

#include <string_view>

#include "pilling/summarizer.hpp"
#include "sources/chat_completion.hpp"
#include "sources/summary_check.hpp"

namespace pilling::sources {

/// Summaries are kept under this version: whoever changes a word of the prompts, or what the check lets through, raises
/// it.
inline constexpr std::string_view prompt_version = "prompt-2";

/// What a model is asked about a text, and about a keyword unless it is empty. `previous` is why its last answer did
/// not pass; none when this is the first question.
ChatQuestion summary_question(const SummaryRequest& request, AnswerForm form,
                              SummaryFault previous = SummaryFault::none);

}  // namespace pilling::sources
