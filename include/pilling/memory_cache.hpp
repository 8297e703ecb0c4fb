#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pilling/detail/cache_table.hpp"
#include "pilling/export.hpp"

namespace pilling {

namespace detail {
/// How a key is looked up.
template <class Key>
using KeyView = std::conditional_t<std::same_as<Key, std::string>, std::string_view, Key>;
}  // namespace detail

/// Counters of one cache since it was made.
struct CacheStats {
  std::uint64_t hits = 0;       ///< without those of Access::batch
  std::uint64_t misses = 0;     ///< as above
  std::uint64_t evictions = 0;  ///< pushed out by weight; expiry and erasure do not count
  std::size_t entries = 0;
  std::size_t weight = 0;  ///< as the callers of `put` gave it
  std::size_t maximum_weight = 0;
  bool operator==(const CacheStats&) const = default;
};

/// On whose behalf a cache is used. A batch goes through everything once, such as the nightly refresh: its look-ups
/// count for nothing, and what it puts only replaces what is there, so that it cannot push out what people ask for.
enum class Access { user, batch };

/// How much a MemoryCache keeps, and for how long.
struct MemoryCacheOptions {
  std::size_t maximum_weight = std::size_t{64} << 20;                   ///< bytes, when weights are bytes
  std::size_t typical_weight = 1024;                                    ///< of one entry; decides the number of shards
  std::optional<std::chrono::nanoseconds> time_to_live = std::nullopt;  ///< none: until pushed out
  double jitter = 0.1;  ///< entries live up to this part of `time_to_live` shorter, so that they do not end together
  std::function<std::chrono::steady_clock::time_point()> now = &std::chrono::steady_clock::now;  ///< of lifetimes
};

/// How one entry is kept, where that differs from the rest of the cache.
struct PutOptions {
  std::optional<std::chrono::nanoseconds> time_to_live = std::nullopt;  ///< none: as the cache's options say
  Access access = Access::user;                                         ///< batch: only replaces what is there
};

/// Shares a value with the cache it came from, and keeps it alive when the cache has let it go. As cheap to copy as a
/// shared pointer; null when nothing was found. Thread-safe as far as a shared pointer is.
template <class Value>
class CacheHandle {
 public:
  /// Null.
  ///@{
  CacheHandle() = default;
  CacheHandle(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): as of a pointer
  ///@}
  CacheHandle(const CacheHandle& other) noexcept : node_(other.node_), value_(other.value_) { hold(); }
  CacheHandle(CacheHandle&& other) noexcept
      : node_(std::exchange(other.node_, nullptr)),
        value_(std::exchange(other.value_, nullptr)),
        pin_(std::exchange(other.pin_, nullptr)) {}
  CacheHandle& operator=(CacheHandle other) noexcept {
    std::swap(node_, other.node_);
    std::swap(value_, other.value_);
    std::swap(pin_, other.pin_);
    return *this;
  }
  ~CacheHandle() {
    if (node_ != nullptr) detail::CacheTable::release(pin_, *node_);
  }

  const Value& operator*() const noexcept { return *value_; }
  const Value* operator->() const noexcept { return value_; }
  /// Valid as long as this handle or a copy.
  const Value* get() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ != nullptr; }
  bool operator==(const CacheHandle& other) const noexcept { return value_ == other.value_; }
  bool operator==(std::nullptr_t) const noexcept { return value_ == nullptr; }

  /// The same value as a shared pointer, for interfaces that know nothing of caches.
  std::shared_ptr<const Value> share() const {
    if (value_ == nullptr) return nullptr;
    return {std::make_shared<CacheHandle>(*this), value_};
  }

 private:
  template <class, class, class>
  friend class MemoryCache;

  // Takes over a reference, or a pin in its place.
  CacheHandle(detail::CacheNode* node, const Value* value, detail::Pins::Pin* pin = nullptr) noexcept
      : node_(node), value_(value), pin_(pin) {}

  void hold() const noexcept {
    if (node_ != nullptr) node_->references.fetch_add(1, std::memory_order_relaxed);
  }

  detail::CacheNode* node_ = nullptr;
  const Value* value_ = nullptr;
  detail::Pins::Pin* pin_ = nullptr;
};

