#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/retry.hpp"
#include "support/fake_clock.hpp"

namespace pilling {
namespace {

using std::chrono::seconds;

TEST(RetryBudget, AllowsATenthOfTheSuccesses) {
  support::FakeSteadyClock clock;
  RetryBudget budget({.per_second = 0}, {.now = clock.function()});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());

  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.succeeded();
    taken += budget.take() ? 1 : 0;
  }

  EXPECT_EQ(taken, 100);
}

TEST(RetryBudget, LetsTimeBringASmallFloor) {
  support::FakeSteadyClock clock;
  RetryBudget budget({.capacity = 1}, {.now = clock.function()});
  EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());

  clock.advance(seconds(10));
  EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());

  clock.advance(std::chrono::hours(10));
  EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());
}

TEST(RetryBudget, IsNeverOverdrawnByThreads) {
  support::FakeSteadyClock clock;
  RetryBudget budget({.per_second = 0, .capacity = 100}, {.now = clock.function()});
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int take = 0; take < 100; ++take) taken += budget.take() ? 1 : 0;
      });
    }
  }

  EXPECT_EQ(taken, 100);
}

TEST(RetryBudget, NeedsOptionsThatMakeSense) {
  EXPECT_THROW(RetryBudget({.per_success = -1}), InvalidArgument);
  EXPECT_THROW(RetryBudget({.capacity = -1}), InvalidArgument);
}

}  // namespace
}  // namespace pilling
