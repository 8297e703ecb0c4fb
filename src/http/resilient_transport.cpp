#include "pilling/resilient_transport.hpp"

#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "core/retry.hpp"
#include "http/reply_advice.hpp"
#include "pilling/error.hpp"

namespace pilling {
namespace http {
namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

/// What all calls of one host share.
struct Host {
  Host(const std::string& host, const ResilienceOptions& options)
      : name(host),
        breaker(host, options.breaker, options.hooks),
        limiter(host, options.limiter, options.hooks),
        // The limiter is the gate of the host; the retries need none beside it.
        retry{.options = options.retry, .budget = std::make_shared<RetryBudget>(options.retry_budget, options.hooks)} {}

  std::string name;
  CircuitBreaker breaker;
  RateLimiter limiter;
  core::RetryPolicy retry;
  std::atomic<std::uint64_t> calls = 0;
  std::atomic<std::uint64_t> tries = 0;
  std::atomic<std::uint64_t> retries = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> waits = 0;
  std::atomic<milliseconds::rep> waited = 0;
};

/// How a try ended.
struct Outcome {
  enum class Blame { none, service, nobody };

  HttpResponse response{};
  std::exception_ptr error{};  ///< instead of a response
  Blame blame = Blame::none;   ///< whose failure it is, for the breaker
  bool is_transient = false;
  bool may_be_done = true;  ///< what was asked for, though the reply does not say so
  std::string what{};
  std::optional<milliseconds> retry_after{};
  std::chrono::nanoseconds elapsed{};
};

/// One call of `send`, with its tries.
class ResilientCall {
 public:
  ResilientCall(HttpTransport& inner, const ResilienceOptions& options, Host& host, const HttpRequest& request,
                const CallOptions& call)
      : inner_(inner),
        options_(options),
        host_(host),
        request_(request),
        call_(call),
        retrier_(host.retry, call, options.hooks) {}

  HttpResponse run() {
    // Asked before the limiter, so that nobody waits for a turn at a service that is down.
    host_.breaker.check();
    RateLimiter::Permit permit = take_turn();
    CircuitBreaker::Call guard = begin(permit);
    Outcome outcome = attempt(permit);
    while (is_worth_another(guard, outcome)) {
      const std::optional<RateLimiter::Permit> next = take_another_turn();
      if (!next) break;
      ++host_.retries;
      outcome = attempt(*next);
    }
    return conclude(guard, outcome);
  }

 private:
  RateLimiter::Permit take_turn() {
    return host_.limiter.acquire(call_, options_.estimate_tokens ? options_.estimate_tokens(request_) : 0);
  }

  CircuitBreaker::Call begin(const RateLimiter::Permit& permit) {
    try {
      return host_.breaker.begin();
    } catch (...) {
      host_.limiter.give_back(permit);
      throw;
    }
  }

  // Nothing when the service has been given up meanwhile, or the turn would come too late: then what came last counts.
  std::optional<RateLimiter::Permit> take_another_turn() {
    try {
      host_.breaker.check();
      const RateLimiter::Permit permit = take_turn();
      tell_of_repetition(permit);
      return permit;
    } catch (const Refused&) {
      return std::nullopt;
    }
  }

  void tell_of_repetition(const RateLimiter::Permit& permit) {
    if (!request_.before_repeat) return;
    try {
      request_.before_repeat();
    } catch (...) {
      host_.limiter.give_back(permit);
      throw;
    }
  }

  Outcome attempt(const RateLimiter::Permit& permit) {
    ++host_.tries;
    const Time begun = options_.hooks.now();
    Outcome outcome;
    try {
      outcome.response = inner_.send(request_, call_);
      outcome.elapsed = options_.hooks.now() - begun;
      judge_reply(permit, outcome);
    } catch (const NetworkError& error) {
      outcome.elapsed = options_.hooks.now() - begun;
      judge_failure(error, outcome);
    } catch (...) {
      // What is wrong with the request, or with a reply that came, says nothing about the service.
      outcome.error = std::current_exception();
      outcome.blame = Outcome::Blame::nobody;
    }
    return outcome;
  }

