#include "cache/eviction_policy.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <new>
#include <utility>

namespace pilling::cache {
namespace {

using Queue = PolicyEntry::Queue;

// Shares of the window on both sides of what S3-FIFO takes (0.1), and the two ends: nearly all for what has proved
// itself, which outlasts loops and scans, and all for the newest, which follows a drift. Patience 1 keeps what is used
// often in place, which suits skewed popularity; more than 8 changes nothing.
constexpr std::array settings{EvictionSetting{0.1, 8}, EvictionSetting{0.01, 1}, EvictionSetting{0.01, 8},
                              EvictionSetting{0.3, 8}, EvictionSetting{1, 8}};

// Half as many miss loops of twice the cache; twice as many gain nothing more on the traces.
constexpr std::size_t ghosts_per_entry = 2;

// What would push out more than this many others has to be asked for twice.
constexpr std::size_t heavy = 8;

constexpr std::size_t slots_per_bucket = 8;

// The clock may run over.
bool is_at_or_before(std::uint32_t time, std::uint32_t other) { return static_cast<std::int32_t>(other - time) >= 0; }

bool spend_use(PolicyEntry& entry) {
  const auto uses = entry.uses.load(std::memory_order_relaxed);
  if (uses > 0) entry.uses.store(uses - 1, std::memory_order_relaxed);
  return uses > 0;
}

}  // namespace

void EntryQueue::push_newest(PolicyEntry& entry) { link(entry, newest_, nullptr); }

void EntryQueue::push_oldest(PolicyEntry& entry) { link(entry, nullptr, oldest_); }

void EntryQueue::link(PolicyEntry& entry, PolicyEntry* older, PolicyEntry* newer) {
  entry.previous = older;
  entry.next = newer;
  (older ? older->next : oldest_) = &entry;
  (newer ? newer->previous : newest_) = &entry;
  weight_ += entry.weight;
  ++size_;
}

void EntryQueue::remove(PolicyEntry& entry) {
  (entry.previous ? entry.previous->next : oldest_) = entry.next;
  (entry.next ? entry.next->previous : newest_) = entry.previous;
  weight_ -= entry.weight;
  --size_;
}

void EntryQueue::replace(PolicyEntry& old, PolicyEntry& entry) {
  entry.previous = old.previous;
  entry.next = old.next;
  (old.previous ? old.previous->next : oldest_) = &entry;
  (old.next ? old.next->previous : newest_) = &entry;
  weight_ += entry.weight - old.weight;
}

void Ghosts::fit(std::size_t count) {
  const auto wanted = (count + slots_per_bucket - 1) / slots_per_bucket * slots_per_bucket;
  const bool is_near = wanted <= slots_.size() + slots_.size() / 4 && wanted >= slots_.size() / 4;
  if (is_near && !slots_.empty()) return;
  std::vector<Slot> before;
  try {
    before = std::exchange(slots_, std::vector<Slot>(std::max(wanted, slots_per_bucket)));
  } catch (const std::bad_alloc&) {
    // Fewer are remembered then.
  }
  for (const Slot& slot : before) {
    if (slot.hash != 0) add(slot);
  }
}

Ghosts::Slot* Ghosts::bucket_of(std::uint32_t hash) {
  const std::uint64_t buckets = slots_.size() / slots_per_bucket;
  return slots_.data() + ((hash * buckets) >> 32) * slots_per_bucket;
}

void Ghosts::add(std::uint64_t hash, std::uint32_t placed_at) {
  if (!slots_.empty()) add({std::max(PolicyEntry::sampling_bits(hash), 1U), placed_at});
}

void Ghosts::add(Slot ghost) {
  Slot* const bucket = bucket_of(ghost.hash);
  Slot* place = bucket;
  for (Slot* slot = bucket; slot != bucket + slots_per_bucket; ++slot) {
    if (slot->hash == ghost.hash || slot->hash == 0) {
      place = slot;
      break;
    }
    if (is_at_or_before(slot->placed_at, place->placed_at)) place = slot;
  }
  *place = ghost;
}

std::optional<std::uint32_t> Ghosts::take(std::uint64_t hash) {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t wanted = std::max(PolicyEntry::sampling_bits(hash), 1U);
  Slot* const bucket = bucket_of(wanted);
  Slot* const found = std::find_if(bucket, bucket + slots_per_bucket, [&](const Slot& s) { return s.hash == wanted; });
  if (found == bucket + slots_per_bucket) return std::nullopt;
  return std::exchange(*found, Slot{}).placed_at;
}

void GatedQueues::insert(PolicyEntry& entry) {
  ++now_;
  newest_ = entry.weight > heavy * average_weight() ? nullptr : &entry;
  const auto placed_before = ghosts_.take(entry.hash);
  if (placed_before && (has_room_in_main(entry.weight) || has_idle_in_main_since(*placed_before))) {
    place_in_main(entry, now_);
  } else {
    place_in_window(entry);
  }
}

PolicyEntry* GatedQueues::evict() {
  ghosts_.fit(ghosts_per_entry * entries());
  PolicyEntry* victim = nullptr;
  while (victim == nullptr && entries() > 0) {
    const bool is_window_over = window_.weight() > window_allowance();
    const bool is_main_spared = main_.size() == 0 || (main_.size() == 1 && main_.newest() == newest_);
    victim = window_.size() > 0 && (is_window_over || is_main_spared) ? evict_from_window() : evict_from_main();
  }
  if (victim == newest_) newest_ = nullptr;
  return victim;
}

void GatedQueues::remove(PolicyEntry& entry) {
  assert(entry.queue != Queue::none);
  if (entry.queue == Queue::main) ghosts_.add(entry.hash, now_);
  (entry.queue == Queue::main ? main_ : window_).remove(entry);
  entry.queue = Queue::none;
  if (&entry == newest_) newest_ = nullptr;
}

void GatedQueues::replace(PolicyEntry& old, PolicyEntry& entry) {
  entry.queue = std::exchange(old.queue, Queue::none);
  entry.placed_at = old.placed_at;
  entry.uses.store(old.uses.load(std::memory_order_relaxed), std::memory_order_relaxed);
  (entry.queue == Queue::main ? main_ : window_).replace(old, entry);
  if (&old == newest_) newest_ = &entry;
}

// There is room for one entry at least.
std::size_t GatedQueues::window_allowance() const {
  const auto share = static_cast<std::size_t>(setting_.window_share * static_cast<double>(maximum_weight_));
  const bool holds_newest = newest_ && newest_->queue == Queue::window;
  return std::max(share, holds_newest ? newest_->weight : average_weight());
}

bool GatedQueues::has_room_in_main(std::size_t weight) const {
  return main_.weight() + weight + window_allowance() <= maximum_weight_;
}

// LIRS's question, as far as a clock hand can answer it: entries that were used are passed by, with one use less.
bool GatedQueues::has_idle_in_main_since(std::uint32_t time) {
  for (unsigned int seen = 0; seen < setting_.patience && main_.oldest(); ++seen) {
    PolicyEntry& oldest = *main_.oldest();
    if (!spend_use(oldest)) return is_at_or_before(oldest.placed_at, time);
    main_.remove(oldest);
    place_in_main(oldest, now_);
  }
  return false;
}

void GatedQueues::place_in_window(PolicyEntry& entry) {
  entry.queue = Queue::window;
  entry.placed_at = now_;
  entry.uses.store(0, std::memory_order_relaxed);
  if (entry.weight > heavy * average_weight()) {
    window_.push_oldest(entry);
  } else {
    window_.push_newest(entry);
  }
}

void GatedQueues::place_in_main(PolicyEntry& entry, std::uint32_t time) {
  entry.queue = Queue::main;
  entry.placed_at = time;
  main_.push_newest(entry);
}

// Null when the oldest entry was given another place.
PolicyEntry* GatedQueues::evict_from_window() {
  PolicyEntry& oldest = *window_.oldest();
  window_.remove(oldest);
  const bool was_used = oldest.uses.load(std::memory_order_relaxed) > 0;
  if (has_room_in_main(oldest.weight)) {
    place_in_main(oldest, oldest.placed_at);  // it proves nothing, so it is no newer for that
  } else if (was_used && has_idle_in_main_since(oldest.placed_at)) {
    oldest.uses.store(0, std::memory_order_relaxed);
    place_in_main(oldest, now_);
  } else if (is_spared(oldest)) {
    // Not by its weight, lest it be met again at once: what was pushed out meanwhile may have made it heavy.
    window_.push_newest(oldest);
  } else if (was_used) {
    place_in_window(oldest);
  } else {
    ghosts_.add(oldest.hash, oldest.placed_at);
    oldest.queue = Queue::none;
    return &oldest;
  }
  return nullptr;
}

// Null when the oldest entry had been used.
PolicyEntry* GatedQueues::evict_from_main() {
  PolicyEntry& oldest = *main_.oldest();
  main_.remove(oldest);
  if (is_spared(oldest) || spend_use(oldest)) {
    place_in_main(oldest, now_);
    return nullptr;
  }
  oldest.queue = Queue::none;
  return &oldest;
}

bool Miniature::request(std::uint64_t hash, std::size_t capacity) {
  auto [item, is_new] = entries_.try_emplace(hash);
  PolicyEntry& entry = item->second;
  if (!is_new) {
    entry.use();
    return true;
  }
  entry.hash = hash;
  queues_.set_maximum_weight(capacity);
  queues_.insert(entry);
  while (queues_.weight() > capacity) {
    const std::uint64_t gone = queues_.evict()->hash;
    entries_.erase(gone);
  }
  return false;
}

EvictionPolicy::EvictionPolicy(std::size_t maximum_weight)
    : queues_(maximum_weight, settings.front()), wanted_window_share_(settings.front().window_share) {
  for (const EvictionSetting& setting : settings) miniatures_.emplace_back(setting);
}

void EvictionPolicy::insert(PolicyEntry& entry) {
  thin_out();
  if (is_sampled(entry.hash)) learn(entry.hash);
  queues_.insert(entry);

  // What the queues hold suits the setting they had, and is lost by going back and forth. Half and twice this speed do
  // nearly as well; at once does worse on the traces.
  constexpr double entries_per_insertion = 0.2;
  const double step = entries_per_insertion / static_cast<double>(entries());
  double& share = queues_.setting().window_share;
  share += std::clamp(wanted_window_share_ - share, -step, step);
}

PolicyEntry* EvictionPolicy::evict() {
  is_full_ = true;
  return queues_.evict();
}

std::uint32_t EvictionPolicy::sampling_mask() const noexcept {
  return is_full_ ? (1U << sample_bits_) - 1 : ~std::uint32_t{0};
}

bool EvictionPolicy::is_sampled(std::uint64_t hash) const noexcept {
  return (PolicyEntry::sampling_bits(hash) & ((1U << sample_bits_) - 1)) == 0;
}

void EvictionPolicy::learn(std::uint64_t hash) {
  const std::size_t sampled_entries = std::max<std::size_t>(entries() >> sample_bits_, 1);
  const std::size_t capacity = is_full_ ? sampled_entries : std::numeric_limits<std::size_t>::max();

  // Misses count for about as long as it takes to ask for every entry twenty times; ten or forty do as well.
  const double kept = 1 - 1 / std::max(50.0, 20.0 * static_cast<double>(sampled_entries));
  bool has_missed = false;
  for (Miniature& miniature : miniatures_) {
    const bool is_hit = miniature.request(hash, capacity);
    miniature.recent_misses = miniature.recent_misses * kept + (is_hit ? 0 : 1);
    has_missed |= !is_hit;
  }
  if (has_missed) choose();
}

// Settings that are nearly as good as the best have their say; one that misses 1 % more counts for 1/e.
void EvictionPolicy::choose() {
  const auto& best = *std::ranges::min_element(miniatures_, {}, &Miniature::recent_misses);
  double weights = 0;
  double logarithms = 0;
  for (const Miniature& miniature : miniatures_) {
    const double excess = (miniature.recent_misses - best.recent_misses) / (1 + best.recent_misses);
    const double weight = std::exp(-100 * excess);
    weights += weight;
    logarithms += weight * std::log(miniature.setting().window_share);
  }
  wanted_window_share_ = std::exp(logarithms / weights);
  queues_.setting().patience = best.setting().patience;
}

// Sixteen entries are a sample that tells enough, and one hit in sixteen is rare enough until there are 64 of them.
void EvictionPolicy::thin_out() {
  const unsigned int bits = sample_bits_;
  const std::size_t enough = bits < 4 ? 16 : 64;
  if (bits == 6 || entries() >> (bits + 1) < enough) return;
  sample_bits_ = bits + 1;
  for (Miniature& miniature : miniatures_) {
    miniature.drop_unless([this](std::uint64_t hash) { return is_sampled(hash); });
  }
}

}  // namespace pilling::cache
