#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/span.hpp"
#include "pilling/metrics.hpp"

namespace pilling::engine {

enum class Operation : std::size_t {
  confusable_names,
  count_pharmacies_near,
  import_medicines,
  import_pharmacies,
  medicine,
  pharmacies_near,
  pharmacies_near_many,
  refresh,
  search,
  search_symptom,
  suggest,
  summarize,
  wait_for_summary,
  count,  // of them; `Operations::span_names` has a name for each, in their order
};

/// Times calls and tells the hook of slow ones. Thread-safe.
class Operations {
 public:
  Operations(std::chrono::nanoseconds slow_call_threshold, SlowCallHook on_slow_call, SpanHook on_span)
      : threshold_(slow_call_threshold), on_slow_call_(std::move(on_slow_call)), on_span_(std::move(on_span)) {}

  /// What `work` returns, with the time it took counted under `operation`. `work` is given the time it began.
  template <class Work>
  auto timed(Operation operation, Work&& work) {
    const core::Span span(on_span_, span_names[static_cast<std::size_t>(operation)]);
    const Call call(*this, operation);
    try {
      return work(call.begin);
    } catch (...) {
      counters_[static_cast<std::size_t>(operation)].failures.fetch_add(1, std::memory_order_relaxed);
      throw;
    }
  }

  std::vector<OperationStats> stats() const {
    std::vector<OperationStats> stats;
    stats.reserve(span_names.size());
    for (std::size_t i = 0; i < span_names.size(); ++i) {
      stats.push_back({.name = std::string(name_of(i)),
                       .failures = counters_[i].failures.load(std::memory_order_relaxed),
                       .slow_calls = counters_[i].slow_calls.load(std::memory_order_relaxed),
                       .latency = counters_[i].latency.summary()});
    }
    return stats;
  }

 private:
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Operation::count)> span_names = {
      "pilling.confusable_names",
      "pilling.count_pharmacies_near",
      "pilling.import_medicines",
      "pilling.import_pharmacies",
      "pilling.medicine",
      "pilling.pharmacies_near",
      "pilling.pharmacies_near_many",
      "pilling.refresh",
      "pilling.search",
      "pilling.search_symptom",
      "pilling.suggest",
      "pilling.summarize",
      "pilling.wait_for_summary"};

  static_assert(!span_names.back().empty(), "an operation has no name");

  static std::string_view name_of(std::size_t operation) {
    return span_names[operation].substr(std::string_view("pilling.").size());
  }

  struct Counters {
    LatencyHistogram latency;
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::uint64_t> slow_calls{0};
  };

  // Counts a call when it ends, however it ends.
  struct Call {
    Call(Operations& all, Operation called) : operations(all), operation(called) {}
    ~Call() { operations.finish(operation, begin); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    Operations& operations;
    const Operation operation;
    const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  };

  void finish(Operation operation, std::chrono::steady_clock::time_point begin) noexcept {
    const auto elapsed = std::chrono::steady_clock::now() - begin;
    Counters& counters = counters_[static_cast<std::size_t>(operation)];
    counters.latency.record(elapsed);
    if (elapsed < threshold_) return;
    counters.slow_calls.fetch_add(1, std::memory_order_relaxed);
    if (!on_slow_call_) return;
    try {
      on_slow_call_({.operation = name_of(static_cast<std::size_t>(operation)), .elapsed = elapsed});
    } catch (...) {
      // Whoever is told of a call has no say in what it answers.
    }
  }

  const std::chrono::nanoseconds threshold_;
  const SlowCallHook on_slow_call_;
  const SpanHook on_span_;
  std::array<Counters, span_names.size()> counters_;
};

}  // namespace pilling::engine
