#include "refresh/summary_refresh.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "support/temporary_directory.hpp"
#include "text/fingerprint.hpp"

namespace pilling::refresh {
namespace {

/// Counts what it is paid for. `before` may throw or do other mischief.
class PaidSummarizer final : public Summarizer {
 public:
  std::string maker() const override { return maker_name; }
  bool is_free() const override { return false; }
  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) override {
    last_call = call;
    if (before) before(std::string(request.text));
    ++paid[std::string(request.text)];
    if (request.text == "없음") return std::nullopt;
    return Summary{.text = "요약: " + std::string(request.text),
                   .indications = {std::string(request.text)},
                   .maker = maker(),
                   .made_at = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
  }

  std::string maker_name = "paid/1";
  std::function<void(const std::string& text)> before;
  std::map<std::string, int> paid;
  CallOptions last_call;
};

struct SummaryRefresh : testing::Test {
  support::TemporaryDirectory directory;
  std::shared_ptr<Store> store = make_sqlite_store(directory.path() / "pilling.db");
  PaidSummarizer summarizer;
  RefreshOptions options{.commit_every = 3};
  std::vector<RefreshProgress> progress;

  void put(const std::vector<std::string>& texts) {
    const auto transaction = store->begin();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Medicine medicine;
      medicine.id = {std::to_string(209'900'001 + i)};
      medicine.name = "가상정 " + std::to_string(i);
      medicine.efficacy = texts[i];
      transaction->put(medicine);
    }
    transaction->commit();
  }

  void put_distinct(int count) {
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) texts.push_back("효능 " + std::to_string(i));
    put(texts);
  }

  RefreshReport refresh(std::stop_token stop = {}) {
    return refresh_summaries(
        *store, summarizer, options, [this](const RefreshProgress& now) { progress.push_back(now); }, std::move(stop),
        std::chrono::seconds(10));
  }

  std::optional<Summary> stored(std::string_view text) {
    return store->summary({.text = text::fingerprint(text), .keyword = {}, .maker = summarizer.maker()});
  }
};

TEST_F(SummaryRefresh, PaysOnceForEachDistinctText) {
  put({"두통", "발열", "두통", "", "두통", "기침"});

  const RefreshReport report = refresh();

  EXPECT_EQ(report.texts, 3u);
  EXPECT_EQ(report.made, 3u);
  EXPECT_EQ(report.kept, 0u);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(summarizer.paid, (std::map<std::string, int>{{"기침", 1}, {"두통", 1}, {"발열", 1}}));
  ASSERT_TRUE(stored("두통"));
  EXPECT_EQ(stored("두통")->text, "요약: 두통");
  EXPECT_EQ(stored("두통")->maker, "paid/1");
}

TEST_F(SummaryRefresh, PaysNothingTheSecondTime) {
  put_distinct(5);
  refresh();
  summarizer.paid.clear();

  const RefreshReport report = refresh();

  EXPECT_EQ(report.kept, 5u);
  EXPECT_EQ(report.made, 0u);
  EXPECT_TRUE(report.is_complete);
  EXPECT_TRUE(summarizer.paid.empty());
}

TEST_F(SummaryRefresh, PaysOnlyForTextsThatChanged) {
  put({"두통", "발열"});
  refresh();
  put({"두통", "기침"});
  summarizer.paid.clear();

  const RefreshReport report = refresh();

  EXPECT_EQ(report.kept, 1u);
  EXPECT_EQ(summarizer.paid, (std::map<std::string, int>{{"기침", 1}}));
}

TEST_F(SummaryRefresh, DoesNotTakeTheWorkOfAnotherMaker) {
  put({"두통"});
  refresh();
  summarizer.maker_name = "paid/2";

  const RefreshReport report = refresh();

  EXPECT_EQ(report.made, 1u);
  EXPECT_EQ(summarizer.paid.at("두통"), 2);
}

TEST_F(SummaryRefresh, TellsItsProgressAfterEachCommit) {
  put_distinct(8);

  refresh();

  ASSERT_EQ(progress.size(), 3u);
  EXPECT_EQ(progress[0].done, 3u);
  EXPECT_EQ(progress[1].done, 6u);
  EXPECT_EQ(progress[2].done, 8u);
  for (const RefreshProgress& step : progress) EXPECT_EQ(step.total, 8u);
}

TEST_F(SummaryRefresh, KeepsItsProgressInTheStore) {
  put_distinct(4);
  std::vector<JobProgress> jobs;

  refresh_summaries(
      *store, summarizer, options, [&](const RefreshProgress&) { jobs.push_back(*store->job("summaries/paid/1")); }, {},
      std::chrono::seconds(10));

  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].done, 3u);
  EXPECT_EQ(jobs[0].total, 4u);
  EXPECT_FALSE(jobs[0].is_finished);
  EXPECT_EQ(jobs[1].done, 4u);
  EXPECT_TRUE(jobs[1].is_finished);
}

TEST_F(SummaryRefresh, StopsBetweenTextsAndPaysOnlyTheRestLater) {
  put_distinct(10);
  std::stop_source stop;
  summarizer.before = [&](const std::string&) {
    if (summarizer.paid.size() == 4) stop.request_stop();
  };

  const RefreshReport stopped = refresh(stop.get_token());
  summarizer.before = {};
  const RefreshReport finished = refresh();

  EXPECT_FALSE(stopped.is_complete);
  EXPECT_EQ(stopped.made, 5u);
  EXPECT_TRUE(finished.is_complete);
  EXPECT_EQ(finished.kept, 5u);
  EXPECT_EQ(finished.made, 5u);
  EXPECT_EQ(summarizer.paid.size(), 10u);
  for (const auto& [text, times] : summarizer.paid) EXPECT_EQ(times, 1) << text;
}

