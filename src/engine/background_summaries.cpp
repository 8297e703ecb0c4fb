#include "engine/background_summaries.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
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
  std::vector<SymptomMatch> matches(result.matches.begin(), result.matches.end());
  const std::size_t count = std::min(matches.size(), most_summaries);
  for (std::size_t i = 0; i < count; ++i) {
    SymptomMatch& match = matches[i];
    if (match.approximate || match.spans.empty() || match.concepts.size() != 1) continue;
    const std::string& text = match.medicine->efficacy;
    const ByteSpan& span = match.spans.front();
    const auto made = summaries_.made({.text = text, .keyword = text.substr(span.begin, span.end - span.begin)});
    if (made && made->maker == options_.summarizer->maker()) match.summary = made->text;
  }
  result.matches = std::move(matches);
}

}  // namespace pilling::engine
