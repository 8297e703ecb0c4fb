#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/forwarding_store.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using support::commit_one;
using support::sample_medicine;
using support::sample_pharmacy;
using namespace std::chrono_literals;

// Whether it comes true within a time that no sound machine needs.
template <class Condition>
bool comes_true(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// Counts what is asked of a store, fails when it is told to, and holds loads back.
class ObservedStore : public support::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::vector<Medicine> medicines() override {
    note_a_load();
    return ForwardingStore::medicines();
  }
  std::optional<std::vector<Medicine>> medicines_since(std::uint64_t since, std::size_t limit) override {
    if (is_forgetful) return std::nullopt;
    note_a_load();
    return ForwardingStore::medicines_since(since, limit);
  }
  std::vector<Pharmacy> pharmacies() override {
    ++pharmacy_loads;
    return ForwardingStore::pharmacies();
  }
  CatalogueVersions catalogue_versions() override {
    ++looks;
    if (is_look_broken) throw std::runtime_error("the host's own trouble");
    return ForwardingStore::catalogue_versions();
  }

  // Whether the watch has gone on at least this often since.
  bool is_looked_at(int times) const {
    return comes_true([this, at_least = looks + times] { return looks >= at_least; });
  }

  std::atomic<int> looks = 0;
  std::atomic<int> medicine_loads = 0;
  std::atomic<int> pharmacy_loads = 0;
  std::atomic<bool> is_forgetful = false;
  std::atomic<bool> is_look_broken = false;
  std::atomic<bool> is_load_broken = false;
  std::atomic<bool> is_held_back = false;
  std::binary_semaphore has_come{0};
  std::binary_semaphore may_go_on{0};

 private:
  void note_a_load() {
    ++medicine_loads;
    if (is_held_back) {
      has_come.release();
      may_go_on.acquire();
    }
    if (is_load_broken) throw StorageError("the disk is gone", "/nowhere");
  }
};

// Says of every text which maker it is.
class NamedSummarizer : public Summarizer {
 public:
  std::string maker() const override { return "named/1"; }
  bool is_free() const override { return false; }
  std::optional<Summary> summarize(const SummaryRequest&, const CallOptions&) override {
    return Summary{.text = "named", .indications = {}, .maker = maker(), .made_at = std::chrono::sys_seconds(1s)};
  }
};

class WatchTest : public testing::Test {
 protected:
  EngineOptions options(std::chrono::milliseconds watch_interval = 1ms) const {
    EngineOptions options;
    options.store = store_;
    options.watch_interval = watch_interval;
    return options;
  }

  // As another process would: it shares nothing but the file.
  Engine another_engine() const { return Engine({.database = path_, .watch_interval = 0ms}); }

  std::filesystem::path file_of(int rows) const {
    const auto path = directory_.path() / "medicines.jsonl";
    std::ofstream file(path);
    for (int row = 0; row < rows; ++row) {
      file << R"({"itemSeq":")" << 200000000 + row << R"(","itemName":"가나정","entpName":"가상제약",)"
           << R"("efcyQesitm":"이 약은 두통에 사용합니다."})" << '\n';
    }
    return path;
  }

  support::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_.path() / "pilling.db";
  std::shared_ptr<Store> other_ = make_sqlite_store(path_);
  std::shared_ptr<ObservedStore> store_ = std::make_shared<ObservedStore>(make_sqlite_store(path_));
};

TEST_F(WatchTest, ShowsWhatAnotherEngineImported) {
  const Engine engine({.database = path_});
  const bool was_known = !engine.search("가나정").matches.empty();

  another_engine().import_medicines(file_of(2));

  EXPECT_FALSE(was_known);
  EXPECT_TRUE(comes_true([&] { return engine.search("가나정").matches.size() == 2; }));
  EXPECT_TRUE(comes_true([&] { return engine.stats().watch_loads == 1; }));
  EXPECT_EQ(engine.stats().catalogue_version, 1u);
}

TEST_F(WatchTest, LoadsAllOfAStoreThatDoesNotRememberWhatChanged) {
  store_->is_forgetful = true;
  const Engine engine(options());

  commit_one(*other_, sample_medicine("1"));

  EXPECT_TRUE(comes_true([&] { return engine.stats().medicines == 1; }));
  EXPECT_EQ(store_->medicine_loads, 2);
}

TEST_F(WatchTest, LoadsOnlyWhatChanged) {
  const Engine engine(options());

  commit_one(*other_, sample_pharmacy("1"));
  ASSERT_TRUE(comes_true([&] { return engine.stats().pharmacies == 1; }));
  const int medicine_loads = store_->medicine_loads;
  commit_one(*other_, sample_medicine("1"));
  ASSERT_TRUE(comes_true([&] { return engine.stats().medicines == 1; }));

  EXPECT_EQ(medicine_loads, 1);
  EXPECT_EQ(store_->medicine_loads, 2);
  EXPECT_EQ(store_->pharmacy_loads, 2);
  EXPECT_EQ(engine.stats().catalogue_version, 2u);
}

TEST_F(WatchTest, LoadsNothingWhileNothingChanges) {
  const Engine engine(options());

  ASSERT_TRUE(store_->is_looked_at(20));

  EXPECT_EQ(store_->medicine_loads, 1);
  EXPECT_EQ(store_->pharmacy_loads, 1);
  EXPECT_EQ(engine.stats().watch_loads, 0u);
}

