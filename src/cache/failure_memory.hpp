#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace pilling::cache {

/// How long a key that could not be loaded is left alone.
struct BackOff {
  std::chrono::milliseconds first{200};
  std::chrono::milliseconds maximum{5000};  ///< but for a service that asks for more
};

/// The failures of late, so that a source in trouble is not asked again by everybody who comes: doubling waits with
/// jitter, key by key. Thread-safe.
class FailureMemory {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Failure {
    std::exception_ptr reason;
    std::chrono::nanoseconds remaining{};  ///< until it is worth another try
  };

  FailureMemory(BackOff back_off, std::function<Time()> now, std::function<double()> random);

  void remember(const std::string& key, const std::exception_ptr& reason);
  void forget(const std::string& key);

  /// The last failure, when it is too early to try again.
  std::optional<Failure> find(const std::string& key) const;

 private:
  struct Trouble {
    std::exception_ptr reason;
    int failures = 0;
    Time try_again_at{};
  };

  std::chrono::nanoseconds wait_after(int failures, const std::exception_ptr& reason) const;

  const BackOff back_off_;
  const std::function<Time()> now_;
  const std::function<double()> random_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Trouble> troubles_;
};

}  // namespace pilling::cache
