#pragma once

#include <atomic>
#include <chrono>
#include <functional>

namespace pilling::support {

/// A clock that moves when it is told to. It must outlive the functions it hands out. Thread-safe.
template <class Clock>
class FakeClock {
 public:
  using Duration = typename Clock::duration;
  using Time = typename Clock::time_point;

  explicit FakeClock(Time start = Time(std::chrono::hours(24 * 365 * 50))) : ticks_(start.time_since_epoch().count()) {}

  Time now() const { return Time(Duration(ticks_.load())); }
  void advance(Duration by) { ticks_ += by.count(); }
  std::function<Time()> function() {
    return [this] { return now(); };
  }

 private:
  std::atomic<typename Duration::rep> ticks_;
};

using FakeSteadyClock = FakeClock<std::chrono::steady_clock>;
using FakeSystemClock = FakeClock<std::chrono::system_clock>;

}  // namespace pilling::support
