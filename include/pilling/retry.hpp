#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "pilling/call.hpp"
#include "pilling/export.hpp"

namespace pilling {

/// What is replaced by a test that must not wait, or by a host with clocks of its own. Whatever is empty is the real
/// thing. The functions are called by several threads at once.
struct ResilienceHooks {
  /// Returns after so long, or earlier when a stop is requested.
  std::function<void(std::chrono::milliseconds wait, const CallOptions& call)> wait{};
  std::function<double()> random{};  ///< evenly from [0, 1)
  std::function<std::chrono::steady_clock::time_point()> now{};
  std::function<std::chrono::system_clock::time_point()> utc_now{};  ///< for calendar days
};

/// How often and after which waits something is tried again. The n-th wait lies below
/// `first_wait` * 2^(n-1), and within `minimum_wait` and `maximum_wait`. Whatever takes these throws InvalidArgument
/// for no attempt, a wait below 0, and a jitter outside of 0 to 1.
///
/// Exponential waits without jitter from 4 to 10 s in three attempts, as of tenacity's
/// `wait_exponential(min=4, max=10)`: {.attempts = 3, .first_wait = 1s, .minimum_wait = 4s, .maximum_wait = 10s,
/// .jitter = 0}.
struct RetryOptions {
  int attempts = 3;  ///< in all, the first included; 1: never again
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds minimum_wait{0};
  std::chrono::milliseconds maximum_wait{8000};
  /// Which share of a wait is left to chance. All of it spreads callers best ("full jitter": M. Brooker, "Exponential
  /// Backoff And Jitter", AWS Architecture Blog, 2015).
  double jitter = 1.0;
  /// A service that asks to be left alone for longer is not asked again by the same call. 120 s is what OpenAI's own
  /// client (3.3.1) waits for at most.
  std::chrono::milliseconds longest_retry_after{120'000};
};

/// How many retries a budget allows. Balanced in tokens, one a retry.
struct RetryBudgetOptions {
  double per_success = 0.1;  ///< tokens that a success brings: in the long run a tenth of them may be retries
  double per_second = 0.1;   ///< tokens that time brings: without, a caller with few calls could never retry
  double capacity = 10;      ///< how many tokens are kept, and how many there are at first
};

/// Keeps retries from becoming a storm: when most calls fail, most are not repeated. Shared by those who call one
/// service. Thread-safe.
class PILLING_API RetryBudget {
 public:
  /// Throws InvalidArgument for options below 0.
  explicit RetryBudget(RetryBudgetOptions options = {}, ResilienceHooks hooks = {});
  ~RetryBudget();
  RetryBudget(const RetryBudget&) = delete;
  RetryBudget& operator=(const RetryBudget&) = delete;

  void succeeded();  ///< a call had an answer
  bool take();       ///< whether one more retry is allowed; it then counts

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling
