#include "pilling/spending.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr year_month_day today = 2026y / 10 / 31;

struct Spending : testing::Test {
  support::FakeSystemClock clock{sys_days(today) + 3h};
  std::shared_ptr<CounterStore> counters = make_counter_store();

  ResilienceHooks hooks() { return {.utc_now = clock.function()}; }
};

/// Counters that cannot be used once `breaks` is set.
struct BreakingCounters final : CounterStore {
  std::int64_t add(std::string_view name, year_month_day day, std::int64_t amount) override {
    if (breaks) throw StorageError("broken", "counters");
    return real->add(name, day, amount);
  }
  std::int64_t get(std::string_view name, year_month_day day) override { return real->get(name, day); }

  std::shared_ptr<CounterStore> real = make_counter_store();
  bool breaks = false;
};

TEST_F(Spending, CountersKeepNamesAndDaysApart) {
  EXPECT_EQ(counters->get("a", today), 0);
  EXPECT_EQ(counters->add("a", today, 5), 5);
  EXPECT_EQ(counters->add("a", today, -2), 3);
  EXPECT_EQ(counters->add("b", today, 1), 1);
  EXPECT_EQ(counters->add("a", 2026y / 11 / 1, 1), 1);
  EXPECT_EQ(counters->get("a", today), 3);
}

TEST_F(Spending, CountersForgetWhatIsMonthsOld) {
  counters->add("a", 2026y / 8 / 29, 1);
  counters->add("a", 2026y / 8 / 30, 1);

  counters->add("a", today, 1);

  EXPECT_EQ(counters->get("a", 2026y / 8 / 29), 0);
  EXPECT_EQ(counters->get("a", 2026y / 8 / 30), 1);
}

TEST_F(Spending, AQuotaRefusesBeforeACallIsMade) {
  DailyQuota quota(counters, {.calls_per_day = 2}, hooks());
  EXPECT_EQ(quota.remaining("list"), 2);
  quota.take("list");
  quota.take("list");

  try {
    quota.take("list");
    FAIL() << "nothing was thrown";
  } catch (const Refused& error) {
    EXPECT_EQ(std::string(error.what()),
              "the quota of today for list of 2 calls is used up; try again after midnight in Korea, in 720 minutes");
  }
  EXPECT_EQ(quota.remaining("list"), 0);
  EXPECT_EQ(quota.remaining("detail"), 2);
}

TEST_F(Spending, AQuotaBeginsAnewAtMidnightInKorea) {
  DailyQuota quota(counters, {.calls_per_day = 1}, hooks());
  EXPECT_EQ(quota.take("list"), today);
  clock.advance(12h - 1ns);
  EXPECT_THROW(quota.take("list"), Refused);

  clock.advance(1ns);
  EXPECT_EQ(clock.now(), sys_days(today) + 15h);
  EXPECT_EQ(quota.take("list"), year_month_day(2026y / 11 / 1));
}

TEST_F(Spending, AQuotaThatTheServiceSaysIsGoneIsGoneForAllUntilMidnight) {
  DailyQuota quota(counters, {}, hooks());
  DailyQuota of_another_process(counters, {}, hooks());

  quota.close("list", quota.take("list"));

  EXPECT_THROW(of_another_process.take("list"), Refused);
  EXPECT_EQ(of_another_process.remaining("list"), 0);
  EXPECT_NO_THROW(quota.take("detail"));
  clock.advance(12h);
  EXPECT_NO_THROW(quota.take("list"));
}

TEST_F(Spending, AnAnswerOfYesterdayClosesNothingToday) {
  DailyQuota quota(counters, {}, hooks());
  const year_month_day day = quota.take("list");
  clock.advance(12h);

  quota.close("list", day);

  EXPECT_NO_THROW(quota.take("list"));
}

TEST_F(Spending, AQuotaTakesBackCallsThatWereNotMade) {
  DailyQuota quota(counters, {.calls_per_day = 1}, hooks());
  const year_month_day day = quota.take("list");
  for (int i = 0; i < 3; ++i) EXPECT_THROW(quota.take("list"), Refused);

  quota.give_back("list", day);

  EXPECT_NO_THROW(quota.take("list"));
}

TEST_F(Spending, AQuotaIsNotPassedByThreads) {
  DailyQuota first(counters, {.calls_per_day = 100}, hooks());
  DailyQuota second(counters, {.calls_per_day = 100}, hooks());
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int call = 0; call < 100; ++call) {
          try {
            (i % 2 == 0 ? first : second).take("list");
            ++taken;
          } catch (const Refused&) {
          }
        }
      });
    }
  }

  EXPECT_EQ(taken, 100);
}

