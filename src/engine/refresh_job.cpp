#include "engine/refresh_job.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/medicine_refresh.hpp"
#include "engine/scheduled_refreshes.hpp"
#include "pilling/error.hpp"
#include "refresh/jobs.hpp"
#include "refresh/make_summaries.hpp"
#include "refresh/work.hpp"

namespace pilling::engine {
namespace {

using refresh::Work;

void check(const RefreshOptions& options) {
  const auto refuse = [](const char* what) { throw InvalidArgument(std::string("RefreshOptions::") + what); };
  if (options.workers == 0) refuse("workers is 0; at least one has to call the summarizer");
  if (options.page_rows == 0) refuse("page_rows is 0; ask for at least one row at a time");
  if (options.call_timeout.count() <= 0) refuse("call_timeout leaves no time for a call");
  if (options.lease.count() < 1'000) refuse("lease is below a second; a refresh could not renew it in time");
  if (options.batch_interval.count() <= 0) refuse("batch_interval would ask without a pause");
  if (!(options.largest_loss >= 0 && options.largest_loss <= 1)) refuse("largest_loss is a share, from 0 to 1");
}

void put_publication(StoreTransaction& transaction, const Work& work) {
  const std::string job = refresh::published_job(work.maker());
  const auto before = work.store().job(job);
  JobProgress progress;
  progress.name = job;
  // Counted rather than dated: two refreshes within a second are two.
  progress.done = before ? before->done + 1 : 1;
  progress.cursor = std::to_string(progress.done);
  progress.is_finished = true;
  progress.updated_at = work.now();
  transaction.put(progress);
  transaction.erase_note(job, refresh::unpublished);
}

// By this refresh, or by one before that was cut off.
bool has_new_summaries(StoreTransaction& transaction, const Work& work) {
  return transaction.note(refresh::published_job(work.maker()), refresh::unpublished).has_value();
}

void put_end(StoreTransaction& transaction, const Work& work) {
  JobProgress progress;
  progress.name = refresh::refresh_job;
  progress.done = work.report.kept + work.report.made + work.report.without;
  progress.total = work.report.texts;
  progress.is_finished = work.report.is_complete;
  progress.updated_at = work.now();
  transaction.put(progress);
  if (work.options.fetches_rows) write_history(transaction, work.begun_at, work.report.is_complete);
}

// Each call is one transaction, so that everybody sees all of it or nothing.
class Publisher {
 public:
  Publisher(Work& work, MedicineRefresh& medicines) : work_(work), medicines_(medicines) {}

  // A batch may take a day, and rows are worth having before.
  void publish_rows() {
    work_.commit([this](StoreTransaction& transaction) {
      if (put_rows(transaction)) put_publication(transaction, work_);
    });
  }

  void publish_all() {
    work_.tell(RefreshStage::publishing, 0, 1);
    work_.commit([this](StoreTransaction& transaction) {
      const bool has_changed = put_rows(transaction);
      if (has_changed || has_new_summaries(transaction, work_)) put_publication(transaction, work_);
      put_end(transaction, work_);
    });
    work_.tell(RefreshStage::publishing, 1, 1);
  }

 private:
  bool put_rows(StoreTransaction& transaction) {
    return !std::exchange(are_rows_put_, true) && medicines_.publish(transaction);
  }

  Work& work_;
  MedicineRefresh& medicines_;
  bool are_rows_put_ = false;
};

void run(Work& work, const EngineOptions& options) {
  using Sources = std::vector<std::shared_ptr<MedicineSource>>;
  MedicineRefresh medicines(work, work.options.fetches_rows ? options.sources : Sources());
  medicines.fetch();
  if (work.stop.stop_requested()) return;
  Publisher publisher(work, medicines);
  if (work.options.uses_batches && !work.options.dry_run) publisher.publish_rows();
  const bool has_all_summaries = refresh::make_summaries(work, medicines.preview());
  if (work.options.dry_run || work.stop.stop_requested()) return;
  work.report.is_complete = has_all_summaries && medicines.is_complete();
  publisher.publish_all();
}

}  // namespace

void check(const RefreshSchedule& schedule) {
  if (schedule.time_of_day < std::chrono::minutes(0) || schedule.time_of_day >= std::chrono::hours(24)) {
    throw InvalidArgument(
        "RefreshSchedule::time_of_day is no time of a day; it counts minutes after midnight in Korea");
  }
  check(schedule.options);
  if (schedule.options.dry_run) throw InvalidArgument("RefreshSchedule::options is a dry run; it would never be done");
}

RefreshReport run_refresh(const EngineOptions& options, const RefreshOptions& wanted,
                          const RefreshProgressHook& on_progress, const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  check(wanted);
  Work work(*options.store, *options.summarizer, wanted, on_progress, stop, options.now);
  run(work, options);
  RefreshReport report = work.finish();
  report.elapsed = std::chrono::steady_clock::now() - begin;
  return report;
}

}  // namespace pilling::engine
