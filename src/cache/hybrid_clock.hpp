#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>

namespace pilling::cache {

/// Stamps that order writes: each is greater than those before it, also when the clock goes back, and than every stamp
/// of another process that was observed. Microseconds since 1970, as long as the clock keeps up: a hybrid logical clock
/// after Kulkarni et al., "Logical Physical Clocks" (2014). Thread-safe.
class HybridClock {
 public:
  explicit HybridClock(std::function<std::chrono::system_clock::time_point()> now) : now_(std::move(now)) {}

  std::int64_t next() {
    const auto time = std::chrono::floor<std::chrono::microseconds>(now_().time_since_epoch()).count();
    const std::scoped_lock lock(mutex_);
    // Observed stamps come from outside: at the greatest that there is, it stays.
    if (last_ < std::numeric_limits<std::int64_t>::max()) ++last_;
    last_ = std::max<std::int64_t>(last_, time);
    return last_;
  }

  void observe(std::int64_t stamp) {
    const std::scoped_lock lock(mutex_);
    last_ = std::max(last_, stamp);
  }

 private:
  const std::function<std::chrono::system_clock::time_point()> now_;
  std::mutex mutex_;
  std::int64_t last_ = 0;
};

}  // namespace pilling::cache
