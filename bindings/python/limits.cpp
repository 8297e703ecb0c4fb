#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/circuit_breaker.hpp"
#include "pilling/rate_limiter.hpp"
#include "pilling/retry.hpp"

namespace pilling::python {
namespace {

std::optional<std::chrono::milliseconds> to_optional_milliseconds(std::optional<double> seconds,
                                                                  std::string_view name) {
  if (!seconds) return std::nullopt;
  return to_milliseconds(*seconds, name);
}

void bind_options(py::module_& core) {
  const RetryOptions retry;
  py::class_<RetryOptions>(
      core, "RetryOptions",
      "How often and after which waits something is tried again. Times are seconds.\n\n"
      "Of ``attempts``, the first is one; 1 never tries again. The n-th wait lies below ``first_wait``\n"
      "* 2^(n-1), within ``minimum_wait`` and ``maximum_wait``; the share ``jitter`` of it is left to\n"
      "chance. A service that asks to be left alone for longer than ``longest_retry_after`` is not asked\n"
      "again by the same call.")
      .def(py::init([](int attempts, double first_wait, double minimum_wait, double maximum_wait, double jitter,
                       double longest_retry_after) {
             return RetryOptions{.attempts = attempts,
                                 .first_wait = to_milliseconds(first_wait, "first_wait"),
                                 .minimum_wait = to_milliseconds(minimum_wait, "minimum_wait"),
                                 .maximum_wait = to_milliseconds(maximum_wait, "maximum_wait"),
                                 .jitter = jitter,
                                 .longest_retry_after = to_milliseconds(longest_retry_after, "longest_retry_after")};
           }),
           py::kw_only(), "attempts"_a = retry.attempts, "first_wait"_a = to_python(retry.first_wait),
           "minimum_wait"_a = to_python(retry.minimum_wait), "maximum_wait"_a = to_python(retry.maximum_wait),
           "jitter"_a = retry.jitter, "longest_retry_after"_a = to_python(retry.longest_retry_after));

  const RetryBudgetOptions budget;
  py::class_<RetryBudgetOptions>(
      core, "RetryBudgetOptions",
      "How many retries all calls of a host may have, so that they do not become a storm.\n\n"
      "It is balanced in tokens, one a retry: a success brings ``per_success``, a second brings\n"
      "``per_second``, and ``capacity`` are kept, and there at first.")
      .def(py::init([](double per_success, double per_second, double capacity) {
             return RetryBudgetOptions{per_success, per_second, capacity};
           }),
           py::kw_only(), "per_success"_a = budget.per_success, "per_second"_a = budget.per_second,
           "capacity"_a = budget.capacity);

  const RateLimiterOptions limiter;
  py::class_<RateLimiterOptions>(
      core, "RateLimiterOptions",
      "How fast a service may be called. Times are seconds.\n\n"
      "``requests_per_minute``, and ``tokens_per_minute`` of a language model: 0 is not limited, unless\n"
      "the service names a limit. At first, ``first_share`` of either is there, and fills at that share\n"
      "of the rate, which grows to the whole within ``ramp``. Who would have to wait for longer than\n"
      "``longest_wait`` is refused at once.")
      .def(py::init([](double requests, double tokens, double first_share, double ramp, double longest_wait) {
             return RateLimiterOptions{.requests_per_minute = requests,
                                       .tokens_per_minute = tokens,
                                       .first_share = first_share,
                                       .ramp = to_milliseconds(ramp, "ramp"),
                                       .longest_wait = to_milliseconds(longest_wait, "longest_wait")};
           }),
           py::kw_only(), "requests_per_minute"_a = limiter.requests_per_minute,
           "tokens_per_minute"_a = limiter.tokens_per_minute, "first_share"_a = limiter.first_share,
           "ramp"_a = to_python(limiter.ramp), "longest_wait"_a = to_python(limiter.longest_wait));
}

void bind_breaker_options(py::module_& core) {
  const CircuitBreakerOptions breaker;
  py::class_<CircuitBreakerOptions>(
      core, "CircuitBreakerOptions",
      "When a service is left alone, and for how long. Times are seconds.\n\n"
      "Of the last ``window_calls`` calls that ended within ``window_time``, and with at least\n"
      "``minimum_calls`` of them: where the share ``failure_rate`` failed, or ``slow_call_rate`` took\n"
      "``slow_call`` or longer, it is left alone for ``first_open``, which doubles up to\n"
      "``longest_open`` each time that it is found to be down still, and is longer by up to the share\n"
      "``jitter``. A time that the service names itself holds up to ``longest_named``. Then so many\n"
      "``probes`` must go well, each within ``longest_probe``.")
      .def(py::init([](int window_calls, double window_time, int minimum_calls, double failure_rate, double slow_call,
                       double slow_call_rate, double first_open, double longest_open, double jitter,
                       double longest_named, int probes, double longest_probe) {
             return CircuitBreakerOptions{.window_calls = window_calls,
                                          .window_time = to_milliseconds(window_time, "window_time"),
                                          .minimum_calls = minimum_calls,
                                          .failure_rate = failure_rate,
                                          .slow_call = to_milliseconds(slow_call, "slow_call"),
                                          .slow_call_rate = slow_call_rate,
                                          .first_open = to_milliseconds(first_open, "first_open"),
                                          .longest_open = to_milliseconds(longest_open, "longest_open"),
                                          .jitter = jitter,
                                          .longest_named = to_milliseconds(longest_named, "longest_named"),
                                          .probes = probes,
                                          .longest_probe = to_milliseconds(longest_probe, "longest_probe")};
           }),
           py::kw_only(), "window_calls"_a = breaker.window_calls, "window_time"_a = to_python(breaker.window_time),
           "minimum_calls"_a = breaker.minimum_calls, "failure_rate"_a = breaker.failure_rate,
           "slow_call"_a = to_python(breaker.slow_call), "slow_call_rate"_a = breaker.slow_call_rate,
           "first_open"_a = to_python(breaker.first_open), "longest_open"_a = to_python(breaker.longest_open),
           "jitter"_a = breaker.jitter, "longest_named"_a = to_python(breaker.longest_named),
           "probes"_a = breaker.probes, "longest_probe"_a = to_python(breaker.longest_probe));
}

/// A call that a breaker let through. It holds the breaker.
struct BreakerCall {
  std::shared_ptr<CircuitBreaker> breaker;
  CircuitBreaker::Call call;
};

void bind_breaker(py::module_& core) {
  py::class_<BreakerCall>(core, "BreakerCall",
                          "A call that a breaker let through. Tell how it ended, once; otherwise it does not count.")
      .def(
          "succeeded", [](BreakerCall& self, double elapsed) { self.call.succeeded(to_duration(elapsed, "elapsed")); },
          "elapsed"_a, "The service answered, after ``elapsed`` seconds.")
      .def(
          "failed",
          [](BreakerCall& self, double elapsed, std::optional<double> leave_alone_for) {
            self.call.failed(to_duration(elapsed, "elapsed"),
                             to_optional_milliseconds(leave_alone_for, "leave_alone_for"));
          },
          "elapsed"_a, "leave_alone_for"_a = py::none(),
          "It did not, after ``elapsed`` seconds. ``leave_alone_for``: the seconds that the service asked for.")
      .def(
          "ignored", [](BreakerCall& self) { self.call.ignored(); },
          "It says nothing of how the service is: a wrong request, or too many of them.")
      .def_property_readonly(
          "is_probe", [](const BreakerCall& self) { return self.call.is_probe(); },
          "Whether it is to find out if the service is back: it should not be repeated.");

  py::class_<CircuitBreaker, std::shared_ptr<CircuitBreaker>>(
      core, "CircuitBreaker",
      "Leaves a service alone that fails or dawdles, so that callers have their answer at once. May be shared between\n"
      "threads.\n\n"
      "``name`` is for messages: the host. Raises InvalidArgument for ``options`` that make no sense.")
      .def(py::init([](const py::str& name, const CircuitBreakerOptions& options) {
             return std::make_shared<CircuitBreaker>(to_utf8(name), options);
           }),
           "name"_a, "options"_a = CircuitBreakerOptions{})
      .def(
          "begin",
          [](const std::shared_ptr<CircuitBreaker>& self) {
            return std::make_unique<BreakerCall>(BreakerCall{self, self->begin()});
          },
          "Lets a call through, which tells how it ended. Raises Refused, saying for how long, when it must not be "
          "made.")
      .def("check", &CircuitBreaker::check, "Raises as ``begin`` would, and begins nothing.")
      .def(
          "stats", [](const CircuitBreaker& self) { return to_python(self.stats()); }, "Since it was made.");
}

void bind_limiter(py::module_& core) {
  py::class_<RateLimiter::Permit>(core, "RatePermit", "A call that a rate limiter lets through.");
  py::class_<RateLimiter, std::shared_ptr<RateLimiter>>(
      core, "RateLimiter",
      "Keeps calls below what a service allows. May be shared between threads, which get their turn in order.\n\n"
      "``name`` is for messages: the host. Raises InvalidArgument for ``options`` that make no sense.")
      .def(py::init([](const py::str& name, const RateLimiterOptions& options) {
             return std::make_shared<RateLimiter>(to_utf8(name), options);
           }),
           "name"_a, "options"_a = RateLimiterOptions{})
      .def(
          "acquire",
          [](RateLimiter& self, std::uint64_t tokens, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            return without_gil([&] { return self.acquire(call, tokens); });
          },
          "tokens"_a = 0, py::kw_only(), "timeout"_a = py::none(),
          "Waits until a call of about so many tokens may be made. Raises Refused at once when that would take longer\n"
          "than ``timeout`` seconds or the options allow, or when so many tokens are never allowed.")
      .def("give_back", &RateLimiter::give_back, "permit"_a, "The call was not made.")
      .def("settle", &RateLimiter::settle, "permit"_a, "used_tokens"_a, "Corrects the estimate of ``acquire``.")
      .def(
          "close_for", [](RateLimiter& self, double seconds) { self.close_for(to_milliseconds(seconds, "seconds")); },
          "seconds"_a, "The service asked to be left alone: nobody is let through before.")
      .def(
          "stats", [](const RateLimiter& self) { return to_python(self.stats()); }, "Now, and since it was made.");
}

}  // namespace

CallOptions to_call(std::optional<double> timeout) {
  CallOptions call;
  if (!timeout) return call;
  const auto duration = to_duration(*timeout, "timeout");
  const auto now = std::chrono::steady_clock::now();
  if (duration < call.deadline - now) call.deadline = now + duration;
  return call;
}

void bind_limits(py::module_& core) {
  bind_options(core);
  bind_breaker_options(core);
  bind_breaker(core);
  bind_limiter(core);
}

}  // namespace pilling::python
