#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pilling/shared_cache.hpp"
#include "store/reader_pool.hpp"
#include "store/writer.hpp"

namespace pilling::store {

/// The table `cache` of a database: see `Store::cache`. Thread-safe.
class SqliteCache final : public SharedCache {
 public:
  SqliteCache(std::string name, std::shared_ptr<Writer> writer, std::shared_ptr<ReaderPool> readers)
      : name_(std::move(name)), writer_(std::move(writer)), readers_(std::move(readers)) {}

  std::string name() const override { return name_; }
  Origin origin() const override { return Origin::store; }
  std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call) override;
  void put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) override;
  void erase(std::span<const std::string> keys, const CallOptions& call) override;

 private:
  const std::string name_;
  // Before the readers: see SqliteStore.
  const std::shared_ptr<Writer> writer_;
  const std::shared_ptr<ReaderPool> readers_;
};

}  // namespace pilling::store
