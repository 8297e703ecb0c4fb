#include "refresh/lease.hpp"

#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "pilling/error.hpp"
#include "support/child_process.hpp"
#include "support/forwarding_store.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

struct LeaseTest : testing::Test {
  std::shared_ptr<Store> open() const { return make_sqlite_store(directory.path() / "pilling.db"); }
  SystemClock clock() {
    return [this] { return std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + since; };
  }

  support::TemporaryDirectory directory;
  milliseconds since{};
};

TEST_F(LeaseTest, IsHeldByOneAtATime) {
  const auto store = open();
  const Lease lease(*store, minutes(1), clock());

  EXPECT_THROW(Lease(*open(), minutes(1), clock()), Refused);
}

TEST_F(LeaseTest, CanBeHadAgainWhenItWasGivenBack) {
  const auto store = open();
  { const Lease lease(*store, minutes(1), clock()); }

  EXPECT_NO_THROW(Lease(*store, minutes(1), clock()));
}

TEST_F(LeaseTest, TellsWhoHoldsItAndForHowLong) {
  const auto store = open();
  const Lease lease(*store, minutes(1), clock());
  since = std::chrono::seconds(20);

  try {
    const Lease second(*open(), minutes(1), clock());
    FAIL() << "two hold it";
  } catch (const Refused& error) {
    EXPECT_EQ(error.retry_after(), std::chrono::seconds(40));
    EXPECT_NE(std::string(error.what()).find(std::to_string(getpid())), std::string::npos) << error.what();
  }
}

// A disk that is full for a moment.
class FragileStore final : public support::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  std::unique_ptr<StoreTransaction> begin(const CallOptions& call) override {
    if (failures > 0 && failures-- > 0) throw StorageError("the disk is full", "/nowhere");
    return ForwardingStore::begin(call);
  }
  int failures = 0;
};

TEST_F(LeaseTest, IsGivenBackAlthoughTheStoreFailsForAMoment) {
  FragileStore store(open());
  {
    const Lease lease(store, minutes(1), clock());
    store.failures = 2;
  }

  EXPECT_NO_THROW(Lease(store, minutes(1), clock()));
}

TEST_F(LeaseTest, IsTakenOverWhenItsTimeIsUp) {
  const auto store = open();
  const Lease lease(*store, minutes(1), clock());
  since = minutes(1);

  const auto other = open();
  const Lease second(*other, minutes(1), clock());

  const auto transaction = store->begin();
  EXPECT_THROW(lease.check(*transaction), Refused);
  EXPECT_NO_THROW(second.check(*transaction));
}

TEST_F(LeaseTest, OfAnotherMachineIsLeftAloneUntilItsTimeIsUp) {
  const auto store = open();
  const std::string now =
      std::to_string(std::chrono::floor<milliseconds>(clock()().time_since_epoch() + minutes(1)).count());
  support::commit_one(
      *store, JobNote{.job = "lease", .key = "refresh", .text = "1-1\nelsewhere/boot\n1\n5\n" + now + "\n60000"});

  EXPECT_THROW(Lease(*store, minutes(1), clock()), Refused);
  since = minutes(1);
  EXPECT_NO_THROW(Lease(*store, minutes(1), clock()));
}

TEST_F(LeaseTest, EndsAtOnceWithAProcessOfThisMachine) {
  const support::Pipe ready;
  support::ChildProcess child([&] {
    const auto store = open();
    const Lease lease(*store, minutes(60), clock());
    ready.send('r');
    pause();
  });
  ready.receive(std::chrono::seconds(20));
  const auto store = open();
  EXPECT_THROW(Lease(*store, minutes(60), clock()), Refused);

  child.kill_now();

  EXPECT_NO_THROW(Lease(*store, minutes(60), clock()));
}

TEST_F(LeaseTest, EndsWithAProcessThatNobodyHasAskedAboutSince) {
  const support::Pipe ready;
  const pid_t child = fork();
  if (child == 0) {
    const auto store = open();
    const Lease lease(*store, minutes(60), clock());
    ready.send('r');
    pause();
  }
  ready.receive(std::chrono::seconds(20));
  kill(child, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);

  const auto store = open();
  EXPECT_NO_THROW(Lease(*store, minutes(60), clock()));
  waitpid(child, nullptr, 0);
}

TEST_F(LeaseTest, EndsWhenTheClockIsSetBackSinceItWasTaken) {
  const auto store = open();
  since = std::chrono::hours(24);
  const Lease lease(*store, minutes(1), clock());
  since = {};

  const auto other = open();
  EXPECT_NO_THROW(Lease(*other, minutes(1), clock()));
}

TEST_F(LeaseTest, IsNoneOfADamagedNote) {
  const auto store = open();
  support::commit_one(*store, JobNote{.job = "lease", .key = "refresh", .text = "nonsense"});

  EXPECT_NO_THROW(Lease(*store, minutes(1), clock()));
}

}  // namespace
}  // namespace pilling::refresh
