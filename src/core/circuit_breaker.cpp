#include "pilling/circuit_breaker.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>
#include <vector>

#include "core/call_window.hpp"
#include "core/retry.hpp"
#include "pilling/error.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Time = std::chrono::steady_clock::time_point;

const CircuitBreakerOptions& checked(const CircuitBreakerOptions& options) {
  if (options.window_calls < 1 || options.minimum_calls < 1 || options.probes < 1) {
    throw InvalidArgument("the counts of a circuit breaker must be 1 at least");
  }
  if (options.minimum_calls > options.window_calls) {
    throw InvalidArgument("a circuit breaker never sees its minimum of calls in a smaller window");
  }
  if (!(options.failure_rate > 0 && options.slow_call_rate > 0 && options.jitter >= 0)) {
    throw InvalidArgument("the rates of a circuit breaker must be above 0, its jitter not below");
  }
  for (const milliseconds time :
       {options.window_time, options.slow_call, options.first_open, options.longest_open, options.longest_probe}) {
    if (time <= milliseconds(0)) throw InvalidArgument("the times of a circuit breaker must be above 0 ms");
  }
  return options;
}

enum class End { succeeded, failed, ignored };

}  // namespace

const char* to_string(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::closed:
      return "closed";
    case BreakerState::open:
      return "open";
    case BreakerState::half_open:
      return "half open";
  }
  return "";
}

class CircuitBreaker::Impl {
 public:
  Impl(std::string name, const CircuitBreakerOptions& options, ResilienceHooks hooks)
      : name_(std::move(name)),
        options_(checked(options)),
        hooks_(core::complete(std::move(hooks))),
        window_(static_cast<std::size_t>(options.window_calls), options.window_time) {}

  struct Ticket {
    std::uint64_t number = 0;
    std::uint64_t era = 0;
    bool is_probe = false;
  };

  Ticket begin() {
    const std::scoped_lock lock(mutex_);
    const Time now = hooks_.now();
    require_way_through(now);
    const Ticket ticket{++last_number_, era_, state_ == BreakerState::half_open};
    if (ticket.is_probe) probes_.push_back({ticket.number, now});
    return ticket;
  }

  void check() {
    const std::scoped_lock lock(mutex_);
    require_way_through(hooks_.now());
  }

  void end(const Ticket& ticket, End end, nanoseconds elapsed, std::optional<milliseconds> named) {
    const std::scoped_lock lock(mutex_);
    const Time now = hooks_.now();
    // A call from before the last change says how the service was then.
    if (ticket.era != era_) return;
    if (end == End::failed && named)
      named_until_ = std::max(named_until_, now + std::min(*named, options_.longest_named));
    const bool is_slow = end != End::ignored && elapsed >= options_.slow_call;
    if (state_ == BreakerState::half_open) return end_probe(ticket, end, is_slow, now);
    if (end == End::ignored) return;
    window_.add(now, end == End::failed, is_slow);
    if (is_too_bad()) open(now);
  }

  BreakerState state() {
    const std::scoped_lock lock(mutex_);
    half_open_in_time(hooks_.now());
    return state_;
  }

  CircuitBreakerStats stats() {
    const std::scoped_lock lock(mutex_);
    const Time now = hooks_.now();
    half_open_in_time(now);
    window_.forget(now);
    return {.state = state_,
            .opened = opened_,
            .refused = refused_,
            .written_off = written_off_,
            .window_calls = static_cast<int>(window_.size()),
            .window_failures = static_cast<int>(window_.failures()),
            .window_slow = static_cast<int>(window_.slow()),
            .open_for =
                state_ == BreakerState::open ? std::chrono::ceil<milliseconds>(opens_until_ - now) : milliseconds(0)};
  }

 private:
  struct Probe {
    std::uint64_t number;
    Time begun;
  };

  void require_way_through(Time now) {
    half_open_in_time(now);
    if (state_ == BreakerState::open) refuse("failed or was slow too often just before", opens_until_ - now);
    if (state_ == BreakerState::closed) return;
    const auto lost =
        std::erase_if(probes_, [&](const Probe& probe) { return now - probe.begun >= options_.longest_probe; });
    written_off_ += lost;
    // One probe at first; each that succeeds makes room for one more.
    const int room = std::min(options_.probes - probe_successes_, probe_successes_ + 1);
    if (static_cast<int>(probes_.size()) >= room) {
      refuse("is being tried out after it failed", options_.longest_probe - (now - probes_.front().begun));
    }
  }

