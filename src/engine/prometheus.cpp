#include "engine/prometheus.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/metric_text.hpp"

namespace pilling::engine {
namespace {

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

constexpr auto& label = core::metric_label;

// One metric family: its header, then its samples.
class Family {
 public:
  Family(std::string& text, std::string_view name, std::string_view type, std::string_view help)
      : text_(text), name_(name) {
    core::add_metric_head(text_, name, type, help);
  }

  void sample(const std::string& labels, double value, std::string_view suffix = {}) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(core::metric_number(value)).append("\n");
  }

  void histogram(const std::string& labels, const LatencySummary& latency) {
    for (std::size_t i = 0; i < latency_bounds.size(); ++i) {
      bucket(labels, core::metric_number(seconds(latency_bounds[i])), latency.at_most[i]);
    }
    bucket(labels, "+Inf", latency.count);
    sample(labels, seconds(latency.total), "_sum");
    sample(labels, static_cast<double>(latency.count), "_count");
  }

 private:
  void bucket(std::string labels, std::string_view bound, std::uint64_t count) {
    labels.append(",").append(label("le", bound));
    sample(labels, static_cast<double>(count), "_bucket");
  }

  std::string& text_;
  std::string_view name_;
};

void add_operations(std::string& text, const EngineStats& stats) {
  Family latency(text, "pilling_call_seconds", "histogram", "Time of calls to the engine.");
  for (const OperationStats& operation : stats.operations) {
    latency.histogram(label("operation", operation.name), operation.latency);
  }
  Family failures(text, "pilling_call_failures_total", "counter", "Calls that threw.");
  for (const OperationStats& operation : stats.operations) {
    failures.sample(label("operation", operation.name), static_cast<double>(operation.failures));
  }
  Family slow(text, "pilling_slow_calls_total", "counter", "Calls above the slow-call threshold.");
  for (const OperationStats& operation : stats.operations) {
    slow.sample(label("operation", operation.name), static_cast<double>(operation.slow_calls));
  }
}

template <class Counter>
double as_number(Counter counter) {
  return static_cast<double>(counter);
}

constexpr core::MetricColumn<CacheStats> memory_columns[] = {
    {"pilling_cache_hits_total", "counter", "Look-ups that memory answered.",
     [](const CacheStats& cache) { return as_number(cache.hits); }},
    {"pilling_cache_misses_total", "counter", "Look-ups that memory did not answer.",
     [](const CacheStats& cache) { return as_number(cache.misses); }},
    {"pilling_cache_evictions_total", "counter", "Entries pushed out by weight.",
     [](const CacheStats& cache) { return as_number(cache.evictions); }},
    {"pilling_cache_entries", "gauge", "Entries in memory.",
     [](const CacheStats& cache) { return as_number(cache.entries); }},
    {"pilling_cache_bytes", "gauge", "Weight of the entries in memory.",
     [](const CacheStats& cache) { return as_number(cache.weight); }},
};

constexpr core::MetricColumn<TieredCacheStats> tiered_columns[] = {
    {"pilling_cache_stale_total", "counter", "Answers that were past their time.",
     [](const TieredCacheStats& cache) { return as_number(cache.stale); }},
    {"pilling_cache_absent_total", "counter", "Answers that there is none, remembered.",
     [](const TieredCacheStats& cache) { return as_number(cache.absent); }},
    {"pilling_cache_loads_total", "counter", "Loads of values that no tier had.",
     [](const TieredCacheStats& cache) { return as_number(cache.loads); }},
    {"pilling_cache_load_failures_total", "counter", "Loads that failed.",
     [](const TieredCacheStats& cache) { return as_number(cache.load_failures); }},
    {"pilling_cache_loads_saved_total", "counter", "Callers who shared the load of another.",
     [](const TieredCacheStats& cache) { return as_number(cache.loads_saved); }},
    {"pilling_cache_early_refreshes_total", "counter", "Loads that nobody waited for.",
     [](const TieredCacheStats& cache) { return as_number(cache.early_refreshes); }},
    {"pilling_cache_refused_total", "counter", "Loads that there was no room for.",
     [](const TieredCacheStats& cache) { return as_number(cache.refused); }},
    {"pilling_cache_backed_off_total", "counter", "Calls that found a failure remembered.",
     [](const TieredCacheStats& cache) { return as_number(cache.backed_off); }},
    {"pilling_cache_loads_in_flight", "gauge", "Loads under way.",
     [](const TieredCacheStats& cache) { return as_number(cache.in_flight); }},
};

constexpr core::MetricColumn<CacheTierStats> tier_columns[] = {
    {"pilling_tier_hits_total", "counter", "Values that the tier had.",
     [](const CacheTierStats& tier) { return as_number(tier.hits); }},
    {"pilling_tier_misses_total", "counter", "Values that the tier did not have.",
     [](const CacheTierStats& tier) { return as_number(tier.misses); }},
    {"pilling_tier_damaged_total", "counter", "Entries that were dropped because they made no sense.",
     [](const CacheTierStats& tier) { return as_number(tier.damaged); }},
    {"pilling_tier_failures_total", "counter", "Operations that failed.",
     [](const CacheTierStats& tier) { return as_number(tier.failures); }},
    {"pilling_tier_skipped_total", "counter", "Operations that were not tried, for the tier had just failed.",
     [](const CacheTierStats& tier) { return as_number(tier.skipped); }},
    {"pilling_tier_pending_writes", "gauge", "Writes that wait until the tier answers again.",
     [](const CacheTierStats& tier) { return as_number(tier.pending); }},
    {"pilling_tier_is_resting", "gauge", "Whether the tier is left alone, because it failed several times.",
     [](const CacheTierStats& tier) { return as_number(tier.is_resting); }},
};

void add_caches(std::string& text, const EngineStats& stats) {
  std::vector<std::pair<std::string, CacheStats>> memories = {{label("cache", "answers"), stats.answers}};
  std::vector<std::pair<std::string, TieredCacheStats>> caches;
  std::vector<std::pair<std::string, CacheTierStats>> tiers;
  for (const TieredCacheStats* cache : {&stats.summaries, &stats.look_ups}) {
    const std::string labels = label("cache", cache->name);
    memories.emplace_back(labels, cache->memory);
    caches.emplace_back(labels, *cache);
    for (const CacheTierStats& tier : cache->tiers) tiers.emplace_back(labels + ',' + label("tier", tier.name), tier);
  }
  core::add_metrics(text, memories, memory_columns);
  core::add_metrics(text, caches, tiered_columns);
  core::add_metrics(text, tiers, tier_columns);
  Family hits(text, "pilling_cache_hit_seconds", "histogram", "Time of memory hits, one in 64 of them.");
  for (const auto& [labels, cache] : caches) hits.histogram(labels, cache.memory_latency);
  Family loads(text, "pilling_cache_load_seconds", "histogram", "Time of loads.");
  for (const auto& [labels, cache] : caches) loads.histogram(labels, cache.load_latency);
  Family operations(text, "pilling_tier_seconds", "histogram", "Time of operations of the tier.");
  for (const auto& [labels, tier] : tiers) operations.histogram(labels, tier.latency);
}

void add_summarizer(std::string& text, const SummarizerStats& summarizer) {
  Family answers(text, "pilling_model_answers_total", "counter", "Answers of the model, by what became of them.");
  answers.sample(label("outcome", "made"), as_number(summarizer.made));
  answers.sample(label("outcome", "asked_again"), as_number(summarizer.asked_again));
  answers.sample(label("outcome", "replaced"), as_number(summarizer.replaced));
  Family faults(text, "pilling_model_faults_total", "counter", "Answers that did not pass the check, by reason.");
  for (const auto& [reason, count] : summarizer.faults) faults.sample(label("reason", reason), as_number(count));
  Family tokens(text, "pilling_model_tokens_total", "counter", "Tokens of the model. Input includes what was cached.");
  tokens.sample(label("kind", "input"), as_number(summarizer.tokens.input));
  tokens.sample(label("kind", "cached_input"), as_number(summarizer.tokens.cached_input));
  tokens.sample(label("kind", "output"), as_number(summarizer.tokens.output));
}

void add_one(std::string& text, std::string_view name, std::string_view type, std::string_view help, double value) {
  Family(text, name, type, help).sample({}, value);
}

}  // namespace

