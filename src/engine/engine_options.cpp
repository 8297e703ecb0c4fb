#include "engine/engine_options.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/refresh_job.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

void check_alias(const MedicineAlias& alias) {
  if (!text::is_valid_utf8(alias.alias) || !text::is_valid_utf8(alias.name)) {
    throw InvalidArgument("an alias in EngineOptions::aliases is not valid UTF-8");
  }
  if (text::normalize(alias.alias).text.empty() || text::normalize(alias.name).text.empty()) {
    throw InvalidArgument("an alias in EngineOptions::aliases has no letter or digit: \"" + alias.alias + "\" for \"" +
                          alias.name + "\"");
  }
}

}  // namespace

EngineOptions with_defaults(EngineOptions options) {
  if (!options.store) options.store = make_sqlite_store(options.database, options.busy_timeout);
  if (!options.summarizer) options.summarizer = make_extractive_summarizer();
  if (!options.concepts) options.concepts = SymptomConcepts::bundled();
  for (const MedicineAlias& alias : options.aliases) check_alias(alias);
  if (options.watch_interval.count() < 0) {
    throw InvalidArgument("EngineOptions::watch_interval is negative; 0 switches the watch off");
  }
  if (options.refresh_schedule) check(*options.refresh_schedule);
  if (!options.now) throw InvalidArgument("EngineOptions::now is empty; leave it out to use the system's clock");
  return options;
}

TieredCacheOptions tiered_options(const EngineOptions& options, std::string name, std::shared_ptr<SharedCache> table,
                                  std::shared_ptr<WorkerPool> pool) {
  TieredCacheOptions tiered;
  tiered.name = std::move(name);
  tiered.memory_bytes = options.cache_bytes;
  // A writer that takes long is not waited for by those who load: what it kept from being written is made up for.
  constexpr std::chrono::milliseconds patience(500);
  tiered.tiers.push_back(
      {.cache = std::move(table), .is_local = true, .timeout = std::min(options.busy_timeout, patience)});
  if (options.shared_cache) tiered.tiers.push_back({.cache = options.shared_cache});
  tiered.pool = std::move(pool);
  tiered.hard_timeout = options.live_timeout;
  tiered.now = options.now;
  tiered.on_span = options.on_span;
  return tiered;
}

}  // namespace pilling::engine
