#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "pilling/export.hpp"

namespace pilling {

/// Up to which durations a LatencySummary counts: the buckets of Prometheus.
inline constexpr std::array<std::chrono::nanoseconds, 9> latency_bounds = {
    std::chrono::nanoseconds(100),  std::chrono::microseconds(1),    std::chrono::microseconds(10),
    std::chrono::microseconds(100), std::chrono::milliseconds(1),    std::chrono::milliseconds(10),
    std::chrono::milliseconds(100), std::chrono::milliseconds(1000), std::chrono::milliseconds(10'000)};

/// What a LatencyHistogram has seen. Quantiles are upper bounds of their bucket, within 25 % above the true value; what
/// is so near below a bound of `at_most` may be counted above it.
struct LatencySummary {
  std::uint64_t count = 0;
  std::array<std::uint64_t, latency_bounds.size()> at_most{};  ///< each of `latency_bounds`
  std::chrono::nanoseconds total{};
  std::chrono::nanoseconds median{};
  std::chrono::nanoseconds p99{};
  std::chrono::nanoseconds maximum{};
};

/// Counts durations in logarithmic buckets, four to an octave. Thread-safe; `record` is lock-free.
class PILLING_API LatencyHistogram {
 public:
  /// Counts one duration; below 0 as 0.
  void record(std::chrono::nanoseconds elapsed) noexcept;
  /// Of all that were recorded before, and of some of those that are just being.
  LatencySummary summary() const noexcept;

 private:
  static constexpr std::size_t bucket_count = 160;
  std::array<std::atomic<std::uint64_t>, bucket_count> buckets_{};
  std::atomic<std::uint64_t> total_{0};
  std::atomic<std::uint64_t> maximum_{0};
};

/// One operation of an engine since it was opened.
struct OperationStats {
  std::string name;              ///< "search", "suggest", …
  std::uint64_t failures = 0;    ///< calls that threw
  std::uint64_t slow_calls = 0;  ///< above `EngineOptions::slow_call_threshold`
  LatencySummary latency;        ///< of all calls
};

/// A call that took longer than `EngineOptions::slow_call_threshold`.
struct SlowCall {
  std::string_view operation;  ///< as in OperationStats
  std::chrono::nanoseconds elapsed;
};
/// Told of it on the thread that made it. What it throws is dropped.
using SlowCallHook = std::function<void(const SlowCall&)>;

/// How a piece of work ended.
struct SpanEnd {
  std::chrono::nanoseconds elapsed{};
  bool failed = false;
};

/// Called on the thread that did the work, when it has ended. What it throws is dropped.
using SpanFinish = std::function<void(const SpanEnd&)>;
/// Told when a piece of work begins, such as "pilling.search" or "pilling.cache.load", on the thread that does it. With
/// what it returns, if anything, that is enough to begin and end a span of OpenTelemetry. What it throws is dropped.
using SpanHook = std::function<SpanFinish(std::string_view name)>;

}  // namespace pilling
