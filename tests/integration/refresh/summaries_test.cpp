#include <atomic>
#include <chrono>
#include <cstddef>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "refresh/make_summaries.hpp"
#include "refresh/work.hpp"
#include "support/forwarding_store.hpp"
#include "support/paid_summarizer.hpp"
#include "support/temporary_directory.hpp"
#include "text/fingerprint.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;

constexpr auto soon = milliseconds(1);

ServiceError trouble(int status) { return {"HTTP status " + std::to_string(status), "model", status, soon}; }

struct SummariesTest : testing::Test {
  support::TemporaryDirectory directory;
  std::shared_ptr<Store> store = make_sqlite_store(directory.path() / "pilling.db");
  support::PaidSummarizer summarizer;
  RefreshOptions options{.workers = 1};
  std::vector<Medicine> medicines;
  std::vector<RefreshProgress> progress;
  RefreshProgressHook on_progress = [this](const RefreshProgress& now) { progress.push_back(now); };

  void put(const std::vector<std::string>& texts) {
    medicines.clear();
    for (const std::string& text : texts) {
      Medicine medicine;
      medicine.id = {std::to_string(209'900'001 + medicines.size())};
      medicine.efficacy = text;
      medicines.push_back(medicine);
    }
  }

  void put_distinct(int count) {
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) texts.push_back("효능 " + std::to_string(i));
    put(texts);
  }

  RefreshReport refresh(std::stop_token stop = {}) {
    Work work(*store, summarizer, options, on_progress, std::move(stop), &std::chrono::system_clock::now);
    work.report.is_complete = make_summaries(work, medicines);
    return work.finish();
  }

  std::optional<Summary> stored(std::string_view text) {
    return store->summary({.text = text::fingerprint(text), .keyword = {}, .maker = summarizer.maker()});
  }

  void expect_each_paid_once() const {
    for (const auto& [text, times] : summarizer.paid) EXPECT_EQ(times, 1) << text;
  }
};

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

TEST_F(SummariesTest, OfTroubleThatPassesAreTriedAgain) {
  put_distinct(5);
  std::atomic<int> troubles = 0;
  summarizer.before = [&](const std::string& text) {
    if (text == "효능 2" && ++troubles <= 2) throw trouble(503);
  };

  const RefreshReport report = refresh();

  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(report.made, 5u);
  EXPECT_EQ(report.calls, 7u);
  EXPECT_EQ(report.repeated_calls, 0u);
  EXPECT_TRUE(report.failures.empty());
  expect_each_paid_once();
}

TEST_F(SummariesTest, AreLeftToTheNextRefreshAfterThreeTries) {
  put_distinct(5);
  summarizer.before = [](const std::string& text) {
    if (text == "효능 2") throw trouble(503);
  };

  const RefreshReport failed = refresh();
  summarizer.before = {};
  const RefreshReport repaired = refresh();

  EXPECT_EQ(failed.made, 4u);
  EXPECT_FALSE(failed.is_complete);
  EXPECT_EQ(failed.failures, std::vector<std::string>{"medicine 209900003: HTTP status 503"});
  EXPECT_EQ(repaired.made, 1u);
  EXPECT_EQ(repaired.kept, 4u);
  EXPECT_EQ(repaired.repeated_calls, 0u);
}

TEST_F(SummariesTest, OfALostReplyAreAskedForAgainAndSaidToBe) {
  put_distinct(3);
  std::atomic<int> losses = 0;
  summarizer.before = [&](const std::string& text) {
    if (text == "효능 0" && ++losses == 1) throw NetworkError("the connection was reset", "model.test");
  };

  const RefreshReport report = refresh();

  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(report.calls, 4u);
  EXPECT_EQ(report.repeated_calls, 1u);
}

// A call may have been paid for unless it is certain that nothing was done.
TEST_F(SummariesTest, SayThatACallIsRepeatedUnlessItSurelyDidNothing) {
  const std::vector<std::pair<std::function<void()>, std::uint64_t>> failures = {
      {[] { throw BadData("nonsense", "model"); }, 1},
      {[] { throw std::runtime_error("who knows"); }, 1},
      {[] { throw trouble(504); }, 1},
      {[] { throw trouble(503); }, 0},
      {[] { throw ServiceError("bad request", "model", 400); }, 0},
      {[] { throw NetworkError("connection refused", "model.test", false); }, 0},
      {[] { throw Refused("later", soon); }, 0}};
  for (std::size_t i = 0; i < failures.size(); ++i) {
    SCOPED_TRACE(i);
    put({"효능 " + std::to_string(i)});
    int asked = 0;
    summarizer.before = [&](const std::string&) {
      if (++asked == 1) failures[i].first();
    };

    const RefreshReport first = refresh();
    const RefreshReport second = refresh();

    EXPECT_TRUE(second.is_complete);
    EXPECT_EQ(first.repeated_calls + second.repeated_calls, failures[i].second);
    EXPECT_TRUE(store->notes("calls/paid/1").empty());
  }
}

