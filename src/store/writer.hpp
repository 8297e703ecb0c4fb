#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "pilling/call.hpp"
#include "store/sqlite.hpp"

namespace pilling::store {

/// The one connection that writes, lent to one transaction at a time. Thread-safe.
class Writer {
 public:
  Writer(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout)
      : connection_(path, Connection::Mode::create, busy_timeout) {}

  Connection& connection() noexcept { return connection_; }

  /// Waits until it is free, but throws Timeout when the call may not wait that long, and StorageError on the thread
  /// that has it already.
  void take(const CallOptions& call);
  void give_back();

 private:
  Connection connection_;
  // Not a plain mutex, because a transaction may end on another thread than it began on, and a call may not wait long.
  std::mutex mutex_;
  std::condition_variable_any is_free_;
  bool is_taken_ = false;
  std::uint64_t holder_ = 0;  // a thread, by a number of its own
};

/// One transaction of the writer, undone unless it is committed. For one thread at a time.
class Writing {
 public:
  /// Waits for its turn as `Writer::take`, and for other processes no longer than the call may.
  Writing(std::shared_ptr<Writer> writer, const CallOptions& call);
  ~Writing();
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  /// Throws when the transaction has ended, or was undone by a failure.
  Connection& connection() const;
  void commit();

 private:
  void roll_back() noexcept;

  std::shared_ptr<Writer> writer_;  // none once committed
};

}  // namespace pilling::store
