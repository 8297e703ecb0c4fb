#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "pilling/summarizer.hpp"

namespace pilling::support {

/// Counts what it is paid for: a tenth of a cent a call. `before` may throw or do other mischief. Thread-safe, once the
/// members are set.
class PaidSummarizer : public Summarizer {
 public:
  std::string maker() const override { return maker_name; }
  bool is_free() const override { return false; }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) override {
    const std::string text(request.text);
    {
      const std::scoped_lock lock(mutex_);
      last_call = call;
    }
    if (before) before(text);
    const std::scoped_lock lock(mutex_);
    ++paid[text];
    if (text == "없음") return std::nullopt;
    return Summary{.text = "요약: " + text,
                   .indications = {text},
                   .maker = text == "거절" ? "extractive/1" : maker(),
                   .made_at = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
  }

  SummaryCost cost(const SummaryRequest&, bool is_batch) const override {
    return {.tokens = {}, .dollars = is_batch ? 0.0005 : 0.001};
  }

  SummarizerStats stats() const override {
    const std::scoped_lock lock(mutex_);
    SummarizerStats stats;
    for (const auto& [text, times] : paid) stats.dollars += 0.001 * times;
    return stats;
  }

  std::string maker_name = "paid/1";
  std::function<void(const std::string& text)> before;
  std::map<std::string, int> paid;
  CallOptions last_call;

 private:
  mutable std::mutex mutex_;
};

}  // namespace pilling::support
