#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/store.hpp"

namespace pilling::support {

/// A store that does what another one does, to be overridden in parts.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  std::string name() const override { return store_->name(); }
  std::unique_ptr<StoreTransaction> begin(const CallOptions& call = {}) override { return store_->begin(call); }
  std::vector<Medicine> medicines() override { return store_->medicines(); }
  std::optional<std::vector<Medicine>> medicines_since(std::uint64_t since, std::size_t limit) override {
    return store_->medicines_since(since, limit);
  }
  std::vector<Pharmacy> pharmacies() override { return store_->pharmacies(); }
  std::vector<std::pair<SummaryKey, Summary>> summaries() override { return store_->summaries(); }
  std::optional<Summary> summary(const SummaryKey& key) override { return store_->summary(key); }
  std::optional<JobProgress> job(std::string_view name) override { return store_->job(name); }
  std::vector<JobNote> notes(std::string_view job) override { return store_->notes(job); }
  std::optional<std::string> note(std::string_view job, std::string_view key) override {
    return store_->note(job, key);
  }
  std::uint64_t catalogue_version() override { return store_->catalogue_version(); }
  CatalogueVersions catalogue_versions() override { return store_->catalogue_versions(); }
  std::shared_ptr<SharedCache> cache() override { return store_->cache(); }

 protected:
  Store& inner() const { return *store_; }

 private:
  const std::shared_ptr<Store> store_;
};

/// The same for a transaction.
class ForwardingTransaction : public StoreTransaction {
 public:
  explicit ForwardingTransaction(std::unique_ptr<StoreTransaction> transaction)
      : transaction_(std::move(transaction)) {}

  std::optional<Medicine> medicine(const MedicineId& id) override { return transaction_->medicine(id); }
  std::optional<Pharmacy> pharmacy(const PharmacyId& id) override { return transaction_->pharmacy(id); }
  bool has_summary(const SummaryKey& key) override { return transaction_->has_summary(key); }
  std::optional<std::string> note(std::string_view job, std::string_view key) override {
    return transaction_->note(job, key);
  }
  void put(const Medicine& medicine) override { transaction_->put(medicine); }
  void put(const Pharmacy& pharmacy) override { transaction_->put(pharmacy); }
  void put(const SummaryKey& key, const Summary& summary) override { transaction_->put(key, summary); }
  void put(const JobProgress& progress) override { transaction_->put(progress); }
  void put(const JobNote& note) override { transaction_->put(note); }
  void erase_note(std::string_view job, std::string_view key) override { transaction_->erase_note(job, key); }
  void commit() override { transaction_->commit(); }

 private:
  const std::unique_ptr<StoreTransaction> transaction_;
};

}  // namespace pilling::support
