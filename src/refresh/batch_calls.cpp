#include "refresh/batch_calls.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "core/failure.hpp"

namespace pilling::refresh {
namespace {

// The service is asked several times what became of a batch that has been paid for.
constexpr int most_failures_in_a_row = 10;

std::string new_label() {
  std::random_device random;
  return "pilling-" + std::to_string(random()) + "-" + std::to_string(random());
}

}  // namespace

BatchCalls::BatchCalls(Work& work, SummaryBatches& batches, Texts texts)
    : work_(work),
      batches_(batches),
      batches_job_(batches_job(work.maker())),
      counts_{.distinct = texts.distinct, .kept = texts.kept, .without = texts.without, .missing = {}} {
  for (MissingText& missing : texts.missing) {
    order_.push_back(missing.fingerprint);
    missing_.emplace(missing.fingerprint, std::move(missing));
  }
}

void BatchCalls::take_over() {
  for (Batch& batch : batches_before()) {
    if (work_.stop.stop_requested()) return;
    under_way_.insert(batch.texts.begin(), batch.texts.end());
    take_over(batch);
  }
}

void BatchCalls::take_over(Batch& batch) {
  try {
    if (find_id(batch)) collect(batch);
  } catch (const StorageError&) {
    throw;
  } catch (const Error& error) {
    if (!work_.stop.stop_requested())
      work_.add_failure("a batch could not be looked for: " + std::string(error.what()));
  }
}

Texts BatchCalls::rest() const {
  Texts rest = counts_;
  for (const std::string& text : order_) {
    const auto missing = missing_.find(text);
    if (missing != missing_.end() && !under_way_.contains(text)) rest.missing.push_back(missing->second);
  }
  return rest;
}

std::vector<BatchCalls::Batch> BatchCalls::batches_before() {
  std::vector<Batch> batches;
  for (const JobNote& note : work_.store().notes(batches_job_)) {
    Batch batch{.label = note.key, .id = {}, .texts = {}};
    bool is_first = true;
    for (std::size_t begin = 0; begin <= note.text.size();) {
      const std::size_t end = std::min(note.text.find('\n', begin), note.text.size());
      std::string line = note.text.substr(begin, end - begin);
      if (std::exchange(is_first, false)) {
        batch.id = std::move(line);
      } else if (!line.empty()) {
        batch.texts.push_back(std::move(line));
      }
      begin = end + 1;
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

// A crash between the submission and the note of its id. False when there is no such batch.
bool BatchCalls::find_id(Batch& batch) {
  if (!batch.id.empty()) return true;
  const auto found = batches_.find(batch.label, work_.call());
  if (found.empty()) {
    work_.commit([&](StoreTransaction& transaction) { transaction.erase_note(batches_job_, batch.label); });
    for (const std::string& text : batch.texts) under_way_.erase(text);
    return false;
  }
  batch.id = found.front().id;
  note(batch);
  return true;
}

void BatchCalls::submit_rest() {
  std::vector<std::string> texts;
  for (MissingText& missing : rest().missing) texts.push_back(std::move(missing.fingerprint));
  std::vector<Batch> submitted;
  for (auto begin = texts.begin(); begin != texts.end() && !work_.stop.stop_requested();) {
    const auto left = static_cast<std::size_t>(texts.end() - begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(batches_.maximum_entries(), left));
    Batch batch{.label = new_label(), .id = {}, .texts = {begin, end}};
    try {
      submit(batch);
    } catch (const StorageError&) {
      throw;
    } catch (const Error& error) {
      work_.add_failure("a batch could not be handed over: " + std::string(error.what()));
      break;
    }
    submitted.push_back(std::move(batch));
    begin = end;
  }
  for (const Batch& batch : submitted) {
    if (work_.options.waits_for_batches && !work_.stop.stop_requested()) collect(batch);
  }
}

// Noted before and after. A submission that fails may have been one all the same; the next refresh looks for it.
void BatchCalls::submit(Batch& batch) {
  note(batch);
  under_way_.insert(batch.texts.begin(), batch.texts.end());
  const std::vector<BatchEntry> entries = entries_of(batch);
  try {
    batch.id = batches_.submit(entries, batch.label, work_.call());
  } catch (const Refused&) {
    // Nothing was sent.
    work_.commit([&](StoreTransaction& transaction) { transaction.erase_note(batches_job_, batch.label); });
    throw;
  }
  note(batch);
  work_.report.calls += entries.size();
  for (const std::string& text : batch.texts) {
    if (missing_.at(text).may_be_paid) ++work_.report.repeated_calls;
  }
}

void BatchCalls::collect(const Batch& batch) {
  try {
    const BatchStatus status = wait(batch);
    if (!status.is_over) return;
    const auto answers = batches_.answers(batch.id, entries_of(batch), work_.call());
    take(batch, answers);
  } catch (const StorageError&) {
    throw;
  } catch (const Error& error) {
    if (!work_.stop.stop_requested()) work_.add_failure("batch " + batch.id + ": " + error.what());
  }
}

// Its last known state, which is not over when a stop was requested, or when it is not waited for.
BatchStatus BatchCalls::wait(const Batch& batch) {
  BatchStatus status;
  int failures_in_a_row = 0;
  while (!work_.stop.stop_requested()) {
    try {
      status = batches_.status(batch.id, work_.call());
      failures_in_a_row = 0;
    } catch (const NetworkError&) {
      if (++failures_in_a_row == most_failures_in_a_row) throw;
    }
    if (failures_in_a_row == 0) work_.tell(RefreshStage::waiting, status.completed + status.failed, status.total);
    if (status.is_over || !work_.options.waits_for_batches) break;
    sleep();
  }
  return status;
}

void BatchCalls::sleep() const {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, work_.stop, work_.options.batch_interval, [] { return false; });
}

// All answers in one transaction, and the batch is done with.
void BatchCalls::take(const Batch& batch, const std::vector<BatchAnswer>& answers) {
  const std::string calls = calls_job(work_.maker());
  work_.commit([&](StoreTransaction& transaction) {
    for (const BatchAnswer& answer : answers) {
      if (answer.summary) {
        Summary summary = *answer.summary;
        if (summary.made_at == std::chrono::sys_seconds()) summary.made_at = work_.now();
        transaction.put({.text = answer.id, .keyword = {}, .maker = work_.maker()}, summary);
        transaction.erase_note(calls, answer.id);
      } else if (answer.failure.empty()) {
        transaction.put(JobNote{.job = calls, .key = answer.id, .text = std::string(no_indication)});
      }
    }
    transaction.erase_note(batches_job_, batch.label);
  });
  for (const BatchAnswer& answer : answers) {
    if (answer.summary) {
      ++work_.report.made;
      if (answer.is_replaced) ++work_.report.replaced;
    } else if (answer.failure.empty()) {
      ++work_.report.without;
    } else {
      const auto missing = missing_.find(answer.id);
      const std::string owner = missing == missing_.end() ? answer.id : missing->second.first_owner.value;
      work_.add_failure("medicine " + owner + ": " + answer.failure);
      continue;
    }
    ++counts_.kept;
    missing_.erase(answer.id);
  }
  for (const std::string& text : batch.texts) under_way_.erase(text);
  work_.tell(RefreshStage::summarizing, counts_.kept + counts_.without, counts_.distinct);
}

// Those whose text is still there. An answer for another one could not be checked against it.
std::vector<BatchEntry> BatchCalls::entries_of(const Batch& batch) const {
  std::vector<BatchEntry> entries;
  for (const std::string& text : batch.texts) {
    const auto missing = missing_.find(text);
    if (missing != missing_.end()) entries.push_back({.id = text, .text = missing->second.text});
  }
  return entries;
}

void BatchCalls::note(const Batch& batch) {
  std::string text = batch.id;
  for (const std::string& fingerprint : batch.texts) text.append("\n").append(fingerprint);
  work_.commit([&](StoreTransaction& transaction) {
    transaction.put(JobNote{.job = batches_job_, .key = batch.label, .text = text});
  });
}

}  // namespace pilling::refresh