  [[noreturn]] void refuse(const char* why, nanoseconds time) {
    ++refused_;
    const auto rounded = std::chrono::ceil<milliseconds>(time);
    throw Refused(name_ + " " + why + "; it is left alone for up to " + std::to_string(rounded.count()) + " ms more",
                  rounded);
  }

  // No timer: whoever looks finds that it is time.
  void half_open_in_time(Time now) {
    if (state_ != BreakerState::open || now < opens_until_) return;
    change(BreakerState::half_open);
  }

  bool is_too_bad() const {
    const auto calls = static_cast<double>(window_.size());
    if (calls < options_.minimum_calls) return false;
    return static_cast<double>(window_.failures()) >= options_.failure_rate * calls ||
           static_cast<double>(window_.slow()) >= options_.slow_call_rate * calls;
  }

  void end_probe(const Ticket& ticket, End end, bool is_slow, Time now) {
    // One that was written off says nothing any more.
    if (std::erase_if(probes_, [&](const Probe& probe) { return probe.number == ticket.number; }) == 0) return;
    if (end == End::ignored) return;
    if (end == End::failed || is_slow) return open(now);
    if (++probe_successes_ < options_.probes) return;
    times_in_a_row_ = 0;
    change(BreakerState::closed);
  }

  void open(Time now) {
    const double grown = static_cast<double>(options_.first_open.count()) * std::exp2(std::min(times_in_a_row_, 30));
    const double bounded = std::min(grown, static_cast<double>(options_.longest_open.count()));
    const auto time = milliseconds(static_cast<std::int64_t>(bounded * (1 + options_.jitter * hooks_.random())));
    ++times_in_a_row_;
    ++opened_;
    opens_until_ = std::max(now + time, named_until_);
    change(BreakerState::open);
  }

  void change(BreakerState state) {
    state_ = state;
    ++era_;
    window_.clear();
    probes_.clear();
    probe_successes_ = 0;
  }

  const std::string name_;
  const CircuitBreakerOptions options_;
  const ResilienceHooks hooks_;
  std::mutex mutex_;
  BreakerState state_ = BreakerState::closed;
  std::uint64_t era_ = 0;  // grows with every change of the state
  core::CallWindow window_;
  Time opens_until_{};
  Time named_until_ = Time::min();
  int times_in_a_row_ = 0;
  std::vector<Probe> probes_;
  int probe_successes_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t written_off_ = 0;
};

CircuitBreaker::CircuitBreaker(std::string name, CircuitBreakerOptions options, ResilienceHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(name), options, std::move(hooks))) {}
CircuitBreaker::~CircuitBreaker() = default;

CircuitBreaker::Call CircuitBreaker::begin() {
  const Impl::Ticket ticket = impl_->begin();
  return {this, ticket.number, ticket.era, ticket.is_probe};
}
void CircuitBreaker::check() { impl_->check(); }
BreakerState CircuitBreaker::state() const { return impl_->state(); }
CircuitBreakerStats CircuitBreaker::stats() const { return impl_->stats(); }

CircuitBreaker::Call::Call(Call&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      number_(other.number_),
      era_(other.era_),
      is_probe_(other.is_probe_) {}

CircuitBreaker::Call& CircuitBreaker::Call::operator=(Call&& other) noexcept {
  if (this == &other) return *this;
  ignored();
  breaker_ = std::exchange(other.breaker_, nullptr);
  number_ = other.number_;
  era_ = other.era_;
  is_probe_ = other.is_probe_;
  return *this;
}

CircuitBreaker::Call::~Call() { ignored(); }

void CircuitBreaker::Call::succeeded(nanoseconds elapsed) {
  if (CircuitBreaker* breaker = std::exchange(breaker_, nullptr)) {
    breaker->impl_->end({number_, era_, is_probe_}, End::succeeded, elapsed, std::nullopt);
  }
}

void CircuitBreaker::Call::failed(nanoseconds elapsed, std::optional<milliseconds> leave_alone_for) {
  if (CircuitBreaker* breaker = std::exchange(breaker_, nullptr)) {
    breaker->impl_->end({number_, era_, is_probe_}, End::failed, elapsed, leave_alone_for);
  }
}

void CircuitBreaker::Call::ignored() {
  if (CircuitBreaker* breaker = std::exchange(breaker_, nullptr)) {
    breaker->impl_->end({number_, era_, is_probe_}, End::ignored, nanoseconds(0), std::nullopt);
  }
}

}  // namespace pilling
