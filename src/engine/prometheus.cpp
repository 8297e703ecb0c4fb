#include "engine/prometheus.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace pilling::engine {
namespace {

std::string number(double value) {
  // Not printf, which writes a decimal comma where the host's locale has one.
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

// One metric family: its header, then its samples.
class Family {
 public:
  Family(std::string& text, std::string_view name, std::string_view type, std::string_view help)
      : text_(text), name_(name) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }

  void sample(const std::string& labels, double value, std::string_view suffix = {}) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(number(value)).append("\n");
  }

 private:
  std::string& text_;
  std::string_view name_;
};

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(value).append("\"");
}

void add_operations(std::string& text, const EngineStats& stats) {
  Family latency(text, "pilling_call_seconds", "summary", "Time of calls to the engine.");
  for (const OperationStats& operation : stats.operations) {
    const std::string name = label("operation", operation.name);
    latency.sample(name + ",quantile=\"0.5\"", seconds(operation.latency.median));
    latency.sample(name + ",quantile=\"0.99\"", seconds(operation.latency.p99));
    latency.sample(name, seconds(operation.latency.total), "_sum");
    latency.sample(name, static_cast<double>(operation.latency.count), "_count");
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

void add_caches(std::string& text, const EngineStats& stats) {
  const auto add = [&](std::string_view name, std::string_view type, std::string_view help, auto value_of) {
    Family family(text, name, type, help);
    family.sample(label("cache", "answers"), static_cast<double>(value_of(stats.answers)));
    family.sample(label("cache", "summaries"), static_cast<double>(value_of(stats.summaries)));
  };
  add("pilling_cache_hits_total", "counter", "Look-ups that memory answered.", [](const auto& c) { return c.hits; });
  add("pilling_cache_misses_total", "counter", "Look-ups that memory did not answer.",
      [](const auto& c) { return c.misses; });
  add("pilling_cache_evictions_total", "counter", "Entries pushed out by weight.",
      [](const auto& c) { return c.evictions; });
  add("pilling_cache_entries", "gauge", "Entries in memory.", [](const auto& c) { return c.entries; });
  add("pilling_cache_bytes", "gauge", "Weight of the entries in memory.", [](const auto& c) { return c.weight; });
}

}  // namespace

std::string prometheus_text(const EngineStats& stats) {
  std::string text;
  add_operations(text, stats);
  add_caches(text, stats);
  Family medicines(text, "pilling_medicines", "gauge", "Medicines in the catalogue.");
  medicines.sample({}, static_cast<double>(stats.medicines));
  Family pharmacies(text, "pilling_pharmacies", "gauge", "Pharmacies in the catalogue.");
  pharmacies.sample({}, static_cast<double>(stats.pharmacies));
  Family version(text, "pilling_catalogue_version", "gauge", "Version of the store that is loaded.");
  version.sample({}, static_cast<double>(stats.catalogue_version));
  Family loads(text, "pilling_watch_loads_total", "counter", "Loads of what another process wrote.");
  loads.sample({}, static_cast<double>(stats.watch_loads));
  Family failures(text, "pilling_watch_failures_total", "counter", "Looks for changes of the store that failed.");
  failures.sample({}, static_cast<double>(stats.watch_failures));
  return text;
}

}  // namespace pilling::engine