  void judge_reply(const RateLimiter::Permit& permit, Outcome& outcome) {
    constexpr int too_many_requests = 429;
    const HttpResponse& response = outcome.response;
    outcome.retry_after = retry_after(response, options_.hooks.utc_now());
    host_.limiter.apply(permit, reported_limits(response));
    if (options_.used_tokens) {
      if (const auto used = options_.used_tokens(response)) host_.limiter.settle(permit, *used);
    }
    if (response.status < 400) return;
    const bool is_quota = is_quota_gone(response);
    outcome.is_transient =
        !is_quota && should_retry(response).value_or(core::is_transient_http_status(response.status));
    outcome.may_be_done = !core::is_refusal_http_status(response.status) && !should_retry(response).value_or(false);
    outcome.what = host_.name + " answered with HTTP status " + std::to_string(response.status);
    if (response.status >= 500) outcome.blame = Outcome::Blame::service;
    // Neither that the service is well nor that it is down.
    if (response.status == too_many_requests) outcome.blame = Outcome::Blame::nobody;
    // A quota may be another key's; there is no reason why the others should wait.
    if (outcome.retry_after && !is_quota) host_.limiter.close_for(*outcome.retry_after);
  }

  // A caller with little time or who stops is not the service's failure, unless it was slow, too.
  void judge_failure(const NetworkError& error, Outcome& outcome) {
    outcome.error = std::current_exception();
    outcome.what = error.what();
    outcome.is_transient = true;
    outcome.may_be_done = error.may_have_arrived();
    const bool is_caller_over = call_.stop.stop_requested() || options_.hooks.now() >= call_.deadline;
    const bool is_slow = outcome.elapsed >= options_.breaker.slow_call;
    outcome.blame = is_caller_over && !is_slow ? Outcome::Blame::nobody : Outcome::Blame::service;
  }

  bool is_worth_another(const CircuitBreaker::Call& guard, const Outcome& outcome) {
    // A service that may be coming back is asked once by those who try it out.
    if (!outcome.is_transient || guard.is_probe() || !is_repeatable_after(outcome)) return false;
    const milliseconds before = retrier_.waited();
    if (!retrier_.wait_after({.what = outcome.what, .where = host_.name, .retry_after = outcome.retry_after})) {
      return false;
    }
    ++host_.waits;
    host_.waited += (retrier_.waited() - before).count();
    return true;
  }

  bool is_repeatable_after(const Outcome& outcome) const {
    if (request_.is_repeatable || request_.method == "GET" || request_.method == "HEAD") return true;
    return request_.is_repeatable_when_refused && !outcome.may_be_done;
  }

  HttpResponse conclude(CircuitBreaker::Call& guard, Outcome& outcome) {
    if (outcome.blame == Outcome::Blame::service) guard.failed(outcome.elapsed, outcome.retry_after);
    if (outcome.blame == Outcome::Blame::none) {
      guard.succeeded(outcome.elapsed);
      retrier_.succeeded();
    }
    if (outcome.error) std::rethrow_exception(outcome.error);
    return std::move(outcome.response);
  }

  HttpTransport& inner_;
  const ResilienceOptions& options_;
  Host& host_;
  const HttpRequest& request_;
  const CallOptions& call_;
  core::Retrier retrier_;
};

class LayeredTransport final : public ResilientTransport {
 public:
  LayeredTransport(std::shared_ptr<HttpTransport> inner, ResilienceOptions options)
      : inner_(std::move(inner)), options_(std::move(options)) {
    if (!inner_) throw InvalidArgument("a resilient transport needs another one that sends");
    core::check(options_.retry);
    options_.hooks = core::complete(std::move(options_.hooks));
    // Options that make no sense are found now and not with the first call.
    const Host trial("", options_);
  }

  HttpResponse send(const HttpRequest& request, const CallOptions& call) override {
    Host& host = find(host_of(request.url));
    ++host.calls;
    try {
      return ResilientCall(*inner_, options_, host, request, call).run();
    } catch (const Refused&) {
      ++host.refused;
      throw;
    }
  }

  std::vector<HostStats> stats() const override {
    std::vector<HostStats> all;
    const std::scoped_lock lock(mutex_);
    all.reserve(hosts_.size());
    for (const auto& [name, host] : hosts_) {
      all.push_back({.host = name,
                     .calls = host->calls,
                     .tries = host->tries,
                     .retries = host->retries,
                     .refused = host->refused,
                     .waits = host->waits,
                     .waited = milliseconds(host->waited),
                     .breaker = host->breaker.stats(),
                     .limiter = host->limiter.stats()});
    }
    return all;
  }

 private:
  // Hosts come from the options of sources and summarizers, so there are few, and they stay.
  Host& find(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    std::unique_ptr<Host>& host = hosts_[name];
    if (!host) host = std::make_unique<Host>(name, options_);
    return *host;
  }

  std::shared_ptr<HttpTransport> inner_;
  ResilienceOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
};

}  // namespace
}  // namespace http

ResilientTransport::~ResilientTransport() = default;

std::shared_ptr<ResilientTransport> make_resilient_transport(std::shared_ptr<HttpTransport> inner,
                                                             ResilienceOptions options) {
  return std::make_shared<http::LayeredTransport>(std::move(inner), std::move(options));
}

}  // namespace pilling
