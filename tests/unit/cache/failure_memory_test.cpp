#include "cache/failure_memory.hpp"

#include <chrono>
#include <exception>
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "pilling/error.hpp"
#include "support/fake_clock.hpp"

namespace pilling::cache {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

std::exception_ptr failure(const std::string& message = "no reply") {
  return std::make_exception_ptr(NetworkError(message, "example.org"));
}

std::exception_ptr failure_until(milliseconds retry_after) {
  return std::make_exception_ptr(ServiceError("too often", "service", 429, retry_after));
}

std::string message_of(const std::exception_ptr& reason) {
  try {
    std::rethrow_exception(reason);
  } catch (const std::exception& error) {
    return error.what();
  }
}

class FailureMemoryTest : public testing::Test {
 protected:
  FailureMemory make(BackOff back_off) {
    return {back_off, clock_.function(), [this] { return random_; }};
  }

  std::optional<std::chrono::nanoseconds> remaining(const std::string& key = "k") const {
    const auto found = memory_.find(key);
    return found ? std::optional(found->remaining) : std::nullopt;
  }

  support::FakeSteadyClock clock_;
  double random_ = 1;
  FailureMemory memory_ = make({.first = 100ms, .maximum = 1000ms});
};

TEST_F(FailureMemoryTest, KnowsNothingOfAKeyThatDidNotFail) {
  memory_.remember("other", failure());

  EXPECT_EQ(remaining("k"), std::nullopt);
}

TEST_F(FailureMemoryTest, GivesTheLastReasonUntilTheWaitIsOver) {
  memory_.remember("k", failure("first"));
  memory_.remember("k", failure("second"));

  EXPECT_EQ(message_of(memory_.find("k")->reason), "second");
  clock_.advance(199ms);
  EXPECT_EQ(remaining(), 1ms);
  clock_.advance(1ms);
  EXPECT_EQ(remaining(), std::nullopt);
}

TEST_F(FailureMemoryTest, DoublesTheWaitUpToTheMaximum) {
  for (const milliseconds wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    memory_.remember("k", failure());
    EXPECT_EQ(remaining(), wait);
    clock_.advance(wait);
    EXPECT_EQ(remaining(), std::nullopt);
  }
}

TEST_F(FailureMemoryTest, WaitsAtLeastHalfOfIt) {
  random_ = 0;
  memory_.remember("k", failure());
  EXPECT_EQ(remaining(), 50ms);

  random_ = 0.5;
  memory_.remember("other", failure());
  EXPECT_EQ(remaining("other"), 75ms);
}

TEST_F(FailureMemoryTest, WaitsAsLongAsAServiceAsks) {
  memory_.remember("k", failure_until(20s));
  EXPECT_EQ(remaining(), 20s) << "longer than the maximum";

  memory_.remember("less", failure_until(1ms));
  EXPECT_EQ(remaining("less"), 100ms);

  memory_.remember("not said", std::make_exception_ptr(ServiceError("no", "service", 500)));
  EXPECT_EQ(remaining("not said"), 100ms);
}

TEST_F(FailureMemoryTest, StartsAnewForAKeyThatWasForgotten) {
  for (int i = 0; i < 3; ++i) memory_.remember("k", failure());
  memory_.remember("other", failure());

  memory_.forget("k");
  memory_.forget("none");

  EXPECT_EQ(remaining(), std::nullopt);
  EXPECT_EQ(remaining("other"), 100ms);
  memory_.remember("k", failure());
  EXPECT_EQ(remaining(), 100ms);
}

TEST_F(FailureMemoryTest, NeverWaitsLessForAFailureThatNeverEnds) {
  for (int i = 0; i < 100; ++i) memory_.remember("k", failure());

  EXPECT_EQ(remaining(), 1000ms);
}

// The times come from options and from services.
TEST_F(FailureMemoryTest, WaitsNoLongerThanADay) {
  FailureMemory memory = make({.first = 10h, .maximum = milliseconds::max()});
  for (int i = 0; i < 40; ++i) {
    memory.remember("k", failure());
    const auto remaining = memory.find("k").value().remaining;
    EXPECT_GE(remaining, 10h) << i;
    EXPECT_LE(remaining, 24h) << i;
  }

  memory.remember("service", failure_until(milliseconds::max()));
  EXPECT_EQ(memory.find("service").value().remaining, 24h);
}

TEST_F(FailureMemoryTest, HoldsNothingAgainstAKeyWithoutABackOff) {
  FailureMemory memory = make({.first = -5ms, .maximum = milliseconds::min()});

  memory.remember("k", failure());

  EXPECT_FALSE(memory.find("k"));
}

TEST_F(FailureMemoryTest, MakesRoomByForgettingWhatIsOver) {
  memory_.remember("long", failure_until(1h));
  for (int i = 1; i < 10'000; ++i) memory_.remember(std::to_string(i), failure());
  clock_.advance(100ms);

  memory_.remember("new", failure());

  EXPECT_TRUE(remaining("new"));
  EXPECT_TRUE(remaining("long"));
  clock_.advance(-100ms);
  EXPECT_FALSE(remaining("1"));
}

TEST_F(FailureMemoryTest, KeepsTheNewestWhenThereIsNoRoom) {
  for (int i = 0; i < 10'000; ++i) memory_.remember(std::to_string(i), failure());

  memory_.remember("new", failure());

  EXPECT_TRUE(remaining("new"));
  EXPECT_FALSE(remaining("1")) << "there is no end of keys, but of memory";
}

TEST_F(FailureMemoryTest, NeedsNoRoomForAKeyThatItKnows) {
  for (int i = 0; i < 10'000; ++i) memory_.remember(std::to_string(i), failure());

  memory_.remember("7", failure());

  EXPECT_EQ(remaining("7"), 200ms);
  EXPECT_EQ(remaining("1"), 100ms);
}

}  // namespace
}  // namespace pilling::cache
