#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/source.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"
#include "support/forwarding_store.hpp"

namespace pilling::support {

/// What goes wrong, drawn by a seed: how often depends on `strength`, 0 for nothing. Thread-safe.
class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed) {}

  bool strikes(double share) { return draw(1'000'000) < static_cast<int>(1e6 * share * strength); }
  int draw(int below) {
    const std::scoped_lock lock(mutex_);
    return std::uniform_int_distribution<int>(0, below - 1)(random_);
  }

  /// Now and then, whoever is at work asks for the end of it.
  void may_stop() {
    if (!strikes(0.01)) return;
    const std::scoped_lock lock(mutex_);
    stop_.request_stop();
  }
  std::stop_token renew_stop() {
    const std::scoped_lock lock(mutex_);
    stop_ = {};
    return stop_.get_token();
  }

  std::atomic<double> strength = 1;  ///< a factor of all shares

 private:
  std::mutex mutex_;
  std::mt19937_64 random_;
  std::stop_source stop_;
};

inline constexpr std::chrono::milliseconds a_moment(1);

/// Of a request that surely did nothing.
inline void throw_refusal(Storm& storm) {
  switch (storm.draw(8)) {
    case 0:
      throw Refused("the breaker is open", a_moment);
    case 1:
      throw NetworkError("connection refused", "storm.test", false);
    case 2:
      throw ServiceError("bad request", "storm", 400);
    case 3:
      throw InvalidArgument("no such parameter");
    case 4:
      throw Refused("the budget is used up");
    default:
      throw ServiceError("too many requests", "storm", storm.draw(2) == 0 ? 429 : 503, a_moment);
  }
}

/// Of a request that may have done what was asked for.
inline void throw_loss(Storm& storm) {
  switch (storm.draw(6)) {
    case 0:
      throw NetworkError("the connection was reset", "storm.test");
    case 1:
      throw Timeout("no reply in time", "storm.test");
    case 2:
      throw BadData("a reply that makes no sense", "storm");
    case 3:
      throw std::runtime_error("whatever a host's own code throws");
    case 4:
      throw 7;
    default:
      throw ServiceError("the gateway gave up", "storm", storm.draw(2) == 0 ? 502 : 504, a_moment);
  }
}

/// A service whose rows change, move, vanish and come back while they are read.
class StormySource final : public MedicineSource {
 public:
  StormySource(Storm& storm, std::string name, std::vector<Medicine> all)
      : storm_(storm), name_(std::move(name)), rows_(std::move(all)) {}

  std::string name() const override { return name_; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    const std::scoped_lock lock(mutex_);
    storm_.may_stop();
    if (storm_.strikes(0.1)) change();
    if (storm_.strikes(0.05)) storm_.draw(2) == 0 ? throw_refusal(storm_) : throw_loss(storm_);
    SourcePage<Medicine> page;
    if (!query.id.value.empty()) {
      std::ranges::copy_if(rows_, std::back_inserter(page.rows), [&](const auto& row) { return row.id == query.id; });
      page.total = page.rows.size();
      return page;
    }
    page.total = rows_.size();
    const std::size_t end = std::min(rows_.size(), query.page * query.rows);
    for (std::size_t i = (query.page - 1) * query.rows; i < end; ++i) page.rows.push_back(rows_[i]);
    return page;
  }

  /// What it lists in the end.
  const std::vector<Medicine>& rows() const { return rows_; }

 private:
  void change() {
    const auto place = [&] { return rows_.begin() + storm_.draw(static_cast<int>(rows_.size())); };
    switch (storm_.draw(4)) {
      case 0:
        std::iter_swap(place(), place());
        break;
      case 1: {
        Medicine& row = *place();
        // Always a later date: what is read late is not newer for that.
        ++version_;
        row.updated_on = "2026-" + std::to_string(10 + version_ / 20 % 3) + "-" + std::to_string(10 + version_ % 20);
        if (!row.efficacy.empty()) row.efficacy = "효능 " + std::to_string(storm_.draw(40)) + "에 씁니다.";
        row.company = "회사 " + std::to_string(version_);
        break;
      }
      case 2: {
        if (gone_.size() >= 8) break;
        const auto row = place();
        gone_.push_back(std::move(*row));
        rows_.erase(row);
        break;
      }
      default:
        if (gone_.empty()) break;
        rows_.insert(place(), std::move(gone_.back()));
        gone_.pop_back();
    }
  }

  Storm& storm_;
  const std::string name_;
  std::mutex mutex_;
  std::vector<Medicine> rows_;
  std::vector<Medicine> gone_;
  int version_ = 0;
};

/// What was paid for. Thread-safe.
class Ledger {
 public:
  void pay(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    if (++paid_[text] > 1) ++again_;
  }
  void lose(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    ++lost_[text];
  }
  /// Payments for texts that had been paid for before, since it was asked last.
  std::uint64_t take_again() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(again_, 0);
  }

  const std::map<std::string, int>& paid() const { return paid_; }
  int lost(const std::string& text) const {
    const auto found = lost_.find(text);
    return found == lost_.end() ? 0 : found->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> paid_;
  std::map<std::string, int> lost_;  // answers that were paid for and never arrived
  std::uint64_t again_ = 0;
};

inline bool holds_an_indication(std::string_view text) { return text.find("효능 7에") == std::string_view::npos; }

inline std::optional<Summary> stormy_summary(const std::string& text, const std::string& maker) {
  if (!holds_an_indication(text)) return std::nullopt;
  return Summary{.text = "요약: " + text, .indications = {text}, .maker = maker};
}

