#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

namespace pilling::core {

using Seconds = std::chrono::duration<double>;

/// Time that runs slowly at first: at `share` of its speed in the beginning, evenly faster, and as fast as any from
/// `ramp` on. What fills by this time ramps up.
class RampedTime {
 public:
  RampedTime(double share, Seconds ramp) : share_(share), ramp_(ramp.count()) {}

  /// The integral of the speed: share * t + (1 - share) * t² / (2 * ramp) up to `ramp`.
  double at(double real) const noexcept {
    if (real >= ramp_) return whole() + real - ramp_;
    return share_ * real + (1 - share_) * real * real / (2 * ramp_);
  }

  /// When it is that late: the inverse of `at`.
  double when(double ramped) const noexcept {
    if (ramped >= whole()) return ramp_ + ramped - whole();
    const double growth = (1 - share_) / ramp_;
    if (growth <= 0) return share_ > 0 ? ramped / share_ : ramp_;
    return (std::sqrt(share_ * share_ + 2 * growth * ramped) - share_) / growth;
  }

 private:
  double whole() const noexcept { return ramp_ * (1 + share_) / 2; }

  double share_;
  double ramp_;
};

/// A bucket that fills at an even rate up to its capacity. Taking more than there is leaves a debt, which is a place in
/// the queue. Times are seconds, ramped by the owner. Not thread-safe.
class TokenBucket {
 public:
  static constexpr double minute = 60;

  /// Holds what flows in during a minute. 0: not limited.
  TokenBucket(double per_minute, double first_level)
      : capacity_(per_minute), per_minute_(per_minute), level_(std::min(first_level, capacity())) {}

  bool is_limited() const noexcept { return per_minute_ > 0; }
  double per_minute() const noexcept { return per_minute_; }
  /// Below 1 no call would ever fit.
  double capacity() const noexcept { return std::max(capacity_, 1.0); }
  double level() const noexcept { return is_limited() ? level_ : 0; }

  void fill(double now) noexcept {
    level_ = std::min(capacity(), level_ + (now - filled_at_) * per_minute_ / minute);
    filled_at_ = now;
  }

  /// How long until `amount` could be taken without debt.
  double time_until(double amount) const noexcept {
    return !is_limited() || level_ >= amount ? 0 : (amount - level_) * minute / per_minute_;
  }

  void take(double amount) noexcept { level_ -= amount; }
  void set_rate(double capacity, double per_minute) noexcept {
    capacity_ = capacity;
    per_minute_ = per_minute;
  }
  void set_level(double level) noexcept { level_ = std::min(level, capacity()); }

 private:
  double capacity_;
  double per_minute_;
  double level_;
  double filled_at_ = 0;
};

}  // namespace pilling::core