TEST_F(SummariesTest, KeepInMindWhatALostReplyMayHaveCost) {
  put_distinct(1);
  int asked = 0;
  summarizer.before = [&](const std::string&) {
    if (++asked == 1) throw NetworkError("the connection was reset", "model.test");
    throw ServiceError("bad request", "model", 400);
  };
  EXPECT_FALSE(refresh().is_complete);
  summarizer.before = {};

  EXPECT_EQ(refresh().repeated_calls, 1u);
}

TEST_F(SummariesTest, EndWhenTheKeyIsRefused) {
  put_distinct(5);
  int asked = 0;
  summarizer.before = [&](const std::string&) {
    ++asked;
    throw ServiceError("the key was refused", "model", 401);
  };

  const RefreshReport report = refresh();

  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(report.is_complete);
  EXPECT_EQ(report.failures, std::vector<std::string>{"the key was refused"});
}

TEST_F(SummariesTest, EndWhenABudgetIsUsedUp) {
  put_distinct(5);
  int asked = 0;
  summarizer.before = [&](const std::string&) {
    if (++asked == 3) throw Refused("the ceiling of 1 dollar a day would be passed");
  };

  const RefreshReport report = refresh();

  EXPECT_EQ(asked, 3);
  EXPECT_EQ(report.made, 2u);
  EXPECT_EQ(report.failures, std::vector<std::string>{"the ceiling of 1 dollar a day would be passed"});
}

TEST_F(SummariesTest, WaitWhileABreakerIsOpen) {
  put_distinct(5);
  std::atomic<int> refusals = 0;
  summarizer.before = [&](const std::string& text) {
    if (text == "효능 1" && ++refusals <= 20) throw Refused("the model is left alone", soon);
  };

  const RefreshReport report = refresh();

  EXPECT_TRUE(report.is_complete);
  EXPECT_EQ(report.made, 5u);
  EXPECT_TRUE(report.failures.empty());
}

TEST_F(SummariesTest, EndWhenThereIsNoAnswerForTooLong) {
  options.patience = milliseconds(0);
  put_distinct(5);
  summarizer.before = [&](const std::string&) { throw Refused("the model is left alone", soon); };

  const RefreshReport report = refresh();

  EXPECT_EQ(report.failures, std::vector<std::string>{"there was no answer for too long: the model is left alone"});
  EXPECT_EQ(report.made, 0u);
}

TEST_F(SummariesTest, EndWhenTextAfterTextFails) {
  put_distinct(130);
  summarizer.before = [](const std::string&) { throw BadData("nonsense", "model"); };

  const RefreshReport report = refresh();

  EXPECT_EQ(report.failures.size(), 21u);
  EXPECT_EQ(report.calls, 20u);
  EXPECT_FALSE(report.is_complete);
}

TEST_F(SummariesTest, ListTheFirstHundredFailuresAndCountTheRest) {
  put_distinct(260);
  int asked = 0;
  summarizer.before = [&](const std::string&) {
    if (++asked % 2 == 0) throw BadData("nonsense", "model");
  };

  const RefreshReport report = refresh();

  ASSERT_EQ(report.failures.size(), 101u);
  EXPECT_EQ(report.failures.back(), "and 30 more");
  EXPECT_EQ(report.made, 130u);
}

TEST_F(SummariesTest, RepeatOnlyMessagesThatPromiseToHoldNoSecret) {
  put({"두통"});
  summarizer.before = [](const std::string&) { throw std::runtime_error("key sk-SECRET was refused"); };

  const RefreshReport report = refresh();

  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0], "medicine 209900001: the summarizer broke off with an unexpected exception");
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

// A disk that is full for a moment.
class FragileStore : public support::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::unique_ptr<StoreTransaction> begin(const CallOptions& call) override {
    if (failures > 0 && --failures >= 0) throw StorageError("the disk is full", "/nowhere");
    return ForwardingStore::begin(call);
  }
  std::atomic<int> failures = 0;
};

TEST_F(SummariesTest, AreNotLostWhenTheStoreFailsForAMoment) {
  const auto fragile = std::make_shared<FragileStore>(store);
  store = fragile;
  put_distinct(4);
  summarizer.before = [&](const std::string& text) {
    if (text == "효능 2") fragile->failures = 2;
  };

  EXPECT_TRUE(refresh().is_complete);
  expect_each_paid_once();
}

TEST_F(SummariesTest, NeedBatchesOfASummarizerThatMakesThem) {
  options.uses_batches = true;
  put({"두통"});

  EXPECT_THROW(refresh(), InvalidArgument);
}

}  // namespace
}  // namespace pilling::refresh
