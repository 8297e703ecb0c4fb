#include "engine/scheduled_refreshes.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/engine_fixture.hpp"
#include "support/korean_instant.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_seconds;
using support::korean_instant;

constexpr auto day = std::chrono::year(2026) / std::chrono::November / 28;

TEST(LastDue, IsTheTimeOfTodayOrYesterdayInKorea) {
  const RefreshSchedule at_two;

  EXPECT_EQ(last_due(at_two, korean_instant(day, 2)), korean_instant(day, 2));
  EXPECT_EQ(last_due(at_two, korean_instant(day, 23)), korean_instant(day, 2));
  EXPECT_EQ(last_due(at_two, korean_instant(day, 2) - std::chrono::seconds(1)), korean_instant(day, 2) - hours(24));
  EXPECT_EQ(last_due({.time_of_day = minutes(0)}, korean_instant(day, 0)), korean_instant(day, 0));
}

/// A clock that is set, and refreshes that are counted.
class ScheduleTest : public testing::Test {
 protected:
  ScheduledRefreshes::Hooks hooks() {
    return {.refresh =
                [this](const std::stop_token& stop) {
                  ++refreshes;
                  if (refuses) throw Refused("another process refreshes");
                  if (throws) throw StorageError("the disk is full", "/nowhere");
                  while (waits_for_stop && !stop.stop_requested()) std::this_thread::yield();
                  RefreshReport report;
                  report.is_complete = is_complete;
                  write(now, is_complete);
                  return report;
                },
            .history = [this] { return read_history(*store); },
            .now =
                [this] {
                  ++ticks;
                  return now.load();
                }};
  }

  // As a refresh does that ends.
  void write(sys_seconds begun, bool complete) const {
    const auto transaction = store->begin();
    write_history(*transaction, begun, complete);
    transaction->commit();
  }

  // Whether the schedule has looked at the clock often enough since to have done what it wants to.
  void let_it_look() const {
    const int enough = ticks + 10;
    while (ticks < enough) std::this_thread::yield();
  }

  std::atomic<sys_seconds> now = korean_instant(day, 12);
  support::TemporaryDirectory directory;
  std::shared_ptr<Store> store = make_sqlite_store(directory.path() / "pilling.db");
  std::atomic<int> refreshes = 0;
  mutable std::atomic<int> ticks = 0;
  std::atomic<bool> is_complete = true;
  std::atomic<bool> refuses = false;
  std::atomic<bool> throws = false;
  std::atomic<bool> waits_for_stop = false;
  static constexpr std::chrono::milliseconds often{1};
};

TEST_F(ScheduleTest, CatchesUpWithARunThatWasMissed) {
  write(korean_instant(day, 1), true);
  const ScheduledRefreshes schedule({}, hooks(), often);
  let_it_look();

  EXPECT_EQ(refreshes, 1);
}

TEST_F(ScheduleTest, WaitsForItsTime) {
  write(korean_instant(day, 3), true);
  const ScheduledRefreshes schedule({}, hooks(), often);
  let_it_look();
  EXPECT_EQ(refreshes, 0);

  now = korean_instant(day, 2) + hours(24) - std::chrono::seconds(1);
  let_it_look();
  EXPECT_EQ(refreshes, 0);

  now = korean_instant(day, 2) + hours(24);
  let_it_look();
  EXPECT_EQ(refreshes, 1);
}

TEST_F(ScheduleTest, LeavesItToAnotherProcessThatIsAtIt) {
  refuses = true;
  const ScheduledRefreshes schedule({}, hooks(), often);
  let_it_look();
  write(now, true);
  const int before = refreshes;
  let_it_look();

  EXPECT_GE(before, 1);
  EXPECT_LE(refreshes, before + 1);
}

