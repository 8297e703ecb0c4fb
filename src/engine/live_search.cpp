#include "engine/live_search.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/deadline.hpp"
#include "engine/name_look_up.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

bool has_answer(const SearchResult& result) {
  return std::ranges::any_of(result.matches, [](const MedicineMatch& match) { return !match.approximate; });
}

// The rows that the catalogue does not hold: the store was busy or out of order, or holds the product under another
// name, which a source does not change.
std::vector<Medicine> not_held(const std::vector<Medicine>& found, const SearchResult& result,
                               const MedicineCatalogue& catalogue) {
  std::vector<Medicine> rows;
  for (const Medicine& row : found) {
    const auto is_same = [&](const MedicineMatch& match) { return match.medicine->id == row.id; };
    const auto held = catalogue.find(row.id);
    const bool is_held = held && held->name == row.name;
    if (!is_held && std::ranges::none_of(result.matches, is_same)) rows.push_back(row);
  }
  return rows;
}

}  // namespace

bool is_answered(const SearchResult& result, const MedicineCatalogue& catalogue, std::string_view text,
                 const NameFilter& filter) {
  if (has_answer(result)) return true;
  return filter != NameFilter{} && has_answer(search_names(catalogue, text, 1, {}));
}

// What the sources know of the name is in the store when they have been asked, unless it could not be kept.
SearchResult search_live(const EngineOptions& options, Summarizer& extractive, LiveLookUp& look_up,
                         ShownCatalogue& shown, std::string_view text, std::size_t limit, const NameFilter& filter,
                         const CallOptions& call) {
  if (text::normalize(text).text.empty()) return {};
  CallOptions own = core::within(call, options.live_timeout);
  own.before_work = nullptr;  // that is the engine's own affair
  auto outcome = look_up.look_up(std::string(text), own);
  try {
    shown.load_news({.medicines = true});
  } catch (const StorageError& error) {
    outcome.warnings.push_back(std::string("the catalogue could not be loaded anew: ") + error.what());
  }
  // Again in any case: another caller may have brought the name in since the search that found nothing.
  const auto catalogue = shown.medicines()->catalogue;
  SearchResult result = search_names(*catalogue, text, limit, filter);
  auto rows = outcome.found ? not_held(outcome.found->rows, result, *catalogue) : std::vector<Medicine>();
  if (!rows.empty()) {
    const auto now = std::chrono::floor<std::chrono::seconds>(options.now());
    const auto index = index_medicines(options, std::move(rows), extractive, now);
    SearchResult more = search_names(*index, text, limit, filter);
    if (!more.matches.empty()) {
      merge(result, std::move(more), limit);
      result.answer.origin = Origin::memory_cache;
    }
  }
  if (outcome.was_asked && has_answer(result)) result.answer.origin = Origin::live;
  result.answer.degraded = !outcome.warnings.empty();
  std::ranges::move(outcome.warnings, std::back_inserter(result.answer.warnings));
  return result;
}

}  // namespace pilling::engine
