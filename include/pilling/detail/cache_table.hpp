#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>

#include "pilling/detail/pins.hpp"
#include "pilling/detail/policy_entry.hpp"
#include "pilling/detail/read_sections.hpp"
#include "pilling/export.hpp"

namespace pilling::cache {
class EvictionPolicy;
}

namespace pilling::detail {

/// What the table and the eviction policy know of an entry: its key and value follow in the same block of memory. One
/// reference belongs to the table, the others to handles, as far as they have no pins.
struct CacheNode : Retired, PolicyEntry {
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  explicit CacheNode(void (*last)(CacheNode*) noexcept) : Retired(&drop_retired), destroy(last) {}

  void drop() noexcept {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(this);
  }

  static void drop_retired(Retired* self) noexcept { static_cast<CacheNode*>(self)->drop(); }

  void (*const destroy)(CacheNode*) noexcept;
  std::int64_t expires_at = never;  // nanoseconds of the cache's clock
  std::atomic<std::uint32_t> references{1};
};

/// The entries of a MemoryCache, whatever their types: shards of a hash table that is read without a lock and written
/// under one, each with its share of the weight and an eviction policy of its own. Thread-safe.
class PILLING_API CacheTable {
 public:
  using SameKey = bool (*)(const CacheNode&, const CacheNode&);

  CacheTable(std::size_t maximum_weight, std::size_t shard_count, SameKey same_key);
  ~CacheTable();
  CacheTable(const CacheTable&) = delete;
  CacheTable& operator=(const CacheTable&) = delete;

  /// For `find`, and for as long as what it found is used.
  ReadSections::Section read() const noexcept { return ReadSections::Section(sections_); }

  /// The node whose key `is_key`, or null. Only within a section.
  template <class IsKey>
  CacheNode* find(std::uint64_t hash, const IsKey& is_key) const {
    const Slots& slots = *shard_of(hash).slots.load(std::memory_order_seq_cst);
    for (std::size_t i = hash & slots.mask;; i = (i + 1) & slots.mask) {
      const std::uint64_t present = slots.slots[i].hash.load(std::memory_order_seq_cst);
      if (present == hash) {
        // The slot may have got another node since, or none.
        CacheNode* const node = slots.slots[i].node.load(std::memory_order_seq_cst);
        if (node != nullptr && node->hash == hash && is_key(*node)) return node;
      } else if (present == Slot::free) {
        return nullptr;
      }
    }
  }

  /// A reference of `node`, to be dropped by `release`. Only within a section.
  Pins::Pin* hold(CacheNode& node) noexcept {
    Pins::Pin* const pin = pins_.pin(sections_.stripe_of_this_thread(), node);
    if (pin == nullptr) node.references.fetch_add(1, std::memory_order_relaxed);
    return pin;
  }
  static void release(Pins::Pin* pin, CacheNode& node) noexcept {
    if (pin == nullptr || !Pins::release(*pin, node)) node.drop();
  }

  void count_miss(std::uint64_t hash) noexcept { shard_of(hash).misses.fetch_add(1, std::memory_order_relaxed); }

  /// A hit that counts for what stays. Only within the section that found the node.
  void count_use(CacheNode& node) noexcept {
    node.use();
    Shard& shard = shard_of(node.hash);
    const bool is_sampled =
        (PolicyEntry::sampling_bits(node.hash) & shard.sampling_mask.load(std::memory_order_relaxed)) == 0;
    if (is_sampled) tell_of_hit(shard, node.hash);
  }

  /// A section that is no look-up, or none that counts; before it ends.
  void count_aside() const noexcept { aside_.fetch_add(1, std::memory_order_relaxed); }

  /// Takes over `node`, in the place of the one with its key; pushes out others when there is no room. With `admits`
  /// false it is only taken in place of another. A node that is not taken, for this or for its weight, lives on for
  /// those who hold it. After an exception it is the caller's again, nobody has seen it, and what had its key may be
  /// gone.
  void put(CacheNode& node, bool admits);

  /// Takes `node` out; false when that has happened already.
  bool erase(CacheNode& node);
  /// Takes out the node whose key `is_key`; false when there is none.
  bool erase(std::uint64_t hash, const std::function<bool(const CacheNode&)>& is_key);
  void clear();

  struct Counts {
    std::uint64_t hits = 0;  // look-ups that have ended
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;
    std::size_t entries = 0;
    std::size_t weight = 0;
  };
  Counts counts() const;

  /// Every node, shard by shard under its lock, in no order.
  void for_each(const std::function<void(const CacheNode&)>& visit) const;

  /// A hash that no slot takes for a mark of its own, with all bits mixed: the finalizer of MurmurHash3.
  static std::uint64_t mix(std::uint64_t hash) noexcept {
    hash ^= hash >> 33U;
    hash *= 0xff51afd7ed558ccdU;
    hash ^= hash >> 33U;
    hash *= 0xc4ceb9fe1a85ec53U;
    hash ^= hash >> 33U;
    return hash > Slot::left ? hash : hash + 2;
  }

 private:
  struct Slot {
    static constexpr std::uint64_t free = 0;  // nothing further along the way
    static constexpr std::uint64_t left = 1;  // something may be

    std::atomic<std::uint64_t> hash{free};
    std::atomic<CacheNode*> node{nullptr};
  };
  struct Slots : Retired {
    explicit Slots(std::size_t count);
    const std::size_t mask;
    const std::unique_ptr<Slot[]> slots;
  };
  struct Removed;
  struct alignas(64) Shard {
    ~Shard();
    std::atomic<Slots*> slots{nullptr};
    std::atomic<std::uint32_t> sampling_mask{~std::uint32_t{0}};  // as of the policy
    alignas(64) std::atomic<std::uint64_t> misses{0};
    alignas(64) mutable std::mutex mutex;
    std::unique_ptr<cache::EvictionPolicy> policy;
    std::size_t occupied = 0;  // slots that are not free
    std::uint64_t evictions = 0;
  };

  Shard& shard_of(std::uint64_t hash) const noexcept { return shards_[(hash >> 32U) & shard_mask_]; }
  static void tell_of_hit(Shard& shard, std::uint64_t hash) noexcept;
  template <class IsIt>
  static Slot* find_slot(const Shard& shard, std::uint64_t hash, const IsIt& is_it);
  static Slot* slot_of(const Shard& shard, const CacheNode& node) noexcept;
  void place(Shard& shard, CacheNode& node, CacheNode* old, Removed& removed);
  bool make_room(Shard& shard, const CacheNode& node, Removed& removed);
  static CacheNode& evict(Shard& shard);
  static void push_out(Shard& shard, CacheNode& node, Removed& removed);
  static void erase(Shard& shard, CacheNode& node, Removed& removed);
  static void vacate(Shard& shard, CacheNode& node, Removed& removed);
  static void reserve_slot(Shard& shard, Removed& removed);
  static void make_slots(Shard& shard, std::size_t count, Removed& removed);

  const std::size_t shard_weight_;
  const std::size_t shard_mask_;
  const SameKey same_key_;
  // Empty when the pins go: the destructor sees to that.
  mutable ReadSections sections_{[this] { pins_.settle(); }};
  Pins pins_{sections_.stripe_count()};
  mutable std::atomic<std::uint64_t> aside_{0};
  mutable std::atomic<std::uint64_t> hits_{0};  // as `counts` gave them last
  const std::unique_ptr<Shard[]> shards_;
};

}  // namespace pilling::detail
