#include "engine/live_look_up.hpp"

#include <array>
#include <utility>

#include "engine/import.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

constexpr std::size_t remembered_bytes = std::size_t{1} << 20;
constexpr std::chrono::minutes remembered_for(10);

TieredCacheOptions memory_of(std::function<std::chrono::system_clock::time_point()> now) {
  TieredCacheOptions options;
  options.memory.maximum_weight = remembered_bytes;
  options.memory.time_to_live = remembered_for;
  options.now = std::move(now);
  return options;
}

bool can_be_kept(const Medicine& medicine) {
  constexpr std::array<std::string Medicine::*, 12> texts = {
      &Medicine::name,         &Medicine::company,  &Medicine::ingredients,  &Medicine::efficacy,
      &Medicine::usage,        &Medicine::warnings, &Medicine::precautions,  &Medicine::interactions,
      &Medicine::side_effects, &Medicine::storage,  &Medicine::published_on, &Medicine::updated_on};
  if (medicine.id.value.empty() || medicine.name.empty() || !text::is_valid_utf8(medicine.id.value)) return false;
  for (const auto text : texts) {
    if (!text::is_valid_utf8(medicine.*text)) return false;
  }
  return true;
}

// One bad row in the store would keep every later engine from opening it.
std::vector<Medicine> only_keepable(SourcePage<Medicine> page, std::vector<std::string>& warnings) {
  std::size_t refused = page.skipped.size();
  refused += std::erase_if(page.rows, [](const Medicine& medicine) { return !can_be_kept(medicine); });
  if (refused > 0) warnings.push_back(std::to_string(refused) + " rows made no sense and were left out");
  return std::move(page.rows);
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
      asked_(memory_of(now_)) {}

LiveLookUp::Outcome LiveLookUp::look_up(const std::string& name, const CallOptions& call) {
  if (sources_.empty()) return {};
  try {
    const CachedValue answer = asked_.get(
        name, [&](std::string_view, const CallOptions& own) { return ask_sources(name, own); }, call);
    return {.was_asked = answer.answer.origin == Origin::live, .warnings = lines_of(answer.entry->value)};
  } catch (const Timeout& timeout) {
    return {.was_asked = false, .warnings = {timeout.what()}};
  }
}

// In their order, until one knows the name. The entry holds the warnings; with any, it is for those who wait now only.
CacheEntry LiveLookUp::ask_sources(std::string_view name, const CallOptions& call) {
  const auto now = std::chrono::floor<std::chrono::seconds>(now_());
  std::vector<std::string> warnings;
  for (const auto& source : sources_) {
    std::vector<std::string> of_source;
    std::vector<Medicine> rows;
    try {
      rows = only_keepable(source->fetch({.name = std::string(name)}, call), of_source);
    } catch (const Error& error) {
      of_source.emplace_back(error.what());
    } catch (const std::exception&) {
      // Only Pilling's own errors promise to hold no secret.
      of_source.emplace_back("it broke off with an unexpected exception");
    }
    for (const std::string& warning : of_source) warnings.push_back(source->name() + ": " + warning);
    if (rows.empty()) continue;
    try {
      adopt_medicines(*store_, *extractive_, std::move(rows), now);
    } catch (const StorageError& error) {
      warnings.push_back(std::string("what was found could not be kept: ") + error.what());
    }
    break;
  }
  CacheEntry entry{.value = joined(warnings), .created_at = now, .expires_at = std::nullopt};
  if (!warnings.empty()) entry.expires_at = now;
  return entry;
}

}  // namespace pilling::engine
