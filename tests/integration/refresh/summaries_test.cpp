#include <atomic>
#include <chrono>
#include <cstddef>
#include <gtest/gtest.h>
#include <map>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "integration/refresh/summaries_fixture.hpp"
#include "pilling/error.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;

using SummariesTest = SummariesFixture<>;

TEST_F(SummariesTest, ArePaidOnceForEachDistinctText) {
  put({"두통", "발열", "두통", "", "두통", "기침"});

  const RefreshReport report = refresh();

  EXPECT_EQ(report.texts, 3u);
  EXPECT_EQ(report.made, 3u);
  EXPECT_EQ(report.calls, 3u);
  EXPECT_EQ(report.kept, 0u);
  EXPECT_EQ(report.repeated_calls, 0u);
  EXPECT_DOUBLE_EQ(report.dollars, 0.003);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(summarizer.paid, (std::map<std::string, int>{{"기침", 1}, {"두통", 1}, {"발열", 1}}));
  ASSERT_TRUE(stored("두통"));
  EXPECT_EQ(stored("두통")->text, "요약: 두통");
  EXPECT_EQ(stored("두통")->maker, "paid/1");
  EXPECT_TRUE(store->notes("calls/paid/1").empty());
}

TEST_F(SummariesTest, AreNotPaidAgain) {
  put_distinct(5);
  refresh();
  summarizer.paid.clear();

  const RefreshReport report = refresh();

  EXPECT_EQ(report.kept, 5u);
  EXPECT_EQ(report.made, 0u);
  EXPECT_TRUE(report.is_complete);
  EXPECT_TRUE(summarizer.paid.empty());
}

TEST_F(SummariesTest, AreMadeOnlyForTextsThatChanged) {
  put({"두통", "발열"});
  refresh();
  put({"두통", "기침"});
  summarizer.paid.clear();

  const RefreshReport report = refresh();

  EXPECT_EQ(report.kept, 1u);
  EXPECT_EQ(summarizer.paid, (std::map<std::string, int>{{"기침", 1}}));
}

TEST_F(SummariesTest, OfOneMakerAreNotThoseOfAnother) {
  put({"두통"});
  refresh();
  summarizer.maker_name = "paid/2";

  EXPECT_EQ(refresh().made, 1u);
  EXPECT_EQ(summarizer.paid.at("두통"), 2);
}

TEST_F(SummariesTest, AreNotMadeForWithdrawnMedicines) {
  put({"두통", "발열"});
  medicines[1].withdrawn_on = "2026-11-28";

  const RefreshReport report = refresh();

  EXPECT_EQ(report.texts, 1u);
  EXPECT_FALSE(summarizer.paid.contains("발열"));
}

TEST_F(SummariesTest, TellTheirProgress) {
  put_distinct(3);
  refresh();
  ASSERT_EQ(progress.size(), 4u);
  for (std::size_t i = 0; i < progress.size(); ++i) {
    EXPECT_EQ(progress[i].stage, RefreshStage::summarizing);
    EXPECT_EQ(progress[i].done, i);
    EXPECT_EQ(progress[i].total, 3u);
    // The next call may be paid for by then.
    EXPECT_GE(progress[i].dollars, 0.001 * static_cast<double>(i));
  }
}

TEST_F(SummariesTest, AreMadeByAsManyWorkersAsAllowedAtOnce) {
  options.workers = 4;
  put_distinct(12);
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  std::counting_semaphore<12> all_here(0);
  summarizer.before = [&](const std::string&) {
    const int now = ++under_way;
    int seen = most;
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
    // The first three wait for the fourth.
    if (now == 4) all_here.release(12);
    static_cast<void>(all_here.try_acquire_for(std::chrono::seconds(10)));
    --under_way;
  };

  EXPECT_EQ(refresh().made, 12u);
  EXPECT_EQ(most, 4);
  expect_each_paid_once();
}

TEST_F(SummariesTest, AreTakenUpAfterAStop) {
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
  expect_each_paid_once();
}