TEST_F(SummaryRefresh, DoesNotCountACallThatWasStoppedAsAFailure) {
  put_distinct(5);
  std::stop_source stop;
  summarizer.before = [&](const std::string&) {
    if (summarizer.paid.size() < 2) return;
    stop.request_stop();
    throw Timeout("stopped", "example.test");
  };

  const RefreshReport report = refresh(stop.get_token());

  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(report.made, 2u);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_EQ(store->summaries().size(), 2u);
}

TEST_F(SummaryRefresh, DoesNothingWhenItIsStoppedBefore) {
  put_distinct(2);
  std::stop_source stop;
  stop.request_stop();

  const RefreshReport report = refresh(stop.get_token());

  EXPECT_FALSE(report.is_complete);
  EXPECT_TRUE(summarizer.paid.empty());
}

TEST_F(SummaryRefresh, LosesAtMostOneBatchWhenItIsTornDown) {
  put_distinct(10);
  const auto crash_at_six = [](const RefreshProgress& now) {
    if (now.done == 6) throw std::runtime_error("power cut");
  };

  EXPECT_THROW(refresh_summaries(*store, summarizer, options, crash_at_six, {}, std::chrono::seconds(10)),
               std::runtime_error);
  store.reset();
  store = make_sqlite_store(directory.path() / "pilling.db");
  const RefreshReport report = refresh();

  EXPECT_EQ(report.kept, 6u);
  EXPECT_EQ(report.made, 4u);
  for (const auto& [text, times] : summarizer.paid) EXPECT_EQ(times, 1) << text;
}

TEST_F(SummaryRefresh, PassesOverATextThatFailsAndTriesItNextTime) {
  put_distinct(5);
  summarizer.before = [](const std::string& text) {
    if (text == "효능 2") throw ServiceError("the model answered with HTTP status 503", "model", 503);
  };

  const RefreshReport failed = refresh();
  summarizer.before = {};
  const RefreshReport repaired = refresh();

  EXPECT_EQ(failed.made, 4u);
  EXPECT_TRUE(failed.is_complete);
  ASSERT_EQ(failed.failures.size(), 1u);
  EXPECT_EQ(failed.failures[0], "medicine 209900003: the model answered with HTTP status 503");
  EXPECT_EQ(repaired.made, 1u);
  EXPECT_EQ(repaired.kept, 4u);
}

TEST_F(SummaryRefresh, AsksNoFurtherWhenTheKeyIsRefused) {
  put_distinct(5);
  int asked = 0;
  summarizer.before = [&](const std::string&) {
    ++asked;
    throw ServiceError("the key was refused", "model", 401);
  };

  const RefreshReport report = refresh();

  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(report.failures, (std::vector<std::string>{"medicine 209900001: the key was refused"}));
}

TEST_F(SummaryRefresh, RepeatsOnlyMessagesThatPromiseToHoldNoSecret) {
  put({"두통"});
  summarizer.before = [](const std::string&) { throw std::runtime_error("key sk-SECRET was refused"); };

  const RefreshReport report = refresh();

  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0], "medicine 209900001: the summarizer broke off with an unexpected exception");
}

TEST_F(SummaryRefresh, ListsTheFirstHundredFailuresAndCountsTheRest) {
  put_distinct(130);
  summarizer.before = [](const std::string&) { throw BadData("nonsense", "model"); };

  const RefreshReport report = refresh();

  ASSERT_EQ(report.failures.size(), 101u);
  EXPECT_EQ(report.failures.back(), "and 30 more texts");
  EXPECT_EQ(report.made, 0u);
  EXPECT_TRUE(report.is_complete);
}

TEST_F(SummaryRefresh, CountsTextsWithoutAnIndication) {
  put({"두통", "없음"});

  const RefreshReport report = refresh();

  EXPECT_EQ(report.made, 1u);
  EXPECT_EQ(report.without, 1u);
  EXPECT_TRUE(report.is_complete);
}

TEST_F(SummaryRefresh, HoldsNoTransactionWhileASummaryIsMade) {
  put_distinct(7);
  std::size_t writes = 0;
  summarizer.before = [&](const std::string&) {
    const auto other = store->begin();
    other->put(JobProgress{.name = "other", .cursor = {}, .done = ++writes});
    other->commit();
  };

  refresh();

  EXPECT_EQ(store->job("other")->done, 7u);
}

TEST_F(SummaryRefresh, GivesEachCallItsDeadlineAndTheStop) {
  put({"두통"});
  std::stop_source stop;
  const auto before = std::chrono::steady_clock::now();

  refresh(stop.get_token());

  EXPECT_GE(summarizer.last_call.deadline, before + std::chrono::seconds(10));
  EXPECT_LE(summarizer.last_call.deadline, std::chrono::steady_clock::now() + std::chrono::seconds(10));
  EXPECT_TRUE(summarizer.last_call.stop.stop_possible());
}

TEST_F(SummaryRefresh, TakesAnEndlessTimeoutForNoDeadline) {
  put({"두통"});

  refresh_summaries(*store, summarizer, options, {}, {}, std::chrono::milliseconds::max());

  EXPECT_EQ(summarizer.last_call.deadline, std::chrono::steady_clock::time_point::max());
}

TEST_F(SummaryRefresh, IsCompleteAtOnceWhenThereIsNothingToDo) {
  const RefreshReport report = refresh();

  EXPECT_EQ(report.texts, 0u);
  EXPECT_TRUE(report.is_complete);
  EXPECT_TRUE(store->job("summaries/paid/1")->is_finished);
}

TEST_F(SummaryRefresh, NeedsABatchOfAtLeastOne) {
  options.commit_every = 0;

  EXPECT_THROW(refresh(), InvalidArgument);
}

}  // namespace
}  // namespace pilling::refresh
