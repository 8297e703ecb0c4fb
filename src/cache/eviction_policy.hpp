#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <vector>

#include "pilling/detail/policy_entry.hpp"

namespace pilling::cache {

using detail::PolicyEntry;

/// Entries in order of arrival, linked through themselves.
class EntryQueue {
 public:
  void push_newest(PolicyEntry& entry);
  void push_oldest(PolicyEntry& entry);
  void remove(PolicyEntry& entry);
  /// Puts `entry` where `old` stands.
  void replace(PolicyEntry& old, PolicyEntry& entry);

  PolicyEntry* newest() const { return newest_; }
  PolicyEntry* oldest() const { return oldest_; }
  std::size_t weight() const { return weight_; }
  std::size_t size() const { return size_; }

 private:
  void link(PolicyEntry& entry, PolicyEntry* older, PolicyEntry* newer);

  PolicyEntry* newest_ = nullptr;
  PolicyEntry* oldest_ = nullptr;
  std::size_t weight_ = 0;
  std::size_t size_ = 0;
};

/// Which hashes were evicted lately, and when each of them had last been placed. Older ones make room for newer ones.
class Ghosts {
 public:
  /// Makes room for about `count` of them.
  void fit(std::size_t count);

  void add(std::uint64_t hash, std::uint32_t placed_at);

  /// When the entry had been placed, if it is remembered; it is forgotten by that.
  std::optional<std::uint32_t> take(std::uint64_t hash);

 private:
  // Eight bytes, eight to a bucket: a look-up touches one cache line. 0 is no hash.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t placed_at = 0;
  };

  Slot* bucket_of(std::uint32_t hash);
  void add(Slot ghost);

  std::vector<Slot> slots_;
};

/// How entries are chosen for eviction.
struct EvictionSetting {
  double window_share =
      0;  ///< of the cache's weight is for what has not proved itself; 1: as good as least recently used
  unsigned int patience = 0;  ///< how many entries of the main queue one that returns may look at to find an idle one
};

/// Two queues and a memory. New entries stand in a window; those that are used there, or come back after they were
/// evicted, move to the main queue if its oldest entry was idle for longer than they were away.
class GatedQueues {
 public:
  GatedQueues(std::size_t maximum_weight, EvictionSetting setting)
      : maximum_weight_(maximum_weight), setting_(setting) {}

  void insert(PolicyEntry& entry);
  PolicyEntry* evict();
  void remove(PolicyEntry& entry);
  void replace(PolicyEntry& old, PolicyEntry& entry);

  void set_maximum_weight(std::size_t weight) { maximum_weight_ = weight; }
  EvictionSetting& setting() { return setting_; }
  std::size_t weight() const { return window_.weight() + main_.weight(); }
  std::size_t entries() const { return window_.size() + main_.size(); }

 private:
  std::size_t average_weight() const { return entries() == 0 ? 0 : weight() / entries(); }
  std::size_t window_allowance() const;
  bool has_room_in_main(std::size_t weight) const;
  bool has_idle_in_main_since(std::uint32_t time);
  bool is_spared(const PolicyEntry& entry) const { return &entry == newest_ && entries() > 0; }
  void place_in_window(PolicyEntry& entry);
  void place_in_main(PolicyEntry& entry, std::uint32_t time);
  PolicyEntry* evict_from_window();
  PolicyEntry* evict_from_main();

  EntryQueue window_;
  EntryQueue main_;
  Ghosts ghosts_;
  std::size_t maximum_weight_;
  EvictionSetting setting_;
  std::uint32_t now_ = 0;
  const PolicyEntry* newest_ = nullptr;  // stays until the next one comes, unless it is heavy
};

/// A small cache of hashes that shows how a setting would do on a sample of the keys.
class Miniature {
 public:
  explicit Miniature(EvictionSetting setting) : queues_(0, setting), setting_(setting) {}

  /// True on a hit. On a miss the hash is put in; then `capacity` hashes stay.
  bool request(std::uint64_t hash, std::size_t capacity);

  template <class Predicate>
  void drop_unless(Predicate is_sampled) {
    for (auto item = entries_.begin(); item != entries_.end();) {
      if (!is_sampled(item->first)) queues_.remove(item->second);
      item = is_sampled(item->first) ? std::next(item) : entries_.erase(item);
    }
  }

  const EvictionSetting& setting() const { return setting_; }
  double recent_misses = 0;

 private:
  std::unordered_map<std::uint64_t, PolicyEntry> entries_;
  GatedQueues queues_;
  EvictionSetting setting_;
};

/// Decides which entry of one shard goes when there is no room. Follows whichever setting would have missed least
/// lately, as miniatures show.
///
/// Not thread-safe: the shard's lock is held, except for `PolicyEntry::use`.
class EvictionPolicy {
 public:
  explicit EvictionPolicy(std::size_t maximum_weight);

  /// To be called after a miss. The entries may weigh too much afterwards, until `evict` was called.
  void insert(PolicyEntry& entry);

  /// Takes out the entry that should go next, which may be the newest; null when there is none.
  PolicyEntry* evict();

  /// Takes out an entry that was erased or has expired.
  void remove(PolicyEntry& entry) { queues_.remove(entry); }

  /// Takes out `old` and gives `entry`, which has another value of the same key, its place.
  void replace(PolicyEntry& old, PolicyEntry& entry) { queues_.replace(old, entry); }

  /// The policy wants to hear of hits of the keys none of whose `PolicyEntry::sampling_bits` is in this mask: of none
  /// before entries had to go, of all when there are few, else of one in 16 to 64. Grows only.
  std::uint32_t sampling_mask() const noexcept;

  /// Tells of a hit of such a key, besides `PolicyEntry::use`. Some of them may be left out.
  void hit(std::uint64_t hash) { learn(hash); }

  std::size_t weight() const { return queues_.weight(); }
  std::size_t entries() const { return queues_.entries(); }

 private:
  void learn(std::uint64_t hash);
  void choose();
  void thin_out();
  bool is_sampled(std::uint64_t hash) const noexcept;

  GatedQueues queues_;
  std::vector<Miniature> miniatures_;
  unsigned int sample_bits_ = 0;  // one key in two to the power of this
  bool is_full_ = false;
  double wanted_window_share_;
};

}  // namespace pilling::cache
