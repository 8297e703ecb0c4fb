#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/medicine.hpp"

namespace pilling {

/// Counters of one cache since it was made.
struct CacheStats {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;  ///< pushed out by weight; expiry and erasure do not count
  std::size_t entries = 0;
  std::size_t weight = 0;  ///< as the callers of `put` gave it
  std::size_t maximum_weight = 0;
  bool operator==(const CacheStats&) const = default;
};

struct MemoryCacheOptions {
  std::size_t maximum_weight = std::size_t{64} << 20;                   ///< bytes, when weights are bytes
  std::optional<std::chrono::nanoseconds> time_to_live = std::nullopt;  ///< none: until pushed out
  std::function<std::chrono::steady_clock::time_point()> now = &std::chrono::steady_clock::now;
};

/// Values in memory, bounded by weight; the least recently used goes first. Values are shared and immutable: a hit
/// copies nothing. Thread-safe; keys and values are destroyed outside the lock.
template <class Key, class Value, class Hash = std::hash<Key>>
class MemoryCache {
 public:
  explicit MemoryCache(MemoryCacheOptions options = {}) : options_(std::move(options)) {}

  /// The value, or nothing when it is absent or expired.
  std::shared_ptr<const Value> get(const Key& key) {
    const Time now = options_.time_to_live ? options_.now() : Time::min();
    Entries removed;
    const std::scoped_lock lock(mutex_);
    const auto found = positions_.find(key);
    if (found == positions_.end() || found->second->expires_at <= now) {
      if (found != positions_.end()) remove(found, removed);
      ++stats_.misses;
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    ++stats_.hits;
    return found->second->value;
  }

  /// Replaces what was there. A value heavier than the whole cache is not kept.
  void put(Key key, std::shared_ptr<const Value> value, std::size_t weight) {
    const Time expires_at = expiry();
    Entries removed;
    Entries added;
    added.push_front({std::move(key), std::move(value), weight, expires_at});
    const std::scoped_lock lock(mutex_);
    if (const auto found = positions_.find(added.front().key); found != positions_.end()) remove(found, removed);
    if (weight > options_.maximum_weight) return;
    while (weight_ > options_.maximum_weight - weight) {
      remove(positions_.find(entries_.back().key), removed);
      ++stats_.evictions;
    }
    // Whatever may throw comes before the entry is taken in.
    positions_.emplace(added.front().key, added.begin());
    entries_.splice(entries_.begin(), added);
    weight_ += weight;
  }

  void erase(const Key& key) {
    Entries removed;
    const std::scoped_lock lock(mutex_);
    if (const auto found = positions_.find(key); found != positions_.end()) remove(found, removed);
  }

  void clear() {
    Entries removed;
    const std::scoped_lock lock(mutex_);
    positions_.clear();
    entries_.swap(removed);
    weight_ = 0;
  }

  CacheStats stats() const {
    const std::scoped_lock lock(mutex_);
    CacheStats stats = stats_;
    stats.entries = entries_.size();
    stats.weight = weight_;
    stats.maximum_weight = options_.maximum_weight;
    return stats;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Key key;
    std::shared_ptr<const Value> value;
    std::size_t weight;
    Time expires_at;
  };
  using Entries = std::list<Entry>;
  using Positions = std::unordered_map<Key, typename Entries::iterator, Hash>;

  // `removed` is declared before the lock, so that it dies after it.
  void remove(typename Positions::iterator position, Entries& removed) {
    const auto entry = position->second;
    weight_ -= entry->weight;
    positions_.erase(position);
    removed.splice(removed.begin(), entries_, entry);
  }

  Time expiry() const {
    if (!options_.time_to_live) return Time::max();
    const Time now = options_.now();
    if (*options_.time_to_live >= Time::max() - now) return Time::max();
    return now + std::chrono::duration_cast<Time::duration>(*options_.time_to_live);
  }

  const MemoryCacheOptions options_;
  mutable std::mutex mutex_;
  Entries entries_;  // most recently used first
  Positions positions_;
  std::size_t weight_ = 0;
  CacheStats stats_;
};

/// One value as the slower tiers keep it.
struct CacheEntry {
  std::string value;
  std::chrono::sys_seconds created_at{};
  std::optional<std::chrono::sys_seconds> expires_at;  ///< none: never
  bool operator==(const CacheEntry&) const = default;
};

/// A cache outside the process, or the part of a store that acts as one. Implementations are thread-safe, honour the
/// call's deadline, and throw `Error` when they cannot answer: the tiers above go on without them.
class PILLING_API SharedCache {
 public:
  virtual ~SharedCache();

  /// For messages: what it is and where, without credentials.
  virtual std::string name() const = 0;
  /// What a hit reports as its origin.
  virtual Origin origin() const = 0;
  /// One answer a key, in the order of the keys.
  virtual std::vector<std::optional<CacheEntry>> get(std::span<const std::string> keys, const CallOptions& call) = 0;
  virtual void put(std::span<const std::pair<std::string, CacheEntry>> entries, const CallOptions& call) = 0;
  virtual void erase(std::span<const std::string> keys, const CallOptions& call) = 0;
};

/// Makes the value that no tier has. Nothing means "there is none"; an exception means "not now".
using CacheLoader = std::function<std::optional<CacheEntry>(std::string_view key, const CallOptions& call)>;

/// A value and how it was found.
struct CachedValue {
  std::shared_ptr<const CacheEntry> entry;  ///< null: the loader said that there is none
  Answer answer;
};

struct TieredCacheOptions {
  MemoryCacheOptions memory;
  std::function<std::chrono::system_clock::time_point()> now = &std::chrono::system_clock::now;
};

/// Memory, then the given tiers in their order, then the loader. A value that was found below is filled into the
/// tiers above; a loaded one goes into all. However many threads ask for a key, it is loaded once, and they all share
/// the answer or the failure, unless it failed because the first caller's own time was up: then the next one loads. A
/// tier that fails is passed over and named in the answer's warnings. Thread-safe; the loader runs on the thread that
/// asked first, and no lock is held meanwhile.
class PILLING_API TieredCache {
 public:
  explicit TieredCache(TieredCacheOptions options = {}, std::vector<std::shared_ptr<SharedCache>> tiers = {});
  ~TieredCache();

  /// Throws what the loader threw, or `Timeout` when another thread's load takes longer than the call may. A loader
  /// that asks for its own key gets InvalidArgument. That there is none is not remembered.
  CachedValue get(const std::string& key, const CacheLoader& load, const CallOptions& call = {});

  /// Forgets the key in every tier; what was under way meanwhile is not kept. Throws the first failure of a tier, after
  /// all were tried.
  void erase(const std::string& key, const CallOptions& call = {});

  /// Of the memory tier.
  CacheStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling
