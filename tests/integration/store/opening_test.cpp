#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "pilling/error.hpp"
#include "pilling/store.hpp"
#include "store/schema.hpp"
#include "store/sqlite.hpp"
#include "support/older_schema.hpp"
#include "support/sample_rows.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::store {
namespace {

using support::sample_medicine;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::map<std::string, std::string> files_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool is_file = entry.is_regular_file();
    files[entry.path().filename().string()] = is_file ? bytes_of(entry.path()) : "no file";
  }
  return files;
}

void expect_same(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after) {
  EXPECT_EQ(before.size(), after.size());
  for (const auto& [name, bytes] : before) EXPECT_TRUE(after.contains(name) && after.at(name) == bytes) << name;
}

class Opening : public testing::Test {
 protected:
  static constexpr std::chrono::milliseconds short_wait{20};

  std::string refusal() const {
    try {
      make_sqlite_store(path_, short_wait);
    } catch (const StorageError& error) {
      EXPECT_EQ(error.location(), path_.string());
      return error.what();
    }
    return "it was opened";
  }

  void expect_refused_untouched(const std::string& reason, const std::string& advice) const {
    const auto before = files_in(directory_.path());
    const std::string message = refusal();
    EXPECT_NE(message.find(path_.string()), std::string::npos) << message;
    EXPECT_NE(message.find(reason), std::string::npos) << message;
    EXPECT_NE(message.find(advice), std::string::npos) << message;
    expect_same(before, files_in(directory_.path()));
  }

  void make_with(const char* sql) const {
    Connection connection(path_, Connection::Mode::create, short_wait);
    connection.execute(sql);
  }

  void make_store_of(int medicines) const {
    const auto store = make_sqlite_store(path_);
    const auto transaction = store->begin();
    for (int i = 0; i < medicines; ++i) transaction->put(sample_medicine(std::to_string(i)));
    transaction->commit();
  }

  support::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "한글 pilling.db";
};

TEST_F(Opening, MakesAMissingFileWithItsMark) {
  make_sqlite_store(path_);

  Connection connection(path_, Connection::Mode::create, short_wait);
  EXPECT_EQ(connection.integer("pragma application_id"), application_id);
  EXPECT_EQ(connection.integer("pragma user_version"), schema_version);
  Query journal(connection, "pragma journal_mode");
  ASSERT_TRUE(journal.next());
  EXPECT_EQ(journal.text(0), "wal");
  EXPECT_EQ(connection.integer("select count(*) from pragma_table_list where schema = 'main'"
                               " and name not like 'sqlite_%' and not strict"),
            0);
}

TEST_F(Opening, LeavesOneFileBehindWhenAllAreClosed) {
  make_store_of(10);

  EXPECT_EQ(files_in(directory_.path()).size(), 1U);
}

TEST_F(Opening, TakesAnEmptyFileAsNew) {
  write_bytes(path_, "");

  support::commit_one(*make_sqlite_store(path_), sample_medicine("1"));

  EXPECT_EQ(make_sqlite_store(path_)->medicines().size(), 1U);
}

TEST_F(Opening, TakesEveryNameAsThatOfAFile) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  for (const char* name : {":memory:", "file:x.db?mode=memory", "x%20y", "relative.db"}) {
    SCOPED_TRACE(name);

    support::commit_one(*make_sqlite_store(name), sample_medicine("1"));

    EXPECT_TRUE(std::filesystem::is_regular_file(directory_.path() / name));
    EXPECT_EQ(make_sqlite_store(name)->medicines().size(), 1U);
  }
  std::filesystem::current_path(before);
}

TEST_F(Opening, SurvivesAChangeOfTheCurrentFolder) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  const auto store = make_sqlite_store("relative.db");
  std::filesystem::current_path(before);

  support::commit_one(*store, sample_medicine("1"));

  EXPECT_EQ(store->medicines().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists("relative.db"));
}

TEST_F(Opening, RefusesAFileThatIsNoDatabase) {
  for (const std::string& bytes : {std::string("x"), std::string("SQLite format 3"), std::string(99, '\0'),
                                   std::string(5000, 'x'), "SQLite format 3 but not really" + std::string(70, ' ')}) {
    write_bytes(path_, bytes);

    expect_refused_untouched("it is no database, or it is damaged", "restore a copy");
  }
}

TEST_F(Opening, RefusesADatabaseOfAnotherProgram) {
  make_with("create table notes (text); insert into notes values ('mine')");

  expect_refused_untouched("belongs to another program", "choose another file");
}

TEST_F(Opening, RefusesADatabaseThatCarriesAnotherMark) {
  make_with("pragma application_id = 12345; create table medicines (id)");

  expect_refused_untouched("belongs to another program", "choose another file");
}

TEST_F(Opening, RefusesAnotherProgramsDatabaseWhileThatIsRunning) {
  Connection other(path_, Connection::Mode::create, short_wait);
  other.execute("pragma journal_mode = wal; create table notes (text); insert into notes values ('mine')");
  ASSERT_EQ(files_in(directory_.path()).size(), 3U);

  expect_refused_untouched("belongs to another program", "choose another file");
  EXPECT_EQ(other.integer("select count(*) from notes"), 1);
}

