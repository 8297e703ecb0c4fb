#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pilling/circuit_breaker.hpp"
#include "pilling/export.hpp"
#include "pilling/http.hpp"
#include "pilling/rate_limiter.hpp"
#include "pilling/retry.hpp"

namespace pilling {

/// What stands before each host.
struct ResilienceOptions {
  RetryOptions retry{};
  RetryBudgetOptions retry_budget{};  ///< one a host
  CircuitBreakerOptions breaker{};    ///< one a host
  RateLimiterOptions limiter{};       ///< one a host
  /// How many tokens of a language model a request may use, and how many the reply says it used. Empty: none, and
  /// nothing.
  std::function<std::uint64_t(const HttpRequest&)> estimate_tokens{};
  std::function<std::optional<std::uint64_t>(const HttpResponse&)> used_tokens{};  ///< as above
  ResilienceHooks hooks{};
};

/// One host since the transport was made.
struct HostStats {
  std::string host;
  std::uint64_t calls = 0;             ///< of `send`
  std::uint64_t tries = 0;             ///< requests that were sent
  std::uint64_t retries = 0;           ///< of these, repetitions
  std::uint64_t refused = 0;           ///< calls of which nothing was sent
  std::uint64_t waits = 0;             ///< before a retry
  std::chrono::milliseconds waited{};  ///< before retries, in all
  CircuitBreakerStats breaker;
  RateLimiterStats limiter;
};

/// The statistics of hosts in the Prometheus text exposition format, version 0.0.4: to stand beside
/// `Engine::metrics_text`. Empty without any.
PILLING_API std::string metrics_text(const std::vector<HostStats>& hosts);

/// A transport that limits, breaks and repeats. Thread-safe.
class PILLING_API ResilientTransport : public HttpTransport {
 public:
  ~ResilientTransport() override;
  bool repeats() const noexcept override { return true; }

  /// By host.
  virtual std::vector<HostStats> stats() const = 0;
};

/// Puts a rate limiter, a circuit breaker and retries before `inner`, for each host its own. In this order, and why:
/// docs/decisions/0017-one-outcome-a-call.md. `send` promises what that of any transport does, and throws Refused when
/// the breaker is open or the limiter would make it wait for too long. When it gives up, it returns the last reply or
/// throws the last failure. Throws InvalidArgument without an inner transport, and for options that make no sense.
PILLING_API std::shared_ptr<ResilientTransport> make_resilient_transport(std::shared_ptr<HttpTransport> inner,
                                                                         ResilienceOptions options = {});

/// Whether a reply says that a quota is used up, so that no waiting of minutes helps: `insufficient_quota` of OpenAI
/// and the codes that are replacing it, and result code 22 of data.go.kr in any of its shapes.
PILLING_API bool is_quota_gone(const HttpResponse& response) noexcept;

}  // namespace pilling
