#include "pilling/detail/cache_table.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

#include "cache/eviction_policy.hpp"

namespace pilling::detail {
namespace {

constexpr std::size_t fewest_slots = 16;

}  // namespace

// What a change took out of reach. Declared before the lock, it is retired after it: values that die may use the cache.
struct CacheTable::Removed {
  explicit Removed(ReadSections& all) : sections(all) {}
  ~Removed() { sections.retire(first, weight); }
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;

  void add(Retired& retired) {
    retired.next_retired = first;
    first = &retired;
  }
  void add(CacheNode& node) {
    weight += node.weight;
    add(static_cast<Retired&>(node));
  }

  ReadSections& sections;
  Retired* first = nullptr;
  std::size_t weight = 0;
};

CacheTable::Slots::Slots(std::size_t count)
    : Retired([](Retired* self) noexcept { delete static_cast<Slots*>(self); }),
      mask(count - 1),
      slots(std::make_unique<Slot[]>(count)) {}

CacheTable::CacheTable(std::size_t maximum_weight, std::size_t shard_count, SameKey same_key)
    : shard_weight_(maximum_weight / shard_count),
      shard_mask_(shard_count - 1),
      same_key_(same_key),
      shards_(std::make_unique<Shard[]>(shard_count)) {
  // An entry of that many bytes more is nothing that anybody would notice.
  sections_.look_after(maximum_weight / 64);
  for (std::size_t i = 0; i < shard_count; ++i) {
    shards_[i].policy = std::make_unique<cache::EvictionPolicy>(shard_weight_);
    shards_[i].slots = new Slots(fewest_slots);
  }
}

CacheTable::~CacheTable() {
  // What dies may use the table, and even put more.
  do {
    clear();
  } while (sections_.reclaim() || counts().entries != 0);
}

CacheTable::Shard::~Shard() { delete slots.load(std::memory_order_relaxed); }

void CacheTable::put(CacheNode& node, bool admits) {
  Removed removed(sections_);
  Shard& shard = shard_of(node.hash);
  const std::scoped_lock lock(shard.mutex);
  const bool fits = node.weight <= shard_weight_;
  // For a moment, the policy holds more than the shard may: weights are whatever the callers say, and may run over.
  while (fits && node.weight > std::numeric_limits<std::size_t>::max() - shard.policy->weight()) {
    push_out(shard, evict(shard), removed);
  }
  const Slot* const slot = find_slot(shard, node.hash, [&](const CacheNode& other) { return same_key_(other, node); });
  CacheNode* const old = slot == nullptr ? nullptr : slot->node.load(std::memory_order_relaxed);
  if (fits && (old != nullptr || admits)) {
    place(shard, node, old, removed);
  } else {
    if (old != nullptr) erase(shard, *old, removed);
    removed.add(node);
  }
}

bool CacheTable::erase(CacheNode& node) {
  Removed removed(sections_);
  Shard& shard = shard_of(node.hash);
  const std::scoped_lock lock(shard.mutex);
  if (slot_of(shard, node) == nullptr) return false;
  erase(shard, node, removed);
  return true;
}

bool CacheTable::erase(std::uint64_t hash, const std::function<bool(const CacheNode&)>& is_key) {
  Removed removed(sections_);
  Shard& shard = shard_of(hash);
  const std::scoped_lock lock(shard.mutex);
  const Slot* const slot = find_slot(shard, hash, is_key);
  if (slot == nullptr) return false;
  erase(shard, *slot->node.load(std::memory_order_relaxed), removed);
  return true;
}

// Without the policy's choice: it may want memory, and it would remember what it pushed out.
void CacheTable::clear() {
  for (std::size_t i = 0; i <= shard_mask_; ++i) {
    Removed removed(sections_);
    Shard& shard = shards_[i];
    const std::scoped_lock lock(shard.mutex);
    const Slots& slots = *shard.slots.load(std::memory_order_relaxed);
    for (std::size_t j = 0; j <= slots.mask; ++j) {
      if (CacheNode* const node = slots.slots[j].node.load(std::memory_order_relaxed)) erase(shard, *node, removed);
    }
  }
  sections_.reclaim();
}

CacheTable::Counts CacheTable::counts() const {
  Counts counts;
  // First of all: then whatever was no hit in one of these sections is counted below. More of that may come in between,
  // so hits are never too many; and lest they seem to fall, never fewer than before.
  const std::uint64_t ended = sections_.ended();
  for (std::size_t i = 0; i <= shard_mask_; ++i) {
    const Shard& shard = shards_[i];
    counts.misses += shard.misses.load(std::memory_order_relaxed);
    const std::scoped_lock lock(shard.mutex);
    counts.evictions += shard.evictions;
    counts.entries += shard.policy->entries();
    counts.weight += shard.policy->weight();
  }
  const std::uint64_t others = counts.misses + aside_.load(std::memory_order_relaxed);
  const std::uint64_t hits = std::max(ended, others) - others;
  counts.hits = hits_.load(std::memory_order_relaxed);
  while (counts.hits < hits && !hits_.compare_exchange_weak(counts.hits, hits, std::memory_order_relaxed)) {
  }
  counts.hits = std::max(counts.hits, hits);
  return counts;
}

void CacheTable::for_each(const std::function<void(const CacheNode&)>& visit) const {
  for (std::size_t i = 0; i <= shard_mask_; ++i) {
    const Shard& shard = shards_[i];
    const std::scoped_lock lock(shard.mutex);
    const Slots& slots = *shard.slots.load(std::memory_order_relaxed);
    for (std::size_t j = 0; j <= slots.mask; ++j) {
      if (const CacheNode* const node = slots.slots[j].node.load(std::memory_order_relaxed)) visit(*node);
    }
  }
}

// The slot whose node `is_it`. Under the lock.
template <class IsIt>
CacheTable::Slot* CacheTable::find_slot(const Shard& shard, std::uint64_t hash, const IsIt& is_it) {
  const Slots& slots = *shard.slots.load(std::memory_order_relaxed);
  for (std::size_t i = hash & slots.mask;; i = (i + 1) & slots.mask) {
    Slot& slot = slots.slots[i];
    const std::uint64_t present = slot.hash.load(std::memory_order_relaxed);
    if (present == Slot::free) return nullptr;
    if (present == hash && is_it(*slot.node.load(std::memory_order_relaxed))) return &slot;
  }
}

CacheTable::Slot* CacheTable::slot_of(const Shard& shard, const CacheNode& node) noexcept {
  return find_slot(shard, node.hash, [&](const CacheNode& other) { return &other == &node; });
}

// Nobody sees the node before nothing can fail any more.
void CacheTable::place(Shard& shard, CacheNode& node, CacheNode* old, Removed& removed) {
  if (old == nullptr) {
    reserve_slot(shard, removed);
    shard.policy->insert(node);
  } else {
    shard.policy->replace(*old, node);
  }
  bool stays = false;
  try {
    stays = make_room(shard, node, removed);
  } catch (...) {
    shard.policy->remove(node);
    if (old != nullptr) vacate(shard, *old, removed);
    throw;
  }
  if (stays && old != nullptr) {
    slot_of(shard, *old)->node.store(&node, std::memory_order_seq_cst);
    removed.add(*old);
  } else if (stays) {
    const Slots& slots = *shard.slots.load(std::memory_order_relaxed);
    std::size_t i = node.hash & slots.mask;
    while (slots.slots[i].hash.load(std::memory_order_relaxed) > Slot::left) i = (i + 1) & slots.mask;
    if (slots.slots[i].hash.load(std::memory_order_relaxed) == Slot::free) ++shard.occupied;
    slots.slots[i].node.store(&node, std::memory_order_seq_cst);
    slots.slots[i].hash.store(node.hash, std::memory_order_seq_cst);
  } else {
    if (old != nullptr) vacate(shard, *old, removed);
    removed.add(node);
  }
}

// False when `node`, which has no slot yet, was itself pushed out.
bool CacheTable::make_room(Shard& shard, const CacheNode& node, Removed& removed) {
  bool stays = true;
  while (shard.policy->weight() > shard_weight_) {
    CacheNode& chosen = evict(shard);
    if (&chosen == &node) {
      stays = false;
      ++shard.evictions;
    } else {
      push_out(shard, chosen, removed);
    }
  }
  return stays;
}

// What the policy lets go, but for its slot. There must be something.
CacheNode& CacheTable::evict(Shard& shard) {
  CacheNode& chosen = static_cast<CacheNode&>(*shard.policy->evict());
  shard.sampling_mask.store(shard.policy->sampling_mask(), std::memory_order_relaxed);
  return chosen;
}

// Whoever has the lock just now is not waited for: a hit more or less is all the same to a sample.
void CacheTable::tell_of_hit(Shard& shard, std::uint64_t hash) noexcept {
  const std::unique_lock lock(shard.mutex, std::try_to_lock);
  if (!lock) return;
  try {
    shard.policy->hit(hash);
  } catch (const std::bad_alloc&) {
    // As above.
  }
}

void CacheTable::push_out(Shard& shard, CacheNode& node, Removed& removed) {
  vacate(shard, node, removed);
  ++shard.evictions;
}

void CacheTable::erase(Shard& shard, CacheNode& node, Removed& removed) {
  shard.policy->remove(node);
  vacate(shard, node, removed);
}

void CacheTable::vacate(Shard& shard, CacheNode& node, Removed& removed) {
  Slot& slot = *slot_of(shard, node);
  slot.hash.store(Slot::left, std::memory_order_seq_cst);
  slot.node.store(nullptr, std::memory_order_seq_cst);
  removed.add(node);
}

// A search ends at a free slot: a third of the slots stays free, counting those that are merely left.
void CacheTable::reserve_slot(Shard& shard, Removed& removed) {
  const std::size_t entries = shard.policy->entries() + 1;
  if (3 * (shard.occupied + 1) > 2 * (shard.slots.load(std::memory_order_relaxed)->mask + 1)) {
    make_slots(shard, std::max(fewest_slots, std::bit_ceil(2 * entries + entries / 2)), removed);
  }
}

void CacheTable::make_slots(Shard& shard, std::size_t count, Removed& removed) {
  auto larger = std::make_unique<Slots>(count);
  Slots& old = *shard.slots.load(std::memory_order_relaxed);
  std::size_t occupied = 0;
  for (std::size_t j = 0; j <= old.mask; ++j) {
    CacheNode* const node = old.slots[j].node.load(std::memory_order_relaxed);
    if (node == nullptr) continue;
    std::size_t i = node->hash & larger->mask;
    while (larger->slots[i].hash.load(std::memory_order_relaxed) != Slot::free) i = (i + 1) & larger->mask;
    larger->slots[i].node.store(node, std::memory_order_relaxed);
    larger->slots[i].hash.store(node->hash, std::memory_order_relaxed);
    ++occupied;
  }
  shard.slots.store(larger.release(), std::memory_order_seq_cst);
  shard.occupied = occupied;
  removed.add(old);
}

}  // namespace pilling::detail
