#include <filesystem>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/store.hpp"
#include "support/child_process.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::store {
namespace {

using support::ChildProcess;
using support::commit_one;
using support::Pipe;
using support::sample_medicine;

TEST(Processes, OpenAMissingFileAtTheSameTime) {
  constexpr int count = 6;
  for (int round = 0; round < 5; ++round) {
    const support::TemporaryDirectory directory;
    const auto path = directory.path() / "pilling.db";
    Pipe start;
    std::vector<std::unique_ptr<ChildProcess>> children;
    for (int i = 0; i < count; ++i) {
      children.push_back(std::make_unique<ChildProcess>([&, i] {
        start.receive();
        commit_one(*make_sqlite_store(path, std::chrono::seconds(60)), sample_medicine(std::to_string(i)));
      }));
    }

    for (int i = 0; i < count; ++i) start.send('s');

    for (const auto& child : children) EXPECT_TRUE(child->ends_well());
    EXPECT_EQ(make_sqlite_store(path)->medicines().size(), std::size_t{count});
  }
}

TEST(Threads, OpenAMissingFileAtTheSameTime) {
  constexpr int count = 8;
  for (int round = 0; round < 5; ++round) {
    const support::TemporaryDirectory directory;
    const auto path = directory.path() / "pilling.db";
    std::latch start(count);
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        EXPECT_NO_THROW(
            commit_one(*make_sqlite_store(path, std::chrono::seconds(60)), sample_medicine(std::to_string(i))));
      });
    }

    threads.clear();

    EXPECT_EQ(make_sqlite_store(path)->medicines().size(), std::size_t{count});
  }
}

TEST(Processes, SeeTheCatalogueVersionOfEachOther) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "pilling.db";
  Pipe start;
  ChildProcess child([&] {
    start.receive();
    commit_one(*make_sqlite_store(path), sample_medicine("1"));
  });
  const auto store = make_sqlite_store(path);
  const auto before = store->catalogue_version();

  start.send('s');
  ASSERT_TRUE(child.ends_well());

  EXPECT_GT(store->catalogue_version(), before);
  EXPECT_EQ(store->medicines().size(), 1U);
}

// POSIX drops all locks that a process has on a file when it closes any descriptor of it. A process whose locks were
// lost so would see its log deleted by the next process that closes the database.
TEST(Processes, KeepTheirLocksWhenTheyOpenTheFileTwice) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "pilling.db";
  Pipe start;
  ChildProcess child([&] {
    start.receive();
    make_sqlite_store(path);
  });
  const auto store = make_sqlite_store(path);
  commit_one(*store, sample_medicine("1"));
  make_sqlite_store(path);

  start.send('s');
  ASSERT_TRUE(child.ends_well());

  EXPECT_TRUE(std::filesystem::exists(path.string() + "-wal"));
  commit_one(*store, sample_medicine("2"));
  EXPECT_EQ(make_sqlite_store(path)->medicines().size(), 2U);
}

TEST(Processes, WaitForAWriterOfAnotherProcess) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "pilling.db";
  Pipe has_begun;
  Pipe finish;
  ChildProcess child([&] {
    const auto store = make_sqlite_store(path);
    const auto transaction = store->begin();
    transaction->put(sample_medicine("1"));
    has_begun.send('b');
    finish.receive();
    transaction->commit();
  });
  has_begun.receive();
  const auto impatient = make_sqlite_store(path, std::chrono::milliseconds(0));
  const auto patient = make_sqlite_store(path, std::chrono::seconds(60));

  EXPECT_THROW(impatient->begin(), StorageError);
  EXPECT_TRUE(impatient->medicines().empty());
  finish.send('f');
  commit_one(*patient, sample_medicine("2"));

  EXPECT_TRUE(child.ends_well());
  EXPECT_EQ(impatient->medicines().size(), 2U);
  EXPECT_NO_THROW(impatient->begin());
}

}  // namespace
}  // namespace pilling::store
