#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace pilling::core {

/// Shut while a service wants to be left alone, for all its callers. Thread-safe.
class RetryGate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A service may name any time; nothing stays shut for longer than a day.
  static constexpr std::chrono::milliseconds longest = std::chrono::hours(24);

  /// Shut until then at least: a shorter wish does not undo a longer one.
  void close(Time now, std::chrono::milliseconds time) noexcept {
    const Time::rep until = (now + std::min(time, longest)).time_since_epoch().count();
    Time::rep known = opens_at_.load();
    while (known < until && !opens_at_.compare_exchange_weak(known, until)) {
    }
  }

  /// How much longer, rounded up; 0 when it is open.
  std::chrono::milliseconds remaining(Time now) const noexcept {
    const Time opens_at{Time::duration(opens_at_.load())};
    return opens_at <= now ? std::chrono::milliseconds(0)
                           : std::chrono::ceil<std::chrono::milliseconds>(opens_at - now);
  }

 private:
  std::atomic<Time::rep> opens_at_{Time::min().time_since_epoch().count()};
};

}  // namespace pilling::core
