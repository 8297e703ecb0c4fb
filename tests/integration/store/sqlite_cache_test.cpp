#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/store.hpp"
#include "store/sqlite.hpp"
#include "support/child_process.hpp"
#include "support/older_schema.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::store {
namespace {

using support::ChildProcess;
using support::Pipe;
using Entries = std::vector<std::pair<std::string, SharedEntry>>;
using Keys = std::vector<std::string>;

constexpr std::chrono::seconds patience(60);

class SqliteCacheTest : public testing::Test {
 protected:
  static std::chrono::sys_time<std::chrono::milliseconds> in(std::chrono::milliseconds time) {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + time;
  }

  static Entries expired(int count) {
    Entries entries;
    for (int i = 0; i < count; ++i) {
      entries.push_back(
          {"old" + std::to_string(i), {.bytes = "x", .stamp = 1, .kept_until = in(std::chrono::seconds(-count + i))}});
    }
    return entries;
  }

  std::int64_t rows() {
    Connection connection(path_, Connection::Mode::read_only, patience);
    return connection.integer("select count(*) from cache");
  }

  support::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "pilling.db";
};

TEST_F(SqliteCacheTest, OutlivesTheProcess) {
  ChildProcess child([this] { make_sqlite_store(path_)->cache()->put(support::sample_entries("a", "1"), {}); });
  ASSERT_TRUE(child.ends_well());

  EXPECT_EQ(make_sqlite_store(path_)->cache()->get(Keys{"a"}, {}).at(0), "1");
}

TEST_F(SqliteCacheTest, LeavesOneFileBehindWhicheverIsClosedLast) {
  for (const bool is_cache_last : {false, true}) {
    auto store = make_sqlite_store(path_);
    auto cache = store->cache();
    cache->put(support::sample_entries("a", "1"), {});
    cache->get(Keys{"a"}, {});

    if (is_cache_last) store.reset();
    cache.reset();
    store.reset();

    EXPECT_FALSE(std::filesystem::exists(path_.string() + "-wal"));
  }
}

TEST_F(SqliteCacheTest, DeletesWhatHasExpiredAFewAtATime) {
  const auto cache = make_sqlite_store(path_)->cache();
  cache->put(expired(200), {});
  ASSERT_EQ(rows(), 200);

  cache->put(support::sample_entries("new", "1"), {});
  const std::int64_t after_one = rows();
  for (int i = 0; i < 40; ++i) cache->put(support::sample_entries("new", "1"), {});

  EXPECT_GT(after_one, 150);
  EXPECT_LT(after_one, 200);
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(cache->get(Keys{"new"}, {}).at(0), "1");
}

TEST_F(SqliteCacheTest, DeletesNothingThatHasNotExpired) {
  const auto cache = make_sqlite_store(path_)->cache();
  Entries entries;
  for (int i = 0; i < 50; ++i) {
    const bool has_end = i % 2 == 0;
    entries.push_back({std::to_string(i),
                       {.bytes = "x", .stamp = 1, .kept_until = has_end ? std::optional(in(patience)) : std::nullopt}});
  }
  cache->put(entries, {});

  for (int i = 0; i < 10; ++i) cache->put(support::sample_entries("new", "1"), {});

  EXPECT_EQ(rows(), 51);
}

TEST_F(SqliteCacheTest, DoesNotGrowWhenEveryValueComesToItsEnd) {
  const auto cache = make_sqlite_store(path_)->cache();

  for (int i = 0; i < 500; ++i) {
    const std::string key = "key" + std::to_string(i);
    cache->put(Entries{{key, {.bytes = "x", .stamp = 1, .kept_until = in(std::chrono::milliseconds(-1))}}}, {});
  }

  EXPECT_LT(rows(), 20);
}

TEST_F(SqliteCacheTest, FindsWhatHasExpiredByTheIndex) {
  const auto store = make_sqlite_store(path_);
  Connection connection(path_, Connection::Mode::read_only, patience);
  std::string plan;
  Query rows(connection,
             "explain query plan select rowid from cache where kept_until <= 1 order by kept_until limit 10");
  while (rows.next()) plan += rows.text(3);

  EXPECT_NE(plan.find("cache_by_end"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

TEST_F(SqliteCacheTest, WritesSeveralEntriesAtOnceOrNone) {
  const auto store = make_sqlite_store(path_);
  Connection other(path_, Connection::Mode::create, patience);
  // The one way to fail in the middle, short of a full disk.
  other.execute("create trigger t before insert on cache when new.stamp = 3 begin select raise(abort, 'no'); end");
  Entries entries;
  for (int i = 1; i <= 4; ++i) entries.push_back({std::to_string(i), {.bytes = "x", .stamp = i}});

  EXPECT_THROW(store->cache()->put(entries, {}), StorageError);

  EXPECT_EQ(rows(), 0);
  other.execute("drop trigger t");
  store->cache()->put(entries, {});
  EXPECT_EQ(rows(), 4);
}

TEST_F(SqliteCacheTest, ReadsAllKeysOfACallFromOneState) {
  const auto store = make_sqlite_store(path_);
  const auto write = [&](int edition) {
    Entries entries;
    for (const char* key : {"a", "b", "c"}) {
      entries.push_back({key, {.bytes = std::to_string(edition), .stamp = edition}});
    }
    store->cache()->put(entries, {});
  };
  write(0);
  int torn = 0;
  std::jthread writer([&] {
    for (int edition = 1; edition <= 200; ++edition) write(edition);
  });

  std::optional<std::string> last;
  do {
    const auto found = store->cache()->get(Keys{"a", "b", "c"}, {});
    if (found[0] != found[1] || found[1] != found[2]) ++torn;
    last = found[0];
  } while (last != "200");

  EXPECT_EQ(torn, 0);
}

TEST_F(SqliteCacheTest, WaitsForAWriterOfAnotherProcessNoLongerThanTheCallMay) {
  Pipe has_begun;
  Pipe finish;
  ChildProcess child([&] {
    const auto store = make_sqlite_store(path_);
    const auto transaction = store->begin();
    has_begun.send('b');
    finish.receive();
    transaction->commit();
  });
  has_begun.receive();
  const auto cache = make_sqlite_store(path_, patience)->cache();
  const CallOptions over{.deadline = std::chrono::steady_clock::now(), .stop = {}};

  EXPECT_THROW(cache->put(support::sample_entries("a", "1"), over), Timeout);
  EXPECT_THROW(cache->erase(Keys{"a"}, over), Timeout);
  finish.send('f');
  cache->put(support::sample_entries("a", "1"), {});

  EXPECT_TRUE(child.ends_well());
  EXPECT_EQ(cache->get(Keys{"a"}, {}).at(0), "1");
}

TEST_F(SqliteCacheTest, IsAddedToADatabaseOfAnEarlierVersion) {
  support::commit_one(*make_sqlite_store(path_), support::sample_medicine("1"));
  support::take_back_to(path_, 3);

  const auto store = make_sqlite_store(path_);
  store->cache()->put(support::sample_entries("a", "1"), {});

  EXPECT_EQ(store->cache()->get(Keys{"a"}, {}).at(0), "1");
  EXPECT_EQ(store->medicines().size(), 1U);
}

}  // namespace
}  // namespace pilling::store
