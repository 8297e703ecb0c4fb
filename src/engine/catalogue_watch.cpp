#include "engine/catalogue_watch.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unistd.h>
#include <utility>

namespace pilling::engine {
namespace {

// Longer ones would run over the end of the clock.
constexpr std::chrono::milliseconds longest_interval = std::chrono::hours(24);

// A thread inherits the mask of the one that starts it. Signals are the host's: its own threads are to get them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

class CatalogueWatch::Watcher {
 public:
  Watcher(std::chrono::milliseconds interval, Look look)
      : interval_(std::min(interval, longest_interval)), look_(std::move(look)) {
    const SignalsBlocked blocked;
    thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }

  Counts counts() const {
    return {.loads = loads_.load(std::memory_order_relaxed), .failures = failures_.load(std::memory_order_relaxed)};
  }

 private:
  void watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      // Nothing but a stop ends the wait early.
      wakes_.wait_for(lock, stop, interval_, [] { return false; });
      if (!stop.stop_requested()) look_once();
    }
  }

  void look_once() noexcept {
    try {
      if (look_()) loads_.fetch_add(1, std::memory_order_relaxed);
    } catch (...) {
      // A disk that is full or a store that restarts passes; until then, what is in memory is good. The count tells.
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  const std::chrono::milliseconds interval_;
  const Look look_;
  std::atomic<std::uint64_t> loads_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;  // the last member: it uses all others until it has ended
};

CatalogueWatch::CatalogueWatch(std::chrono::milliseconds interval, Look look)
    : watcher_(interval.count() > 0 ? std::make_unique<Watcher>(interval, std::move(look)) : nullptr),
      process_(getpid()) {}

CatalogueWatch::~CatalogueWatch() {
  // A thread does not come along into a forked process. One that ends there, as the workers of a web server do, would
  // wait for the thread forever.
  if (process_ != getpid()) static_cast<void>(watcher_.release());
}

CatalogueWatch::Counts CatalogueWatch::counts() const { return watcher_ ? watcher_->counts() : Counts{}; }

}  // namespace pilling::engine
