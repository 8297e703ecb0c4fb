#include "refresh/batch_calls.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

#include "core/retry.hpp"
#include "refresh/random_name.hpp"

namespace pilling::refresh {
namespace {

// The service is asked several times what became of a batch that has been paid for.
constexpr int most_failures_in_a_row = 10;

// The batch's id, and then the texts.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::unordered_set<std::string> texts_in_batches(const Work& work) {
  std::unordered_set<std::string> texts;
  for (const JobNote& note : work.store().notes(batches_job(work.maker()))) {
    const std::vector<std::string> lines = lines_of(note.text);
    texts.insert(lines.begin() + 1, lines.end());
  }
  return texts;
}

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
    if (!find_id(batch)) return;
  } catch (const StorageError&) {
    throw;
  } catch (const Error& error) {
    if (work_.stop.stop_requested()) return;
    return work_.add_failure("a batch could not be looked for: " + std::string(error.what()));
  }
  collect(batch);
  if (std::ranges::any_of(batch.texts, [&](const std::string& text) { return under_way_.contains(text); })) {
    open_.push_back(batch);
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
    std::vector<std::string> lines = lines_of(note.text);
    Batch batch{.label = note.key, .id = std::move(lines.front()), .texts = {}};
    batch.texts.assign(std::make_move_iterator(lines.begin() + 1), std::make_move_iterator(lines.end()));
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
  for (auto begin = texts.begin(); begin != texts.end() && !work_.stop.stop_requested();) {
    const auto left = static_cast<std::size_t>(texts.end() - begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(batches_.maximum_entries(), left));
    Batch batch{.label = "pilling-" + random_name(), .id = {}, .texts = {begin, end}};
    try {
      submit(batch);
    } catch (const StorageError&) {
      throw;
    } catch (const Error& error) {
      work_.add_failure("a batch could not be handed over: " + std::string(error.what()));
      break;
    }
    open_.push_back(std::move(batch));
    begin = end;
  }
}

void BatchCalls::wait_for_open() {
  waits_ = true;
  for (const Batch& batch : std::exchange(open_, {})) {
    if (!work_.stop.stop_requested()) collect(batch);
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
  } catch (...) {
    count(batch);
    throw;
  }
  count(batch);
  note(batch);
}

void BatchCalls::count(const Batch& batch) {
  work_.report.calls += batch.texts.size();
  work_.report.repeated_calls += static_cast<std::uint64_t>(
      std::ranges::count_if(batch.texts, [&](const std::string& text) { return missing_.at(text).may_be_paid; }));
}

void BatchCalls::collect(const Batch& batch) {
  const auto answers = wait_for_answers(batch);
  if (from_hook_) std::rethrow_exception(from_hook_);
  if (!answers) return;
  take(batch, *answers);
  work_.tell(RefreshStage::summarizing, counts_.kept + counts_.without, counts_.distinct);
}

// Nothing when there are none yet, or none to be had, which the report tells.
std::optional<std::vector<BatchAnswer>> BatchCalls::wait_for_answers(const Batch& batch) {
  try {
    const std::vector<BatchEntry> entries = entries_of(batch);
    // Nobody has these texts any more, or somebody else has had them summarised: there is nothing to check against.
    if (entries.empty()) return std::vector<BatchAnswer>();
    if (wait(batch).is_over) return batches_.answers(batch.id, entries, work_.call());
  } catch (const StorageError&) {
    throw;
  } catch (const ServiceError& error) {
    constexpr int not_found = 404;
    if (error.status() == not_found) {
      forget_if_gone(batch);
    } else if (!work_.stop.stop_requested()) {
      work_.add_failure("batch " + batch.id + ": " + error.what());
    }
  } catch (const Error& error) {
    if (!work_.stop.stop_requested()) work_.add_failure("batch " + batch.id + ": " + error.what());
  }
  return std::nullopt;
}

// Its last known state, which is not over when a stop was requested, or when it is not waited for.
BatchStatus BatchCalls::wait(const Batch& batch) {
  BatchStatus status;
  int failures_in_a_row = 0;
  while (!work_.stop.stop_requested()) {
    const auto seen = look_at(batch, failures_in_a_row);
    if (seen) {
      status = *seen;
      try {
        work_.tell(RefreshStage::waiting, status.completed + status.failed, status.total);
      } catch (...) {
        from_hook_ = std::current_exception();
        return {};
      }
    }
    if (status.is_over || !waits_) break;
    sleep();
  }
  return status;
}

// Nothing when that fails in a way that may pass.
std::optional<BatchStatus> BatchCalls::look_at(const Batch& batch, int& failures_in_a_row) {
  const auto is_worth_another = [&] { return ++failures_in_a_row < most_failures_in_a_row && waits_; };
  try {
    auto status = batches_.status(batch.id, work_.call());
    failures_in_a_row = 0;
    return status;
  } catch (const core::FinalServiceError&) {
    throw;
  } catch (const NetworkError&) {
    if (!is_worth_another()) throw;
  } catch (const Refused& error) {
    if (!error.retry_after() || !is_worth_another()) throw;
  } catch (const ServiceError& error) {
    if (!core::is_transient_http_status(error.status()) || !is_worth_another()) throw;
  }
  return std::nullopt;
}

// Services keep batches for some weeks. Only one that lists its batches, and this one not among them, is believed.
void BatchCalls::forget_if_gone(const Batch& batch) {
  try {
    if (!batches_.find(batch.label, work_.call()).empty()) {
      return work_.add_failure("batch " + batch.id + ": the service lists it and does not find it");
    }
  } catch (const Error& error) {
    if (!work_.stop.stop_requested()) work_.add_failure("batch " + batch.id + ": " + error.what());
    return;
  }
  work_.commit([&](StoreTransaction& transaction) {
    for (const std::string& text : batch.texts) {
      if (!missing_.contains(text)) continue;
      transaction.put(JobNote{.job = calls_job(work_.maker()), .key = text, .text = std::string(call_begun)});
    }
    note_other_texts(batch, transaction);
    transaction.erase_note(batches_job_, batch.label);
  });
  for (const std::string& text : batch.texts) {
    under_way_.erase(text);
    if (const auto missing = missing_.find(text); missing != missing_.end()) missing->second.may_be_paid = true;
  }
  work_.report.warnings.push_back("the service does not know batch " + batch.id +
                                  " any more; its texts are asked for again");
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
        work_.put(transaction, answer.id, summary);
        transaction.erase_note(calls, answer.id);
      } else if (answer.failure.empty()) {
        transaction.put(JobNote{.job = calls, .key = answer.id, .text = std::string(no_indication)});
      }
    }
    note_other_texts(batch, transaction);
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
}

// Of texts that no medicine has any more, the answers are lost. Should the texts come back, they are paid for again.
void BatchCalls::note_other_texts(const Batch& batch, StoreTransaction& transaction) const {
  const std::string calls = calls_job(work_.maker());
  for (const std::string& text : batch.texts) {
    if (missing_.contains(text) || transaction.note(calls, text)) continue;
    if (transaction.has_summary({.text = text, .keyword = {}, .maker = work_.maker()})) continue;
    transaction.put(JobNote{.job = calls, .key = text, .text = std::string(call_begun)});
  }
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
