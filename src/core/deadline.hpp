#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "pilling/call.hpp"

namespace pilling::core {

/// `call`, over no later than `time` from now. A time that is too long to be added is for ever.
inline CallOptions within(CallOptions call, std::chrono::milliseconds time) {
  using Time = std::chrono::steady_clock::time_point;
  const Time now = std::chrono::steady_clock::now();
  const bool is_forever = time >= std::chrono::duration_cast<std::chrono::milliseconds>(Time::max() - now);
  if (!is_forever) call.deadline = std::min(call.deadline, now + time);
  return call;
}

/// Waits until `is_done`; false when the call's time was over before.
template <class Lock, class IsDone>
bool wait(std::condition_variable_any& changed, Lock& lock, const CallOptions& call, const IsDone& is_done) {
  // A wait until the end of all times would overflow on its way into the kernel.
  if (call.deadline == std::chrono::steady_clock::time_point::max()) return changed.wait(lock, call.stop, is_done);
  return changed.wait_until(lock, call.stop, call.deadline, is_done);
}

/// Whether the call may take no more time.
inline bool is_over(const CallOptions& call) {
  return call.stop.stop_requested() || call.deadline <= std::chrono::steady_clock::now();
}

}  // namespace pilling::core