std::string prometheus_text(const EngineStats& stats) {
  std::string text;
  add_operations(text, stats);
  add_caches(text, stats);
  const ModelStats& model = stats.model;
  add_one(text, "pilling_model_calls_total", "counter", "Calls of the summarizer.", as_number(model.calls));
  add_one(text, "pilling_model_calls_saved_total", "counter", "Summaries that needed no call of the summarizer.",
          as_number(model.calls_saved));
  add_one(text, "pilling_model_dollars_total", "counter", "Cost of the calls.", model.dollars_spent);
  add_one(text, "pilling_model_dollars_saved_total", "counter", "What the calls that were saved would have cost.",
          model.dollars_saved);
  add_summarizer(text, stats.summarizer);
  add_one(text, "pilling_medicines", "gauge", "Medicines in the catalogue.", as_number(stats.medicines));
  add_one(text, "pilling_pharmacies", "gauge", "Pharmacies in the catalogue.", as_number(stats.pharmacies));
  add_one(text, "pilling_catalogue_version", "gauge", "Version of the store that is loaded.",
          as_number(stats.catalogue_version));
  add_one(text, "pilling_watch_loads_total", "counter", "Loads of what another process wrote.",
          as_number(stats.watch_loads));
  add_one(text, "pilling_watch_failures_total", "counter", "Looks for changes of the store that failed.",
          as_number(stats.watch_failures));
  return text;
}

}  // namespace pilling::engine
