#include "refresh/summary_refresh.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/deadline.hpp"
#include "pilling/error.hpp"
#include "text/fingerprint.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;

struct MissingText {
  std::string fingerprint;
  std::string text;
  MedicineId first_owner;
};

/// One run over the texts that have no summary yet.
class SummaryRefresh {
 public:
  SummaryRefresh(Store& store, Summarizer& summarizer, const RefreshOptions& options,
                 const RefreshProgressHook& on_progress)
      : store_(store),
        summarizer_(summarizer),
        options_(options),
        on_progress_(on_progress),
        maker_(summarizer.maker()) {}

  RefreshReport run(const std::stop_token& stop, milliseconds call_timeout) {
    for (MissingText& missing : find_missing()) {
      if (stop.stop_requested()) break;
      if (!make(missing, core::within({.stop = stop}, call_timeout))) break;
      ++done_;
      if (batch_.size() == options_.commit_every) commit(false);
    }
    report_.is_complete = done_ == report_.texts;
    commit(report_.is_complete);
    if (failed_ > maximum_failures) {
      report_.failures.push_back("and " + std::to_string(failed_ - maximum_failures) + " more texts");
    }
    return std::move(report_);
  }

 private:
  static constexpr std::size_t maximum_failures = 100;

  std::vector<MissingText> find_missing() {
    std::unordered_set<std::string> known;
    for (auto& [key, summary] : store_.summaries()) {
      if (key.maker == maker_) known.insert(std::move(key.text));
    }
    std::unordered_set<std::string> seen;
    std::vector<MissingText> missing;
    for (Medicine& medicine : store_.medicines()) {
      if (medicine.efficacy.empty()) continue;
      std::string fingerprint = text::fingerprint(medicine.efficacy);
      if (!seen.insert(fingerprint).second || known.contains(fingerprint)) continue;
      missing.push_back({std::move(fingerprint), std::move(medicine.efficacy), std::move(medicine.id)});
    }
    report_.texts = seen.size();
    report_.kept = seen.size() - missing.size();
    done_ = report_.kept;
    return missing;
  }

  // False when the run is over: it was stopped before there was an answer, or the service lets nobody in. A text that
  // fails is passed over: the next run tries it again.
  bool make(MissingText& missing, const CallOptions& call) {
    try {
      auto summary = summarizer_.summarize({.text = missing.text, .keyword = {}}, call);
      if (summary) {
        // The extractive summarizer gives none.
        if (summary->made_at == std::chrono::sys_seconds()) summary->made_at = now();
        batch_.emplace_back(SummaryKey{.text = std::move(missing.fingerprint), .keyword = {}, .maker = maker_},
                            *std::move(summary));
      } else {
        ++report_.without;
      }
    } catch (const ServiceError& error) {
      add_failure(missing, error.what());
      // A key that was refused once is refused for every other text, too.
      return error.status() != 401 && error.status() != 403;
    } catch (const Error& error) {
      if (call.stop.stop_requested()) return false;
      add_failure(missing, error.what());
    } catch (...) {
      // Only Pilling's own errors promise to hold no secret.
      add_failure(missing, "the summarizer broke off with an unexpected exception");
    }
    return true;
  }

  void add_failure(const MissingText& missing, const std::string& why) {
    if (++failed_ <= maximum_failures) report_.failures.push_back("medicine " + missing.first_owner.value + ": " + why);
  }

  static std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }

  // The only moment at which the store is held: nothing slow happens while others wait to write.
  void commit(bool is_finished) {
    const auto transaction = store_.begin();
    for (const auto& [key, summary] : batch_) transaction->put(key, summary);
    transaction->put(JobProgress{.name = job_name(maker_),
                                 .cursor = {},
                                 .done = done_,
                                 .total = report_.texts,
                                 .is_finished = is_finished,
                                 .updated_at = now()});
    transaction->commit();
    report_.made += batch_.size();
    batch_.clear();
    if (on_progress_) on_progress_({.done = done_, .total = report_.texts});
  }

  Store& store_;
  Summarizer& summarizer_;
  const RefreshOptions& options_;
  const RefreshProgressHook& on_progress_;
  const std::string maker_;
  RefreshReport report_;
  std::vector<std::pair<SummaryKey, Summary>> batch_;
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace

std::string job_name(const std::string& maker) { return "summaries/" + maker; }

RefreshReport refresh_summaries(Store& store, Summarizer& summarizer, const RefreshOptions& options,
                                const RefreshProgressHook& on_progress, const std::stop_token& stop,
                                milliseconds call_timeout) {
  if (options.commit_every == 0) throw InvalidArgument("a refresh must commit at least every 1 summary, not every 0");
  return SummaryRefresh(store, summarizer, options, on_progress).run(stop, call_timeout);
}

}  // namespace pilling::refresh
