#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "integration/refresh/summaries_fixture.hpp"
#include "pilling/error.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;

/// A service that does batches in two looks, and fails as it is told to.
class ScriptedBatches final : public SummaryBatches {
 public:
  struct Batch {
    std::string id;
    std::string label;
    std::map<std::string, std::string> texts;
    int looks = 0;
  };

  std::size_t maximum_entries() const override { return 3; }

  std::string submit(std::span<const BatchEntry> entries, std::string_view label, const CallOptions&) override {
    if (refuses) throw Refused("the budget has no room");
    Batch batch{.id = "batch_" + std::to_string(batches.size()), .label = std::string(label), .texts = {}};
    for (const BatchEntry& entry : entries) {
      batch.texts.emplace(entry.id, entry.text);
      ++paid[entry.text];
    }
    batches.push_back(batch);
    if (std::exchange(loses_a_submission, false)) throw NetworkError("the connection was reset", "model.test");
    return batch.id;
  }

  std::vector<BatchStatus> find(std::string_view label, const CallOptions&) override {
    std::vector<BatchStatus> found;
    for (const Batch& batch : batches) {
      if (batch.label != label) continue;
      found.emplace_back();
      found.back().id = batch.id;
    }
    return found;
  }

  BatchStatus status(const std::string& id, const CallOptions&) override {
    Batch& batch = by_id(id);
    if (failing_looks > 0 && failing_looks-- > 0) {
      if (failing_looks % 3 == 2) throw Refused("the breaker is open", milliseconds(1));
      if (failing_looks % 3 == 1) throw ServiceError("overloaded", "model", 503);
      throw NetworkError("no reply", "model.test");
    }
    const bool is_over = ++batch.looks >= looks_needed;
    if (before_look) before_look();
    BatchStatus status;
    status.id = id;
    status.state = is_over ? "completed" : "in_progress";
    status.is_over = is_over;
    status.total = batch.texts.size();
    status.completed = is_over ? batch.texts.size() : 0;
    return status;
  }

  std::vector<BatchAnswer> answers(const std::string& id, std::span<const BatchEntry> entries,
                                   const CallOptions&) override {
    const Batch& batch = by_id(id);
    std::vector<BatchAnswer> answers;
    for (const BatchEntry& entry : entries) {
      EXPECT_EQ(batch.texts.at(entry.id), entry.text);
      BatchAnswer answer;
      answer.id = entry.id;
      if (entry.text == "실패") {
        answer.failure = "the batch had expired";
      } else if (entry.text != "없음") {
        answer.is_replaced = entry.text == "거절";
        answer.summary = Summary{
            .text = "요약: " + entry.text, .indications = {}, .maker = answer.is_replaced ? "extractive/1" : "paid/1"};
      }
      answers.push_back(std::move(answer));
    }
    // Whatever order they come in.
    std::ranges::reverse(answers);
    return answers;
  }

  void cancel(const std::string&, const CallOptions&) override {}

  std::vector<Batch> batches;
  std::map<std::string, int> paid;
  int looks_needed = 2;
  int failing_looks = 0;
  bool refuses = false;
  bool loses_a_submission = false;
  std::function<void()> before_look;

 private:
  Batch& by_id(const std::string& id) {
    const auto found = std::ranges::find(batches, id, &Batch::id);
    if (found == batches.end()) throw ServiceError("there is no such batch", "model", 404);
    return *found;
  }
};

class BatchSummarizer final : public support::PaidSummarizer {
 public:
  SummaryBatches* batches() noexcept override { return &scripted; }
  ScriptedBatches scripted;
};

struct BatchesTest : SummariesFixture<BatchSummarizer> {
  ScriptedBatches& service = summarizer.scripted;

  BatchesTest() { options = {.uses_batches = true, .batch_interval = milliseconds(1)}; }

  RefreshReport refresh(const std::vector<std::string>& texts, std::stop_token stop = {}) {
    put(texts);
    return SummariesFixture::refresh(std::move(stop));
  }
};

TEST_F(BatchesTest, AreFilledWaitedForAndCollected) {
  const RefreshReport report = refresh({"가", "나", "다", "라", "없음", "거절"});

  EXPECT_EQ(service.batches.size(), 2u);
  EXPECT_EQ(report.calls, 6u);
  EXPECT_EQ(report.made, 5u);
  EXPECT_EQ(report.replaced, 1u);
  EXPECT_EQ(report.without, 1u);
  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(stored("라")->text, "요약: 라");
  EXPECT_NE(stored("라")->made_at, std::chrono::sys_seconds());
  EXPECT_EQ(stored("거절")->maker, "extractive/1");
  EXPECT_TRUE(store->notes("batches/paid/1").empty());
  EXPECT_TRUE(summarizer.paid.empty());
  EXPECT_TRUE(std::ranges::any_of(progress, [](const auto& now) { return now.stage == RefreshStage::waiting; }));
}

TEST_F(BatchesTest, AreNotPaidAgain) {
  refresh({"가", "나"});

  EXPECT_EQ(refresh({"가", "나"}).kept, 2u);
  EXPECT_EQ(service.batches.size(), 1u);
}

TEST_F(BatchesTest, AreTakenOverWhenTheRefreshWasStopped) {
  std::stop_source stop;
  service.before_look = [&] { stop.request_stop(); };

  const RefreshReport stopped = refresh({"가", "나"}, stop.get_token());
  service.before_look = {};
  const RefreshReport finished = refresh({"가", "나", "다"});

  EXPECT_FALSE(stopped.is_complete);
  EXPECT_TRUE(stopped.failures.empty());
  EXPECT_EQ(finished.made, 3u);
  EXPECT_TRUE(finished.is_complete);
  EXPECT_EQ(service.paid, (std::map<std::string, int>{{"가", 1}, {"나", 1}, {"다", 1}}));
}