/// A service that makes summaries in batches, loses requests and replies, and forgets batches.
class StormyBatches final : public SummaryBatches {
 public:
  StormyBatches(Storm& storm, Ledger& ledger) : storm_(storm), ledger_(ledger) {}

  std::size_t maximum_entries() const override { return 6; }

  std::string submit(std::span<const BatchEntry> entries, std::string_view label, const CallOptions&) override {
    storm_.may_stop();
    if (storm_.strikes(0.15)) throw_refusal(storm_);
    const std::string id = "batch_" + std::to_string(++made_);
    Batch& batch = batches_[id];
    batch.label = label;
    for (const BatchEntry& entry : entries) {
      const bool is_answered = !storm_.strikes(0.1);
      if (is_answered) ledger_.pay(entry.text);
      batch.texts.emplace(entry.id, std::pair(entry.text, is_answered));
    }
    if (storm_.strikes(0.15)) throw_network_trouble();
    return id;
  }

  std::vector<BatchStatus> find(std::string_view label, const CallOptions&) override {
    if (storm_.strikes(0.1)) throw_network_trouble();
    std::vector<BatchStatus> found;
    for (const auto& [id, batch] : batches_) {
      if (batch.label == label) found.push_back(status_of(id, batch));
    }
    return found;
  }

  BatchStatus status(const std::string& id, const CallOptions&) override {
    storm_.may_stop();
    if (storm_.strikes(0.02)) forget(id);
    Batch& batch = by_id(id);
    if (storm_.strikes(0.2)) throw_network_trouble();
    ++batch.looks;
    return status_of(id, batch);
  }

  std::vector<BatchAnswer> answers(const std::string& id, std::span<const BatchEntry> entries,
                                   const CallOptions&) override {
    const Batch& batch = by_id(id);
    if (storm_.strikes(0.1)) throw_network_trouble();
    std::vector<BatchAnswer> answers;
    std::set<std::string> asked;
    for (const BatchEntry& entry : entries) {
      const auto& [text, is_answered] = batch.texts.at(entry.id);
      asked.insert(entry.id);
      answers.push_back({.id = entry.id});
      if (is_answered) {
        answers.back().summary = stormy_summary(text, "storm/1");
      } else {
        answers.back().failure = "the batch had expired";
      }
    }
    for (const auto& [key, text] : batch.texts) {
      if (text.second && !asked.contains(key)) ledger_.lose(text.first);
    }
    return answers;
  }

  void cancel(const std::string&, const CallOptions&) override {}

 private:
  struct Batch {
    std::string label;
    std::map<std::string, std::pair<std::string, bool>> texts;  // and whether there is an answer
    int looks = 0;
  };

  static BatchStatus status_of(const std::string& id, const Batch& batch) {
    return {.id = id, .state = "", .is_over = batch.looks > 1, .total = batch.texts.size()};
  }

  void throw_network_trouble() {
    if (storm_.draw(2) == 0) throw NetworkError("the connection was reset", "storm.test");
    throw ServiceError("overloaded", "storm", 503, a_moment);
  }

  void forget(const std::string& id) {
    const auto batch = batches_.find(id);
    if (batch == batches_.end()) return;
    for (const auto& [key, text] : batch->second.texts) {
      if (text.second) ledger_.lose(text.first);
    }
    batches_.erase(batch);
  }

  Batch& by_id(const std::string& id) {
    const auto found = batches_.find(id);
    if (found == batches_.end()) throw ServiceError("there is no such batch", "storm", 404);
    return found->second;
  }

  Storm& storm_;
  Ledger& ledger_;
  std::map<std::string, Batch> batches_;
  int made_ = 0;
};

/// A model that fails before and after it was paid.
class StormyModel final : public Summarizer {
 public:
  explicit StormyModel(Storm& storm) : storm_(storm), batches_(storm, ledger) {}

  std::string maker() const override { return "storm/1"; }
  bool is_free() const override { return false; }
  SummaryBatches* batches() noexcept override { return &batches_; }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions&) override {
    const std::string text(request.text);
    storm_.may_stop();
    if (storm_.strikes(0.1)) throw_refusal(storm_);
    ledger.pay(text);
    if (storm_.strikes(0.05)) {
      ledger.lose(text);
      throw_loss(storm_);
    }
    return stormy_summary(text, maker());
  }

  Ledger ledger;

 private:
  Storm& storm_;
  StormyBatches batches_;
};

/// A store whose disk is full now and then.
class StormyStore final : public ForwardingStore {
 public:
  StormyStore(Storm& storm, std::shared_ptr<Store> store) : ForwardingStore(std::move(store)), storm_(storm) {}

  std::unique_ptr<StoreTransaction> begin(const CallOptions& call) override {
    if (storm_.strikes(0.01)) fail();
    return std::make_unique<Transaction>(*this, ForwardingStore::begin(call));
  }

  /// How often it failed so many times in a row that a refresh gives up what it wanted to write.
  int times_given_up() const { return times_given_up_; }

 private:
  class Transaction final : public ForwardingTransaction {
   public:
    Transaction(StormyStore& store, std::unique_ptr<StoreTransaction> transaction)
        : ForwardingTransaction(std::move(transaction)), store_(store) {}
    void commit() override {
      if (store_.storm_.strikes(0.01)) store_.fail();
      ForwardingTransaction::commit();
      store_.in_a_row_ = 0;
    }

   private:
    StormyStore& store_;
  };

  [[noreturn]] void fail() {
    if (++in_a_row_ >= 3) ++times_given_up_;
    throw StorageError("the disk is full", "/nowhere");
  }

  Storm& storm_;
  std::atomic<int> in_a_row_ = 0;
  std::atomic<int> times_given_up_ = 0;
};

}  // namespace pilling::support
