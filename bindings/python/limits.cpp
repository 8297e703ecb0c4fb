#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <string>
#include <utility>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/circuit_breaker.hpp"
#include "pilling/rate_limiter.hpp"
#include "pilling/retry.hpp"
#include "pilling/spending.hpp"
#include "pilling/store.hpp"

namespace pilling::python {
namespace {

using std::chrono::year_month_day;

year_month_day to_day(const py::handle& date) {
  return std::chrono::year(date.attr("year").cast<int>()) / date.attr("month").cast<int>() /
         date.attr("day").cast<int>();
}

std::optional<std::chrono::milliseconds> to_optional_milliseconds(std::optional<double> seconds,
                                                                  std::string_view name) {
  if (!seconds) return std::nullopt;
  return to_milliseconds(*seconds, name);
}

TokenUsage to_usage(std::uint64_t input, std::uint64_t output, std::uint64_t cached_input, std::uint64_t cache_write) {
  return {.input = input, .cached_input = cached_input, .cache_write = cache_write, .output = output};
}

void bind_options(py::module_& core) {
  const RetryOptions retry;
  py::class_<RetryOptions>(core, "RetryOptions",
                           "How often and after which waits, in seconds, something is tried again.")
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
  py::class_<RetryBudgetOptions>(core, "RetryBudgetOptions", "How many retries all calls of a host may have.")
      .def(py::init([](double per_success, double per_second, double capacity) {
             return RetryBudgetOptions{per_success, per_second, capacity};
           }),
           py::kw_only(), "per_success"_a = budget.per_success, "per_second"_a = budget.per_second,
           "capacity"_a = budget.capacity);

  const RateLimiterOptions limiter;
  py::class_<RateLimiterOptions>(core, "RateLimiterOptions", "How fast a service may be called; 0 is not limited.")
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
  py::class_<CircuitBreakerOptions>(core, "CircuitBreakerOptions", "When a service is left alone, and for how long.")
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
  py::class_<BreakerCall>(core, "BreakerCall", "Tell how it ended, once; otherwise it does not count.")
      .def(
          "succeeded", [](BreakerCall& self, double elapsed) { self.call.succeeded(to_duration(elapsed, "elapsed")); },
          "elapsed"_a)
      .def(
          "failed",
          [](BreakerCall& self, double elapsed, std::optional<double> leave_alone_for) {
            self.call.failed(to_duration(elapsed, "elapsed"),
                             to_optional_milliseconds(leave_alone_for, "leave_alone_for"));
          },
          "elapsed"_a, "leave_alone_for"_a = py::none(), "``leave_alone_for``: the seconds that the service asked for.")
      .def("ignored", [](BreakerCall& self) { self.call.ignored(); })
      .def_property_readonly("is_probe", [](const BreakerCall& self) { return self.call.is_probe(); });

  py::class_<CircuitBreaker, std::shared_ptr<CircuitBreaker>>(
      core, "CircuitBreaker", "Leaves a service alone that fails or dawdles. May be shared between threads.")
      .def(py::init([](const py::str& name, const CircuitBreakerOptions& options) {
             return std::make_shared<CircuitBreaker>(to_utf8(name), options);
           }),
           "name"_a, "options"_a = CircuitBreakerOptions{})
      .def(
          "begin",
          [](const std::shared_ptr<CircuitBreaker>& self) {
            return std::make_unique<BreakerCall>(BreakerCall{self, self->begin()});
          },
          "Raises Refused, saying for how long, when the call must not be made.")
      .def("check", &CircuitBreaker::check)
      .def("stats", [](const CircuitBreaker& self) { return to_python(self.stats()); });
}

void bind_limiter(py::module_& core) {
  py::class_<RateLimiter::Permit>(core, "RatePermit", "A call that may be made.");
  py::class_<RateLimiter, std::shared_ptr<RateLimiter>>(
      core, "RateLimiter", "Keeps calls below what a service allows. May be shared between threads.")
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
          "Waits until the call may be made. Raises Refused at once when that would take too long.")
      .def("give_back", &RateLimiter::give_back, "permit"_a, "The call was not made.")
      .def("settle", &RateLimiter::settle, "permit"_a, "used_tokens"_a)
      .def(
          "close_for", [](RateLimiter& self, double seconds) { self.close_for(to_milliseconds(seconds, "seconds")); },
          "seconds"_a)
      .def("stats", [](const RateLimiter& self) { return to_python(self.stats()); });
}

void bind_quota(py::module_& core) {
  py::class_<CounterStore, std::shared_ptr<CounterStore>>(
      core, "CounterStore", "Sums by name and day, in memory, or with ``open`` in a database of Pilling.")
      .def(py::init([] { return make_counter_store(); }))
      .def_static(
          "open",
          [](const std::filesystem::path& path) {
            return without_gil([&] { return make_counter_store(make_sqlite_store(path)); });
          },
          "path"_a)
      .def(
          "add",
          [](CounterStore& self, const py::str& name, const py::object& day, std::int64_t amount) {
            return without_gil([&, key = to_utf8(name), date = to_day(day)] { return self.add(key, date, amount); });
          },
          "name"_a, "day"_a, "amount"_a)
      .def(
          "get",
          [](CounterStore& self, const py::str& name, const py::object& day) {
            return without_gil([&, key = to_utf8(name), date = to_day(day)] { return self.get(key, date); });
          },
          "name"_a, "day"_a);

  const DailyQuotaOptions quota;
  py::class_<DailyQuota, std::shared_ptr<DailyQuota>>(core, "DailyQuota")
      .def(py::init([](std::shared_ptr<CounterStore> counters, std::int64_t calls_per_day, const py::str& name) {
             return std::make_shared<DailyQuota>(
                 std::move(counters), DailyQuotaOptions{.calls_per_day = calls_per_day, .name = to_utf8(name)});
           }),
           "counters"_a.none(false), py::kw_only(), "calls_per_day"_a = quota.calls_per_day, "name"_a = quota.name)
      .def(
          "take",
          [](DailyQuota& self, const py::str& operation) {
            return to_python(without_gil([&, key = to_utf8(operation)] { return self.take(key); }));
          },
          "operation"_a, "The Korean day for which the call counts. Raises Refused when none is left.")
      .def(
          "give_back",
          [](DailyQuota& self, const py::str& operation, const py::object& day) {
            without_gil([&, key = to_utf8(operation), date = to_day(day)] { self.give_back(key, date); });
          },
          "operation"_a, "day"_a)
      .def(
          "close",
          [](DailyQuota& self, const py::str& operation, const py::object& day) {
            without_gil([&, key = to_utf8(operation), date = to_day(day)] { self.close(key, date); });
          },
          "operation"_a, "day"_a, "The service said that nothing is left on that day.")
      .def(
          "remaining",
          [](const DailyQuota& self, const py::str& operation) {
            return without_gil([&, key = to_utf8(operation)] { return self.remaining(key); });
          },
          "operation"_a)
      .def("stats", [](const DailyQuota& self) { return to_tuple(without_gil([&] { return self.stats(); })); });
}

void bind_prices(py::module_& core) {
  py::class_<ModelPrices>(core, "ModelPrices", "List prices of language models: US dollars for a million tokens.")
      .def(py::init<>())
      .def_static("bundled", &ModelPrices::bundled)
      .def_static(
          "read",
          [](const std::filesystem::path& path) { return without_gil([&] { return ModelPrices::read(path); }); },
          "path"_a)
      .def(
          "set",
          [](ModelPrices& self, const py::str& model, double input, double output, const py::object& since,
             std::optional<double> cached_input, std::optional<double> cache_write, const py::str& source) {
            self.set({.model = to_utf8(model),
                      .input = input,
                      .cached_input = cached_input,
                      .cache_write = cache_write,
                      .output = output,
                      .since = to_day(since),
                      .source = to_utf8(source)});
          },
          "model"_a, py::kw_only(), "input"_a, "output"_a, "since"_a, "cached_input"_a = py::none(),
          "cache_write"_a = py::none(), "source"_a = "")
      .def(
          "find",
          [](const ModelPrices& self, const py::str& model, const py::object& day) {
            return to_python(self.find(to_utf8(model), to_day(day)));
          },
          "model"_a, "day"_a)
      .def(
          "dollars",
          [](const ModelPrices& self, const py::str& model, const py::object& day, std::uint64_t input,
             std::uint64_t output, std::uint64_t cached_input, std::uint64_t cache_write, bool batch) {
            const auto usage = to_usage(input, output, cached_input, cache_write);
            return static_cast<double>(self.micro_dollars(to_utf8(model), usage, to_day(day), batch)) / 1e6;
          },
          "model"_a, "day"_a, py::kw_only(), "input"_a = 0, "output"_a = 0, "cached_input"_a = 0, "cache_write"_a = 0,
          "batch"_a = false, "What a call costs. Raises InvalidArgument for a model without a price.")
      .def("__len__", [](const ModelPrices& self) { return self.all().size(); });
}

/// Money that is set aside. It holds the budget, and gives back without the GIL, for that may be a write to a database.
class ReservationHandle {
 public:
  ReservationHandle(std::shared_ptr<DollarBudget> budget, DollarBudget::Reservation reservation)
      : budget_(std::move(budget)), reservation_(std::move(reservation)) {}
  ReservationHandle(const ReservationHandle&) = delete;
  ReservationHandle& operator=(const ReservationHandle&) = delete;
  ~ReservationHandle() { release(); }