/// Values in memory, bounded by weight. Values are immutable and shared: a hit copies nothing, decodes nothing and
/// waits for nobody. Which entry goes when there is no room depends on how often and how lately it was used: see
/// docs/decisions/0014-eviction-policy.md. Keys of type std::string are looked up by std::string_view.
///
/// Thread-safe. Keys and values are destroyed outside of any lock, by whichever thread uses the cache at the time, and
/// may use the cache themselves. Above `256 * typical_weight` the weight is divided among shards, at most 64; an entry
/// that is heavier than a shard may be is not kept.
template <class Key, class Value, class Hash = std::hash<detail::KeyView<Key>>>
class MemoryCache {
 public:
  /// How a key is given.
  using KeyView = std::conditional_t<std::same_as<Key, std::string>, std::string_view, const Key&>;
  /// What is got.
  using Handle = CacheHandle<Value>;

  /// Empty.
  explicit MemoryCache(MemoryCacheOptions options = {})
      : options_(std::move(options)), table_(options_.maximum_weight, shards_of(options_), &have_same_key) {}

  /// The value, or null when it is absent or expired.
  Handle get(KeyView key, Access access = Access::user) {
    Handle handle;
    look_up(key, access, [&](Entry& entry) { handle = Handle(&entry, &entry.value, table_.hold(entry)); });
    return handle;
  }

  /// Calls `visitor` with the value, if it is there, and says whether it was. Cheaper than a handle. For what does not
  /// take long: nothing that the cache lets go of is freed until `visitor` returns. It may use the cache.
  template <class Visitor>
  bool visit(KeyView key, Visitor&& visitor, Access access = Access::user) {
    return look_up(key, access, [&](const Entry& entry) { std::forward<Visitor>(visitor)(entry.value); });
  }

  /// Replaces what was there, and gives back the value, whether it is kept or not: see Access, and above for what is
  /// too heavy.
  Handle put(KeyView key, Value value, std::size_t weight, const PutOptions& options = {}) {
    Handle handle = make_entry(key, std::move(value), weight, options);
    handle.hold();  // for the table
    try {
      table_.put(*handle.node_, options.access == Access::user);
    } catch (...) {
      handle.node_->drop();
      throw;
    }
    return handle;
  }

  /// Whether there was a value, be it an expired one.
  bool erase(KeyView key) {
    return table_.erase(hash_of(key),
                        [&](const detail::CacheNode& node) { return static_cast<const Entry&>(node).key() == key; });
  }

  /// Forgets all values.
  void clear() { table_.clear(); }

  /// At most `limit` keys, those first that were used most of late.
  std::vector<Key> hottest_keys(std::size_t limit) const {
    const auto section = table_.read();
    table_.count_aside();
    std::vector<std::pair<int, const Entry*>> entries;
    table_.for_each([&](const detail::CacheNode& node) {
      // What has proved itself comes before what was used just now for the first time.
      constexpr int proved = 4;
      const int uses = node.uses.load(std::memory_order_relaxed);
      const bool is_proved = node.queue == detail::PolicyEntry::Queue::main;
      entries.emplace_back(is_proved ? proved + uses : uses, static_cast<const Entry*>(&node));
    });
    std::ranges::stable_sort(entries, std::ranges::greater(), &std::pair<int, const Entry*>::first);
    entries.resize(std::min(limit, entries.size()));
    std::vector<Key> hottest;
    hottest.reserve(entries.size());
    for (const auto& [uses, entry] : entries) hottest.emplace_back(entry->key());
    return hottest;
  }

  /// Since the cache was made.
  CacheStats stats() const {
    const detail::CacheTable::Counts counts = table_.counts();
    return {.hits = counts.hits,
            .misses = counts.misses,
            .evictions = counts.evictions,
            .entries = counts.entries,
            .weight = counts.weight,
            .maximum_weight = options_.maximum_weight};
  }

 private:
  // The bytes of a text lie behind the entry, so that a hit goes to memory once less.
  struct TextEntry : detail::CacheNode {
    TextEntry(std::string_view text, Value&& kept)
        : CacheNode(&destroy_entry), size(text.size()), value(std::move(kept)) {
      text.copy(reinterpret_cast<char*>(this + 1), text.size());
    }
    std::string_view key() const noexcept { return {reinterpret_cast<const char*>(this + 1), size}; }
    static std::size_t bytes_behind(std::string_view text) { return text.size(); }
    const std::size_t size;
    const Value value;
  };
  struct KeyEntry : detail::CacheNode {
    KeyEntry(const Key& given, Value&& kept) : CacheNode(&destroy_entry), own_key(given), value(std::move(kept)) {}
    const Key& key() const noexcept { return own_key; }
    static std::size_t bytes_behind(const Key&) { return 0; }
    const Key own_key;
    const Value value;
  };
  using Entry = std::conditional_t<std::same_as<Key, std::string>, TextEntry, KeyEntry>;
  static constexpr bool is_over_aligned = alignof(Entry) > __STDCPP_DEFAULT_NEW_ALIGNMENT__;