TEST_F(Opening, RefusesAnotherProgramsDatabaseThatWasLeftInTheMiddle) {
  make_with("create table notes (text); insert into notes values ('mine')");
  write_bytes(path_.string() + "-journal", std::string(4096, 'j'));

  expect_refused_untouched("belongs to another program", "choose another file");
}

TEST_F(Opening, RefusesANewerSchema) {
  make_store_of(3);
  make_with("pragma user_version = 99");
  ASSERT_EQ(files_in(directory_.path()).size(), 1U);

  expect_refused_untouched("its schema 99 is newer than", "use a newer Pilling");
}

TEST_F(Opening, RefusesANewerSchemaThatIsStillInTheLog) {
  make_store_of(3);
  Connection newer(path_, Connection::Mode::create, short_wait);
  newer.execute("pragma user_version = 99");
  const std::string file = bytes_of(path_);
  const std::string log = bytes_of(path_.string() + "-wal");

  EXPECT_NE(refusal().find("its schema 99 is newer than"), std::string::npos);

  EXPECT_TRUE(bytes_of(path_) == file);
  EXPECT_TRUE(bytes_of(path_.string() + "-wal") == log);
}

TEST_F(Opening, RefusesANewerSchemaInALogThatACrashLeft) {
  make_store_of(3);
  const support::TemporaryDirectory running;
  std::filesystem::copy(path_, running.path() / "x.db");
  Connection newer(running.path() / "x.db", Connection::Mode::create, short_wait);
  newer.execute("pragma user_version = 99");
  std::filesystem::copy(running.path() / "x.db-wal", path_.string() + "-wal");
  std::filesystem::copy(running.path() / "x.db-shm", path_.string() + "-shm");
  const std::string file = bytes_of(path_);
  const std::string log = bytes_of(path_.string() + "-wal");

  EXPECT_NE(refusal().find("its schema 99 is newer than"), std::string::npos);

  EXPECT_TRUE(bytes_of(path_) == file);
  EXPECT_TRUE(bytes_of(path_.string() + "-wal") == log);
}

TEST_F(Opening, RefusesATruncatedFile) {
  make_store_of(200);
  const std::string whole = bytes_of(path_);
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}, whole.size() / 2, whole.size() - 1}) {
    SCOPED_TRACE(size);
    write_bytes(path_, whole.substr(0, size));

    expect_refused_untouched("damaged", "restore a copy");
  }
}

TEST_F(Opening, RefusesAFileWithDamagedPages) {
  make_store_of(200);
  std::string bytes = bytes_of(path_);
  for (std::size_t page = 1; page * 4096 < bytes.size(); ++page) bytes.replace(page * 4096, 64, 64, '\xAB');
  write_bytes(path_, bytes);

  expect_refused_untouched("damaged", "restore a copy");
}

TEST_F(Opening, NeverChangesAFileThatRandomDamageMadeUnusable) {
  constexpr unsigned seed = 42;
  std::mt19937 random(seed);
  make_store_of(100);
  const std::string whole = bytes_of(path_);
  int refused = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    std::string bytes = whole;
    const auto at = std::uniform_int_distribution<std::size_t>(0, bytes.size() - 513)(random);
    for (std::size_t i = 0; i < 512; ++i) bytes[at + i] = static_cast<char>(random() & 0xffU);
    write_bytes(path_, bytes);
    try {
      make_sqlite_store(path_, short_wait)->medicines();
    } catch (const StorageError&) {
      ++refused;
    }

    if (at >= 100) {
      EXPECT_TRUE(bytes_of(path_) == bytes);
    }
    EXPECT_EQ(files_in(directory_.path()).size(), 1U);
  }
  EXPECT_GT(refused, 0);
}

TEST_F(Opening, RefusesAFileThatAnotherKeepsLocked) {
  make_store_of(3);
  Connection other(path_, Connection::Mode::create, short_wait);
  other.execute("pragma locking_mode = exclusive; begin exclusive; delete from medicines");

  expect_refused_untouched("locked", "longer busy timeout");

  other.execute("rollback");
}

TEST_F(Opening, RefusesANewFileThatAnotherKeepsLocked) {
  Connection other(path_, Connection::Mode::create, short_wait);
  other.execute("begin exclusive");

  expect_refused_untouched("locked", "longer busy timeout");

  other.execute("rollback");
  EXPECT_NO_THROW(make_sqlite_store(path_));
}

TEST_F(Opening, RefusesAFolder) {
  std::filesystem::create_directory(path_);

  expect_refused_untouched("it is a folder", "name a file in it");
  EXPECT_TRUE(std::filesystem::is_empty(path_));
}

TEST_F(Opening, RefusesAPipe) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);

  EXPECT_NE(refusal().find("no regular file"), std::string::npos);
}

