#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "pilling/export.hpp"

namespace pilling {

/// How long a blocking call may take and how it is cancelled. Every call that may leave the process takes one.
struct CallOptions {
  /// A call that reaches it ends with `Timeout`.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::stop_token stop{};  ///< a stop ends the call with `Timeout`
  /// Called once, on the calling thread, by `Engine::search` and `Engine::search_symptom` when the answer is not at
  /// hand in memory, before they do any work for it: a host gives back then what others wait for, such as Python's
  /// lock.
  std::function<void()> before_work{};
};

}  // namespace pilling
