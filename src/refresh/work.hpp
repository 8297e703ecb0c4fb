#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include "core/deadline.hpp"
#include "pilling/error.hpp"
#include "pilling/refresh.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"
#include "refresh/jobs.hpp"
#include "refresh/lease.hpp"

namespace pilling::refresh {

/// What all parts of one refresh share. For the one thread that refreshes, but for the summarizer, the options and the
/// clock.
class Work {
 public:
  Work(Store& store, Summarizer& summarizer, const RefreshOptions& wanted, const RefreshProgressHook& on_progress,
       std::stop_token stopped, SystemClock now)
      : options(wanted),
        stop(std::move(stopped)),
        begun_at(std::chrono::floor<std::chrono::seconds>(now())),
        store_(store),
        summarizer_(summarizer),
        maker_(summarizer.maker()),
        before_(summarizer.stats()),
        on_progress_(on_progress),
        now_(std::move(now)),
        lease_(store, wanted.lease, now_) {}

  const RefreshOptions& options;
  const std::stop_token stop;
  const std::chrono::sys_seconds begun_at;
  RefreshReport report;

  Store& store() const { return store_; }
  Summarizer& summarizer() const { return summarizer_; }
  const std::string& maker() const { return maker_; }
  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_()); }
  double dollars() const { return summarizer_.stats().dollars - before_.dollars; }

  std::uint64_t asked_again() const { return summarizer_.stats().asked_again - before_.asked_again; }

  /// Of one call to a source or the summarizer.
  CallOptions call() const { return core::within({.stop = stop}, options.call_timeout); }

  /// Writes in one transaction, unless another refresh has taken over. Nothing slow happens in it: others wait.
  template <class Write>
  void commit(const Write& write) {
    // What is paid for is written even when a stop was requested.
    const auto transaction = store_.begin();
    lease_.check(*transaction);
    write(*transaction);
    transaction->commit();
  }

  /// The summary of a text, to be published by this refresh or, if it does not come to that, by the next.
  void put(StoreTransaction& transaction, const std::string& fingerprint, const Summary& summary) const {
    transaction.put({.text = fingerprint, .keyword = {}, .maker = maker_}, summary);
    transaction.put(JobNote{.job = published_job(maker_), .key = std::string(unpublished), .text = {}});
  }

  /// One text that cannot be summarised, or source that cannot be read: the first hundred are told.
  void add_failure(std::string what) {
    constexpr std::size_t most = 100;
    if (report.failures.size() < most) {
      report.failures.push_back(std::move(what));
    } else {
      ++untold_failures_;
    }
  }

  void tell(RefreshStage stage, std::uint64_t done, std::uint64_t total) const {
    if (on_progress_) on_progress_({.stage = stage, .done = done, .total = total, .dollars = dollars()});
  }

  /// The report, once nothing is added any more.
  RefreshReport finish() {
    if (untold_failures_ > 0) report.failures.push_back("and " + std::to_string(untold_failures_) + " more");
    return std::move(report);
  }

 private:
  Store& store_;
  Summarizer& summarizer_;
  const std::string maker_;
  const SummarizerStats before_;
  const RefreshProgressHook& on_progress_;
  const SystemClock now_;
  const Lease lease_;
  std::uint64_t untold_failures_ = 0;
};

}  // namespace pilling::refresh
