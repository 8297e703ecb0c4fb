#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "integration/refresh/summaries_fixture.hpp"
#include "pilling/error.hpp"
#include "support/forwarding_store.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;

constexpr auto soon = milliseconds(1);

ServiceError trouble(int status) { return {"HTTP status " + std::to_string(status), "model", status, soon}; }

using SummariesInTrouble = SummariesFixture<>;

TEST_F(SummariesInTrouble, AreTriedAgainWhenItPasses) {
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

TEST_F(SummariesInTrouble, AreLeftToTheNextRefreshAfterThreeTries) {
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

TEST_F(SummariesInTrouble, OfALostReplyAreAskedForAgainAndSaidToBe) {
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
TEST_F(SummariesInTrouble, SayThatACallIsRepeatedUnlessItSurelyDidNothing) {
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

TEST_F(SummariesInTrouble, KeepInMindWhatALostReplyMayHaveCost) {
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

TEST_F(SummariesInTrouble, EndWhenTheKeyIsRefused) {
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

TEST_F(SummariesInTrouble, EndWhenABudgetIsUsedUp) {
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

TEST_F(SummariesInTrouble, WaitWhileABreakerIsOpen) {
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

TEST_F(SummariesInTrouble, EndWhenThereIsNoAnswerForTooLong) {
  options.patience = milliseconds(0);
  put_distinct(5);
  summarizer.before = [&](const std::string&) { throw Refused("the model is left alone", soon); };

  const RefreshReport report = refresh();

  EXPECT_EQ(report.failures, std::vector<std::string>{"there was no answer for too long: the model is left alone"});
  EXPECT_EQ(report.made, 0u);
}

TEST_F(SummariesInTrouble, EndWhenTextAfterTextFails) {
  put_distinct(130);
  summarizer.before = [](const std::string&) { throw BadData("nonsense", "model"); };

  const RefreshReport report = refresh();

  EXPECT_EQ(report.failures.size(), 21u);
  EXPECT_EQ(report.calls, 20u);
  EXPECT_FALSE(report.is_complete);
}

TEST_F(SummariesInTrouble, ListTheFirstHundredFailuresAndCountTheRest) {
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

TEST_F(SummariesInTrouble, RepeatOnlyMessagesThatPromiseToHoldNoSecret) {
  put({"두통"});
  summarizer.before = [](const std::string&) { throw std::runtime_error("key sk-SECRET was refused"); };

  const RefreshReport report = refresh();

  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0], "medicine 209900001: the summarizer broke off with an unexpected exception");
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

TEST_F(SummariesInTrouble, AreNotLostWhenTheStoreFailsForAMoment) {
  const auto fragile = std::make_shared<FragileStore>(store);
  store = fragile;
  put_distinct(4);
  summarizer.before = [&](const std::string& text) {
    if (text == "효능 2") fragile->failures = 2;
  };

  EXPECT_TRUE(refresh().is_complete);
  expect_each_paid_once();
}

}  // namespace
}  // namespace pilling::refresh
