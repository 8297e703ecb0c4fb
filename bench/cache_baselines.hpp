#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace pilling::bench {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// What everybody writes first: a list in order of use, a map into it, and one mutex around both.
class LruBehindMutex {
 public:
  using Value = std::shared_ptr<const std::string>;

  explicit LruBehindMutex(std::size_t maximum_weight) : maximum_weight_(maximum_weight) {}

  Value get(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  template <class Visitor>
  bool visit(std::string_view key, const Visitor& visitor) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return false;
    entries_.splice(entries_.begin(), entries_, found->second);
    visitor(*found->second->value);
    return true;
  }

  Value put(std::string_view key, std::string text, std::size_t weight) {
    auto value = std::make_shared<const std::string>(std::move(text));
    std::list<Entry> dead;  // freed after the lock
    const std::scoped_lock lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) take_out(found->second, dead);
    entries_.push_front({std::string(key), value, weight});
    places_.emplace(entries_.front().key, entries_.begin());
    weight_ += weight;
    while (weight_ > maximum_weight_) take_out(std::prev(entries_.end()), dead);
    return value;
  }

 private:
  struct Entry {
    std::string key;
    Value value;
    std::size_t weight;
  };
  using Place = std::list<Entry>::iterator;

  void take_out(Place place, std::list<Entry>& dead) {
    weight_ -= place->weight;
    places_.erase(places_.find(place->key));
    dead.splice(dead.begin(), entries_, place);
  }

  const std::size_t maximum_weight_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the last one used first
  std::unordered_map<std::string_view, Place> places_;
  std::size_t weight_ = 0;
};

/// The same in 64 parts: threads wait for each other more rarely.
class ShardedLru {
 public:
  using Value = LruBehindMutex::Value;

  explicit ShardedLru(std::size_t maximum_weight) {
    for (auto& shard : shards_) shard = std::make_unique<LruBehindMutex>(maximum_weight / shards_.size());
  }

  Value get(std::string_view key) { return shard_of(key).get(key); }
  template <class Visitor>
  bool visit(std::string_view key, const Visitor& visitor) {
    return shard_of(key).visit(key, visitor);
  }
  Value put(std::string_view key, std::string text, std::size_t weight) {
    return shard_of(key).put(key, std::move(text), weight);
  }

 private:
  LruBehindMutex& shard_of(std::string_view key) { return *shards_[(TextHash{}(key) >> 48U) % shards_.size()]; }

  std::array<std::unique_ptr<LruBehindMutex>, 64> shards_;
};

/// No cache at all, but what any of them must at least do: no lock, no bound, no order. Only read by several threads.
class MapWithoutBound {
 public:
  using Value = std::shared_ptr<const std::string>;

  explicit MapWithoutBound(std::size_t /*maximum_weight*/) {}

  Value get(std::string_view key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : found->second;
  }
  template <class Visitor>
  bool visit(std::string_view key, const Visitor& visitor) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return false;
    visitor(*found->second);
    return true;
  }
  Value put(std::string_view key, std::string text, std::size_t /*weight*/) {
    auto value = std::make_shared<const std::string>(std::move(text));
    values_.insert_or_assign(std::string(key), value);
    return value;
  }

 private:
  std::unordered_map<std::string, Value, TextHash, std::equal_to<>> values_;
};

}  // namespace pilling::bench
