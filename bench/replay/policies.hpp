#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pilling/memory_cache.hpp"

// Caches of keys without values, each entry of weight 1, that replay a sequence of requests: get, else put.
namespace pilling::bench {

using Key = std::uint32_t;

/// Hits of the least recently used.
inline std::size_t replay_lru(std::span<const Key> requests, std::size_t capacity) {
  std::list<Key> recent;
  std::unordered_map<Key, std::list<Key>::iterator> resident;
  std::size_t hits = 0;
  for (const Key key : requests) {
    if (const auto found = resident.find(key); found != resident.end()) {
      ++hits;
      recent.splice(recent.begin(), recent, found->second);
      continue;
    }
    if (resident.size() == capacity) {
      resident.erase(recent.back());
      recent.pop_back();
    }
    recent.push_front(key);
    resident.emplace(key, recent.begin());
  }
  return hits;
}

/// Hits of Belady's optimum: what is asked for latest makes room for what was just asked for.
inline std::size_t replay_belady(std::span<const Key> requests, std::size_t capacity) {
  // The place of the next request for the same key; places behind the end for keys that are not asked for again.
  std::vector<std::size_t> next(requests.size());
  std::unordered_map<Key, std::size_t> seen;
  for (std::size_t i = requests.size(); i-- > 0;) {
    const auto [item, is_last] = seen.try_emplace(requests[i], i);
    next[i] = is_last ? requests.size() + i : std::exchange(item->second, i);
  }

  std::set<std::size_t> resident;  // by the place of the next request
  std::size_t hits = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (resident.erase(i) == 1) {
      ++hits;
    } else if (resident.size() == capacity) {
      resident.erase(std::prev(resident.end()));
    }
    resident.insert(next[i]);
  }
  return hits;
}

/// Hits of MemoryCache, with as many shards as it takes for so many entries.
inline std::size_t replay_pilling(std::span<const Key> requests, std::size_t capacity) {
  MemoryCache<Key, Key> cache({.maximum_weight = capacity, .typical_weight = 1});
  for (const Key key : requests) {
    if (!cache.visit(key, [](Key) {})) cache.put(key, key, 1);
  }
  return cache.stats().hits;
}

}  // namespace pilling::bench
