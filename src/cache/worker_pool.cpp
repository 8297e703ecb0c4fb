#include "pilling/worker_pool.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/process.hpp"

namespace pilling {

WorkerPool::Work::~Work() = default;

class WorkerPool::Impl {
 public:
  explicit Impl(const WorkerPoolOptions& options)
      : threads_(std::max<std::size_t>(options.threads, 1)),
        queue_length_(options.queue_length),
        reserved_(std::min(options.reserved_threads, threads_ - 1)) {
    workers_.reserve(threads_);
  }

  ~Impl() {
    std::array<Queue, lanes> left;
    {
      const std::scoped_lock lock(mutex_);
      is_closed_ = true;
      left.swap(queues_);
    }
    came_.notify_all();
    // Work that dies may ask for more, which is refused by now.
    for (Queue& queue : left) queue.clear();
    for (std::thread& worker : workers_) worker.join();
  }

  std::unique_ptr<Work> submit(Lane lane, std::unique_ptr<Work> work) {
    {
      const std::scoped_lock lock(mutex_);
      Queue& queue = queues_[static_cast<std::size_t>(lane)];
      if (is_closed_ || queue.size() >= queue_length_) {
        ++refused_;
        return work;
      }
      if (idle_ <= waiting_locked() && workers_.size() < threads_) hire();
      queue.push_back(std::move(work));
    }
    came_.notify_one();
    return nullptr;
  }

  std::size_t waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_locked();
  }

  std::uint64_t refused() const {
    const std::scoped_lock lock(mutex_);
    return refused_;
  }

  const core::HomeProcess home;

 private:
  using Queue = std::deque<std::unique_ptr<Work>>;
  static constexpr std::size_t lanes = 3;

  std::size_t waiting_locked() const {
    std::size_t sum = 0;
    for (const Queue& queue : queues_) sum += queue.size();
    return sum;
  }

  // Under the lock. When the system has no thread to spare, those that are there do with fewer.
  void hire() {
    try {
      workers_.push_back(core::start_without_signals<std::thread>([this] { serve(); }));
    } catch (const std::system_error&) {
      if (workers_.empty()) throw;
    }
  }

  // Users may have all threads, refreshes all but one, and batches all but those that are reserved.
  std::size_t threads_for(std::size_t lane) const {
    if (lane == static_cast<std::size_t>(Lane::user)) return threads_;
    if (lane == static_cast<std::size_t>(Lane::refresh)) return threads_ - std::min<std::size_t>(reserved_, 1);
    return threads_ - reserved_;
  }

  // The most urgent lane that has work and may have a thread. The threads that less urgent work holds count for all.
  std::optional<std::size_t> next_lane() const {
    std::size_t at_most_as_urgent = 0;
    for (const std::size_t busy : busy_) at_most_as_urgent += busy;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      if (!queues_[lane].empty() && at_most_as_urgent < threads_for(lane)) return lane;
      at_most_as_urgent -= busy_[lane];
    }
    return std::nullopt;
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      std::optional<std::size_t> lane;
      ++idle_;
      came_.wait(lock, [&] {
        lane = next_lane();
        return is_closed_ || lane;
      });
      --idle_;
      if (is_closed_) return;
      run_one(*lane, lock);
    }
  }

  void run_one(std::size_t lane, std::unique_lock<std::mutex>& lock) {
    std::unique_ptr<Work> work = std::move(queues_[lane].front());
    queues_[lane].pop_front();
    ++busy_[lane];
    lock.unlock();
    work->run();
    work.reset();
    lock.lock();
    --busy_[lane];
    // A thread that this lane may have now.
    came_.notify_one();
  }

  const std::size_t threads_;
  const std::size_t queue_length_;
  const std::size_t reserved_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::array<Queue, lanes> queues_;
  std::array<std::size_t, lanes> busy_{};
  std::size_t idle_ = 0;
  std::uint64_t refused_ = 0;
  bool is_closed_ = false;
  std::vector<std::thread> workers_;
};

WorkerPool::WorkerPool(const WorkerPoolOptions& options) : impl_(std::make_unique<Impl>(options)) {}
WorkerPool::~WorkerPool() { impl_->home.leave_if_forked(impl_); }

std::unique_ptr<WorkerPool::Work> WorkerPool::submit(Lane lane, std::unique_ptr<Work> work) {
  return impl_->submit(lane, std::move(work));
}

std::size_t WorkerPool::waiting() const { return impl_->waiting(); }
std::uint64_t WorkerPool::refused() const { return impl_->refused(); }

}  // namespace pilling
