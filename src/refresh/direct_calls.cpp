#include "refresh/direct_calls.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/process.hpp"
#include "core/retry.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A service that is in trouble without saying for how long.
constexpr milliseconds short_pause(1000);
// Nobody knows whether a pause that a service names is the truth.
constexpr milliseconds longest_pause(15'000);
// A text is left to the next refresh after so many replies that were lost, or so many times that the service put it off
// while it answered for others.
constexpr int most_losses = 3;
constexpr int most_postponements = 20;
// So many texts that fail one after the other are no accident of theirs.
constexpr int most_failures_in_a_row = 20;

bool concerns_every_text(int status) {
  constexpr int unauthorized = 401;
  constexpr int payment_required = 402;
  constexpr int forbidden = 403;
  constexpr int not_found = 404;
  return status == unauthorized || status == payment_required || status == forbidden || status == not_found;
}

}  // namespace

DirectCalls::DirectCalls(Work& work, Texts texts)
    : work_(work), calls_job_(calls_job(work.maker())), done_(texts.kept + texts.without), total_(texts.distinct) {
  for (MissingText& missing : texts.missing) waiting_.push_back({.missing = std::move(missing)});
}

DirectCalls::~DirectCalls() {
  stop_calls_.request_stop();
  for (std::jthread& caller : callers_) caller.request_stop();
}

void DirectCalls::run() {
  tell();
  const std::stop_callback stop_calls(work_.stop, [this] { stop_calls_.request_stop(); });
  const std::size_t callers = std::min(work_.options.workers, waiting_.size());
  for (std::size_t i = 0; i < callers; ++i) {
    callers_.push_back(core::start_without_signals<std::jthread>([this](const std::stop_token& stop) { serve(stop); }));
  }
  while (under_way_ > 0 || (!waiting_.empty() && may_start())) {
    std::vector<Outcome> outcomes = wait_for_outcomes();
    under_way_ -= outcomes.size();
    for (const Outcome& outcome : outcomes) take_in(outcome);
    std::vector<Task> next = choose_tasks();
    const bool has_news = record(outcomes, next) || !outcomes.empty();
    hand_out(std::move(next));
    if (has_news) tell();
  }
}

// One of the threads that wait for the model.
void DirectCalls::serve(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (has_task_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    Outcome outcome = call(std::move(task), stop_calls_.get_token());
    lock.lock();
    outcomes_.push_back(std::move(outcome));
    has_outcome_.notify_one();
  }
}

DirectCalls::Outcome DirectCalls::call(Task task, const std::stop_token& stop) const {
  try {
    const CallOptions call = core::within({.stop = stop}, work_.options.call_timeout);
    auto summary = work_.summarizer().summarize({.text = task.missing.text, .keyword = {}}, call);
    if (!summary) return {.task = std::move(task), .end = End::nothing};
    // The extractive summarizer gives none.
    if (summary->made_at == std::chrono::sys_seconds()) summary->made_at = work_.now();
    return {.task = std::move(task), .end = End::summary, .summary = std::move(summary)};
  } catch (...) {
    return judge_failure(std::move(task), stop);
  }
}

DirectCalls::Outcome DirectCalls::judge_failure(Task task, const std::stop_token& stop) const {
  const auto outcome = [&](End end, const std::string& why, bool may_have_cost,
                           std::optional<milliseconds> wait = std::nullopt) {
    return Outcome{.task = std::move(task), .end = end, .why = why, .wait = wait, .may_have_cost = may_have_cost};
  };
  try {
    throw;
  } catch (const core::QuotaGone& error) {
    return outcome(End::hopeless, error.what(), false);
  } catch (const Refused& error) {
    return outcome(error.retry_after() ? End::refused : End::hopeless, error.what(), false, error.retry_after());
  } catch (const ServiceError& error) {
    if (concerns_every_text(error.status())) return outcome(End::hopeless, error.what(), false);
    const bool is_passing = core::is_transient_http_status(error.status());
    // Somebody on the way may have given up on an answer that was being made.
    const bool may_have_cost = is_passing && !core::is_refusal_http_status(error.status());
    return outcome(is_passing ? End::postponed : End::failed, error.what(), may_have_cost, error.retry_after());
  } catch (const NetworkError& error) {
    return outcome(stop.stop_requested() ? End::stopped : End::lost, error.what(), error.may_have_arrived());
  } catch (const InvalidArgument& error) {
    return outcome(End::failed, error.what(), false);
  } catch (const Error& error) {
    return outcome(End::failed, error.what(), true);
  } catch (...) {
    // Only Pilling's own errors promise to hold no secret.
    return outcome(End::failed, "the summarizer broke off with an unexpected exception", true);
  }
}

// Until a call has ended, another may be started, or a stop is requested.
std::vector<DirectCalls::Outcome> DirectCalls::wait_for_outcomes() {
  std::unique_lock lock(mutex_);
  const auto has_outcome = [this] { return !outcomes_.empty(); };
  const bool has_room = !waiting_.empty() && under_way_ < callers_.size() && may_start();
  if (!has_room) {
    // A stop may have come since the caller looked: then there may be nothing to wait for.
    if (under_way_ > 0) has_outcome_.wait(lock, has_outcome);
  } else if (paused_until_ > Clock::now()) {
    has_outcome_.wait_until(lock, work_.stop, paused_until_, has_outcome);
  }
  return std::exchange(outcomes_, {});
}

