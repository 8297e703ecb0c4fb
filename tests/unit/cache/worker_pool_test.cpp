#include "pilling/worker_pool.hpp"

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace pilling {
namespace {

class Job final : public WorkerPool::Work {
 public:
  explicit Job(
      std::function<void()> run, std::function<void()> on_end = [] {})
      : run_(std::move(run)), on_end_(std::move(on_end)) {}
  ~Job() override { on_end_(); }
  void run() noexcept override { run_(); }

 private:
  std::function<void()> run_;
  std::function<void()> on_end_;
};

std::unique_ptr<Job> job(std::function<void()> run) { return std::make_unique<Job>(std::move(run)); }

// Work that notes that it has begun and then waits for `open`.
class Gate {
 public:
  ~Gate() { open(); }

  std::unique_ptr<Job> job(const std::string& name = "job") {
    return pilling::job([this, name] {
      std::unique_lock lock(mutex_);
      begun_.push_back(name);
      changed_.notify_all();
      changed_.wait(lock, [this] { return is_open_; });
    });
  }

  void await_begun(std::size_t jobs) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_.size() >= jobs; });
  }

  void open() {
    const std::scoped_lock lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

  std::vector<std::string> begun() const {
    const std::scoped_lock lock(mutex_);
    return begun_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> begun_;
  bool is_open_ = false;
};

void run_and_wait(WorkerPool& pool, Lane lane) {
  std::latch done(1);
  ASSERT_EQ(pool.submit(lane, job([&] { done.count_down(); })), nullptr);
  done.wait();
}

TEST(WorkerPool, RunsEachPieceOfWorkOnce) {
  constexpr int count = 300;
  std::vector<std::atomic<int>> runs(count);
  std::latch done(count);
  WorkerPool pool({.threads = 4, .queue_length = count, .reserved_threads = 1});

  for (int i = 0; i < count; ++i) {
    const auto lane = static_cast<Lane>(i % 3);
    ASSERT_EQ(pool.submit(lane, job([&, i] {
                            ++runs[static_cast<std::size_t>(i)];
                            done.count_down();
                          })),
              nullptr);
  }
  done.wait();

  for (const auto& run : runs) EXPECT_EQ(run, 1);
  EXPECT_EQ(pool.waiting(), 0U);
  EXPECT_EQ(pool.refused(), 0U);
}

TEST(WorkerPool, WorksOnAsManyPiecesAsItHasThreads) {
  constexpr std::size_t threads = 4;
  WorkerPool pool({.threads = threads, .queue_length = 10, .reserved_threads = 2});
  std::barrier meeting(threads + 1);

  for (std::size_t i = 0; i < threads; ++i) pool.submit(Lane::user, job([&] { meeting.arrive_and_wait(); }));

  meeting.arrive_and_wait();
}

TEST(WorkerPool, ServesUsersBeforeRefreshesBeforeBatches) {
  std::vector<std::string> order;
  Gate gate;
  std::latch done(6);
  WorkerPool pool({.threads = 1, .queue_length = 10, .reserved_threads = 0});
  pool.submit(Lane::batch, gate.job());
  gate.await_begun(1);
  const auto submit = [&](Lane lane, const std::string& name) {
    pool.submit(lane, job([&, name] {
                  order.push_back(name);
                  done.count_down();
                }));
  };

  submit(Lane::batch, "batch 1");
  submit(Lane::refresh, "refresh 1");
  submit(Lane::user, "user 1");
  submit(Lane::batch, "batch 2");
  submit(Lane::refresh, "refresh 2");
  submit(Lane::user, "user 2");
  gate.open();
  done.wait();

  EXPECT_EQ(order, (std::vector<std::string>{"user 1", "user 2", "refresh 1", "refresh 2", "batch 1", "batch 2"}));
}

TEST(WorkerPool, LeavesReservedThreadsToMoreUrgentWork) {
  Gate gate;
  WorkerPool pool({.threads = 4, .queue_length = 10, .reserved_threads = 2});
  for (int i = 0; i < 3; ++i) pool.submit(Lane::batch, gate.job("batch"));
  gate.await_begun(2);
  for (int i = 0; i < 2; ++i) pool.submit(Lane::refresh, gate.job("refresh"));
  gate.await_begun(3);

  // When these have come and gone, the last thread was free and was not taken by what waits.
  for (int i = 0; i < 10; ++i) run_and_wait(pool, Lane::user);

  EXPECT_EQ(gate.begun(), (std::vector<std::string>{"batch", "batch", "refresh"}));
  EXPECT_EQ(pool.waiting(), 2U);
  gate.open();
}

TEST(WorkerPool, GivesBatchesTheirThreadsWhileOthersAreBusyWithUsers) {
  Gate gate;
  WorkerPool pool({.threads = 4, .queue_length = 10, .reserved_threads = 2});
  for (int i = 0; i < 2; ++i) pool.submit(Lane::user, gate.job("user"));
  for (int i = 0; i < 2; ++i) pool.submit(Lane::batch, gate.job("batch"));

  gate.await_begun(4);

  EXPECT_EQ(pool.waiting(), 0U);
  gate.open();
}

TEST(WorkerPool, TakesUpWhatWaitedForAThreadThatItsLaneMayHave) {
  Gate first;
  Gate second;
  WorkerPool pool({.threads = 3, .queue_length = 10, .reserved_threads = 2});
  pool.submit(Lane::batch, first.job());
  first.await_begun(1);
  pool.submit(Lane::batch, second.job());
  run_and_wait(pool, Lane::user);
  ASSERT_EQ(pool.waiting(), 1U);

  first.open();

  second.await_begun(1);
  second.open();
}

TEST(WorkerPool, ReservesNothingOfOneThread) {
  WorkerPool pool({.threads = 1, .queue_length = 10, .reserved_threads = 2});

  run_and_wait(pool, Lane::batch);
  run_and_wait(pool, Lane::refresh);
}

TEST(WorkerPool, TakesNoThreadsForOne) {
  WorkerPool pool({.threads = 0, .queue_length = 10, .reserved_threads = 0});

  run_and_wait(pool, Lane::batch);
}

TEST(WorkerPool, GivesBackWhatIsMoreThanItsQueueHolds) {
  Gate gate;
  WorkerPool pool({.threads = 1, .queue_length = 2, .reserved_threads = 0});
  pool.submit(Lane::user, gate.job());
  gate.await_begun(1);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(pool.submit(Lane::user, job([] {})), nullptr);
  auto one_more = job([] { ADD_FAILURE() << "it was run"; });
  const auto* const its_address = one_more.get();

  const auto given_back = pool.submit(Lane::user, std::move(one_more));

  EXPECT_EQ(given_back.get(), its_address);
  EXPECT_EQ(pool.refused(), 1U);
  EXPECT_EQ(pool.submit(Lane::batch, job([] {})), nullptr) << "each lane has a queue of its own";
  EXPECT_EQ(pool.waiting(), 3U);
  gate.open();
}

TEST(WorkerPool, EndsEachPieceOfWorkWhenItWasRun) {
  std::latch ended(1);
  WorkerPool pool;

  pool.submit(Lane::user, std::make_unique<Job>([] {}, [&] { ended.count_down(); }));

  ended.wait();
}

TEST(WorkerPool, TakesWorkFromItsOwnWork) {
  std::latch done(1);
  WorkerPool pool({.threads = 1, .queue_length = 10, .reserved_threads = 0});

  pool.submit(Lane::user, job([&] { pool.submit(Lane::user, job([&] { done.count_down(); })); }));

  done.wait();
}

TEST(WorkerPool, DestroysWhatWaitsWhenItIsClosed) {
  std::atomic<int> runs = 0;
  std::latch ended(6);
  Gate gate;
  auto pool = std::make_unique<WorkerPool>(WorkerPoolOptions{.threads = 1, .queue_length = 10, .reserved_threads = 0});
  pool->submit(Lane::user, gate.job());
  gate.await_begun(1);
  for (int i = 0; i < 6; ++i) {
    pool->submit(static_cast<Lane>(i % 3), std::make_unique<Job>([&] { ++runs; }, [&] { ended.count_down(); }));
  }

  std::jthread closing([&] { pool.reset(); });
  // It waits for the work that runs, but does not keep those who wait for the others so long.
  ended.wait();
  gate.open();
  closing.join();

  EXPECT_EQ(runs, 0);
}

TEST(WorkerPool, WaitsForWhatRunsWhenItIsClosed) {
  std::atomic<bool> is_over = false;
  std::latch begun(1);
  {
    WorkerPool pool;
    pool.submit(Lane::user, job([&] {
                  begun.count_down();
                  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
                  is_over = true;
                }));
    begun.wait();
  }

  EXPECT_TRUE(is_over);
}

TEST(WorkerPool, RefusesWhatIsSubmittedWhileItIsClosed) {
  std::latch ended(1);
  std::unique_ptr<WorkerPool::Work> given_back;
  Gate gate;
  auto owned = std::make_unique<WorkerPool>(WorkerPoolOptions{.threads = 1, .queue_length = 10, .reserved_threads = 0});
  WorkerPool& pool = *owned;
  pool.submit(Lane::user, gate.job());
  gate.await_begun(1);
  pool.submit(Lane::user, std::make_unique<Job>([] {},
                                                [&] {
                                                  given_back = pool.submit(Lane::user, job([] {}));
                                                  ended.count_down();
                                                }));

  std::jthread closing([&] { owned.reset(); });
  ended.wait();
  gate.open();
  closing.join();

  EXPECT_NE(given_back, nullptr);
}

}  // namespace
}  // namespace pilling