TEST_F(Spending, AQuotaNeedsCounters) {
  EXPECT_THROW(DailyQuota(nullptr), InvalidArgument);
  EXPECT_THROW(DailyQuota(counters, {.calls_per_day = -1}), InvalidArgument);
}

struct Budget : Spending {
  DollarBudgetOptions options{.dollars_per_day = 1.0, .dollars_per_month = 2.0};
  std::optional<DollarBudget> made;

  static ModelPrices prices() {
    ModelPrices prices;
    prices.set({.model = "m", .input = 1, .output = 10, .since = 2026y / 1 / 1});
    return prices;
  }
  DollarBudget& budget() {
    if (!made) made.emplace(counters, prices(), options, hooks());
    return *made;
  }
  // So many hundredths of a dollar.
  static TokenUsage cents(std::uint64_t amount) { return {.output = amount * 1000}; }
  double spent() { return budget().stats().dollars_today; }
};

TEST_F(Budget, SetsTheWorstAsideAndTakesBackWhatWasNotUsed) {
  auto reservation = budget().reserve("m", cents(40));
  EXPECT_DOUBLE_EQ(spent(), 0.4);

  reservation.settle(cents(10));
  reservation.settle(cents(90));

  EXPECT_DOUBLE_EQ(spent(), 0.1);
  EXPECT_DOUBLE_EQ(budget().stats().dollars_this_month, 0.1);
}

TEST_F(Budget, TakesBackAllOfACallThatWasNotMade) {
  { const auto reservation = budget().reserve("m", cents(40)); }

  EXPECT_DOUBLE_EQ(spent(), 0);
}

TEST_F(Budget, KeepsTheWorstOfACallOfWhichNothingIsKnown) {
  budget().reserve("m", cents(40)).keep();

  EXPECT_DOUBLE_EQ(spent(), 0.4);
}

TEST_F(Budget, CountsAReservationOnceHoweverItIsMoved) {
  auto first = budget().reserve("m", cents(10));
  auto second = std::move(first);
  first = budget().reserve("m", cents(20));
  second = std::move(first);
  EXPECT_DOUBLE_EQ(spent(), 0.2);

  second.settle(cents(5));
  EXPECT_DOUBLE_EQ(spent(), 0.05);
}

TEST_F(Budget, RefusesAtTheCeilingOfADay) {
  budget().reserve("m", cents(60)).keep();

  try {
    budget().reserve("m", cents(41));
    FAIL() << "nothing was thrown";
  } catch (const Refused& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "the call may cost 0.410000 dollars, which would pass the ceiling of 1.000000 dollars a day; raise it, or "
        "try again after midnight UTC");
  }
  EXPECT_NO_THROW(budget().reserve("m", cents(40)).keep());
  EXPECT_EQ(budget().stats().refused, 1u);
}

TEST_F(Budget, RefusesAtTheCeilingOfAMonth) {
  clock.advance(-48h);
  for (int day = 0; day < 2; ++day) {
    budget().reserve("m", cents(100)).keep();
    clock.advance(24h);
  }
  EXPECT_THROW(budget().reserve("m", cents(1)), Refused);
  EXPECT_DOUBLE_EQ(spent(), 0);

  clock.advance(24h);
  EXPECT_NO_THROW(budget().reserve("m", cents(100)).keep());
}

TEST_F(Budget, HasNoCeilingUnlessItIsGivenOne) {
  options = {};

  EXPECT_NO_THROW(budget().reserve("m", cents(1'000'000)).keep());
  EXPECT_DOUBLE_EQ(spent(), 10'000);
}

TEST_F(Budget, SettlesOnTheDayOfTheReservation) {
  auto reservation = budget().reserve("m", cents(40));
  clock.advance(24h);

  reservation.settle(cents(10));

  EXPECT_DOUBLE_EQ(spent(), 0);
  EXPECT_EQ(counters->get("dollars/day", today), 100'000);
  EXPECT_EQ(counters->get("dollars/month", 2026y / 10 / 1), 100'000);
}

TEST_F(Budget, PaysForMoreThanWasReserved) {
  budget().reserve("m", cents(10)).settle(cents(120));

  EXPECT_DOUBLE_EQ(spent(), 1.2);
  EXPECT_THROW(budget().reserve("m", cents(1)), Refused);
}

TEST_F(Budget, SetsNothingAsideForAModelWithoutAPrice) {
  EXPECT_THROW(budget().reserve("unknown", cents(1)), InvalidArgument);
  EXPECT_DOUBLE_EQ(spent(), 0);

  ModelPrices more = prices();
  more.set({.model = "unknown", .output = 10, .since = today});
  budget().set_prices(more);
  EXPECT_NO_THROW(budget().reserve("unknown", cents(1), true).keep());
  EXPECT_DOUBLE_EQ(spent(), 0.005);
}

TEST_F(Budget, KeepsMoneyAsSpentWhenTheCountersFail) {
  const auto breaking = std::make_shared<BreakingCounters>();
  counters = breaking;
  {
    const auto released = budget().reserve("m", cents(10));
    auto settled = budget().reserve("m", cents(20));
    breaking->breaks = true;
    EXPECT_THROW(settled.settle(cents(1)), StorageError);
    EXPECT_THROW(budget().reserve("m", cents(1)), StorageError);
  }

  EXPECT_DOUBLE_EQ(spent(), 0.3);
}

TEST_F(Budget, NeedsCountersAndACeilingThatIsOne) {
  EXPECT_THROW(DollarBudget(nullptr, prices(), options), InvalidArgument);
  EXPECT_THROW(DollarBudget(counters, prices(), {.dollars_per_day = -1.0}), InvalidArgument);
  EXPECT_THROW(DollarBudget(counters, prices(), {.dollars_per_month = std::nan("")}), InvalidArgument);
}

TEST_F(Budget, IsNotPassedByThreadsOfTwoProcesses) {
  options.dollars_per_month = std::nullopt;
  DollarBudget first(counters, prices(), options, hooks());
  DollarBudget second(counters, prices(), options, hooks());
  std::atomic<std::int64_t> most = 0;
  std::atomic<int> calls = 0;
  std::atomic<std::int64_t> reserved = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int call = 0; call < 200; ++call) {
          try {
            auto reservation = (i % 2 == 0 ? first : second).reserve("m", cents(7));
            const std::int64_t now = reserved += 7;
            for (std::int64_t known = most; known < now && !most.compare_exchange_weak(known, now);) {
            }
            ++calls;
            reserved -= 6;
            reservation.settle(cents(1));
          } catch (const Refused&) {
          }
        }
      });
    }
  }

  EXPECT_LE(most, 100);
  EXPECT_NEAR(first.stats().dollars_today, calls * 0.01, 1e-9);
  EXPECT_LE(first.stats().dollars_today, 1.0);
  EXPECT_GT(calls, 50);
}

TEST_F(Spending, QuotaTellsOfTheOperationsThatItWasAskedFor) {
  DailyQuota quota(counters, {.calls_per_day = 2, .name = "key"}, hooks());
  quota.take("b");
  quota.take("a");
  quota.take("b");

  const std::vector<DailyQuotaStats> stats = quota.stats();

  ASSERT_EQ(stats.size(), 2u);
  EXPECT_EQ(stats[0].operation, "a");
  EXPECT_EQ(stats[0].remaining, 1);
  EXPECT_EQ(stats[1].remaining, 0);
  EXPECT_EQ(metrics_text(stats),
            "# HELP pilling_quota_calls_left Calls of the operation that are left today, by Korean days.\n"
            "# TYPE pilling_quota_calls_left gauge\n"
            "pilling_quota_calls_left{quota=\"key\",operation=\"a\"} 1\n"
            "pilling_quota_calls_left{quota=\"key\",operation=\"b\"} 0\n"
            "# HELP pilling_quota_calls_per_day Calls of the operation that a day has.\n"
            "# TYPE pilling_quota_calls_per_day gauge\n"
            "pilling_quota_calls_per_day{quota=\"key\",operation=\"a\"} 2\n"
            "pilling_quota_calls_per_day{quota=\"key\",operation=\"b\"} 2\n");
}

TEST_F(Spending, BudgetsGoIntoPrometheusText) {
  ModelPrices prices;
  prices.set({.model = "m", .input = 1, .output = 1, .since = 2026y / 1 / 1});
  DollarBudget budget(counters, prices, {.name = "team"}, hooks());
  auto reservation = budget.reserve("m", {.input = 500'000});
  reservation.settle({.input = 250'000});

  const std::string text = metrics_text(std::vector{budget.stats()});

  EXPECT_NE(text.find("pilling_budget_dollars_today{budget=\"team\"} 0.25\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pilling_budget_dollars_this_month{budget=\"team\"} 0.25\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pilling_budget_refused_total{budget=\"team\"} 0\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace pilling