TEST_F(ScheduleTest, TriesAnIncompleteRefreshAgainLaterAndLessAndLess) {
  is_complete = false;
  const ScheduledRefreshes schedule({}, hooks(), often);
  let_it_look();
  EXPECT_EQ(refreshes, 1);

  const auto after = [&](minutes wait) {
    now = now.load() + wait;
    let_it_look();
    return refreshes.load();
  };
  EXPECT_EQ(after(minutes(14)), 1);
  EXPECT_EQ(after(minutes(1)), 2);
  EXPECT_EQ(after(minutes(59)), 2);
  EXPECT_EQ(after(minutes(1)), 3);
  EXPECT_EQ(after(hours(3)), 4);
  EXPECT_EQ(after(hours(3)), 4);
  EXPECT_EQ(after(hours(24)), 5);
}

TEST_F(ScheduleTest, CountsWhatOtherProcessesHaveTried) {
  is_complete = false;
  const ScheduledRefreshes one({}, hooks(), often);
  let_it_look();
  const ScheduledRefreshes other({}, hooks(), often);
  let_it_look();
  EXPECT_EQ(refreshes, 1);

  now = now.load() + minutes(15);
  let_it_look();
  let_it_look();
  // Both may begin at once; where the lease is, one of them is refused.
  EXPECT_GE(refreshes, 2);
  EXPECT_LE(refreshes, 3);
}

TEST_F(ScheduleTest, IsNotDoneByAnIncompleteRefreshBeforeIt) {
  write(korean_instant(day, 3), true);
  write(korean_instant(day, 4), false);
  const ScheduledRefreshes schedule({}, hooks(), often);
  let_it_look();

  EXPECT_EQ(refreshes, 0);
}

TEST_F(ScheduleTest, TellsWhatBecameOfIt) {
  throws = true;
  std::atomic<int> reports = 0;
  std::vector<std::string> failures;
  std::mutex mutex;
  RefreshSchedule wanted;
  wanted.on_report = [&](const RefreshReport&) {
    ++reports;
    throw std::runtime_error("the host's own trouble");
  };
  wanted.on_failure = [&](std::string_view why) {
    const std::scoped_lock lock(mutex);
    failures.emplace_back(why);
  };
  const ScheduledRefreshes schedule(wanted, hooks(), often);
  let_it_look();
  throws = false;
  now = now.load() + minutes(15);
  let_it_look();

  EXPECT_EQ(reports, 1);
  const std::scoped_lock lock(mutex);
  EXPECT_EQ(failures, std::vector<std::string>{"the disk is full"});
}

TEST_F(ScheduleTest, StopsARefreshUnderWay) {
  waits_for_stop = true;
  {
    const ScheduledRefreshes schedule({}, hooks(), often);
    while (refreshes == 0) std::this_thread::yield();
  }

  EXPECT_EQ(refreshes, 1);
}

class EngineScheduleTest : public support::EngineFixture {};

TEST_F(EngineScheduleTest, RefreshesByItself) {
  std::binary_semaphore reported(0);
  EngineOptions scheduled = options();
  scheduled.refresh_schedule = RefreshSchedule{.options = {}, .on_report = [&](const RefreshReport& report) {
                                                 if (report.is_complete) reported.release();
                                               }};
  {
    const Engine engine(scheduled);
    EXPECT_TRUE(reported.try_acquire_for(std::chrono::seconds(20)));
  }

  EXPECT_TRUE(make_sqlite_store(scheduled.database)->job("refresh")->is_finished);
}

TEST_F(EngineScheduleTest, NeedsATimeOfDay) {
  EngineOptions scheduled = options();
  scheduled.refresh_schedule = RefreshSchedule{.time_of_day = hours(24)};

  EXPECT_THROW(Engine{scheduled}, InvalidArgument);
  scheduled.refresh_schedule = RefreshSchedule{.options = {.dry_run = true}};
  EXPECT_THROW(Engine{scheduled}, InvalidArgument);
}

}  // namespace
}  // namespace pilling::engine
