#include "cache/lifetimes.hpp"

#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <optional>
#include <vector>

#include "pilling/error.hpp"
#include "support/fake_clock.hpp"

namespace pilling::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using namespace std::chrono_literals;
using State = Lifetimes::State;

constexpr milliseconds endless = milliseconds::max();
constexpr auto day = 24h;

class LifetimesTest : public testing::Test {
 protected:
  LifetimesTest() {
    options_.time_to_live = 100s;
    options_.jitter = 0;
    options_.early_refresh = 0;
    options_.stale_for = 1000s;
    options_.now = system_.function();
    options_.steady_now = steady_.function();
  }

  Lifetimes lifetimes() {
    return {options_, [this] { return random_; }};
  }

  StoredEntry begun(std::optional<milliseconds> time_to_live = std::nullopt) {
    StoredEntry entry;
    lifetimes().begin(entry, time_to_live);
    return entry;
  }

  // The states after so long, each time counted from the translation.
  State state_after(const StoredEntry& entry, milliseconds time) {
    Kept kept;
    lifetimes().translate(entry, kept);
    return Lifetimes::state_of(kept, steady(time));
  }

  milliseconds age_after(const StoredEntry& entry, milliseconds time) {
    Kept kept;
    lifetimes().translate(entry, kept);
    return Lifetimes::age_of(kept, steady(time));
  }

  std::int64_t steady(milliseconds later) { return lifetimes().steady_now() + nanoseconds(later).count(); }

  SystemTime now() const { return std::chrono::floor<milliseconds>(system_.now()); }

  void pass(milliseconds time) {
    system_.advance(time);
    steady_.advance(time);
  }

  support::FakeSystemClock system_;
  support::FakeSteadyClock steady_;
  double random_ = 0;
  TieredCacheOptions options_;
};

TEST_F(LifetimesTest, AreThoseOfTheOptions) {
  const StoredEntry entry = begun();

  EXPECT_EQ(entry.created_at, now());
  EXPECT_EQ(entry.fresh_until, now() + 100s);
  EXPECT_EQ(entry.kept_until, now() + 1100s);
  EXPECT_EQ(state_after(entry, 100s - 1ms), State::fresh);
  EXPECT_EQ(state_after(entry, 100s), State::stale);
  EXPECT_EQ(state_after(entry, 1100s - 1ms), State::stale);
  EXPECT_EQ(state_after(entry, 1100s), State::gone);
}

TEST_F(LifetimesTest, OfOneValueComeBeforeThoseOfAll) { EXPECT_EQ(begun(5s).fresh_until, now() + 5s); }

TEST_F(LifetimesTest, AreForEverWithoutATimeToLive) {
  options_.time_to_live = std::nullopt;
  options_.jitter = 1;
  options_.early_refresh = 1;

  const StoredEntry entry = begun();

  EXPECT_EQ(entry.fresh_until, std::nullopt);
  EXPECT_EQ(entry.kept_until, std::nullopt);
  EXPECT_EQ(state_after(entry, 100 * 365 * day), State::fresh);
}

TEST_F(LifetimesTest, ComeToNothingWithATimeToLiveOfZero) {
  for (const milliseconds none : {0ms, -1ms, milliseconds::min()}) {
    const StoredEntry entry = begun(none);

    EXPECT_EQ(entry.kept_until, now()) << "nor is it kept for emergencies";
    EXPECT_EQ(state_after(entry, 0ms), State::gone);
  }
}

TEST_F(LifetimesTest, LastABitShorterByChance) {
  options_.jitter = 0.1;
  random_ = 0.5;
  EXPECT_EQ(begun().fresh_until, now() + 95s);

  random_ = 0;
  EXPECT_EQ(begun().fresh_until, now() + 100s);
  random_ = 1;
  EXPECT_EQ(begun().fresh_until, now() + 90s);
}

TEST_F(LifetimesTest, AreDueAroundTheirLastPart) {
  options_.early_refresh = 0.1;
  const auto due_from = [&](double random) {
    random_ = random;
    Kept kept;
    lifetimes().translate(begun(), kept);
    return nanoseconds(kept.refresh_from - lifetimes().steady_now());
  };

  EXPECT_EQ(due_from(0), 95s);
  EXPECT_EQ(due_from(0.5), 90s);
  EXPECT_EQ(due_from(1), 85s);
  random_ = 0.5;
  EXPECT_EQ(state_after(begun(), 90s - 1ms), State::fresh);
  EXPECT_EQ(state_after(begun(), 90s), State::due);
  EXPECT_EQ(state_after(begun(), 100s), State::stale);
}

TEST_F(LifetimesTest, AreNeverDueWithoutAnEarlyRefresh) {
  random_ = 1;

  EXPECT_EQ(state_after(begun(), 100s - 1ms), State::fresh);
}

TEST_F(LifetimesTest, OfAnEntryGoOnInAnotherProcess) {
  const StoredEntry entry = begun();
  pass(40s);

  EXPECT_EQ(age_after(entry, 0ms), 40s);
  EXPECT_EQ(state_after(entry, 60s - 1ms), State::fresh);
  EXPECT_EQ(state_after(entry, 60s), State::stale);
  EXPECT_EQ(state_after(entry, 1060s), State::gone);
}

