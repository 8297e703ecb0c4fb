#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/store.hpp"
#include "store/reader_pool.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "store/sqlite.hpp"

namespace pilling::store {
namespace {

// The one connection that writes, lent to one transaction at a time.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout)
      : connection_(path, Connection::Mode::create, busy_timeout) {}

  Connection& connection() noexcept { return connection_; }

  // Not a plain mutex, because a transaction may end on another thread than it began on, and a call may not wait long.
  void take(const CallOptions& call) {
    std::unique_lock lock(mutex_);
    if (is_taken_ && holder_ == std::this_thread::get_id()) {
      connection_.fail("this thread has begun another transaction, which is still open", "commit or drop that one");
    }
    const auto is_free = [this] { return !is_taken_; };
    const bool came = call.deadline == std::chrono::steady_clock::time_point::max()
                          ? is_free_.wait(lock, call.stop, is_free)
                          : is_free_.wait_until(lock, call.stop, call.deadline, is_free);
    if (!came) throw connection_.took_too_long();
    is_taken_ = true;
    holder_ = std::this_thread::get_id();
  }

  void give_back() {
    const std::scoped_lock lock(mutex_);
    is_taken_ = false;
    is_free_.notify_one();
  }

 private:
  Connection connection_;
  std::mutex mutex_;
  std::condition_variable_any is_free_;
  bool is_taken_ = false;
  std::thread::id holder_;
};

class SqliteTransaction final : public StoreTransaction {
 public:
  SqliteTransaction(std::shared_ptr<Writer> writer, const CallOptions& call) : writer_(std::move(writer)) {
    writer_->take(call);
    try {
      writer_->connection().run_within("begin immediate", call);
    } catch (...) {
      writer_->give_back();
      throw;
    }
  }

  ~SqliteTransaction() override {
    if (!writer_) return;
    roll_back();
    writer_->give_back();
  }

  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  std::optional<Medicine> medicine(const MedicineId& id) override { return load_medicine(open(), id); }
  std::optional<Pharmacy> pharmacy(const PharmacyId& id) override { return load_pharmacy(open(), id); }
  bool has_summary(const SummaryKey& key) override { return store::has_summary(open(), key); }

  void put(const Medicine& medicine) override { changes_medicines_ |= save(open(), medicine); }
  void put(const Pharmacy& pharmacy) override { changes_pharmacies_ |= save(open(), pharmacy); }
  void put(const SummaryKey& key, const Summary& summary) override { save(open(), key, summary); }
  void put(const JobProgress& progress) override { save(open(), progress); }

  void commit() override {
    Connection& connection = open();
    count_changes(connection);
    connection.run("commit");
    std::exchange(writer_, nullptr)->give_back();
  }

 private:
  // A full disk, for one, makes SQLite roll back by itself; what is written after that would stay on its own.
  Connection& open() const {
    if (!writer_) throw InvalidArgument("the transaction has ended; begin another");
    Connection& connection = writer_->connection();
    if (!connection.is_in_transaction()) {
      connection.fail("the transaction was undone by an earlier failure", "begin it again");
    }
    return connection;
  }

  void count_changes(Connection& connection) const {
    if (!changes_medicines_ && !changes_pharmacies_) return;
    connection.run("update meta set value = value + 1 where key = 'catalogue_version'");
    if (changes_medicines_) {
      connection.run(
          "update meta set value = (select value from meta where key = 'catalogue_version')"
          " where key = 'medicines_version'");
    }
    if (changes_pharmacies_) {
      connection.run(
          "update meta set value = (select value from meta where key = 'catalogue_version')"
          " where key = 'pharmacies_version'");
    }
  }

  void roll_back() noexcept {
    try {
      if (writer_->connection().is_in_transaction()) writer_->connection().run("rollback");
    } catch (const std::exception&) {
      // The next transaction cannot begin then, and says why.
    }
  }

  std::shared_ptr<Writer> writer_;  // none once committed
  bool changes_medicines_ = false;
  bool changes_pharmacies_ = false;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout)
      : path_(std::filesystem::absolute(path)),
        writer_(std::make_shared<Writer>(path_, busy_timeout)),
        readers_(path_, busy_timeout) {
    Connection& connection = writer_->connection();
    if (connection.is_read_only()) connection.fail("it may not be written", "give this user the right to write to it");
    // While the file is not known to be sound, a log that somebody left there stays as it is.
    if (connection.has_log()) connection.move_log_on_close(false);
    prepare_database(connection, busy_timeout);
    connection.move_log_on_close(true);
    connection.execute("pragma synchronous = normal; pragma journal_size_limit = 67108864");
  }

  std::string name() const override { return "SQLite at " + path_.string(); }
  std::unique_ptr<StoreTransaction> begin(const CallOptions& call) override {
    return std::make_unique<SqliteTransaction>(writer_, call);
  }

  std::vector<Medicine> medicines() override { return readers_.read(load_medicines); }
  std::vector<Pharmacy> pharmacies() override { return readers_.read(load_pharmacies); }
  std::vector<std::pair<SummaryKey, Summary>> summaries() override { return readers_.read(load_summaries); }

  std::optional<Summary> summary(const SummaryKey& key) override {
    return readers_.read([&](Connection& connection) { return load_summary(connection, key); });
  }

  std::optional<JobProgress> job(std::string_view name) override {
    return readers_.read([&](Connection& connection) { return load_job(connection, name); });
  }

  std::uint64_t catalogue_version() override {
    return readers_.read([](Connection& connection) {
      return static_cast<std::uint64_t>(connection.integer("select value from meta where key = 'catalogue_version'"));
    });
  }

  // One statement, so that both are of one state.
  CatalogueVersions catalogue_versions() override {
    return readers_.read([](Connection& connection) {
      Query query(connection,
                  "select (select value from meta where key = 'medicines_version'),"
                  " (select value from meta where key = 'pharmacies_version')");
      query.next();
      return CatalogueVersions{.medicines = static_cast<std::uint64_t>(query.integer(0)),
                               .pharmacies = static_cast<std::uint64_t>(query.integer(1))};
    });
  }

 private:
  const std::filesystem::path path_;
  // Before the readers: the connection that closes last moves the log into the file, which readers may not.
  std::shared_ptr<Writer> writer_;
  ReaderPool readers_;
};

// What SQLite would only call "unable to open".
void check_place(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& reason, const std::string& advice) {
    throw StorageError("cannot use the database " + path.string() + ": " + reason + "; " + advice, path.string());
  };
  if (path.empty()) refuse("the path is empty", "name a file");
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) refuse("it is a folder", "name a file in it");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    refuse("it is no regular file", "name a file");
  }
  const auto parent = std::filesystem::absolute(path).parent_path();
  const auto folder = std::filesystem::status(parent, ignored);
  if (folder.type() == std::filesystem::file_type::not_found)
    refuse("its folder does not exist", "make the folder first");
}

}  // namespace
}  // namespace pilling::store

namespace pilling {

std::shared_ptr<Store> make_sqlite_store(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout) {
  store::check_place(path);
  return std::make_shared<store::SqliteStore>(path, busy_timeout);
}

}  // namespace pilling
