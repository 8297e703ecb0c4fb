#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "pilling/refresh.hpp"
#include "pilling/store.hpp"

namespace pilling::engine {

/// The last moment at or before `now` at which a refresh is to begin.
std::chrono::sys_seconds last_due(const RefreshSchedule& schedule, std::chrono::sys_seconds now);

/// What the store knows of former refreshes that fetched rows, in whichever process.
struct RefreshHistory {
  std::optional<std::chrono::sys_seconds> complete;    ///< when the last complete one began
  std::optional<std::chrono::sys_seconds> incomplete;  ///< when the last incomplete one since then began
  std::size_t tries = 0;                               ///< incomplete ones in a row
};

RefreshHistory read_history(Store& store);

/// Adds a refresh that has ended.
void write_history(StoreTransaction& transaction, std::chrono::sys_seconds begun, bool is_complete);

/// Runs refreshes by a schedule, on a thread of its own. The destructor stops one under way and waits for it.
class ScheduledRefreshes {
 public:
  struct Hooks {
    std::function<RefreshReport(const std::stop_token& stop)> refresh;
    std::function<RefreshHistory()> history;
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