  static Entry& entry_of(detail::CacheNode& node) noexcept { return static_cast<Entry&>(node); }

  static void destroy_entry(detail::CacheNode* node) noexcept {
    Entry& entry = entry_of(*node);
    entry.~Entry();
    free_block(&entry);
  }

  static void* allocate_block(std::size_t bytes) {
    if constexpr (is_over_aligned) return ::operator new(bytes, std::align_val_t(alignof(Entry)));
    return ::operator new(bytes);
  }

  static void free_block(void* block) noexcept {
    if constexpr (is_over_aligned) {
      ::operator delete(block, std::align_val_t(alignof(Entry)));
    } else {
      ::operator delete(block);
    }
  }

  static bool have_same_key(const detail::CacheNode& one, const detail::CacheNode& other) {
    return static_cast<const Entry&>(one).key() == static_cast<const Entry&>(other).key();
  }

  static std::uint64_t hash_of(KeyView key) { return detail::CacheTable::mix(static_cast<std::uint64_t>(Hash{}(key))); }

  // Fewer than 256 entries in a shard would miss more than one shard does.
  static std::size_t shards_of(const MemoryCacheOptions& options) {
    const std::size_t entries = options.maximum_weight / std::max<std::size_t>(options.typical_weight, 1);
    return std::clamp<std::size_t>(std::bit_floor(entries / 256), 1, 64);
  }

  Handle make_entry(KeyView key, Value&& value, std::size_t weight, const PutOptions& options) {
    void* const block = allocate_block(sizeof(Entry) + Entry::bytes_behind(key));
    Entry* entry = nullptr;
    try {
      entry = new (block) Entry(key, std::move(value));
    } catch (...) {
      free_block(block);
      throw;
    }
    Handle handle(entry, &entry->value);
    entry->hash = hash_of(key);
    entry->weight = weight;
    entry->expires_at = expiry(entry->hash, options.time_to_live ? options.time_to_live : options_.time_to_live);
    return handle;
  }

  detail::CacheNode* find(std::uint64_t hash, KeyView key) const {
    return table_.find(hash, [&](detail::CacheNode& node) { return entry_of(node).key() == key; });
  }

  template <class Use>
  bool look_up(KeyView key, Access access, const Use& use) {
    const std::uint64_t hash = hash_of(key);
    const auto section = table_.read();
    if (access == Access::batch) table_.count_aside();
    detail::CacheNode* const node = find(hash, key);
    if (node != nullptr && !is_expired(*node)) {
      if (access == Access::user) table_.count_use(*node);
      use(entry_of(*node));
      return true;
    }
    if (node != nullptr) table_.erase(*node);
    if (access == Access::user) table_.count_miss(hash);
    return false;
  }

  bool is_expired(const detail::CacheNode& node) const {
    return node.expires_at != detail::CacheNode::never && node.expires_at <= nanoseconds_now();
  }

  std::int64_t nanoseconds_now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(options_.now().time_since_epoch()).count();
  }

  std::int64_t expiry(std::uint64_t hash, const std::optional<std::chrono::nanoseconds>& time_to_live) const {
    if (!time_to_live) return detail::CacheNode::never;
    const std::int64_t now = nanoseconds_now();
    const std::int64_t lifetime = std::max<std::int64_t>(time_to_live->count(), 0);
    // Of the key and the time: as good as chance, and no state. Below one, so that `shorter` is no more than it may be.
    const std::uint64_t bits = detail::CacheTable::mix(hash ^ static_cast<std::uint64_t>(now));
    const double chance = static_cast<double>(bits >> 11U) * 0x1p-53;
    const double jitter = options_.jitter > 0 ? std::min(options_.jitter, 1.0) : 0.0;
    const auto shorter = static_cast<std::int64_t>(static_cast<double>(lifetime) * jitter * chance);
    const std::int64_t lasting = lifetime - shorter;
    return now > 0 && lasting >= detail::CacheNode::never - now ? detail::CacheNode::never : now + lasting;
  }

  const MemoryCacheOptions options_;
  detail::CacheTable table_;
};

}  // namespace pilling