TEST_F(SummariesTest, SayWhichCallsMayHaveBeenPaidTwiceAfterAStop) {
  put_distinct(5);
  std::stop_source stop;
  summarizer.before = [&](const std::string&) {
    if (summarizer.paid.size() < 2) return;
    stop.request_stop();
    throw Timeout("stopped", "example.test");
  };

  const RefreshReport stopped = refresh(stop.get_token());
  summarizer.before = {};
  const RefreshReport finished = refresh();

  EXPECT_FALSE(stopped.is_complete);
  EXPECT_EQ(stopped.made, 2u);
  EXPECT_TRUE(stopped.failures.empty());
  EXPECT_EQ(finished.made, 3u);
  EXPECT_EQ(finished.repeated_calls, 1u);
  EXPECT_TRUE(store->notes("calls/paid/1").empty());
}

TEST_F(SummariesTest, AreNotBegunWhenStoppedBefore) {
  put_distinct(2);
  std::stop_source stop;
  stop.request_stop();

  EXPECT_FALSE(refresh(stop.get_token()).is_complete);
  EXPECT_TRUE(summarizer.paid.empty());
}

TEST_F(SummariesTest, AreAllKeptWhenAHookEndsTheRefresh) {
  options.workers = 3;
  put_distinct(10);
  on_progress = [](const RefreshProgress& now) {
    if (now.done >= 6) throw std::runtime_error("power cut");
  };

  EXPECT_THROW(refresh(), std::runtime_error);
  on_progress = {};
  const RefreshReport report = refresh();

  EXPECT_EQ(report.kept + report.made, 10u);
  EXPECT_GE(report.kept, 6u);
  // What was under way when it ended had been paid for, and was kept.
  EXPECT_EQ(report.repeated_calls, 0u);
  expect_each_paid_once();
}

TEST_F(SummariesTest, OfATextWithoutAnIndicationAreNotAskedForAgain) {
  put({"두통", "없음"});

  const RefreshReport first = refresh();
  const RefreshReport second = refresh();

  EXPECT_EQ(first.made, 1u);
  EXPECT_EQ(first.without, 1u);
  EXPECT_TRUE(first.is_complete);
  EXPECT_EQ(second.without, 1u);
  EXPECT_TRUE(second.is_complete);
  EXPECT_EQ(summarizer.paid.at("없음"), 1);
}

TEST_F(SummariesTest, ThatWereReplacedAreCountedAndNotPaidAgain) {
  put({"거절"});

  EXPECT_EQ(refresh().replaced, 1u);
  EXPECT_EQ(refresh().kept, 1u);
  EXPECT_EQ(stored("거절")->maker, "extractive/1");
}

TEST_F(SummariesTest, HoldNoTransactionWhileTheyAreMade) {
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

TEST_F(SummariesTest, AreMadeWithinADeadlineAndTheStop) {
  options.call_timeout = std::chrono::seconds(10);
  put({"두통"});
  std::stop_source stop;
  const auto before = std::chrono::steady_clock::now();

  refresh(stop.get_token());

  EXPECT_GE(summarizer.last_call.deadline, before + std::chrono::seconds(10));
  EXPECT_LE(summarizer.last_call.deadline, std::chrono::steady_clock::now() + std::chrono::seconds(10));
  EXPECT_TRUE(summarizer.last_call.stop.stop_possible());
}

TEST_F(SummariesTest, AreMadeWithoutADeadlineWhereTheTimeoutIsEndless) {
  options.call_timeout = milliseconds::max();
  put({"두통"});

  refresh();

  EXPECT_EQ(summarizer.last_call.deadline, std::chrono::steady_clock::time_point::max());
}

TEST_F(SummariesTest, AreOnlyCountedInADryRun) {
  put({"두통", "발열"});
  refresh();
  put({"두통", "기침", "가래"});
  options.dry_run = true;

  const RefreshReport report = refresh();

  EXPECT_EQ(report.texts, 3u);
  EXPECT_EQ(report.kept, 1u);
  EXPECT_EQ(report.calls, 2u);
  EXPECT_DOUBLE_EQ(report.dollars, 0.002);
  EXPECT_TRUE(report.is_price_known);
  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(summarizer.paid.size(), 2u);
}

TEST_F(SummariesTest, NeedBatchesOfASummarizerThatMakesThem) {
  options.uses_batches = true;
  put({"두통"});

  EXPECT_THROW(refresh(), InvalidArgument);
}

}  // namespace
}  // namespace pilling::refresh
