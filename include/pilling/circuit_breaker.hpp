#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pilling/export.hpp"
#include "pilling/retry.hpp"

namespace pilling {

/// Whether a CircuitBreaker lets calls through.
enum class BreakerState {
  closed,     ///< calls go through
  open,       ///< calls are refused
  half_open,  ///< a few calls go through, to see whether the service is back
};

/// "closed", "open", "half open".
PILLING_API const char* to_string(BreakerState state) noexcept;

/// When a CircuitBreaker opens, for how long, and how it finds out that the service is back. Rates are shares of the
/// calls in the window. Where the numbers are from: docs/decisions/0017-one-outcome-a-call.md.
struct CircuitBreakerOptions {
  int window_calls = 20;  ///< the rates are those of so many last calls: where there are many …
  /// … as far as they ended within this time: where there are few. Long enough for one caller at a time, each of whose
  /// calls ends after three timeouts.
  std::chrono::milliseconds window_time{180'000};
  int minimum_calls = 3;                        ///< with fewer in the window it stays closed
  double failure_rate = 0.5;                    ///< from here on it opens
  std::chrono::milliseconds slow_call{10'000};  ///< a call that takes so long is slow, whatever its end
  double slow_call_rate = 0.8;                  ///< from here on it opens; above 1: never
  std::chrono::milliseconds first_open{5'000};  ///< doubles each time that the service is found to be down still …
  std::chrono::milliseconds longest_open{120'000};  ///< … up to this …
  double jitter = 0.25;  ///< … longer by up to this share, so that processes do not come back together
  /// A service that names a time itself is left alone for that, but for no longer than this.
  std::chrono::milliseconds longest_named{3'600'000};
  int probes = 3;  ///< successes that close it again; one probe at a time first, one more for each that succeeds
  std::chrono::milliseconds longest_probe{60'000};  ///< a probe that has not ended by then makes room for another
};

/// A CircuitBreaker since it was made.
struct CircuitBreakerStats {
  BreakerState state = BreakerState::closed;
  std::uint64_t opened = 0;              ///< how often it opened
  std::uint64_t refused = 0;             ///< calls that were not let through
  std::uint64_t written_off = 0;         ///< probes that never ended
  int window_calls = 0;                  ///< in the window now
  int window_failures = 0;               ///< of these
  int window_slow = 0;                   ///< of these
  std::chrono::milliseconds open_for{};  ///< while open: how much longer
};

/// Leaves a service alone that fails or dawdles, so that callers have their answer at once and the service has its
/// rest. What the service declines for a good reason (a wrong request, too many requests) is no failure: say
/// `ignored` for the latter, it must not close an open breaker either. Thread-safe.
class PILLING_API CircuitBreaker {
 public:
  /// One call that was let through. Tell how it ended, once; a call of which nothing is told counts as ignored. Must
  /// not outlive the breaker.
  class PILLING_API Call {
   public:
    Call(Call&& other) noexcept;
    Call& operator=(Call&& other) noexcept;
    ~Call();

    /// `elapsed` is how long the call took, here and below: see `CircuitBreakerOptions::slow_call`.
    void succeeded(std::chrono::nanoseconds elapsed);
    /// `leave_alone_for` is how long the service asked for, if it did.
    void failed(std::chrono::nanoseconds elapsed,
                std::optional<std::chrono::milliseconds> leave_alone_for = std::nullopt);
    /// It says nothing of how the service is.
    void ignored();

    /// Whether it is to find out if the service is back: it should not be repeated.
    bool is_probe() const noexcept { return is_probe_; }

   private:
    friend class CircuitBreaker;
    Call(CircuitBreaker* breaker, std::uint64_t number, std::uint64_t era, bool is_probe) noexcept
        : breaker_(breaker), number_(number), era_(era), is_probe_(is_probe) {}

    CircuitBreaker* breaker_;
    std::uint64_t number_;
    std::uint64_t era_;
    bool is_probe_;
  };

  /// `name` is for messages: the host. Throws InvalidArgument for options that make no sense.
  explicit CircuitBreaker(std::string name, CircuitBreakerOptions options = {}, ResilienceHooks hooks = {});
  ~CircuitBreaker();
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// Throws Refused, saying for how long, when the call must not be made.
  Call begin();

  /// Throws as `begin` would, and begins nothing: for those who wait for something else first.
  void check();

  BreakerState state() const;         ///< now
  CircuitBreakerStats stats() const;  ///< now

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling
