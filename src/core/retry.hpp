#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "pilling/call.hpp"
#include "pilling/error.hpp"

namespace pilling::core {

/// Whether a service that answered with this HTTP status may well answer otherwise in a moment.
bool is_transient_http_status(int status) noexcept;

struct RetryPolicy {
  int attempts = 3;  ///< in all, the first included
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds maximum_wait{8000};  ///< a service that asks for more is not asked again
  std::function<bool(int status)> is_transient = &is_transient_http_status;  ///< of a ServiceError's status
};

/// What a test replaces so that it need not wait.
struct RetryHooks {
  /// Returns after so long, or earlier when a stop is requested.
  std::function<void(std::chrono::milliseconds wait, const CallOptions& call)> wait;
  std::function<double()> random;  ///< evenly from [0, 1)
  std::function<std::chrono::steady_clock::time_point()> now;
};

RetryHooks default_retry_hooks();

/// Counts the attempts of one call and waits between them.
class Retrier {
 public:
  Retrier(const RetryPolicy& policy, const CallOptions& call, const RetryHooks& hooks)
      : policy_(policy), call_(call), hooks_(hooks) {}

  /// Waits and returns true when another attempt is worthwhile. Throws Timeout when a stop was requested.
  bool wait_after(const NetworkError& error);
  bool wait_after(const ServiceError& error);

 private:
  bool wait(std::chrono::milliseconds at_least, const std::string& what, const std::string& where);
  std::chrono::milliseconds jittered_wait() const;
  bool is_over() const;

  const RetryPolicy& policy_;
  const CallOptions& call_;
  const RetryHooks& hooks_;
  int failures_ = 0;
};

/// Runs `attempt` until it succeeds, fails for good, or has failed often enough; then the last failure is thrown.
/// Waits grow exponentially with full jitter. No wait is begun that the deadline would cut short.
template <class Attempt>
auto retry(const RetryPolicy& policy, const CallOptions& call, const RetryHooks& hooks, const Attempt& attempt) {
  Retrier retrier(policy, call, hooks);
  while (true) {
    try {
      return attempt();
    } catch (const NetworkError& error) {
      if (!retrier.wait_after(error)) throw;
    } catch (const ServiceError& error) {
      if (!retrier.wait_after(error)) throw;
    }
  }
}

}  // namespace pilling::core
