#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/store.hpp"
#include "store/reader_pool.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "store/sqlite.hpp"
#include "store/sqlite_cache.hpp"
#include "store/writer.hpp"

namespace pilling::store {
namespace {

class SqliteTransaction final : public StoreTransaction {
 public:
  SqliteTransaction(std::shared_ptr<Writer> writer, const CallOptions& call) : writing_(std::move(writer), call) {}

  std::optional<Medicine> medicine(const MedicineId& id) override { return load_medicine(open(), id); }
  std::optional<Pharmacy> pharmacy(const PharmacyId& id) override { return load_pharmacy(open(), id); }
  bool has_summary(const SummaryKey& key) override { return store::has_summary(open(), key); }
  std::optional<std::string> note(std::string_view job, std::string_view key) override {
    return load_note(open(), job, key);
  }

  void put(const Medicine& medicine) override { changes_medicines_ |= save(open(), medicine); }
  void put(const Pharmacy& pharmacy) override { changes_pharmacies_ |= save(open(), pharmacy); }
  void put(const SummaryKey& key, const Summary& summary) override { save(open(), key, summary); }
  void put(const JobProgress& progress) override { save(open(), progress); }
  void put(const JobNote& note) override { save(open(), note); }
  void erase_note(std::string_view job, std::string_view key) override { store::erase_note(open(), job, key); }

  void commit() override {
    count_changes(open());
    writing_.commit();
  }

 private:
  Connection& open() const { return writing_.connection(); }

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

  Writing writing_;
  bool changes_medicines_ = false;
  bool changes_pharmacies_ = false;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout)
      : path_(std::filesystem::absolute(path)),
        writer_(std::make_shared<Writer>(path_, busy_timeout)),
        readers_(std::make_shared<ReaderPool>(path_, busy_timeout)),
        cache_(std::make_shared<SqliteCache>(SqliteStore::name(), writer_, readers_)) {
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

  std::vector<Medicine> medicines() override { return readers_->read(load_medicines); }
  std::optional<std::vector<Medicine>> medicines_since(std::uint64_t since, std::size_t limit) override {
    return readers_->read([&](Connection& connection) { return load_medicines_since(connection, since, limit); });
  }
  std::vector<Pharmacy> pharmacies() override { return readers_->read(load_pharmacies); }
  std::vector<std::pair<SummaryKey, Summary>> summaries() override { return readers_->read(load_summaries); }

  std::optional<Summary> summary(const SummaryKey& key) override {
    return readers_->read([&](Connection& connection) { return load_summary(connection, key); });
  }

  std::optional<JobProgress> job(std::string_view name) override {
    return readers_->read([&](Connection& connection) { return load_job(connection, name); });
  }

  std::vector<JobNote> notes(std::string_view job) override {
    return readers_->read([&](Connection& connection) { return load_notes(connection, job); });
  }

  std::optional<std::string> note(std::string_view job, std::string_view key) override {
    return readers_->read([&](Connection& connection) { return load_note(connection, job, key); });
  }

  std::uint64_t catalogue_version() override {
    return readers_->read([](Connection& connection) {
      return static_cast<std::uint64_t>(connection.integer("select value from meta where key = 'catalogue_version'"));
    });
  }

  // One statement, so that both are of one state.
  CatalogueVersions catalogue_versions() override {
    return readers_->read([](Connection& connection) {
      Query query(connection,
                  "select (select value from meta where key = 'medicines_version'),"
                  " (select value from meta where key = 'pharmacies_version')");
      query.next();
      return CatalogueVersions{.medicines = static_cast<std::uint64_t>(query.integer(0)),
                               .pharmacies = static_cast<std::uint64_t>(query.integer(1))};
    });
  }

  std::shared_ptr<SharedCache> cache() override { return cache_; }

 private:
  const std::filesystem::path path_;
  // Before the readers: the connection that closes last moves the log into the file, which readers may not.
  std::shared_ptr<Writer> writer_;
  std::shared_ptr<ReaderPool> readers_;
  std::shared_ptr<SqliteCache> cache_;
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
