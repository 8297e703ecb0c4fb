#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <pybind11/pybind11.h>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "listener.hpp"
#include "pilling/engine.hpp"

namespace pilling::python {

inline RefreshOptions to_refresh_options(const py::object& given) {
  const auto milliseconds = [&](const char* name) {
    return std::chrono::ceil<std::chrono::milliseconds>(to_duration(given.attr(name).cast<double>(), name));
  };
  const auto count = [&](const char* name) { return to_count(given.attr(name).cast<std::int64_t>(), name); };
  const auto flag = [&](const char* name) { return given.attr(name).cast<bool>(); };
  return {.dry_run = flag("dry_run"),
          .fetches_rows = flag("fetches_rows"),
          .workers = count("workers"),
          .uses_batches = flag("uses_batches"),
          .waits_for_batches = flag("waits_for_batches"),
          .batch_interval = milliseconds("batch_interval"),
          .page_rows = count("page_rows"),
          .page_lifetime = milliseconds("page_lifetime"),
          .call_timeout = milliseconds("call_timeout"),
          .patience = milliseconds("patience"),
          .largest_loss = given.attr("largest_loss").cast<double>(),
          .lease = milliseconds("lease")};
}

/// Adds a function that the handle of the engine drops when the engine closes.
inline std::shared_ptr<Listener> add_listener(std::vector<std::shared_ptr<Listener>>& listeners,
                                              const py::object& function) {
  listeners.push_back(std::make_shared<Listener>(Listener{function}));
  return listeners.back();
}

inline RefreshSchedule to_refresh_schedule(const py::object& given, std::vector<std::shared_ptr<Listener>>& listeners) {
  RefreshSchedule schedule;
  const py::object at = given.attr("at");
  schedule.time_of_day =
      std::chrono::hours(at.attr("hour").cast<int>()) + std::chrono::minutes(at.attr("minute").cast<int>());
  schedule.options = to_refresh_options(given.attr("options"));
  schedule.on_report = [listener = add_listener(listeners, given.attr("on_report"))](const RefreshReport& report) {
    const GilTurn turn;
    listener->tell(to_python(report));
  };
  schedule.on_failure = [listener = add_listener(listeners, given.attr("on_failure"))](std::string_view why) {
    const GilTurn turn;
    listener->tell(to_python(std::string(why)));
  };
  return schedule;
}

/// A refresh on a thread of its own, so that the thread that called it hears of Ctrl-C while the model is waited for,
/// and tells the listener how far it has come. Needs the GIL.
class WatchedRefresh {
 public:
  WatchedRefresh(std::shared_ptr<Engine> engine, RefreshOptions options)
      : engine_(std::move(engine)), options_(options) {}

  /// What the engine throws; what the listener raises ends the refresh, and so does a signal.
  RefreshReport run(const py::object& listener) {
    std::optional<py::error_already_set> ended;
    {
      Joined thread(std::jthread([this](const std::stop_token& stop) { refresh(stop); }));
      while (!ended && tell(listener, ended)) {
      }
      if (!ended) thread.let_end();
    }
    if (!ended) tell(listener, ended);
    if (ended) throw std::move(*ended);
    if (failure_) std::rethrow_exception(failure_);
    return std::move(report_);
  }

 private:
  // Ends without the GIL, which the thread may want.
  class Joined {
   public:
    explicit Joined(std::jthread thread) : thread_(std::move(thread)) {}
    ~Joined() {
      if (!may_end_) thread_.request_stop();
      without_gil([this] { thread_.join(); });
    }
    Joined(const Joined&) = delete;
    Joined& operator=(const Joined&) = delete;

    void let_end() noexcept { may_end_ = true; }

   private:
    std::jthread thread_;
    bool may_end_ = false;
  };

  void refresh(const std::stop_token& stop) {
    const auto note = [this](const RefreshProgress& progress) {
      const std::scoped_lock lock(mutex_);
      news_.push_back(progress);
      has_news_.notify_one();
    };
    try {
      report_ = engine_->refresh(options_, note, stop);
    } catch (...) {
      failure_ = std::current_exception();
    }
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
    has_news_.notify_one();
  }

  // Waits for news for a moment. False when there will be no more.
  bool tell(const py::object& listener, std::optional<py::error_already_set>& ended) {
    bool is_over = false;
    const std::vector<RefreshProgress> news = without_gil([&] {
      std::unique_lock lock(mutex_);
      has_news_.wait_for(lock, std::chrono::milliseconds(100), [this] { return is_over_ || !news_.empty(); });
      is_over = is_over_;
      return std::exchange(news_, {});
    });
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!listener.is_none()) {
        for (const RefreshProgress& progress : news) listener(to_python(progress));
      }
    } catch (py::error_already_set& error) {
      ended.emplace(std::move(error));
    }
    return !is_over;
  }

  const std::shared_ptr<Engine> engine_;
  const RefreshOptions options_;
  RefreshReport report_;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable has_news_;
  std::vector<RefreshProgress> news_;
  bool is_over_ = false;
};

}  // namespace pilling::python
