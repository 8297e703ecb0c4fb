#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pilling::sources {

/// The text with each run of white space as one blank. A line break stays one where it ends a sentence.
std::string fold_blanks(std::string_view text);

/// The sentences of a folded text. No bracket is cut.
std::vector<std::string_view> find_sentences(std::string_view folded);

/// What an efficacy text of e약은요 says that the medicine is for, in its order. Each is a stretch of the folded text
/// with its brackets whole.
std::vector<std::string_view> find_indications(std::string_view folded);

}  // namespace pilling::sources
