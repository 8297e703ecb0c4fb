#include "pilling/rate_limiter.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/retry.hpp"
#include "core/retry_gate.hpp"
#include "core/token_bucket.hpp"
#include "pilling/error.hpp"

namespace pilling {
namespace {

using core::TokenBucket;
using std::chrono::milliseconds;

std::string in_words(milliseconds time) { return std::to_string(time.count()) + " ms"; }

// The first call of all may go, however low the limit is.
TokenBucket first_requests(double per_minute, double share) { return {per_minute, std::max(1.0, per_minute * share)}; }

void check(const RateLimiterOptions& options) {
  if (!(options.requests_per_minute >= 0 && options.tokens_per_minute >= 0)) {
    throw InvalidArgument("the limits of a rate limiter must not be below 0");
  }
  if (!(options.first_share >= 0 && options.first_share <= 1)) {
    throw InvalidArgument("the first share of a rate limiter must be 0 to 1");
  }
  if (options.ramp < milliseconds(0) || options.longest_wait < milliseconds(0)) {
    throw InvalidArgument("the times of a rate limiter must not be below 0 ms");
  }
}

// What a report says of the rate, in a minute. `reset` is when the bucket is full again, so what is missing flows in
// until then; a limit of a day shows only there. It is rounded, by some to seconds: too coarse to tell anything while
// little is missing, but for windows that are longer than a minute.
double reported_rate(const ReportedLimit& report) {
  const double limit = *report.limit;
  if (!report.reset || !report.remaining || report.reset->count() <= 0) return limit;
  const double used = limit - *report.remaining;
  const double minutes = std::chrono::duration<double>(*report.reset).count() / TokenBucket::minute;
  constexpr double telling_share = 0.05;
  const bool is_telling = used > 0 && (minutes > 1 || used >= limit * telling_share);
  return is_telling ? std::min(limit, used / minutes) : limit;
}

}  // namespace

class RateLimiter::Impl {
 public:
  Impl(std::string name, RateLimiterOptions options, ResilienceHooks hooks)
      : name_(std::move(name)),
        options_(options),
        hooks_(core::complete(std::move(hooks))),
        begin_(hooks_.now()),
        ramp_(options.first_share, options.ramp),
        requests_(first_requests(options.requests_per_minute, options.first_share)),
        tokens_(options.tokens_per_minute, options.tokens_per_minute * options.first_share) {
    check(options);
  }

  Permit acquire(const CallOptions& call, double tokens) {
    Permit permit;
    const milliseconds time = promise(call, tokens, permit);
    if (time > milliseconds(0)) {
      try {
        wait(time, call);
        while (const auto closed = time_to_gate()) wait(allowed(*closed, call, gate_words), call);
      } catch (...) {
        give_back(permit);
        throw;
      }
    }
    return permit;
  }

  void give_back(const Permit& permit) {
    const std::scoped_lock lock(mutex_);
    requests_.take(-1);
    tokens_.take(-permit.tokens);
  }

  void settle(const Permit& permit, double used) {
    const std::scoped_lock lock(mutex_);
    tokens_.take(used - permit.tokens);
  }

  void apply(const Permit& permit, const ReportedLimits& limits) {
    const std::scoped_lock lock(mutex_);
    if (permit.number <= last_applied_) return;
    last_applied_ = permit.number;
    fill();
    // The service had not seen yet what was permitted after this call.
    apply(requests_, limits.requests, options_.requests_per_minute, static_cast<double>(last_number_ - permit.number));
    apply(tokens_, limits.tokens, options_.tokens_per_minute, permitted_tokens_ - permit.tokens_before);
  }

  void close_for(milliseconds time) { gate_.close(hooks_.now(), time); }

  RateLimiterStats stats() {
    const std::scoped_lock lock(mutex_);
    fill();
    return {.requests = requests_.level(),
            .tokens = tokens_.level(),
            .requests_per_minute = requests_.per_minute(),
            .tokens_per_minute = tokens_.per_minute(),
            .waits = waits_,
            .refused = refused_,
            .waited = waited_,
            .closed_for = gate_.remaining(hooks_.now())};
  }

 private:
  static constexpr const char* gate_words = " asked to be left alone; try again in ";

