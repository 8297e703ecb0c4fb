#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "pilling/summarizer.hpp"

namespace pilling::sources {

/// What one summarizer has done. Thread-safe.
class SummaryCounts {
 public:
  /// `prices` must live as long as this.
  SummaryCounts(const ModelPrices& prices, std::string model) : prices_(prices), model_(std::move(model)) {}

  void add_call() {
    change([](SummarizerStats& stats) { ++stats.calls; });
  }
  void add_made() {
    change([](SummarizerStats& stats) { ++stats.made; });
  }
  void add_asked_again() {
    change([](SummarizerStats& stats) { ++stats.asked_again; });
  }
  void add_replaced() {
    change([](SummarizerStats& stats) { ++stats.replaced; });
  }

  void add_fault(std::string_view reason) {
    const std::scoped_lock lock(mutex_);
    ++faults_[std::string(reason)];
  }

  void add_usage(const TokenUsage& usage, std::chrono::year_month_day day, bool is_batch) {
    const double dollars = dollars_for(usage, day, is_batch).value_or(0.0);
    const std::scoped_lock lock(mutex_);
    stats_.tokens.input += usage.input;
    stats_.tokens.cached_input += usage.cached_input;
    stats_.tokens.cache_write += usage.cache_write;
    stats_.tokens.output += usage.output;
    stats_.dollars += dollars;
    ++told_;
  }

  /// Nothing for a model without a price.
  std::optional<double> dollars_for(const TokenUsage& usage, std::chrono::year_month_day day, bool is_batch) const {
    constexpr double micro = 1e-6;
    if (!prices_.find(model_, day)) return std::nullopt;
    return static_cast<double>(prices_.micro_dollars(model_, usage, day, is_batch)) * micro;
  }

  /// Of the answers so far, or `otherwise` before the first.
  std::uint64_t mean_output(std::uint64_t otherwise) const {
    const std::scoped_lock lock(mutex_);
    return told_ == 0 ? otherwise : (stats_.tokens.output + told_ / 2) / told_;
  }

  SummarizerStats stats() const {
    const std::scoped_lock lock(mutex_);
    SummarizerStats stats = stats_;
    stats.faults.assign(faults_.begin(), faults_.end());
    return stats;
  }

 private:
  template <class Change>
  void change(const Change& how) {
    const std::scoped_lock lock(mutex_);
    how(stats_);
  }

  const ModelPrices& prices_;
  const std::string model_;
  mutable std::mutex mutex_;
  SummarizerStats stats_;
  std::map<std::string, std::uint64_t> faults_;
  std::uint64_t told_ = 0;  // answers with a usage
};

}  // namespace pilling::sources