TEST_F(BatchesTest, AreLeftToTheNextRefreshWhenNobodyIsToWait) {
  options.waits_for_batches = false;
  service.looks_needed = 1;

  const RefreshReport first = refresh({"가", "나"});
  const RefreshReport second = refresh({"가", "나"});

  EXPECT_EQ(first.calls, 2u);
  EXPECT_EQ(first.made, 0u);
  EXPECT_FALSE(first.is_complete);
  EXPECT_EQ(second.made, 2u);
  EXPECT_TRUE(second.is_complete);
  EXPECT_EQ(service.batches.size(), 1u);
}

TEST_F(BatchesTest, AreFoundByTheirLabelWhenTheReplyToTheSubmissionWasLost) {
  service.loses_a_submission = true;

  const RefreshReport lost = refresh({"가", "나"});
  const RefreshReport found = refresh({"가", "나"});

  EXPECT_EQ(lost.failures, std::vector<std::string>{"a batch could not be handed over: the connection was reset"});
  EXPECT_EQ(found.made, 2u);
  EXPECT_EQ(service.batches.size(), 1u);
}

TEST_F(BatchesTest, AreForgottenWhenTheServiceNeverGotThem) {
  const auto transaction = store->begin();
  transaction->put(JobNote{.job = "batches/paid/1", .key = "pilling-1-2", .text = "\n" + text::fingerprint("가")});
  transaction->commit();

  EXPECT_EQ(refresh({"가"}).made, 1u);
  EXPECT_TRUE(store->notes("batches/paid/1").empty());
}

TEST_F(BatchesTest, AreNotAskedForDirectlyWhileTheyAreUnderWay) {
  options.waits_for_batches = false;
  refresh({"가", "나"});
  options.uses_batches = false;

  const RefreshReport report = refresh({"가", "나", "다"});

  EXPECT_EQ(summarizer.paid, (std::map<std::string, int>{{"다", 1}}));
  EXPECT_EQ(report.made, 1u);
  EXPECT_EQ(refresh({"가", "나", "다"}).made, 2u);
}

TEST_F(BatchesTest, AreAskedAboutAgainWhenALookFails) {
  service.failing_looks = 3;

  EXPECT_TRUE(refresh({"가"}).is_complete);
}

TEST_F(BatchesTest, ThatCannotBeReachedAreTakenOverLater) {
  service.failing_looks = 10;

  const RefreshReport failed = refresh({"가"});
  const RefreshReport taken_over = refresh({"가"});

  EXPECT_EQ(failed.failures, std::vector<std::string>{"batch batch_0: no reply"});
  EXPECT_EQ(taken_over.made, 1u);
  EXPECT_EQ(service.batches.size(), 1u);
}

TEST_F(BatchesTest, ThatTheServiceForgotAreHandedOverAgainAndSaidToBe) {
  options.waits_for_batches = false;
  refresh({"가", "나"});
  service.batches.clear();
  options.waits_for_batches = true;

  const RefreshReport report = refresh({"가", "나"});

  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(report.made, 2u);
  EXPECT_EQ(report.repeated_calls, 2u);
  EXPECT_EQ(report.warnings.size(), 1u);
  EXPECT_TRUE(store->notes("batches/paid/1").empty());
  EXPECT_TRUE(store->notes("calls/paid/1").empty());
}

TEST_F(BatchesTest, RememberWhatWasPaidForTextsThatCameBack) {
  options.waits_for_batches = false;
  service.looks_needed = 1;
  refresh({"가", "나"});
  refresh({"가"});

  const RefreshReport report = refresh({"가", "나"});

  EXPECT_EQ(report.calls, 1u);
  EXPECT_EQ(report.repeated_calls, 1u);
  EXPECT_EQ(service.paid.at("나"), 2);
}

TEST_F(BatchesTest, AreTakenOverWhenAHookEndsTheRefreshWhateverItThrows) {
  for (const RefreshStage stage : {RefreshStage::waiting, RefreshStage::summarizing}) {
    on_progress = [&](const RefreshProgress& now) {
      if (now.stage == stage) throw NetworkError("the terminal is gone", "tty");
    };
    const std::string text = "효능 " + std::string(to_string(stage));

    EXPECT_THROW(refresh({text}), NetworkError);
    on_progress = {};
    EXPECT_TRUE(refresh({text}).is_complete);
    EXPECT_EQ(service.paid.at(text), 1);
  }
}

TEST_F(BatchesTest, LeaveTextsThatFailedToTheNextRefresh) {
  const RefreshReport report = refresh({"가", "실패"});

  EXPECT_EQ(report.made, 1u);
  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(report.failures, std::vector<std::string>{"medicine 209900002: the batch had expired"});
  refresh({"가", "실패"});
  EXPECT_EQ(service.paid.at("실패"), 2);
}

TEST_F(BatchesTest, AreNotHandedOverWithoutABudget) {
  service.refuses = true;

  const RefreshReport report = refresh({"가"});

  EXPECT_EQ(report.calls, 0u);
  EXPECT_EQ(report.failures, std::vector<std::string>{"a batch could not be handed over: the budget has no room"});
  EXPECT_TRUE(store->notes("batches/paid/1").empty());
}

TEST_F(BatchesTest, CostHalfInADryRun) {
  options.dry_run = true;

  EXPECT_DOUBLE_EQ(refresh({"가", "나"}).dollars, 0.001);
  EXPECT_TRUE(service.batches.empty());
}

}  // namespace
}  // namespace pilling::refresh