  // Takes what the call needs, and says for how long it must wait then.
  milliseconds promise(const CallOptions& call, double tokens, Permit& permit) {
    const auto closed = time_to_gate();
    const std::scoped_lock lock(mutex_);
    if (tokens_.is_limited() && tokens > tokens_.capacity()) {
      ++refused_;
      throw Refused(name_ + " takes no call of so many tokens (" + std::to_string(static_cast<std::uint64_t>(tokens)) +
                    "): the limit of a minute is less; ask for less at once");
    }
    const double now = fill();
    const double ramped = std::max(requests_.time_until(1), tokens_.time_until(tokens));
    milliseconds time{};
    if (ramped > 0) {
      const core::Seconds real(ramp_.when(ramp_.at(now) + ramped) - now);
      // A limit that is next to nothing would overflow.
      time = std::chrono::ceil<milliseconds>(std::min<core::Seconds>(real, std::chrono::hours(24 * 365)));
    }
    if (closed && *closed >= time) {
      time = allowed_locked(*closed, call, gate_words);
    } else if (time > milliseconds(0)) {
      time = allowed_locked(time, call, " is at its rate limit; try again in ");
    }
    requests_.take(1);
    tokens_.take(tokens);
    permitted_tokens_ += tokens;
    permit = {.number = ++last_number_, .tokens = tokens, .tokens_before = permitted_tokens_};
    return time;
  }

  // `time`, or Refused when nobody may wait for so long.
  milliseconds allowed_locked(milliseconds time, const CallOptions& call, const char* why) {
    if (time <= options_.longest_wait && time < call.deadline - hooks_.now()) return time;
    ++refused_;
    throw Refused(name_ + why + in_words(time), time);
  }

  milliseconds allowed(milliseconds time, const CallOptions& call, const char* why) {
    const std::scoped_lock lock(mutex_);
    return allowed_locked(time, call, why);
  }

  // Nothing while the service lets anybody in.
  std::optional<milliseconds> time_to_gate() const {
    const milliseconds closed = gate_.remaining(hooks_.now());
    return closed > milliseconds(0) ? std::optional(core::spread(closed, hooks_.random())) : std::nullopt;
  }

  void wait(milliseconds time, const CallOptions& call) {
    {
      const std::scoped_lock lock(mutex_);
      ++waits_;
      waited_ += time;
    }
    hooks_.wait(time, call);
    if (call.stop.stop_requested()) throw Timeout("stopped while waiting for a turn at " + name_, name_, false);
  }

  // Returns the seconds since the beginning.
  double fill() {
    const double now = std::max(0.0, core::Seconds(hooks_.now() - begin_).count());
    const double ramped = ramp_.at(now);
    requests_.fill(ramped);
    tokens_.fill(ramped);
    return now;
  }

  void apply(TokenBucket& bucket, const ReportedLimit& report, double configured, double since) {
    // Azure sends -1 or 0 where it does not know.
    if (!report.limit || !(*report.limit > 0)) return;
    const double limit = *report.limit;
    const bool is_ours_lower = configured > 0 && configured < limit;
    const double capacity = is_ours_lower ? configured : limit;
    const bool was_limited = bucket.is_limited();
    bucket.set_rate(capacity, std::min(capacity, reported_rate(report)));
    if (!was_limited) bucket.set_level(std::max(1.0, limit * options_.first_share));
    if (!report.remaining || *report.remaining < 0) return;
    const double left = *report.remaining - since;
    // While it ramps up, the service's own bucket would let everybody come at once.
    const bool may_rise = !is_ours_lower && hooks_.now() - begin_ >= options_.ramp;
    bucket.set_level(may_rise ? left : std::min(bucket.level(), left));
  }

  const std::string name_;
  const RateLimiterOptions options_;
  const ResilienceHooks hooks_;
  const std::chrono::steady_clock::time_point begin_;
  const core::RampedTime ramp_;
  core::RetryGate gate_;
  std::mutex mutex_;
  TokenBucket requests_;
  TokenBucket tokens_;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_applied_ = 0;
  double permitted_tokens_ = 0;
  std::uint64_t waits_ = 0;
  std::uint64_t refused_ = 0;
  milliseconds waited_{};
};

RateLimiter::RateLimiter(std::string name, RateLimiterOptions options, ResilienceHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(name), options, std::move(hooks))) {}
RateLimiter::~RateLimiter() = default;

RateLimiter::Permit RateLimiter::acquire(const CallOptions& call, std::uint64_t estimated_tokens) {
  return impl_->acquire(call, static_cast<double>(estimated_tokens));
}
void RateLimiter::give_back(const Permit& permit) { impl_->give_back(permit); }
void RateLimiter::settle(const Permit& permit, std::uint64_t used_tokens) {
  impl_->settle(permit, static_cast<double>(used_tokens));
}
void RateLimiter::apply(const Permit& permit, const ReportedLimits& limits) { impl_->apply(permit, limits); }
void RateLimiter::close_for(std::chrono::milliseconds time) { impl_->close_for(time); }
RateLimiterStats RateLimiter::stats() const { return impl_->stats(); }

}  // namespace pilling
