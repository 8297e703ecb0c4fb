#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace pilling::core {

/// How the last calls ended, as many as there is room for and as far as they are not older than `time`. Not
/// thread-safe.
class CallWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;

  CallWindow(std::size_t calls, std::chrono::milliseconds time) : ends_(calls), time_(time) {}

  void add(Time now, bool is_failure, bool is_slow) {
    if (size_ == ends_.size()) drop_oldest();
    ends_[(oldest_ + size_) % ends_.size()] = {now, is_failure, is_slow};
    ++size_;
    failures_ += is_failure ? 1 : 0;
    slow_ += is_slow ? 1 : 0;
    forget(now);
  }

  void forget(Time now) {
    while (size_ > 0 && now - ends_[oldest_].at > time_) drop_oldest();
  }

  void clear() { size_ = failures_ = slow_ = 0; }

  std::size_t size() const noexcept { return size_; }
  std::size_t failures() const noexcept { return failures_; }
  std::size_t slow() const noexcept { return slow_; }

 private:
  struct End {
    Time at{};
    bool is_failure = false;
    bool is_slow = false;
  };

  void drop_oldest() {
    const End& oldest = ends_[oldest_];
    failures_ -= oldest.is_failure ? 1 : 0;
    slow_ -= oldest.is_slow ? 1 : 0;
    oldest_ = (oldest_ + 1) % ends_.size();
    --size_;
  }

  std::vector<End> ends_;
  std::chrono::milliseconds time_;
  std::size_t oldest_ = 0;
  std::size_t size_ = 0;
  std::size_t failures_ = 0;
  std::size_t slow_ = 0;
};

}  // namespace pilling::core