TEST_F(Opening, RefusesAMissingFolder) {
  const auto missing = directory_.path() / "none" / "pilling.db";

  try {
    make_sqlite_store(missing);
    FAIL() << "it was opened";
  } catch (const StorageError& error) {
    EXPECT_NE(std::string(error.what()).find("its folder does not exist"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(Opening, RefusesImpossiblePaths) {
  EXPECT_THROW(make_sqlite_store(""), StorageError);
  EXPECT_THROW(make_sqlite_store(std::string("a\0b", 3)), StorageError);
}

// To the administrator every file is open, so that the tests step down.
class WithoutPrivileges : public Opening {
 protected:
  WithoutPrivileges() {
    chmod(directory_.path().c_str(), 0755);
    make_store_of(1);
  }
  ~WithoutPrivileges() override { step_up(); }

  void step_down() const { ASSERT_TRUE(geteuid() != 0 || seteuid(65534) == 0); }
  void step_up() const { ASSERT_TRUE(getuid() != 0 || seteuid(0) == 0); }
};

TEST_F(WithoutPrivileges, RefusesAFileThatMayNotBeWritten) {
  chmod(path_.c_str(), 0444);
  step_down();

  expect_refused_untouched("it may not be written", "the right to write");
}

TEST_F(WithoutPrivileges, RefusesAFileThatMayNotBeRead) {
  const auto before = files_in(directory_.path());
  chmod(path_.c_str(), 0);
  step_down();

  EXPECT_NE(refusal().find("may write to both the file and the folder"), std::string::npos) << refusal();

  step_up();
  chmod(path_.c_str(), 0644);
  expect_same(before, files_in(directory_.path()));
}

TEST_F(WithoutPrivileges, RefusesAFolderThatMayNotBeWritten) {
  chmod(path_.c_str(), 0666);
  chmod(directory_.path().c_str(), 0555);
  step_down();

  expect_refused_untouched("cannot use the database", "may write to both the file and the folder");

  step_up();
  chmod(directory_.path().c_str(), 0755);
}

TEST(Schema, GrowsFromAnEmptyFileToTheLatestVersion) {
  const support::TemporaryDirectory directory;
  Connection connection(directory.path() / "x.db", Connection::Mode::create, std::chrono::seconds(1));

  prepare_database(connection, std::chrono::seconds(1));
  prepare_database(connection, std::chrono::seconds(1));

  EXPECT_EQ(connection.integer("pragma user_version"), schema_version);
  EXPECT_EQ(connection.integer("select value from meta where key = 'catalogue_version'"), 0);
}

TEST(Schema, BringsAFirstVersionUpToDate) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "x.db";
  {
    Connection first(path, Connection::Mode::create, std::chrono::seconds(1));
    prepare_database(first, std::chrono::seconds(1));
  }
  support::take_back_to(path, 1);
  Connection(path, Connection::Mode::create, std::chrono::seconds(1))
      .execute("insert into medicines values ('200000001', '가나정', '', '', '', '', '', '', '', '', '', '', '', '')");

  const auto medicines = make_sqlite_store(path)->medicines();

  ASSERT_EQ(medicines.size(), 1u);
  EXPECT_EQ(medicines[0].name, "가나정");
  EXPECT_EQ(medicines[0].english_name, "");
  EXPECT_EQ(medicines[0].dispensing, "");
}

TEST(Schema, TakesMedicinesAndPharmaciesOfASecondVersionForChangedWithTheLastCommit) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "x.db";
  support::commit_one(*make_sqlite_store(path), sample_medicine("1"));
  support::take_back_to(path, 2);

  EXPECT_EQ(make_sqlite_store(path)->catalogue_versions(), (CatalogueVersions{.medicines = 1, .pharmacies = 1}));
}

TEST(Schema, KeepsTheSummariesOfAFourthVersion) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "x.db";
  const SummaryKey key{.text = "t", .keyword = "", .maker = "extractive/1"};
  {
    const auto store = make_sqlite_store(path);
    const auto transaction = store->begin();
    transaction->put(key, support::sample_summary("extractive/1"));
    transaction->commit();
  }
  support::take_back_to(path, 4);

  EXPECT_EQ(make_sqlite_store(path)->summary(key), support::sample_summary("extractive/1"));
}

TEST(Schema, CountsWhatAFifthVersionWroteAsOlderThanAllThatComes) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "x.db";
  support::commit_one(*make_sqlite_store(path), sample_medicine("1"));
  support::take_back_to(path, 5);
  const auto store = make_sqlite_store(path);
  const std::uint64_t before = store->catalogue_version();

  support::commit_one(*store, sample_medicine("2"));

  EXPECT_EQ(store->medicines_since(before, 10), std::vector{sample_medicine("2")});
}

TEST(Versions, OfMedicinesAndPharmaciesGrowApart) {
  const support::TemporaryDirectory directory;
  const auto store = make_sqlite_store(directory.path() / "x.db");

  support::commit_one(*store, sample_medicine("1"));
  support::commit_one(*store, sample_medicine("2"));
  const auto before = store->catalogue_versions();
  support::commit_one(*store, support::sample_pharmacy("1"));

  EXPECT_EQ(before, (CatalogueVersions{.medicines = 2, .pharmacies = 0}));
  EXPECT_EQ(store->catalogue_versions(), (CatalogueVersions{.medicines = 2, .pharmacies = 3}));
}

}  // namespace
}  // namespace pilling::store
