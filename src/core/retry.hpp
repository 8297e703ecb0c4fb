#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/retry_gate.hpp"
#include "pilling/call.hpp"
#include "pilling/error.hpp"
#include "pilling/retry.hpp"

namespace pilling::core {

/// Whether a service that answered with this HTTP status may well answer otherwise in a moment.
bool is_transient_http_status(int status) noexcept;

/// Whether that status also says that what was asked for was not done, nor begun: not so of 408, 502 and 504, where
/// somebody on the way gave up waiting.
bool is_refusal_http_status(int status) noexcept;

using RetryHooks = ResilienceHooks;

/// All of them real.
RetryHooks default_retry_hooks();

/// `hooks`, with what is empty replaced by the real thing.
RetryHooks complete(RetryHooks hooks);

/// `wait`, longer by chance: those whom a service sent away together do not come back together.
std::chrono::milliseconds spread(std::chrono::milliseconds wait, double chance) noexcept;

/// The service said that asking again does not help: it is never tried again.
class FinalServiceError : public ServiceError {
 public:
  using ServiceError::ServiceError;
};

/// … because a quota is used up.
class QuotaGone final : public FinalServiceError {
 public:
  using FinalServiceError::FinalServiceError;
};

/// How one service is tried again, by all who share a copy of this.
struct RetryPolicy {
  RetryOptions options{};
  std::function<bool(int status)> is_transient = &is_transient_http_status;  ///< of a ServiceError's status
  bool is_network_repeated = true;                                           ///< false: the transport does so by itself
  bool is_loss_repeated = true;           ///< false: what may have arrived is not sent again
  std::shared_ptr<RetryBudget> budget{};  ///< none: no limit
  std::shared_ptr<RetryGate> gate{};      ///< none: a Retry-After is for the one caller
  std::string service = "the service";    ///< for messages
};

/// `policy` with a budget and a gate of its own.
RetryPolicy shared_retry_policy(RetryOptions options, const RetryHooks& hooks);

/// Throws InvalidArgument for attempts below 1, negative waits, and a jitter outside of 0 … 1.
void check(const RetryOptions& options);

/// An attempt that failed and may be worth another.
struct FailedAttempt {
  std::string what;   ///< for messages
  std::string where;  ///< the host or service
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// Counts the attempts of one call and waits between them. All of the hooks must be there.
class Retrier {
 public:
  Retrier(const RetryPolicy& policy, const CallOptions& call, const RetryHooks& hooks)
      : policy_(policy), call_(call), hooks_(hooks) {}

  /// Waits while another caller's Retry-After holds. Throws Refused when that would take too long, and Timeout when a
  /// stop was requested.
  void wait_for_gate();

  /// Waits and returns true when another attempt is worthwhile. Throws Timeout when a stop was requested.
  bool wait_after(const FailedAttempt& failure);
  bool wait_after(const NetworkError& error);
  bool wait_after(const ServiceError& error);

  /// The attempt had an answer, of whichever kind.
  void succeeded();

  std::chrono::milliseconds waited() const noexcept { return waited_; }

 private:
  std::chrono::milliseconds jittered_wait(double chance) const;
  bool is_over() const;
  bool has_time_for(std::chrono::milliseconds wait) const { return wait < call_.deadline - hooks_.now(); }
  void wait(std::chrono::milliseconds time, const std::string& what, const std::string& where);

  const RetryPolicy& policy_;
  const CallOptions& call_;
  const RetryHooks& hooks_;
  int failures_ = 0;
  std::chrono::milliseconds waited_{};
};

/// Runs `attempt` until it succeeds, fails for good, or has failed often enough; then the last failure is thrown.
/// Waits grow exponentially with jitter. No wait is begun that the deadline would cut short.
template <class Attempt>
auto retry(const RetryPolicy& policy, const CallOptions& call, const RetryHooks& hooks, const Attempt& attempt) {
  Retrier retrier(policy, call, hooks);
  retrier.wait_for_gate();
  while (true) {
    try {
      auto result = attempt();
      retrier.succeeded();
      return result;
    } catch (const FinalServiceError&) {
      throw;
    } catch (const NetworkError& error) {
      if (!retrier.wait_after(error)) throw;
    } catch (const ServiceError& error) {
      if (!retrier.wait_after(error)) throw;
    }
  }
}

}  // namespace pilling::core
