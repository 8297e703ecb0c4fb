#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/shared_cache.hpp"

namespace pilling::support {

/// What becomes of the bytes that are read.
enum class Damage { none, flipped_bit, truncated, of_another_key };

/// A SharedCache in memory that misbehaves when it is told to. Thread-safe.
class InMemorySharedCache final : public SharedCache {
 public:
  using Now = std::function<std::chrono::system_clock::time_point()>;

  explicit InMemorySharedCache(std::string name = "shared", Origin origin = Origin::shared_cache)
      : name_(std::move(name)), origin_(origin) {}

  std::string name() const override { return name_; }
  Origin origin() const override { return origin_; }

  std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call) override {
    const auto lock = enter(get_, call, " is down");
    std::vector<std::optional<std::string>> found;
    for (const std::string& key : keys) found.push_back(damage_ == Damage::none ? bytes_of(key) : damaged(key));
    const auto size = std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(found.size()) + miscount_, 0);
    found.resize(static_cast<std::size_t>(size));
    return found;
  }

  void put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) override {
    const auto lock = enter(put_, call, " is full");
    if (is_lossy_) return;
    for (const auto& [key, entry] : entries) {
      if (entry.bytes == refused_) throw StorageError(name_ + " does not take such a value", name_);
    }
    for (const auto& [key, entry] : entries) {
      const auto [kept, is_new] = entries_.try_emplace(key, entry);
      if (!is_new && entry.stamp > kept->second.stamp) kept->second = entry;
    }
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
  /// Fails to put these bytes, and what is put with them.
  void refuse(const std::string& bytes) { set(refused_, std::optional(bytes)); }
  /// Makes calls wait for `release` or their own end.
  void block_gets() { set(get_.is_blocked, true); }
  void block_puts() { set(put_.is_blocked, true); }
  void block_erasures() { set(erase_.is_blocked, true); }
  void release() {
    for (Operation* operation : {&get_, &put_, &erase_}) set(operation->is_blocked, false);
  }
  /// Makes every call take so long; 0: as before. A call that may not take that long gets Timeout when its time ends.
  void slow_down(std::chrono::milliseconds by) { set(slowness_, by); }
  /// Gets give bytes that are not those that were put: with one bit flipped, another one each time; without the last
  /// byte, which makes an empty text nothing; or those of another key, if there is one, also for keys that have none.
  void damage_gets(Damage damage) { set(damage_, damage); }
  /// Gets answer so many entries more, or fewer, than they were asked for.
  void miscount_gets(int by) { set(miscount_, by); }
  /// Gets give nothing that has expired by this clock; without one, entries are kept for ever.
  void expire_by(Now now) { set(now_, std::move(now)); }

  /// Waits until so many calls wait for `release`.
  void await_blocked(std::size_t calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return blocked_ >= calls; });
  }

  /// As it was put, whatever became of it for those who read.
  std::optional<SharedEntry> entry(const std::string& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional(found->second);
  }
  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
  }
  /// Calls, also those that failed.
  std::size_t gets() const { return read(get_.calls); }
  std::size_t puts() const { return read(put_.calls); }
  std::size_t erasures() const { return read(erase_.calls); }

 private:
  struct Operation {
    std::size_t calls = 0;
    bool fails = false;
    bool is_blocked = false;
  };
  using Lock = std::unique_lock<std::mutex>;
  using Time = std::chrono::steady_clock::time_point;

  Lock enter(Operation& operation, const CallOptions& call, const char* failure) {
    Lock lock(mutex_);
    ++operation.calls;
    if (slowness_.count() > 0) take_time(lock, call);
    ++blocked_;
    changed_.notify_all();
    const bool went_on = wait(lock, call, call.deadline, [&] { return !operation.is_blocked; });
    --blocked_;
    if (!went_on) throw too_late();
    if (operation.fails) throw StorageError(name_ + failure, name_);
    return lock;
  }

  void take_time(Lock& lock, const CallOptions& call) {
    const Time end = std::chrono::steady_clock::now() + slowness_;
    wait(lock, call, std::min(end, call.deadline), [this] { return slowness_.count() == 0; });
    if (call.stop.stop_requested() || call.deadline < end) throw too_late();
  }

  template <class Condition>
  bool wait(Lock& lock, const CallOptions& call, Time until, const Condition& holds) {
    return until == Time::max() ? changed_.wait(lock, call.stop, holds)
                                : changed_.wait_until(lock, call.stop, until, holds);
  }

  Timeout too_late() const { return {name_ + " did not answer in time", name_}; }

  std::optional<std::string> bytes_of(const std::string& key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    return has_expired(found->second) ? std::nullopt : std::optional(found->second.bytes);
  }

  bool has_expired(const SharedEntry& entry) const {
    return now_ && entry.kept_until && *entry.kept_until <= std::chrono::floor<std::chrono::milliseconds>(now_());
  }

  std::optional<std::string> damaged(const std::string& key) {
    if (damage_ == Damage::of_another_key) return bytes_of_another_key(key);
    auto bytes = bytes_of(key);
    if (!bytes || bytes->empty()) return std::nullopt;
    if (damage_ == Damage::truncated) {
      bytes->pop_back();
    } else {
      const std::size_t bit = flipped_++ % (bytes->size() * 8);
      (*bytes)[bit / 8] = static_cast<char>((*bytes)[bit / 8] ^ (1 << bit % 8));
    }
    return bytes;
  }

  // Of the next one in their order, and after the last of the first.
  std::optional<std::string> bytes_of_another_key(const std::string& key) const {
    auto other = entries_.upper_bound(key);
    if (other == entries_.end()) other = entries_.begin();
    return other == entries_.end() || other->first == key ? std::nullopt : std::optional(other->second.bytes);
  }

  template <class Setting>
  void set(Setting& setting, Setting value) {
    const std::scoped_lock lock(mutex_);
    setting = std::move(value);
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
  std::map<std::string, SharedEntry> entries_;
  Operation get_;
  Operation put_;
  Operation erase_;
  bool is_lossy_ = false;
  std::optional<std::string> refused_;
  Damage damage_ = Damage::none;
  int miscount_ = 0;
  std::chrono::milliseconds slowness_{0};
  Now now_;
  std::size_t flipped_ = 0;
  std::size_t blocked_ = 0;
};

}  // namespace pilling::support
