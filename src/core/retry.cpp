#include "core/retry.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>

namespace pilling::core {
namespace {

using std::chrono::milliseconds;

void wait_for_stop(milliseconds wait, const CallOptions& call) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, call.stop, wait, [] { return false; });
}

// Asked for once a retry: a generator that is kept would be a global.
double random_fraction() {
  std::random_device device;
  return std::generate_canonical<double, 32>(device);
}

milliseconds scaled(milliseconds time, double factor) {
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(time.count()) * factor));
}

}  // namespace

bool is_transient_http_status(int status) noexcept {
  constexpr int request_timeout = 408;
  constexpr int too_many_requests = 429;
  return status == request_timeout || status == too_many_requests || (status >= 500 && status <= 599);
}

bool is_refusal_http_status(int status) noexcept {
  constexpr int conflict = 409;
  constexpr int too_many_requests = 429;
  constexpr int internal_error = 500;
  constexpr int unavailable = 503;
  return status == conflict || status == too_many_requests || status == internal_error || status == unavailable;
}

RetryHooks default_retry_hooks() { return complete({}); }

RetryHooks complete(RetryHooks hooks) {
  if (!hooks.wait) hooks.wait = &wait_for_stop;
  if (!hooks.random) hooks.random = &random_fraction;
  if (!hooks.now) hooks.now = &std::chrono::steady_clock::now;
  if (!hooks.utc_now) hooks.utc_now = &std::chrono::system_clock::now;
  return hooks;
}

milliseconds spread(milliseconds wait, double chance) noexcept {
  // Up to half a second, the first wait of most callers, and a tenth of a long wait: a service needs that room for all
  // who were sent away.
  constexpr milliseconds least{500};
  return wait + scaled(std::max(least, wait / 10), chance);
}

RetryPolicy shared_retry_policy(RetryOptions options, const RetryHooks& hooks) {
  check(options);
  return {.options = options,
          .budget = std::make_shared<RetryBudget>(RetryBudgetOptions{}, hooks),
          .gate = std::make_shared<RetryGate>()};
}

void check(const RetryOptions& options) {
  if (options.attempts < 1) throw InvalidArgument("a retry needs 1 attempt at least");
  for (const milliseconds wait :
       {options.first_wait, options.minimum_wait, options.maximum_wait, options.longest_retry_after}) {
    if (wait < milliseconds(0)) throw InvalidArgument("the waits of a retry must not be below 0 ms");
  }
  if (!(options.jitter >= 0 && options.jitter <= 1)) throw InvalidArgument("the jitter of a retry must be 0 to 1");
}

void Retrier::wait_for_gate() {
  if (!policy_.gate) return;
  for (milliseconds closed; (closed = policy_.gate->remaining(hooks_.now())) > milliseconds(0);) {
    const milliseconds time = spread(closed, hooks_.random());
    if (closed > policy_.options.longest_retry_after || !has_time_for(time)) {
      throw Refused(policy_.service + " asked to be left alone for " + std::to_string(closed.count()) +
                        " ms more; try again after that",
                    closed);
    }
    wait(time, "it asked to be left alone", policy_.service);
  }
}

bool Retrier::wait_after(const NetworkError& error) {
  const bool is_repeated = policy_.is_network_repeated && (policy_.is_loss_repeated || !error.may_have_arrived());
  return is_repeated && wait_after(FailedAttempt{error.what(), error.host()});
}

bool Retrier::wait_after(const ServiceError& error) {
  if (policy_.gate && error.retry_after()) policy_.gate->close(hooks_.now(), *error.retry_after());
  return policy_.is_transient(error.status()) &&
         wait_after(FailedAttempt{error.what(), error.service(), error.retry_after()});
}

bool Retrier::wait_after(const FailedAttempt& failure) {
  ++failures_;
  const milliseconds asked = failure.retry_after.value_or(milliseconds(0));
  if (failures_ >= policy_.options.attempts || asked > policy_.options.longest_retry_after || is_over()) return false;
  const double chance = hooks_.random();
  milliseconds time = jittered_wait(chance);
  if (asked > milliseconds(0)) time = std::max(time, spread(asked, chance));
  if (!has_time_for(time)) return false;
  if (policy_.budget && !policy_.budget->take()) return false;
  wait(time, failure.what, failure.where);
  return true;
}

void Retrier::succeeded() {
  if (policy_.budget) policy_.budget->succeeded();
}

milliseconds Retrier::jittered_wait(double chance) const {
  const RetryOptions& options = policy_.options;
  milliseconds bound = std::min(options.first_wait, options.maximum_wait);
  for (int failure = 1; failure < failures_ && bound < options.maximum_wait; ++failure) {
    bound = bound > options.maximum_wait / 2 ? options.maximum_wait : bound * 2;
  }
  const milliseconds wait = scaled(bound, 1.0 - options.jitter + options.jitter * chance);
  return std::max(wait, options.minimum_wait);
}

bool Retrier::is_over() const { return call_.stop.stop_requested() || hooks_.now() >= call_.deadline; }

void Retrier::wait(milliseconds time, const std::string& what, const std::string& where) {
  hooks_.wait(time, call_);
  waited_ += time;
  if (call_.stop.stop_requested()) throw Timeout("stopped before another attempt after: " + what, where);
}

}  // namespace pilling::core
