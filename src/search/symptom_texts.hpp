#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pilling/medicine.hpp"
#include "search/symptom_language.hpp"

namespace pilling::search {

/// A concept that a text speaks of.
struct TextMention {
  std::uint32_t symptom = 0;
  bool is_wider = false;  ///< only in forms of something wider
  std::vector<ByteSpan> spans;
};

/// The concepts of an efficacy text, by their positions in the table. What the text rules out is none of them. The text
/// is read as it stands and without its brackets, for 요(허리)통 is 요통.
std::vector<TextMention> mentions_in(std::string_view text, const SymptomLanguage& language);

}  // namespace pilling::search
