#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/error.hpp"

namespace pilling::support {

/// A SharedCache in memory that misbehaves when it is told to. Thread-safe.
class InMemorySharedCache final : public SharedCache {
 public:
  explicit InMemorySharedCache(std::string name = "shared", Origin origin = Origin::shared_cache)
      : name_(std::move(name)), origin_(origin) {}

  std::string name() const override { return name_; }
  Origin origin() const override { return origin_; }

  std::vector<std::optional<CacheEntry>> get(std::span<const std::string> keys, const CallOptions& call) override {
    const auto lock = enter(get_, call, " is down");
    std::vector<std::optional<CacheEntry>> found;
    for (const std::string& key : keys) {
      const auto entry = entries_.find(key);
      found.push_back(entry == entries_.end() ? std::nullopt : std::optional(entry->second));
    }
    return found;
  }

  void put(std::span<const std::pair<std::string, CacheEntry>> entries, const CallOptions& call) override {
    const auto lock = enter(put_, call, " is full");
    if (is_lossy_) return;
    for (const auto& [key, entry] : entries) entries_[key] = entry;
  }

  void erase(std::span<const std::string> keys, const CallOptions& call) override {
    const auto lock = enter(erase_, call, " is stuck");
    for (const std::string& key : keys) entries_.erase(key);
  }

  void fail_get(bool fails = true) { set(get_.fails, fails); }
  void fail_put(bool fails = true) { set(put_.fails, fails); }
  void fail_erase(bool fails = true) { set(erase_.fails, fails); }
  /// Takes values and keeps none.
  void lose(bool is_lossy = true) { set(is_lossy_, is_lossy); }
  /// Makes calls wait for `release` or their own end.
  void block_gets() { set(get_.is_blocked, true); }
  void block_puts() { set(put_.is_blocked, true); }
  void block_erasures() { set(erase_.is_blocked, true); }
  void release() {
    for (Operation* operation : {&get_, &put_, &erase_}) set(operation->is_blocked, false);
  }

  /// Waits until so many calls wait for `release`.
  void await_blocked(std::size_t calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return blocked_ >= calls; });
  }

  std::optional<CacheEntry> entry(const std::string& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional(found->second);
  }
  std::size_t gets() const { return read(get_.calls); }
  std::size_t puts() const { return read(put_.calls); }
  std::size_t erasures() const { return read(erase_.calls); }

 private:
  struct Operation {
    std::size_t calls = 0;
    bool fails = false;
    bool is_blocked = false;
  };

  std::unique_lock<std::mutex> enter(Operation& operation, const CallOptions& call, const char* failure) {
    std::unique_lock lock(mutex_);
    ++operation.calls;
    ++blocked_;
    changed_.notify_all();
    const auto is_free = [&] { return !operation.is_blocked; };
    const bool went_on = call.deadline == std::chrono::steady_clock::time_point::max()
                             ? changed_.wait(lock, call.stop, is_free)
                             : changed_.wait_until(lock, call.stop, call.deadline, is_free);
    --blocked_;
    if (!went_on) throw Timeout(name_ + " did not answer in time", name_);
    if (operation.fails) throw StorageError(name_ + failure, name_);
    return lock;
  }

  void set(bool& flag, bool value) {
    const std::scoped_lock lock(mutex_);
    flag = value;
    changed_.notify_all();
  }
  std::size_t read(const std::size_t& counter) const {
    const std::scoped_lock lock(mutex_);
    return counter;
  }

  const std::string name_;
  const Origin origin_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, CacheEntry> entries_;
  Operation get_;
  Operation put_;
  Operation erase_;
  bool is_lossy_ = false;
  std::size_t blocked_ = 0;
};

}  // namespace pilling::support
