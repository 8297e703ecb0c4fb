#include <algorithm>
#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/store.hpp"
#include "support/child_process.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::store {
namespace {

using support::ChildProcess;
using support::Pipe;
using support::sample_medicine;
using support::sample_pharmacy;

constexpr int rows = 200;

// More than SQLite's page cache holds, so that unfinished work reaches the disk.
Medicine long_medicine(int number, const std::string& edition) {
  auto medicine = sample_medicine(std::to_string(1000 + number), edition);
  medicine.precautions = std::string(16'000, edition.front());
  return medicine;
}

std::vector<Medicine> all_medicines(const std::string& edition) {
  std::vector<Medicine> medicines;
  for (int i = 0; i < rows; ++i) medicines.push_back(long_medicine(i, edition));
  return medicines;
}

// A process that replaces everything in one transaction, asking leave before every step.
class ReplacingProcess {
 public:
  explicit ReplacingProcess(const std::filesystem::path& path) : child_([this, path] { replace(path); }) {}

  void allow() { leave_.send('g'); }
  void await_step() { step_.receive(); }
  void kill_now() { child_.kill_now(); }

 private:
  void replace(const std::filesystem::path& path) {
    const auto store = make_sqlite_store(path);
    const auto transaction = store->begin();
    for (const auto& medicine : all_medicines("new")) {
      transaction->put(medicine);
      pause();
    }
    transaction->put(sample_pharmacy("1", "new"));
    pause();
    transaction->commit();
    pause();
  }

  void pause() {
    step_.send('s');
    leave_.receive();
  }

  Pipe leave_;
  Pipe step_;
  ChildProcess child_;
};

class Crash : public testing::Test {
 protected:
  Crash() {
    const auto store = make_sqlite_store(path_);
    const auto transaction = store->begin();
    for (const auto& medicine : all_medicines("old")) transaction->put(medicine);
    transaction->put(sample_pharmacy("1", "old"));
    transaction->commit();
  }

  // Kills the process when it has made so many steps. With `is_running`, it goes on while it is killed.
  void crash_after(int steps, bool is_running) const {
    ReplacingProcess process(path_);
    for (int step = 0; step < steps; ++step) {
      process.await_step();
      if (step + 1 < steps || is_running) process.allow();
    }
    process.kill_now();
  }

  void expect_edition(Store& store, const std::string& edition) const {
    EXPECT_EQ(store.medicines(), all_medicines(edition));
    EXPECT_EQ(store.pharmacies(), std::vector{sample_pharmacy("1", edition)});
  }

  void expect_working(Store& store) const {
    support::commit_one(store, sample_medicine("after"));
    EXPECT_EQ(store.begin()->medicine({"after"}), sample_medicine("after"));
  }

  support::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "pilling.db";
};

constexpr int steps_before_commit = rows + 1;

TEST_F(Crash, BeforeTheCommitLeavesTheOldData) {
  constexpr unsigned seed = 20240229;
  std::mt19937 random(seed);
  std::vector<int> points{0, 1, steps_before_commit};
  while (points.size() < 16) points.push_back(std::uniform_int_distribution(2, steps_before_commit - 1)(random));
  for (const int point : points) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", killed after step " + std::to_string(point));

    crash_after(point, false);

    expect_edition(*make_sqlite_store(path_), "old");
  }
  expect_working(*make_sqlite_store(path_));
}

TEST_F(Crash, AfterTheCommitLeavesTheNewData) {
  crash_after(steps_before_commit + 1, false);

  const auto store = make_sqlite_store(path_);
  expect_edition(*store, "new");
  expect_working(*store);
}

TEST_F(Crash, DuringTheCommitLeavesTheOneOrTheOther) {
  for (int round = 0; round < 5; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));

    crash_after(steps_before_commit, true);

    const auto store = make_sqlite_store(path_);
    const bool is_new = store->pharmacies().at(0).name == sample_pharmacy("1", "new").name;
    expect_edition(*store, is_new ? "new" : "old");
    EXPECT_EQ(store->catalogue_version(), is_new ? 2U : 1U);
  }
  expect_working(*make_sqlite_store(path_));
}

// Puts everything anew on a disk that takes no file above one megabyte, and throws unless each step fails as it should.
void replace_on_a_full_disk(const std::filesystem::path& path) {
  const auto store = make_sqlite_store(path);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("cannot limit the size of files");
  const auto transaction = store->begin();
  const auto fails = [](const auto& step) {
    try {
      step();
      return false;
    } catch (const StorageError& error) {
      return error.location() != "";
    }
  };
  const auto medicines = all_medicines("new");
  const auto failed = std::ranges::find_if(
      medicines, [&](const Medicine& medicine) { return fails([&] { transaction->put(medicine); }); });
  const bool is_consistent = failed != medicines.end() && fails([&] { transaction->put(sample_medicine("late")); }) &&
                             fails([&] { transaction->commit(); }) && store->medicines() == all_medicines("old");
  if (!is_consistent) throw std::runtime_error("a step did not fail, or the old data is gone");
}

TEST_F(Crash, OfAFullDiskUndoesTheWholeTransaction) {
  ChildProcess child([this] { replace_on_a_full_disk(path_); });

  EXPECT_TRUE(child.ends_well());

  const auto store = make_sqlite_store(path_);
  expect_edition(*store, "old");
  expect_working(*store);
}

TEST_F(Crash, WhileTheFileIsMadeLeavesAFileThatOpens) {
  constexpr unsigned seed = 7;
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    const int yields = std::uniform_int_distribution(0, 400)(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", killed after " + std::to_string(yields) + " yields");
    const auto fresh = directory_.path() / ("fresh" + std::to_string(round));
    {
      Pipe started;
      ChildProcess child([&] {
        started.send('s');
        support::commit_one(*make_sqlite_store(fresh), sample_medicine("1"));
      });
      started.receive();
      for (int i = 0; i < yields; ++i) sched_yield();
      child.kill_now();
    }

    const auto store = make_sqlite_store(fresh);

    EXPECT_EQ(store->medicines().size(), store->catalogue_version());
    expect_working(*store);
  }
}

}  // namespace
}  // namespace pilling::store
