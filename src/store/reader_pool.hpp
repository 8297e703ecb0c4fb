#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite.hpp"

namespace pilling::store {

/// Read-only connections to one database: as many as there are readers at once, of which a few are kept. Thread-safe.
class ReaderPool {
 public:
  ReaderPool(std::filesystem::path path, std::chrono::milliseconds busy_timeout);

  /// What `read` makes of a connection that no other thread uses meanwhile.
  template <class Read>
  auto read(const Read& read) {
    std::unique_ptr<Connection> connection = take();
    auto result = read(*connection);
    // A connection that failed is not given back.
    give_back(std::move(connection));
    return result;
  }

 private:
  static constexpr std::size_t maximum_idle = 8;

  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

  const std::filesystem::path path_;
  const std::chrono::milliseconds busy_timeout_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace pilling::store
