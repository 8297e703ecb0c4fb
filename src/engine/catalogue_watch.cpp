#include "engine/catalogue_watch.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/process.hpp"

namespace pilling::engine {
namespace {

// Longer ones would run over the end of the clock.
constexpr std::chrono::milliseconds longest_interval = std::chrono::hours(24);

}  // namespace

class CatalogueWatch::Watcher {
 public:
  Watcher(std::chrono::milliseconds interval, Look look)
      : interval_(std::min(interval, longest_interval)), look_(std::move(look)) {
    thread_ = core::start_without_signals<std::jthread>([this](const std::stop_token& stop) { watch(stop); });
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
    : watcher_(interval.count() > 0 ? std::make_unique<Watcher>(interval, std::move(look)) : nullptr) {}

CatalogueWatch::~CatalogueWatch() = default;

CatalogueWatch::Counts CatalogueWatch::counts() const { return watcher_ ? watcher_->counts() : Counts{}; }

}  // namespace pilling::engine
