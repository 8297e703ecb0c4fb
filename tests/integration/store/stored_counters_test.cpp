#include <algorithm>
#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/spending.hpp"
#include "pilling/store.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using std::chrono::November;
using std::chrono::September;
using std::chrono::year;

constexpr auto today = year(2026) / November / 28;

class StoredCountersTest : public testing::Test {
 protected:
  std::shared_ptr<Store> open() const { return make_sqlite_store(directory_.path() / "pilling.db"); }

  support::TemporaryDirectory directory_;
};

TEST_F(StoredCountersTest, SurviveARestart) {
  EXPECT_EQ(make_counter_store(open())->add("calls/list", today, 5), 5);

  const auto again = make_counter_store(open());

  EXPECT_EQ(again->add("calls/list", today, -2), 3);
  EXPECT_EQ(again->get("calls/list", today), 3);
}

TEST_F(StoredCountersTest, AreToldApartByNameAndDay) {
  const auto counters = make_counter_store(open());
  counters->add("a", today, 1);

  EXPECT_EQ(counters->get("a", year(2026) / November / 27), 0);
  EXPECT_EQ(counters->get("b", today), 0);
  EXPECT_EQ(counters->get("", today), 0);
}

TEST_F(StoredCountersTest, GiveNoTwoCallersTheSameSum) {
  constexpr int adders = 4;
  constexpr int each = 50;
  std::vector<std::int64_t> sums(adders * each);
  {
    std::vector<std::jthread> threads;
    for (int adder = 0; adder < adders; ++adder) {
      // An opening of its own, as another process has.
      threads.emplace_back([&, adder, counters = make_counter_store(open())] {
        for (int i = 0; i < each; ++i) sums[static_cast<std::size_t>(adder * each + i)] = counters->add("a", today, 1);
      });
    }
  }
  std::ranges::sort(sums);

  for (int i = 0; i < adders * each; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], i + 1);
}

TEST_F(StoredCountersTest, ForgetDaysThatAreMoreThanTwoMonthsOld) {
  const auto store = open();
  const auto counters = make_counter_store(store);
  counters->add("a", year(2026) / September / 26, 1);
  counters->add("a", year(2026) / September / 27, 1);
  counters->add("a", today, 1);

  EXPECT_EQ(counters->get("a", year(2026) / September / 26), 0);
  EXPECT_EQ(counters->get("a", year(2026) / September / 27), 1);
  EXPECT_EQ(store->notes("counters").size(), 2U);
}

TEST_F(StoredCountersTest, DoNotTakeADamagedCountForNothing) {
  const auto store = open();
  support::commit_one(*store, JobNote{.job = "counters", .key = "2026-11-28/a", .text = "12x"});

  EXPECT_THROW(make_counter_store(store)->add("a", today, 1), StorageError);
  EXPECT_THROW(make_counter_store(store)->get("a", today), StorageError);
}

TEST(StoredCounters, NeedAStore) { EXPECT_THROW(make_counter_store(nullptr), InvalidArgument); }

}  // namespace
}  // namespace pilling