std::vector<DirectCalls::Task> DirectCalls::choose_tasks() {
  std::vector<Task> next;
  if (!may_start() || paused_until_ > Clock::now()) return next;
  for (std::size_t room = callers_.size() - under_way_; room > 0 && !waiting_.empty(); --room) {
    next.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return next;
}

// Whether a call for the text, this one or one before, may have been paid for and has left nothing.
bool DirectCalls::may_be_paid_for_nothing(const Outcome& outcome) {
  return !outcome.summary && (outcome.may_have_cost || outcome.task.missing.may_be_paid);
}

// All in one transaction. What was paid for is tried to be written several times before it is given up. Drops tasks
// that somebody else, such as a search, has had done meanwhile; whether there were any.
bool DirectCalls::record(const std::vector<Outcome>& outcomes, std::vector<Task>& next) {
  if (outcomes.empty() && next.empty()) return false;
  std::unordered_set<std::string> done;
  const auto write = [&](StoreTransaction& transaction) {
    done.clear();
    for (const Outcome& outcome : outcomes) {
      const std::string& text = outcome.task.missing.fingerprint;
      if (outcome.end == End::nothing) {
        transaction.put(JobNote{.job = calls_job_, .key = text, .text = std::string(no_indication)});
      } else if (!may_be_paid_for_nothing(outcome)) {
        transaction.erase_note(calls_job_, text);
      }
      if (outcome.summary) work_.put(transaction, text, *outcome.summary);
    }
    for (const Task& task : next) {
      const std::string& text = task.missing.fingerprint;
      if (transaction.has_summary({.text = text, .keyword = {}, .maker = work_.maker()})) {
        transaction.erase_note(calls_job_, text);
        done.insert(text);
        continue;
      }
      transaction.put(JobNote{.job = calls_job_, .key = task.missing.fingerprint, .text = std::string(call_begun)});
    }
  };
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    try {
      work_.commit(write);
      break;
    } catch (const StorageError&) {
      if (attempt == attempts) throw;
    }
  }
  std::erase_if(next, [&](const Task& task) { return done.contains(task.missing.fingerprint); });
  work_.report.kept += done.size();
  done_ += done.size();
  return !done.empty();
}

void DirectCalls::take_in(const Outcome& outcome) {
  const bool is_answered = outcome.end == End::summary || outcome.end == End::nothing;
  if (is_answered) {
    last_answer_ = Clock::now();
    failures_in_a_row_ = 0;
    ++done_;
  }
  switch (outcome.end) {
    case End::summary:
      ++work_.report.made;
      if (outcome.summary->maker != work_.maker()) ++work_.report.replaced;
      break;
    case End::nothing:
      ++work_.report.without;
      break;
    case End::refused:
    case End::postponed:
    case End::lost:
      try_later(outcome);
      break;
    case End::failed:
      work_.add_failure("medicine " + outcome.task.missing.first_owner.value + ": " + outcome.why);
      if (++failures_in_a_row_ == most_failures_in_a_row) {
        work_.add_failure("so many texts failed one after the other that the rest was not tried");
        is_ending_ = true;
      }
      break;
    case End::hopeless:
      if (!std::exchange(is_ending_, true)) work_.add_failure(outcome.why);
      break;
    case End::stopped:
      break;
  }
}

// Behind all others. A call that was not sent costs no try.
void DirectCalls::try_later(const Outcome& outcome) {
  if (outcome.end != End::lost) {
    const milliseconds pause = std::clamp(outcome.wait.value_or(short_pause), milliseconds(1), longest_pause);
    paused_until_ = std::max(paused_until_, Clock::now() + pause);
  }
  Task again = outcome.task;
  again.missing.may_be_paid = again.missing.may_be_paid || outcome.may_have_cost;
  if (outcome.end == End::lost) ++again.losses;
  if (outcome.end == End::postponed) ++again.postponements;
  if (is_out_of_patience()) {
    if (!std::exchange(is_ending_, true)) work_.add_failure("there was no answer for too long: " + outcome.why);
  } else if (again.losses >= most_losses || again.postponements >= most_postponements) {
    work_.add_failure("medicine " + again.missing.first_owner.value + ": " + outcome.why);
  } else {
    waiting_.push_back(std::move(again));
  }
}

void DirectCalls::hand_out(std::vector<Task> next) {
  if (next.empty()) return;
  under_way_ += next.size();
  for (const Task& task : next) {
    ++work_.report.calls;
    if (task.missing.may_be_paid) ++work_.report.repeated_calls;
  }
  const std::scoped_lock lock(mutex_);
  for (Task& task : next) tasks_.push_back(std::move(task));
  has_task_.notify_all();
}

void DirectCalls::tell() {
  try {
    work_.tell(RefreshStage::summarizing, done_, total_);
  } catch (...) {
    end_calls();
    throw;
  }
}

// What the calls under way still bring has been paid for.
void DirectCalls::end_calls() noexcept {
  try {
    is_ending_ = true;
    stop_calls_.request_stop();
    while (under_way_ > 0) {
      const std::vector<Outcome> outcomes = wait_for_outcomes();
      under_way_ -= outcomes.size();
      std::vector<Task> none;
      record(outcomes, none);
    }
  } catch (...) {
    // Their notes stay, and say what may have been paid for.
  }
}

bool DirectCalls::may_start() const { return !is_ending_ && !work_.stop.stop_requested(); }

bool DirectCalls::is_out_of_patience() const { return Clock::now() - last_answer_ > work_.options.patience; }

}  // namespace pilling::refresh
