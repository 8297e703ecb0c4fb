#include "engine/background_summaries.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace pilling::engine {
namespace {

// How many of what one search shows are summarised for that.
constexpr std::size_t most_summaries = 10;

// Beyond, those who ask are more than the pool gets done: the next search asks again.
constexpr std::size_t most_waiting = 1000;

}  // namespace

// What waits to be looked up. Work of the pool keeps it alive, and does nothing once it is closed.
class BackgroundSummaries::Queue : public std::enable_shared_from_this<Queue> {
 public:
  // The pool is the engine's. Were it kept alive by its own work, a thread of it might have to join itself.
  Queue(BackgroundSummaries& owner, WorkerPool& pool) : owner_(owner), pool_(pool) {}

  void add(std::vector<Wanted> wanted) {
    {
      const std::scoped_lock lock(mutex_);
      if (waiting_.size() > most_waiting) return;
      std::ranges::move(wanted, std::back_inserter(waiting_));
      if (std::exchange(is_worked_on_, true)) return;
    }
    try {
      if (pool_.submit(Lane::refresh, std::make_unique<Work>(shared_from_this()))) give_up();
    } catch (...) {
      // A search does not fail for what it does not need.
      give_up();
    }
  }

  void close() {
    std::unique_lock lock(mutex_);
    is_closed_ = true;
    waiting_.clear();
    is_idle_.wait(lock, [&] { return !is_busy_; });
  }

 private:
  class Work final : public WorkerPool::Work {
   public:
    explicit Work(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}
    void run() noexcept override { queue_->run(); }

   private:
    const std::shared_ptr<Queue> queue_;
  };

  void run() noexcept {
    while (const auto wanted = next()) owner_.look_up(*wanted);
  }

  // The last one done, the owner may go.
  std::optional<Wanted> next() noexcept {
    const std::scoped_lock lock(mutex_);
    is_busy_ = !is_closed_ && !waiting_.empty();
    if (!is_busy_) {
      is_worked_on_ = false;
      is_idle_.notify_all();
      return std::nullopt;
    }
    std::optional<Wanted> wanted = std::move(waiting_.back());
    waiting_.pop_back();
    return wanted;
  }

  // The pool took no work: what waits is asked for again by a later search.
  void give_up() {
    const std::scoped_lock lock(mutex_);
    waiting_.clear();
    is_worked_on_ = false;
  }

  BackgroundSummaries& owner_;
  WorkerPool& pool_;
  std::mutex mutex_;
  std::condition_variable is_idle_;
  std::vector<Wanted> waiting_;
  bool is_worked_on_ = false;  // work was submitted and has not ended
  bool is_busy_ = false;       // with one of them
  bool is_closed_ = false;
};

BackgroundSummaries::BackgroundSummaries(const EngineOptions& options, Summaries& summaries, ShownCatalogue& shown,
                                         WorkerPool& pool)
    : options_(options), summaries_(summaries), shown_(shown), queue_(std::make_shared<Queue>(*this, pool)) {}

BackgroundSummaries::~BackgroundSummaries() { queue_->close(); }

bool BackgroundSummaries::is_wanted_of(const Medicine& medicine) const {
  if (medicine.efficacy.empty() || !medicine.withdrawn_on.empty()) return false;
  return !medicine.summary || medicine.summary->maker != options_.summarizer->maker();
}

bool BackgroundSummaries::is_time_to_ask_again(std::chrono::steady_clock::time_point now) {
  constexpr std::chrono::steady_clock::duration interval = std::chrono::seconds(1);
  auto last = asked_again_.load(std::memory_order_relaxed);
  return now - last >= interval && asked_again_.compare_exchange_strong(last, now, std::memory_order_relaxed);
}

void BackgroundSummaries::ask_again_for(const SearchResult& result, std::chrono::steady_clock::time_point now) {
  if (are_wanted() && is_time_to_ask_again(now)) ask_for(result);
}

void BackgroundSummaries::ask_again_for(const SymptomResult& result, std::chrono::steady_clock::time_point now) {
  if (!are_wanted() || !is_time_to_ask_again(now)) return;
  SymptomResult copy = result;
  use_in(copy);
}

void BackgroundSummaries::ask_for(const SearchResult& result) {
  if (!are_wanted()) return;
  std::vector<Wanted> wanted;
  const std::size_t count = std::min(result.matches.size(), most_summaries);
  for (std::size_t i = 0; i < count; ++i) {
    const Medicine& medicine = *result.matches[i].medicine;
    if (is_wanted_of(medicine)) wanted.push_back({.text = medicine.efficacy, .keyword = {}});
  }
  if (!wanted.empty()) queue_->add(std::move(wanted));
}

void BackgroundSummaries::use_in(SymptomResult& result) {
  if (!are_wanted()) return;
  std::vector<SymptomMatch> better;  // all of them, once there is a better summary of one
  std::vector<Wanted> wanted;
  SummaryRequest asked;
  std::optional<Summary> made;
  const std::size_t count = std::min(result.matches.size(), most_summaries);
  for (std::size_t i = 0; i < count; ++i) {
    const SymptomMatch& match = result.matches[i];
    if (match.approximate || match.spans.empty() || match.concepts.size() != 1) continue;
    const std::string_view text = match.medicine->efficacy;
    const ByteSpan& span = match.spans.front();
    const std::string_view keyword = text.substr(span.begin, span.end - span.begin);
    // Products of one text stand together.
    if (asked.text != text || asked.keyword != keyword) {
      asked = {.text = text, .keyword = keyword};
      made = summaries_.in_memory(asked);
      if (!made) wanted.push_back({.text = std::string(text), .keyword = std::string(keyword)});
    }
    if (!made || made->maker != options_.summarizer->maker()) continue;
    if (better.empty()) better.assign(result.matches.begin(), result.matches.end());
    better[i].summary = made->text;
  }
  if (!better.empty()) result.matches = std::move(better);
  if (!wanted.empty()) queue_->add(std::move(wanted));
}

// What the store has is shown at once; of what is made, `Summaries` tells when it is there.
void BackgroundSummaries::look_up(const Wanted& wanted) noexcept {
  try {
    if (!are_wanted()) return;
    const SummaryRequest request{.text = wanted.text, .keyword = wanted.keyword};
    if (const auto made = summaries_.made(request)) shown_.show(request, *made);
  } catch (...) {
    // A later search asks again.
  }
}

}  // namespace pilling::engine
