#include "engine/scheduled_refreshes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/calendar.hpp"
#include "core/failure.hpp"
#include "core/process.hpp"
#include "pilling/error.hpp"
#include "refresh/jobs.hpp"

namespace pilling::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_seconds;

// After a refresh that was not complete. Each fetches all pages anew, and the services count them by the day.
constexpr std::array<minutes, 3> waits_between_tries = {minutes(15), hours(1), hours(3)};

// Tries that lie further apart are not of the same night.
constexpr hours same_night(12);

// Notes of the job: seconds since 1970 in UTC, and a count.
constexpr std::string_view complete = "complete";
constexpr std::string_view incomplete = "incomplete";

std::pair<sys_seconds, std::size_t> numbers_in(std::string_view text) {
  std::int64_t seconds = 0;
  std::size_t count = 0;
  const auto first = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (first.ptr != text.data() + text.size()) std::from_chars(first.ptr + 1, text.data() + text.size(), count);
  return {sys_seconds(std::chrono::seconds(seconds)), count};
}

}  // namespace

sys_seconds last_due(const RefreshSchedule& schedule, sys_seconds now) {
  const sys_seconds today = core::korean_midnight(core::korean_day(now)) + schedule.time_of_day;
  return today <= now ? today : today - hours(24);
}

RefreshHistory read_history(Store& store) {
  RefreshHistory history;
  for (const JobNote& note : store.notes(refresh::refresh_job)) {
    const auto [begun, tries] = numbers_in(note.text);
    if (note.key == complete) history.complete = begun;
    if (note.key == incomplete) {
      history.incomplete = begun;
      history.tries = tries;
    }
  }
  return history;
}

void write_history(StoreTransaction& transaction, sys_seconds begun, bool is_complete) {
  const auto put = [&](std::string_view key, std::size_t tries) {
    transaction.put(JobNote{.job = std::string(refresh::refresh_job),
                            .key = std::string(key),
                            .text = std::to_string(begun.time_since_epoch().count()) + ' ' + std::to_string(tries)});
  };
  if (is_complete) {
    put(complete, 0);
    transaction.erase_note(refresh::refresh_job, incomplete);
    return;
  }
  const auto before = transaction.note(refresh::refresh_job, incomplete);
  const auto [last, tries] = numbers_in(before.value_or(""));
  put(incomplete, begun - last < same_night ? tries + 1 : 1);
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
      if (due != failed_due_) failures_ = 0;
      failed_due_ = due;
      const RefreshHistory history = hooks_.history();
      if (history.complete && *history.complete >= due) return;
      if (may_try(history, due, now)) refresh(stop, now);
    } catch (...) {
      tell_failure(core::reason_of_failure());
    }
  }

  // What other processes have tried counts, too.
  bool may_try(const RefreshHistory& history, sys_seconds due, sys_seconds now) const {
    const bool is_tried = history.incomplete && *history.incomplete >= due;
    const std::size_t tries = std::max(is_tried ? history.tries : 0, failures_);
    if (tries == 0) return true;
    if (tries > waits_between_tries.size()) return false;
    const sys_seconds last = std::max(is_tried ? *history.incomplete : sys_seconds(), failures_ > 0 ? failed_at_ : due);
    return now >= last + waits_between_tries[tries - 1];
  }

  void refresh(const std::stop_token& stop, sys_seconds now) {
    try {
      const RefreshReport report = hooks_.refresh(stop);
      if (!stop.stop_requested()) tell_report(report);
    } catch (const Refused&) {
      // Another process is at it. Whether it succeeds, the next looks will tell.
    } catch (...) {
      ++failures_;
      failed_at_ = now;
      tell_failure(core::reason_of_failure());
    }
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
  // Refreshes that gave no report, and so left nothing in the store.
  sys_seconds failed_due_{};
  sys_seconds failed_at_{};
  std::size_t failures_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;  // the last member: it uses all others until it has ended
};

ScheduledRefreshes::ScheduledRefreshes(RefreshSchedule schedule, Hooks hooks, std::chrono::milliseconds look_interval)
    : runner_(std::make_unique<Runner>(std::move(schedule), std::move(hooks), look_interval)) {}

ScheduledRefreshes::~ScheduledRefreshes() = default;

}  // namespace pilling::engine
