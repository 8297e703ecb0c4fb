#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/source.hpp"

namespace pilling {

/// What a refresh does, and how long it waits for whom. `Engine::refresh` throws InvalidArgument for none at all of
/// `workers`, `page_rows`, `call_timeout` or `batch_interval`, a lease below a second, and a share outside of 0 to 1.
struct RefreshOptions {
  bool dry_run = false;       ///< fetch, and say what would change and cost; no row changes and no model is asked
  bool fetches_rows = true;   ///< false: only the summaries of what the store holds
  std::size_t workers = 4;    ///< calls of the summarizer at the same time
  bool uses_batches = false;  ///< `Summarizer::batches`: half the price, within a day. Needs a summarizer that has them
  bool waits_for_batches = true;                           ///< false: hand them over; the next refresh takes them up
  std::chrono::milliseconds batch_interval{60'000};        ///< between looks whether a batch is done
  std::size_t page_rows = 100;                             ///< asked of a source at a time
  std::chrono::milliseconds page_lifetime{6 * 3'600'000};  ///< pages of a broken-off refresh are taken up for so long
  std::chrono::milliseconds call_timeout{60'000};          ///< of one call to a source or the summarizer
  std::chrono::milliseconds patience{120'000};             ///< with a summarizer that answers nothing but "later"
  /// A source that all at once lacks a larger share of what it had is not believed: nothing is marked as withdrawn.
  double largest_loss = 0.2;
  std::chrono::milliseconds lease{60'000};  ///< how long a refresh that was cut off keeps others off another machine
};

/// What a refresh is at.
enum class RefreshStage {
  fetching,     ///< rows of sources
  summarizing,  ///< texts; `total` is known
  waiting,      ///< for a batch
  publishing,   ///< everything is written, and seen at once
};

/// "fetching", "summarizing", "waiting", "publishing".
PILLING_API std::string_view to_string(RefreshStage stage) noexcept;

/// How far a refresh has come.
struct RefreshProgress {
  RefreshStage stage = RefreshStage::fetching;
  std::uint64_t done = 0;   ///< of this stage: rows, or texts, those that had a summary before included
  std::uint64_t total = 0;  ///< 0 while it is not known
  double dollars = 0;       ///< US dollars that were spent so far, at list prices
};

/// Called on the thread that refreshes. What it throws ends the refresh; the next one goes on from there.
using RefreshProgressHook = std::function<void(const RefreshProgress&)>;

/// What a refresh did; of a dry run, what one would do.
struct RefreshReport {
  std::uint64_t rows = 0;  ///< different ones that the sources listed
  std::uint64_t added = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t older = 0;      ///< not written, for the store holds a newer row
  std::uint64_t withdrawn = 0;  ///< listed before by a source, and no more by any: `Medicine::withdrawn_on`
  std::uint64_t not_listed =
      0;  ///< medicines of the store that no source of this refresh lists or ever listed; they stay
  std::uint64_t pages_taken_up = 0;  ///< that a refresh before had fetched
  std::vector<SkippedRow> skipped;

  std::uint64_t texts = 0;     ///< distinct efficacy texts of medicines that are not withdrawn
  std::uint64_t kept = 0;      ///< summaries that were there
  std::uint64_t made = 0;      ///< summaries made now
  std::uint64_t replaced = 0;  ///< of these, by the extractive summary, since no answer of the model passed the check
  std::uint64_t without = 0;   ///< texts that the summarizer finds no indication in
  std::uint64_t calls = 0;     ///< of the summarizer; of a dry run, those it would take
  /// Of these, repetitions of calls that had been sent and that left no summary, although they may have been paid for:
  /// after a crash, a kill, a lost connection, or a reply that made no sense. So many payments, at most, were for
  /// texts that had been paid for before.
  std::uint64_t repeated_calls = 0;
  std::uint64_t asked_again = 0;  ///< answers that did not pass the check, and were paid for once more
  double dollars = 0;             ///< US dollars at list prices; of a dry run, what it may be expected to cost
  bool is_price_known = true;     ///< false: the model has no price, so that `dollars` lacks it

  std::uint64_t in_batches = 0;  ///< texts that wait for a batch

  std::vector<std::string> failures;  ///< what was not done and why; the next refresh tries it again
  std::vector<std::string> warnings;  ///< what was done, and is doubtful
  bool is_complete = false;           ///< nothing is left to do
  std::chrono::nanoseconds elapsed{};
};

/// Refreshes by the clock. One that was missed, since no process ran, is caught up with; one that was not complete is
/// tried again after 15 minutes, an hour and three hours. Several processes may have the same schedule: one of them
/// refreshes.
struct RefreshSchedule {
  std::chrono::minutes time_of_day{120};  ///< after midnight in Korea: 02:00, below 24 hours
  RefreshOptions options{};
  /// Both are called on the thread that refreshes; what they throw is dropped.
  std::function<void(const RefreshReport&)> on_report{};
  std::function<void(std::string_view why)> on_failure{};  ///< of a refresh that gave no report
};

}  // namespace pilling
