#include "engine/scheduled_refreshes.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "core/calendar.hpp"
#include "core/failure.hpp"
#include "core/process.hpp"
#include "pilling/error.hpp"

namespace pilling::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_seconds;

// After a refresh that was not complete. Each fetches all pages anew, and the services count them by the day.
constexpr std::array<minutes, 3> waits_between_tries = {minutes(15), hours(1), hours(3)};

}  // namespace

sys_seconds last_due(const RefreshSchedule& schedule, sys_seconds now) {
  const sys_seconds today = core::korean_midnight(core::korean_day(now)) + schedule.time_of_day;
  return today <= now ? today : today - hours(24);
}

class ScheduledRefreshes::Runner {
 public:
  Runner(RefreshSchedule schedule, Hooks hooks, std::chrono::milliseconds look_interval)
      : schedule_(std::move(schedule)), hooks_(std::move(hooks)), look_interval_(look_interval) {
    thread_ = core::start_without_signals<std::jthread>([this](const std::stop_token& stop) { run(stop); });
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      look(stop);
      wakes_.wait_for(lock, stop, look_interval_, [] { return false; });
    }
  }

  void look(const std::stop_token& stop) noexcept {
    try {
      const sys_seconds now = hooks_.now();
      const sys_seconds due = last_due(schedule_, now);
      if (due != tried_due_) {
        tried_due_ = due;
        tries_ = 0;
      }
      if (now < next_try_ && tries_ > 0) return;
      if (tries_ > waits_between_tries.size()) return;
      const auto last = hooks_.last_complete();
      if (last && *last >= due) return;
      refresh(stop);
    } catch (...) {
      tell_failure(core::reason_of_failure());
    }
  }

  void refresh(const std::stop_token& stop) {
    bool is_complete = false;
    try {
      const RefreshReport report = hooks_.refresh(stop);
      is_complete = report.is_complete;
      if (stop.stop_requested()) return;
      tell_report(report);
    } catch (const Refused&) {
      // Another process is at it. Whether it succeeds, the next looks will tell.
      return;
    } catch (...) {
      tell_failure(core::reason_of_failure());
    }
    if (is_complete) return;
    next_try_ = hooks_.now() + waits_between_tries[std::min(tries_, waits_between_tries.size() - 1)];
    ++tries_;
  }

  // Whoever is told of a refresh has no say in the next one.
  void tell_report(const RefreshReport& report) const noexcept {
    try {
      if (schedule_.on_report) schedule_.on_report(report);
    } catch (...) {
    }
  }

  void tell_failure(const std::string& why) const noexcept {
    try {
      if (schedule_.on_failure) schedule_.on_failure(why);
    } catch (...) {
    }
  }

  const RefreshSchedule schedule_;
  const Hooks hooks_;
  const std::chrono::milliseconds look_interval_;
  sys_seconds tried_due_{};
  std::size_t tries_ = 0;  // since then
  sys_seconds next_try_{};
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;  // the last member: it uses all others until it has ended
};

ScheduledRefreshes::ScheduledRefreshes(RefreshSchedule schedule, Hooks hooks, std::chrono::milliseconds look_interval)
    : runner_(std::make_unique<Runner>(std::move(schedule), std::move(hooks), look_interval)) {}

ScheduledRefreshes::~ScheduledRefreshes() = default;

}  // namespace pilling::engine
