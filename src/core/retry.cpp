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

}  // namespace

bool is_transient_http_status(int status) noexcept {
  constexpr int request_timeout = 408;
  constexpr int too_many_requests = 429;
  return status == request_timeout || status == too_many_requests || (status >= 500 && status <= 599);
}

RetryHooks default_retry_hooks() {
  return {.wait = &wait_for_stop, .random = &random_fraction, .now = &std::chrono::steady_clock::now};
}

bool Retrier::wait_after(const NetworkError& error) { return wait(milliseconds(0), error.what(), error.host()); }

bool Retrier::wait_after(const ServiceError& error) {
  if (!policy_.is_transient(error.status())) return false;
  return wait(error.retry_after().value_or(milliseconds(0)), error.what(), error.service());
}

bool Retrier::wait(milliseconds at_least, const std::string& what, const std::string& where) {
  ++failures_;
  const bool may_go_on = failures_ < policy_.attempts && at_least <= policy_.maximum_wait && !is_over();
  if (!may_go_on) return false;
  const milliseconds wait = std::max(at_least, jittered_wait());
  if (wait >= call_.deadline - hooks_.now()) return false;
  hooks_.wait(wait, call_);
  if (call_.stop.stop_requested()) throw Timeout("stopped before another attempt after: " + what, where);
  return true;
}

milliseconds Retrier::jittered_wait() const {
  milliseconds bound = std::min(policy_.first_wait, policy_.maximum_wait);
  for (int failure = 1; failure < failures_ && bound < policy_.maximum_wait; ++failure) {
    bound = std::min(bound * 2, policy_.maximum_wait);
  }
  return milliseconds(static_cast<std::int64_t>(hooks_.random() * static_cast<double>(bound.count())));
}

bool Retrier::is_over() const { return call_.stop.stop_requested() || hooks_.now() >= call_.deadline; }

}  // namespace pilling::core
