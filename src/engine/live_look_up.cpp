#include "engine/live_look_up.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "core/deadline.hpp"
#include "core/failure.hpp"
#include "engine/import.hpp"
#include "engine/medicine_rows.hpp"
#include "engine/netstrings.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

constexpr std::size_t maximum_pages = 10;  // of a hundred rows: a name that more products share is no answer
constexpr std::size_t maximum_reasons = 5;

// In the keys, because people type anything, and a cache does not take every key.
constexpr std::string_view before_names = "name/";

TieredCacheOptions options_of_answers(TieredCacheOptions options) {
  options.time_to_live = std::chrono::hours(1);
  options.absent_time_to_live = std::chrono::minutes(1);
  return options;
}

std::size_t weight_of(const std::vector<Medicine>& rows) {
  std::size_t weight = rows.size() * sizeof(Medicine);
  for (const Medicine& row : rows) {
    for (const auto text : medicine_texts) weight += (row.*text).size();
    for (const std::string& image : row.images) weight += sizeof(std::string) + image.size();
  }
  return weight;
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

// The number of the rows, the rows, and then the warnings.
std::string encode_look_up(const LookUp& look_up) {
  std::string bytes;
  append_field(bytes, std::to_string(look_up.rows.size()));
  for (const Medicine& row : look_up.rows) append_field(bytes, encode_row(row));
  for (const std::string& warning : look_up.warnings) append_field(bytes, warning);
  return bytes;
}

LookUp decode_look_up(std::string_view bytes) {
  const auto fields = fields_of(bytes, 1);
  std::size_t rows = 0;
  const auto [end, error] = std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), rows);
  if (error != std::errc() || rows >= fields.size())
    throw BadData("a cached look-up is damaged; it is made again", "cache");
  LookUp look_up;
  for (std::size_t i = 0; i < rows; ++i) look_up.rows.push_back(decode_row(fields[1 + i]));
  look_up.warnings.assign(fields.begin() + 1 + static_cast<std::ptrdiff_t>(rows), fields.end());
  return look_up;
}

std::string joined(const std::vector<std::string>& warnings) {
  std::string text;
  for (const std::string& warning : warnings) text.append(text.empty() ? "" : "; ").append(warning);
  return text;
}

}  // namespace

CacheCodec<LookUp> look_up_codec() {
  return {.encode = &encode_look_up, .decode = &decode_look_up, .weight_of = [](const LookUp& look_up) {
            std::size_t weight = sizeof look_up + weight_of(look_up.rows);
            for (const std::string& warning : look_up.warnings) weight += sizeof(std::string) + warning.size();
            return weight;
          }};
}

LiveLookUp::LiveLookUp(std::vector<std::shared_ptr<MedicineSource>> sources, std::shared_ptr<Store> store,
                       std::shared_ptr<Summarizer> extractive, TieredCacheOptions options)
    : sources_(std::move(sources)),
      store_(std::move(store)),
      extractive_(std::move(extractive)),
      now_(options.now),
      answers_(options_of_answers(std::move(options)), look_up_codec()) {}

LiveLookUp::Outcome LiveLookUp::look_up(const std::string& name, const CallOptions& call) {
  if (sources_.empty()) return {};
  Outcome outcome;
  try {
    const auto load = [this](std::string_view key, const CallOptions& own) {
      return ask_sources(std::string(key.substr(before_names.size())), own);
    };
    CachedValue<LookUp> answer = answers_.get(std::string(before_names) + name, load, call);
    outcome.was_asked = answer.answer.origin == Origin::live;
    outcome.found = std::move(answer.value);
    if (outcome.found) outcome.warnings = outcome.found->warnings;
    std::ranges::move(answer.answer.warnings, std::back_inserter(outcome.warnings));
  } catch (const Error& error) {
    outcome.warnings.emplace_back(error.what());
  }
  return outcome;
}

void LiveLookUp::forget(const std::vector<MedicineId>& changed) {
  if (sources_.empty()) return;
  // In memory it is done at once, and a tier that fails just now is told later: the rows are in the store already.
  const auto try_to = [](const auto& invalidate) {
    try {
      invalidate();
    } catch (...) {
      // The counters of the tier tell.
    }
  };
  // Beyond some number, it is quicker to ask anew for the few that were looked up.
  constexpr std::size_t many = 1000;
  if (changed.size() > many) return try_to([&] { answers_.invalidate_all(); });
  for (const MedicineId& id : changed) try_to([&] { answers_.invalidate_tag(id.value); });
}

// In their order, until one knows the name. An answer with trouble that may pass is for those who wait now only;
// without any row, it is none.
std::optional<LoadedValue<LookUp>> LiveLookUp::ask_sources(const std::string& name, const CallOptions& call) {
  Trouble trouble;
  LoadedValue<LookUp> answer;
  for (const auto& source : sources_) {
    std::vector<Medicine> rows = ask(*source, name, call, trouble);
    if (rows.empty()) continue;
    answer.value.rows = join_repeated(std::move(rows), &join);
    keep(answer.value.rows, call, trouble);
    break;
  }
  if (answer.value.rows.empty() && trouble.is_passing) throw Error(joined(trouble.warnings));
  if (answer.value.rows.empty() && trouble.warnings.empty()) return std::nullopt;
  if (trouble.is_passing) answer.time_to_live = std::chrono::milliseconds(0);
  for (const Medicine& row : answer.value.rows) answer.tags.push_back(row.id.value);
  answer.value.warnings = std::move(trouble.warnings);
  return answer;
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
  } catch (...) {
    trouble.is_passing = true;
    trouble.add(source.name(), core::reason_of_failure());
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

// Another writer may have half of the time that is left: those who wait want the answer more than that it is kept.
void LiveLookUp::keep(const std::vector<Medicine>& rows, const CallOptions& call, Trouble& trouble) {
  try {
    const auto half = (call.deadline - std::chrono::steady_clock::now()) / 2;
    adopt_medicines(*store_, *extractive_, rows, now(),
                    core::within(call, std::chrono::floor<std::chrono::milliseconds>(half)));
  } catch (...) {
    // Asked again, it may be kept.
    trouble.is_passing = true;
    trouble.add("what was found could not be kept", core::reason_of_failure());
  }
}

// One line each, whatever a source says.
void LiveLookUp::Trouble::add(const std::string& where, std::string what) {
  std::ranges::replace(what, '\n', ' ');
  warnings.push_back(where + ": " + what);
}

}  // namespace pilling::engine
