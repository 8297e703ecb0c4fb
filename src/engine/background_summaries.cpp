#include "engine/background_summaries.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pilling::engine {
namespace {

// How many of what one search shows are summarised for that.
constexpr std::size_t most_summaries = 10;

}  // namespace

bool BackgroundSummaries::is_wanted_of(const Medicine& medicine) const {
  if (medicine.efficacy.empty() || !medicine.withdrawn_on.empty()) return false;
  return !medicine.summary || medicine.summary->maker != options_.summarizer->maker();
}

void BackgroundSummaries::ask_for(const SearchResult& result) {
  if (!are_wanted()) return;
  const std::size_t count = std::min(result.matches.size(), most_summaries);
  for (std::size_t i = 0; i < count; ++i) {
    const Medicine& medicine = *result.matches[i].medicine;
    if (!is_wanted_of(medicine)) continue;
    const SummaryRequest request{.text = medicine.efficacy, .keyword = {}};
    if (const auto made = summaries_.made(request)) shown_.show_unless_loading(request, *made);
  }
}

void BackgroundSummaries::use_in(SymptomResult& result) {
  if (!are_wanted()) return;
  std::vector<SymptomMatch> better;  // all of them, once there is a better summary of one
  SummaryRequest asked;
  std::optional<Summary> made;
  const std::size_t count = std::min(result.matches.size(), most_summaries);
  for (std::size_t i = 0; i < count; ++i) {
    const SymptomMatch& match = result.matches[i];
    if (match.approximate || match.spans.empty() || match.concepts.size() != 1) continue;
    const std::string_view text = match.medicine->efficacy;
    const ByteSpan& span = match.spans.front();
    const std::string_view keyword = text.substr(span.begin, span.end - span.begin);
    // Products of one text stand together, and to ask the store takes as long as the whole search.
    if (asked.text != text || asked.keyword != keyword) {
      asked = {.text = text, .keyword = keyword};
      made = summaries_.made(asked);
    }
    if (!made || made->maker != options_.summarizer->maker()) continue;
    if (better.empty()) better.assign(result.matches.begin(), result.matches.end());
    better[i].summary = made->text;
  }
  if (!better.empty()) result.matches = std::move(better);
}

}  // namespace pilling::engine
