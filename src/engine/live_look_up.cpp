#include "engine/live_look_up.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/deadline.hpp"
#include "engine/import.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

constexpr std::size_t remembered_bytes = std::size_t{1} << 20;
constexpr std::size_t found_bytes = std::size_t{16} << 20;
constexpr std::chrono::minutes remembered_for(10);
constexpr std::size_t maximum_pages = 10;  // of a hundred rows: a name that more products share is no answer
constexpr std::size_t maximum_reasons = 5;

TieredCacheOptions memory_of(std::function<std::chrono::system_clock::time_point()> now) {
  TieredCacheOptions options;
  options.memory.maximum_weight = remembered_bytes;
  options.memory.time_to_live = remembered_for;
  options.now = std::move(now);
  return options;
}

// One bad row in the store would keep every later engine from opening it.
bool can_be_kept(const Medicine& medicine) {
  if (medicine.id.value.empty() || medicine.name.empty() || !text::is_valid_utf8(medicine.id.value)) return false;
  return std::ranges::all_of(medicine_texts, [&](const auto text) { return text::is_valid_utf8(medicine.*text); });
}

std::size_t weight_of(const std::vector<Medicine>& rows) {
  std::size_t weight = rows.size() * sizeof(Medicine);
  for (const Medicine& row : rows) {
    for (const auto text : medicine_texts) weight += (row.*text).size();
    for (const std::string& image : row.images) weight += sizeof(std::string) + image.size();
  }
  return weight;
}

// Of the exception that is being handled. Only Pilling's own errors promise to hold no secret.
std::string reason_of_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return error.what();
  } catch (const std::exception&) {
    return "it broke off with an unexpected exception";
  }
}

std::vector<std::string> reasons_of(const std::vector<SkippedRow>& skipped) {
  std::vector<std::string> reasons;
  for (const SkippedRow& row : skipped) {
    if (reasons.size() == maximum_reasons) {
      reasons.push_back("and " + std::to_string(skipped.size() - maximum_reasons) + " more reasons like these");
      break;
    }
    reasons.push_back(row.line == 0 ? row.reason : "row " + std::to_string(row.line) + " was left out: " + row.reason);
  }
  return reasons;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

LiveLookUp::LiveLookUp(std::vector<std::shared_ptr<MedicineSource>> sources, std::shared_ptr<Store> store,
                       std::shared_ptr<Summarizer> extractive,
                       std::function<std::chrono::system_clock::time_point()> now)
    : sources_(std::move(sources)),
      store_(std::move(store)),
      extractive_(std::move(extractive)),
      now_(std::move(now)),
      found_({.maximum_weight = found_bytes, .time_to_live = remembered_for}),
      asked_(memory_of(now_)) {}

LiveLookUp::Outcome LiveLookUp::look_up(const std::string& name, const CallOptions& call) {
  if (sources_.empty()) return {};
  try {
    const CachedValue answer = asked_.get(
        name, [&](std::string_view, const CallOptions& own) { return ask_sources(name, own); }, call);
    return {.was_asked = answer.answer.origin == Origin::live,
            .warnings = lines_of(answer.entry->value),
            .found = found_.get(name)};
  } catch (const Timeout& timeout) {
    return {.was_asked = false, .warnings = {timeout.what()}, .found = nullptr};
  }
}

// In their order, until one knows the name. The entry holds the warnings; with trouble that may pass, it is for those
// who wait now only.
CacheEntry LiveLookUp::ask_sources(const std::string& name, const CallOptions& call) {
  Trouble trouble;
  found_.erase(name);
  for (const auto& source : sources_) {
    std::vector<Medicine> rows = ask(*source, name, call, trouble);
    if (rows.empty()) continue;
    keep(name, join_repeated_medicines(std::move(rows)), call, trouble);
    break;
  }
  CacheEntry entry{.value = joined(trouble.warnings), .created_at = now(), .expires_at = std::nullopt};
  if (trouble.is_passing) entry.expires_at = entry.created_at;
  return entry;
}

// Page by page. What came before a page that fails is worth answering.
std::vector<Medicine> LiveLookUp::ask(MedicineSource& source, const std::string& name, const CallOptions& call,
                                      Trouble& trouble) {
  std::vector<Medicine> rows;
  std::vector<SkippedRow> skipped;
  std::size_t total = 0;
  bool is_complete = false;
  try {
    for (MedicineQuery query{.name = name}; !is_complete && query.page <= maximum_pages; ++query.page) {
      if (query.page > 1 && core::is_over(call)) throw Timeout("there was no time for all pages", "");
      SourcePage<Medicine> page = source.fetch(query, call);
      const bool is_empty = page.rows.empty() && page.skipped.empty();
      std::ranges::move(page.rows, std::back_inserter(rows));
      std::ranges::move(page.skipped, std::back_inserter(skipped));
      total = page.total;
      is_complete = is_empty || rows.size() + skipped.size() >= total || query.page * query.rows >= total;
    }
  } catch (const std::exception&) {
    trouble.is_passing = true;
    trouble.add(source.name(), reason_of_failure());
  }
  if (!is_complete && !rows.empty()) {
    trouble.add(source.name(),
                "only the first " + std::to_string(rows.size()) + " of " + std::to_string(total) + " rows were taken");
  }
  for (std::string& reason : reasons_of(skipped)) trouble.add(source.name(), std::move(reason));
  const std::size_t refused = std::erase_if(rows, [](const Medicine& medicine) { return !can_be_kept(medicine); });
  if (refused > 0) trouble.add(source.name(), std::to_string(refused) + " rows made no sense and were left out");
  return rows;
}

void LiveLookUp::keep(const std::string& name, std::vector<Medicine> rows, const CallOptions& call, Trouble& trouble) {
  const auto found = std::make_shared<const std::vector<Medicine>>(std::move(rows));
  found_.put(name, found, weight_of(*found));
  try {
    adopt_medicines(*store_, *extractive_, *found, now(), call);
  } catch (const std::exception&) {
    // Asked again, it may be kept.
    trouble.is_passing = true;
    trouble.add("what was found could not be kept", reason_of_failure());
  }
}

// One line each, because they travel as lines.
void LiveLookUp::Trouble::add(const std::string& where, std::string what) {
  std::ranges::replace(what, '\n', ' ');
  warnings.push_back(where + ": " + what);
}

}  // namespace pilling::engine
