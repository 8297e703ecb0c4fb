#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "refresh/missing_texts.hpp"
#include "refresh/work.hpp"

namespace pilling::refresh {

/// Asks the summarizer for one text after the other, several at a time. What is begun and what has come is in the store
/// before the next call is made, so that a crash costs at most the calls that were under way.
class DirectCalls {
 public:
  DirectCalls(Work& work, Texts texts);
  ~DirectCalls();
  DirectCalls(const DirectCalls&) = delete;
  DirectCalls& operator=(const DirectCalls&) = delete;

  /// Until all texts are done, a stop is requested, or going on makes no sense; the report tells.
  void run();

 private:
  struct Task {
    MissingText missing;
    int losses = 0;
    int postponements = 0;
  };

  // What became of a call.
  enum class End {
    summary,
    nothing,    // the text holds no indication
    refused,    // nothing was sent; a later call may be let through
    postponed,  // the service is in trouble, and did nothing
    lost,       // no answer came
    failed,     // for this text
    hopeless,   // for every text
    stopped,    // by whoever wants no more
  };
  struct Outcome {
    Task task;
    End end = End::failed;
    std::optional<Summary> summary{};
    std::string why{};
    std::optional<std::chrono::milliseconds> wait{};
    bool may_have_cost = false;  // although it left nothing
  };

  using Time = std::chrono::steady_clock::time_point;

  void serve(const std::stop_token& stop);
  Outcome call(Task task, const std::stop_token& stop) const;
  Outcome judge_failure(Task task, const std::stop_token& stop) const;

  std::vector<Outcome> wait_for_outcomes();
  std::vector<Task> choose_tasks();
  static bool may_be_paid_for_nothing(const Outcome& outcome);
  bool record(const std::vector<Outcome>& outcomes, std::vector<Task>& next);
  void take_in(const Outcome& outcome);
  void tell();
  void end_calls() noexcept;
  void try_later(const Outcome& outcome);
  void hand_out(std::vector<Task> next);
  bool may_start() const;
  bool is_out_of_patience() const;

  Work& work_;
  const std::string calls_job_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  std::deque<Task> waiting_;
  std::size_t under_way_ = 0;
  bool is_ending_ = false;
  int failures_in_a_row_ = 0;
  Time paused_until_ = Time::min();
  Time last_answer_ = std::chrono::steady_clock::now();

  std::stop_source stop_calls_;
  std::mutex mutex_;
  std::condition_variable_any has_task_;
  std::condition_variable_any has_outcome_;
  std::deque<Task> tasks_;         // handed out, and not begun
  std::vector<Outcome> outcomes_;  // not taken in yet
  std::vector<std::jthread> callers_;
};

}  // namespace pilling::refresh