TEST_F(LifetimesTest, InMemoryHeedNoClockThatIsSet) {
  Kept kept;
  lifetimes().translate(begun(), kept);

  for (const milliseconds jump : {milliseconds(day), milliseconds(-2 * day)}) {
    system_.advance(jump);
    EXPECT_EQ(Lifetimes::state_of(kept, steady(100s - 1ms)), State::fresh);
    EXPECT_EQ(Lifetimes::state_of(kept, steady(100s)), State::stale);
    EXPECT_EQ(Lifetimes::age_of(kept, steady(7s)), 7s);
  }
}

// From a tier, when the clock has jumped ahead, or another machine's is behind: over earlier than it need be.
TEST_F(LifetimesTest, OfAnEntryEndEarlyWhenTheClockIsADayAhead) {
  const StoredEntry entry = begun();
  system_.advance(day);

  EXPECT_EQ(state_after(entry, 0ms), State::gone);
  EXPECT_EQ(age_after(entry, 0ms), milliseconds(day));
}

// When the clock has gone back, or another machine's is ahead: never longer than the whole.
TEST_F(LifetimesTest, OfAnEntryOfTheFutureAreNoLongerThanTheWhole) {
  const StoredEntry entry = begun();
  system_.advance(-day);

  EXPECT_EQ(age_after(entry, 0ms), 0ms);
  EXPECT_EQ(age_after(entry, 5s), 5s);
  EXPECT_EQ(state_after(entry, 100s - 1ms), State::fresh);
  EXPECT_EQ(state_after(entry, 100s), State::stale);
  EXPECT_EQ(state_after(entry, 1100s), State::gone);
}

TEST_F(LifetimesTest, ThatAreHugeAreForEver) {
  options_.jitter = 1;
  random_ = 1;
  for (const milliseconds huge : {endless, endless - 1ms, milliseconds(200 * 365 * day)}) {
    const StoredEntry entry = begun(huge);

    EXPECT_EQ(entry.fresh_until, std::nullopt);
    EXPECT_EQ(state_after(entry, 200 * 365 * day), State::fresh);
  }
}

TEST_F(LifetimesTest, KeepAValueForEmergenciesForEver) {
  options_.stale_for = endless;
  const StoredEntry entry = begun();

  EXPECT_EQ(entry.fresh_until, now() + 100s);
  EXPECT_EQ(entry.kept_until, std::nullopt);
  EXPECT_EQ(state_after(entry, 100 * 365 * day), State::stale);
}

TEST_F(LifetimesTest, KeepNothingForEmergenciesWithANegativeTime) {
  options_.stale_for = milliseconds::min();

  EXPECT_EQ(begun().kept_until, begun().fresh_until);
}

TEST_F(LifetimesTest, ThatAreLongButHaveAnEndKeepIt) {
  options_.stale_for = 99 * 365 * day;
  const milliseconds long_time = 99 * 365 * day;
  const StoredEntry entry = begun(long_time);

  EXPECT_EQ(state_after(entry, long_time - 1ms), State::fresh);
  EXPECT_EQ(state_after(entry, long_time), State::stale);
}

// The checksum of an entry guards against accidents, not against those who write nonsense on purpose.
TEST_F(LifetimesTest, OfNonsenseOverflowNowhere) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::vector<std::int64_t> times{Limits::min(), Limits::min() / 2, -1, 0, Limits::max() / 2, Limits::max() - 1};
  options_.early_refresh = 1;
  random_ = 1;
  for (const std::int64_t created : times) {
    for (const std::int64_t fresh : times) {
      for (const std::int64_t kept_until : times) {
        StoredEntry entry;
        entry.created_at = SystemTime(milliseconds(created));
        entry.fresh_until = SystemTime(milliseconds(fresh));
        entry.kept_until = SystemTime(milliseconds(kept_until));
        Kept kept;

        lifetimes().translate(entry, kept);

        EXPECT_GE(Lifetimes::age_of(kept, steady(0ms)), 0ms);
        const bool is_over = fresh <= 0 && kept_until <= 0;
        EXPECT_TRUE(!is_over || Lifetimes::state_of(kept, steady(0ms)) == State::gone) << created;
      }
    }
  }
}

TEST_F(LifetimesTest, RefuseSharesThatAreNone) {
  for (const double share : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    options_.jitter = share;
    EXPECT_THROW(lifetimes(), InvalidArgument);
    options_.jitter = 0;
    options_.early_refresh = share;
    EXPECT_THROW(lifetimes(), InvalidArgument);
    options_.early_refresh = 0;
  }
}

TEST_F(LifetimesTest, RefuseToGoWithoutAClock) {
  options_.now = nullptr;
  EXPECT_THROW(lifetimes(), InvalidArgument);
  options_.now = system_.function();
  options_.steady_now = nullptr;
  EXPECT_THROW(lifetimes(), InvalidArgument);
}

}  // namespace
}  // namespace pilling::cache
