#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "pilling/refresh.hpp"

namespace pilling::engine {

/// The last moment at or before `now` at which a refresh is to begin.
std::chrono::sys_seconds last_due(const RefreshSchedule& schedule, std::chrono::sys_seconds now);

/// Runs refreshes by a schedule, on a thread of its own. The destructor stops one under way and waits for it.
class ScheduledRefreshes {
 public:
  struct Hooks {
    std::function<RefreshReport(const std::stop_token& stop)> refresh;
    /// When the last complete refresh ended, in whichever process.
    std::function<std::optional<std::chrono::sys_seconds>()> last_complete;
    std::function<std::chrono::sys_seconds()> now;
  };

  /// `look_interval`: between looks at the clock, which may be set, and at what other processes have done.
  ScheduledRefreshes(RefreshSchedule schedule, Hooks hooks,
                     std::chrono::milliseconds look_interval = std::chrono::seconds(30));
  ~ScheduledRefreshes();
  ScheduledRefreshes(const ScheduledRefreshes&) = delete;
  ScheduledRefreshes& operator=(const ScheduledRefreshes&) = delete;

 private:
  class Runner;
  std::unique_ptr<Runner> runner_;
};

}  // namespace pilling::engine
