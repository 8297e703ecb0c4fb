#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/shared_cache.hpp"
#include "pilling/spending.hpp"

namespace pilling {

/// What a summary belongs to: a text, not a product, so that products with the same text share one.
struct SummaryKey {
  std::string text;     ///< fingerprint of the text that is summarised
  std::string keyword;  ///< the symptom asked for; empty: of the whole text
  std::string maker;    ///< of the summarizer that was asked; `Summary::maker` says who answered in its place
  auto operator<=>(const SummaryKey&) const = default;
};

/// Where a long job stands, so that it resumes after a crash.
struct JobProgress {
  std::string name;    ///< tells jobs apart
  std::string cursor;  ///< of the job's own making
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  bool is_finished = false;
  std::chrono::sys_seconds updated_at{};  ///< UTC
  bool operator==(const JobProgress&) const = default;
};

/// What a job has to remember, under a key of its own making: what it has begun, fetched or seen.
struct JobNote {
  std::string job;
  std::string key;
  std::string text;  ///< any bytes
  bool operator==(const JobNote&) const = default;
};

/// The `Store::catalogue_version` of the last commit that changed a medicine, and of the last that changed a pharmacy.
/// Whoever holds one of the two in memory can tell whether that one is still what is stored.
struct CatalogueVersions {
  std::uint64_t medicines = 0;
  std::uint64_t pharmacies = 0;
  bool operator==(const CatalogueVersions&) const = default;
};

/// One unit of work: others see nothing of it before `commit`, and nothing of it remains without. Its own reads see
/// its own writes. Used by one thread at a time. Every function throws StorageError when the store cannot be used.
class PILLING_API StoreTransaction {
 public:
  virtual ~StoreTransaction();  ///< rolls back what was not committed

  /// What is stored, or nothing. A medicine comes without its summary.
  ///@{
  virtual std::optional<Medicine> medicine(const MedicineId& id) = 0;
  virtual std::optional<Pharmacy> pharmacy(const PharmacyId& id) = 0;
  virtual bool has_summary(const SummaryKey& key) = 0;
  virtual std::optional<std::string> note(std::string_view job, std::string_view key) = 0;
  ///@}

  /// Writes, in place of what has the same id, key, name, or job and key. Of a medicine, all but its summary. Throws
  /// InvalidArgument for a pharmacy whose position is not valid.
  ///@{
  virtual void put(const Medicine& medicine) = 0;
  virtual void put(const Pharmacy& pharmacy) = 0;
  virtual void put(const SummaryKey& key, const Summary& summary) = 0;
  virtual void put(const JobProgress& progress) = 0;
  virtual void put(const JobNote& note) = 0;
  ///@}

  /// Forgets a note, if there is one.
  virtual void erase_note(std::string_view job, std::string_view key) = 0;

  /// Ends the transaction. Nothing may be called after it.
  virtual void commit() = 0;
};

/// The database of record. Thread-safe. Every function throws StorageError when the store cannot be used.
/// Implementations can be put through the contract suite in tests/support/store_contract.hpp.
class PILLING_API Store {
 public:
  virtual ~Store();

  /// For messages and statistics: what it is and where, without credentials.
  virtual std::string name() const = 0;

  /// Waits until the writer before has ended, but throws Timeout when the call may not wait that long. Throws
  /// StorageError on the thread that began the writer before: it would wait for itself.
  virtual std::unique_ptr<StoreTransaction> begin(const CallOptions& call = {}) = 0;

  virtual std::vector<Medicine> medicines() = 0;  ///< all, without summaries, by id
  /// Those that commits after catalogue version `since` wrote, without summaries, by id. Nothing when there are more
  /// than `limit`, or when the store does not remember, as this does not: then all are to be loaded.
  virtual std::optional<std::vector<Medicine>> medicines_since(std::uint64_t since, std::size_t limit);
  virtual std::vector<Pharmacy> pharmacies() = 0;                       ///< all, by id
  virtual std::vector<std::pair<SummaryKey, Summary>> summaries() = 0;  ///< those of whole texts, by key
  virtual std::vector<JobNote> notes(std::string_view job) = 0;         ///< all of a job, by key

  /// What is stored, or nothing.
  ///@{
  virtual std::optional<Summary> summary(const SummaryKey& key) = 0;
  virtual std::optional<JobProgress> job(std::string_view name) = 0;
  virtual std::optional<std::string> note(std::string_view job, std::string_view key) = 0;
  ///@}

  /// Grows with every commit that changed a medicine or a pharmacy, in whichever process.
  virtual std::uint64_t catalogue_version() = 0;

  /// Asked several times a second by an engine that watches: see `EngineOptions::watch_interval`. A store that does not
  /// tell the two apart leaves this as it is: both are then loaded anew when one has changed.
  virtual CatalogueVersions catalogue_versions();

  /// The part of it that keeps what was loaded: see TieredCache. Its origin is Origin::store; it can be used for longer
  /// than the store. Its writes wait their turn and fail as `begin` does, and become visible all at once; its reads
  /// wait for no writer, and are no part of a transaction.
  virtual std::shared_ptr<SharedCache> cache() = 0;
};

/// A SQLite database in WAL mode, made when it is missing. One writer, pooled readers.
/// Throws StorageError, and leaves the file as it was, when it is damaged, belongs to another program, was written
/// by a newer Pilling, or stays locked for longer than `busy_timeout`.
PILLING_API std::shared_ptr<Store> make_sqlite_store(const std::filesystem::path& path,
                                                     std::chrono::milliseconds busy_timeout = std::chrono::seconds(5));

/// Counters that survive a restart, for all processes that use the store: among its notes. Throws InvalidArgument
/// without a store.
PILLING_API std::shared_ptr<CounterStore> make_counter_store(std::shared_ptr<Store> store);

}  // namespace pilling