TEST_F(WatchTest, LoadsAnImportOfItsOwnOnceAndNeverGoesBack) {
  constexpr int imports = 30;
  Engine engine(options());
  std::atomic<bool> is_done = false;
  std::jthread reader([&] {
    std::size_t seen = 0;
    while (!is_done) {
      const std::size_t medicines = engine.stats().medicines;
      EXPECT_GE(medicines, seen);
      seen = medicines;
    }
  });

  for (int import = 1; import <= imports; ++import) {
    engine.import_medicines(file_of(import));
    EXPECT_EQ(engine.stats().medicines, static_cast<std::size_t>(import));
  }
  ASSERT_TRUE(store_->is_looked_at(4));
  is_done = true;

  EXPECT_EQ(store_->medicine_loads, 1 + imports);
}

TEST_F(WatchTest, AnswersFromWhatItHasWhileItLoads) {
  commit_one(*other_, sample_medicine("1"));
  const Engine engine(options());
  store_->is_held_back = true;

  commit_one(*other_, sample_medicine("2"));
  store_->has_come.acquire();
  const std::size_t found_meanwhile = engine.search("두통엔정").matches.size();
  store_->is_held_back = false;
  store_->may_go_on.release();

  EXPECT_EQ(found_meanwhile, 1u);
  EXPECT_TRUE(comes_true([&] { return engine.search("두통엔정").matches.size() == 2; }));
}

TEST_F(WatchTest, GoesOnAfterAStoreThatFailed) {
  const Engine engine(options());

  store_->is_look_broken = true;
  ASSERT_TRUE(comes_true([&] { return engine.stats().watch_failures >= 3; }));
  store_->is_look_broken = false;
  commit_one(*other_, sample_medicine("1"));

  EXPECT_TRUE(comes_true([&] { return engine.stats().medicines == 1; }));
  EXPECT_NE(engine.metrics_text().find("\npilling_watch_failures_total "), std::string::npos);
}

TEST_F(WatchTest, KeepsWhatItHasUntilALoadSucceeds) {
  commit_one(*other_, sample_medicine("1"));
  const Engine engine(options());

  store_->is_load_broken = true;
  commit_one(*other_, sample_medicine("2"));
  ASSERT_TRUE(comes_true([&] { return engine.stats().watch_failures >= 3; }));
  const std::size_t medicines_meanwhile = engine.stats().medicines;
  store_->is_load_broken = false;

  EXPECT_EQ(medicines_meanwhile, 1u);
  EXPECT_TRUE(comes_true([&] { return engine.stats().watch_loads == 1; }));
  EXPECT_EQ(engine.stats().medicines, 2u);
}

TEST_F(WatchTest, ShowsTheSummariesOfARefreshThatHasEnded) {
  commit_one(*other_, sample_medicine("1"));
  auto with_summarizer = options();
  with_summarizer.summarizer = std::make_shared<NamedSummarizer>();
  const Engine engine(with_summarizer);

  Engine({.database = path_, .summarizer = with_summarizer.summarizer}).refresh();

  EXPECT_TRUE(comes_true([&] { return engine.medicine({"1"})->summary->maker == "named/1"; }));
}

TEST_F(WatchTest, WakesForItsEnd) {
  const Engine long_interval(options(24h));
  const Engine longest_interval(options(std::chrono::milliseconds::max()));

  EXPECT_EQ(long_interval.stats().watch_failures + longest_interval.stats().watch_failures, 0u);
}

TEST_F(WatchTest, EndsAfterALoadUnderWay) {
  std::optional<Engine> engine(options());
  store_->is_held_back = true;
  commit_one(*other_, sample_medicine("1"));
  store_->has_come.acquire();

  std::jthread closing([&] { engine.reset(); });
  store_->is_held_back = false;
  store_->may_go_on.release();
  closing.join();

  EXPECT_EQ(store_->medicine_loads, 2);
}

TEST_F(WatchTest, LooksAtNothingWhenItIsOff) {
  const Engine off(options(0ms));
  const int looks = store_->looks;
  const auto watched = std::make_shared<ObservedStore>(other_);
  auto watching = options();
  watching.store = watched;
  const Engine on(watching);

  commit_one(*other_, sample_medicine("1"));
  ASSERT_TRUE(watched->is_looked_at(10));

  EXPECT_EQ(store_->looks, looks);
  EXPECT_EQ(off.stats().medicines, 0u);
}

TEST_F(WatchTest, RefusesANegativeInterval) { EXPECT_THROW(Engine(options(-1ms)), InvalidArgument); }

// As the workers of a web server do that was started with the engine open.
TEST_F(WatchTest, LeavesEverythingAloneInAForkedProcess) {
  // Long enough that the thread waits when the process forks, and nobody wakes it in the child.
  auto engine = std::make_unique<Engine>(options(20ms));
  ASSERT_TRUE(store_->is_looked_at(2));
  const auto holders = store_.use_count();

  const pid_t child = fork();
  if (child == 0) {
    engine.reset();
    _exit(store_.use_count() == holders ? 0 : 1);
  }
  int status = -1;
  const bool has_ended = comes_true([&] { return waitpid(child, &status, WNOHANG) == child; });
  if (!has_ended) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }

  EXPECT_TRUE(has_ended);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace pilling