  void settle(const TokenUsage& usage) {
    if (reservation_) without_gil([&] { reservation_->settle(usage); });
  }
  void keep() {
    if (reservation_) reservation_->keep();
  }
  void release() {
    without_gil([&] { reservation_.reset(); });
  }

 private:
  std::shared_ptr<DollarBudget> budget_;
  std::optional<DollarBudget::Reservation> reservation_;
};

void bind_budget(py::module_& core) {
  py::class_<ReservationHandle>(core, "Reservation",
                                "Comes back when it is released or left, unless ``settle`` or ``keep`` was called.")
      .def(
          "settle",
          [](ReservationHandle& self, std::uint64_t input, std::uint64_t output, std::uint64_t cached_input,
             std::uint64_t cache_write) { self.settle(to_usage(input, output, cached_input, cache_write)); },
          py::kw_only(), "input"_a = 0, "output"_a = 0, "cached_input"_a = 0, "cache_write"_a = 0,
          "The call used so many tokens.")
      .def("keep", &ReservationHandle::keep, "Nobody knows what the call used: the worst is assumed.")
      .def("release", &ReservationHandle::release, "The call was not made.")
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](ReservationHandle& self, const py::args&) { self.release(); });

  py::class_<DollarBudget, std::shared_ptr<DollarBudget>>(core, "DollarBudget")
      .def(py::init([](std::shared_ptr<CounterStore> counters, const ModelPrices& prices,
                       std::optional<double> dollars_per_day, std::optional<double> dollars_per_month,
                       const py::str& name) {
             return std::make_shared<DollarBudget>(std::move(counters), prices,
                                                   DollarBudgetOptions{.dollars_per_day = dollars_per_day,
                                                                       .dollars_per_month = dollars_per_month,
                                                                       .name = to_utf8(name)});
           }),
           "counters"_a.none(false), "prices"_a, py::kw_only(), "dollars_per_day"_a = py::none(),
           "dollars_per_month"_a = py::none(), "name"_a = DollarBudgetOptions{}.name)
      .def(
          "reserve",
          [](const std::shared_ptr<DollarBudget>& self, const py::str& model, std::uint64_t input, std::uint64_t output,
             std::uint64_t cached_input, std::uint64_t cache_write, bool batch) {
            const auto worst = to_usage(input, output, cached_input, cache_write);
            return without_gil([&, key = to_utf8(model)] {
              return std::make_unique<ReservationHandle>(self, self->reserve(key, worst, batch));
            });
          },
          "model"_a, py::kw_only(), "input"_a = 0, "output"_a = 0, "cached_input"_a = 0, "cache_write"_a = 0,
          "batch"_a = false, "Sets aside what the call costs at worst. Raises Refused when a ceiling would be passed.")
      .def("set_prices", &DollarBudget::set_prices, "prices"_a)
      .def("stats", [](const DollarBudget& self) { return to_python(without_gil([&] { return self.stats(); })); });
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
  bind_quota(core);
  bind_prices(core);
  bind_budget(core);
}

}  // namespace pilling::python
