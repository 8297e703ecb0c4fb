#include "cache/tiers.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/deadline.hpp"
#include "core/failure.hpp"
#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

constexpr std::size_t keys_at_a_time = 100;

SharedEntry shared(const std::string& key, const StoredEntry& entry) {
  return {.bytes = encode(key, entry), .stamp = entry.stamp, .kept_until = entry.kept_until};
}

}  // namespace

Tiers::Tiers(const TieredCacheOptions& options, const Codec& codec, const Lifetimes& lifetimes, HybridClock& clock,
             Invalidations& invalidations, const std::function<double()>& random)
    : prefix_(options.name.empty() ? "" : options.name + '/'),
      codec_(codec),
      lifetimes_(lifetimes),
      clock_(clock),
      invalidations_(invalidations) {
  for (const CacheTier& tier : options.tiers) {
    links_.push_back(std::make_unique<TierLink>(tier, options.steady_now, random, options.on_span));
    if (tier.is_local && locals_ + 1 == links_.size()) ++locals_;
  }
}

void Tiers::ask_local(const std::string& key, const CallOptions& call, Reading& reading) {
  for (std::size_t i = 0; i < locals_ && !reading.fresh; ++i) ask(*links_[i], key, call, reading);
}

void Tiers::ask_others(const std::string& key, const CallOptions& call, Reading& reading) {
  for (std::size_t i = locals_; i < links_.size() && !reading.fresh; ++i) ask(*links_[i], key, call, reading);
}

void Tiers::ask(TierLink& link, const std::string& key, const CallOptions& call, Reading& reading) {
  try {
    const std::vector<std::string> keys = {prefix_ + key, mark_key_of(std::nullopt)};
    const auto bytes = link.get(keys, call);
    learn_mark(std::nullopt, bytes[1]);
    std::optional<StoredEntry> entry;
    const KeptPointer kept = read(link, keys[0], bytes[0], entry, call);
    const auto state = kept ? Lifetimes::state_of(*kept, lifetimes_.steady_now()) : Lifetimes::State::gone;
    const bool is_fresh = state == Lifetimes::State::fresh || state == Lifetimes::State::due;
    if (is_fresh && kept->stamp > reading.newer_than) {
      link.count_hit();
      reading.fresh = kept;
      reading.entry = std::move(entry);
      reading.origin = link.origin();
      return;
    }
    const bool is_newer = kept && (!reading.stale || reading.stale->stamp < kept->stamp);
    if (state != Lifetimes::State::gone && is_newer) reading.stale = kept;
    link.count_miss();
  } catch (...) {
    reading.warnings.push_back(link.name() + " could not be asked: " + core::reason_of_failure());
  }
  // Also one that could not be asked: what will be loaded may be dear.
  reading.without.push_back(&link);
}

// A value that is damaged is erased, so that it is not met again; one that was declared invalid is no value.
KeptPointer Tiers::read(TierLink& link, const std::string& full_key, const Bytes& bytes,
                        std::optional<StoredEntry>& entry, const CallOptions& call) {
  if (!bytes) return nullptr;
  try {
    entry = decode(full_key, *bytes);
    if (entry) {
      clock_.observe(entry->stamp);
      learn_marks(link, entry->tags, call);
      auto kept = lifetimes_.kept(*entry, codec_.decode(entry->value));
      return invalidations_.holds(*kept) ? kept : nullptr;
    }
  } catch (const BadData&) {
    // Written by another version of the codec, perhaps.
  }
  drop(link, full_key, call);
  return nullptr;
}

void Tiers::learn_marks(TierLink& link, std::span<const std::string> tags, const CallOptions& call) {
  if (tags.empty()) return;
  std::vector<std::string> keys;
  for (const std::string& tag : tags) keys.push_back(mark_key_of(tag));
  const auto marks = link.get(keys, call);
  for (std::size_t i = 0; i < tags.size(); ++i) learn_mark(tags[i], marks[i]);
}

void Tiers::learn_mark(const std::optional<std::string>& tag, const Bytes& bytes) {
  if (!bytes) return;
  const auto mark = decode(mark_key_of(tag), *bytes);
  if (!mark) return;
  clock_.observe(mark->stamp);
  if (tag) {
    invalidations_.mark(*tag, mark->stamp);
  } else {
    invalidations_.mark_all(mark->stamp);
  }
}

void Tiers::drop(TierLink& link, const std::string& full_key, const CallOptions& call) {
  link.count_damaged();
  try {
    link.write({full_key, std::nullopt}, call);
  } catch (...) {
    // It is a miss all the same, and is dropped when it is met again.
  }
}

template <class MakeWrite>
void Tiers::write(std::span<TierLink* const> links, const CallOptions& call, const MakeWrite& make_write,
                  const IsStillGood& is_still_good) {
  std::exception_ptr failure;
  for (TierLink* const link : links) {
    try {
      link->write(make_write(), call, is_still_good);
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

void Tiers::put(const std::string& key, const StoredEntry& entry, const CallOptions& call) {
  put_as(prefix_ + key, entry, call);
}

void Tiers::put_as(const std::string& full_key, const StoredEntry& entry, const CallOptions& call) {
  write(all(), call, [&] { return TierLink::Write(full_key, shared(full_key, entry)); });
}

void Tiers::fill(const std::string& key, const StoredEntry& entry, const Reading& reading,
                 const IsStillGood& is_still_good) {
  std::vector<TierLink*> links = reading.without;
  for (std::size_t i = 0; i < locals_; ++i) {
    if (!std::ranges::count(links, links_[i].get())) links.push_back(links_[i].get());
  }
  write(
      links, {}, [&] { return TierLink::Write(prefix_ + key, shared(prefix_ + key, entry)); }, is_still_good);
}

void Tiers::erase(const std::string& key, const CallOptions& call, const IsStillGood& is_still_good) {
  write(
      all(), call, [&] { return TierLink::Write(prefix_ + key, std::nullopt); }, is_still_good);
}

void Tiers::put_mark(const std::optional<std::string>& tag, std::int64_t stamp, const CallOptions& call) {
  StoredEntry mark;
  mark.stamp = stamp;
  put_as(mark_key_of(tag), mark, call);
}

void Tiers::save_keys(std::vector<std::string> keys, std::int64_t stamp, const CallOptions& call) {
  StoredEntry saved;
  saved.stamp = stamp;
  saved.tags = std::move(keys);
  put_as(own_key("hot"), saved, call);
}

void Tiers::read_saved(const CallOptions& call, const SavedHook& take) {
  for (const auto& link : links_) {
    const std::vector<std::string> saved = saved_keys(*link, call);
    for (std::span<const std::string> rest = saved; !rest.empty() && !core::is_over(call);) {
      const auto keys = rest.first(std::min(rest.size(), keys_at_a_time));
      rest = rest.subspan(keys.size());
      take(keys, [&] { return read_some(*link, keys, call); });
    }
    if (!saved.empty()) return;
  }
}

// None when the tier cannot be asked: the next one may know them, too.
std::vector<std::string> Tiers::saved_keys(TierLink& link, const CallOptions& call) {
  try {
    const std::vector<std::string> keys = {own_key("hot"), mark_key_of(std::nullopt)};
    const auto bytes = link.get(keys, call);
    learn_mark(std::nullopt, bytes[1]);
    auto saved = bytes[0] ? decode(keys[0], *bytes[0]) : std::nullopt;
    return saved ? std::move(saved->tags) : std::vector<std::string>();
  } catch (...) {
    return {};
  }
}

std::vector<KeptPointer> Tiers::read_some(TierLink& link, std::span<const std::string> keys, const CallOptions& call) {
  std::vector<std::string> full_keys;
  for (const std::string& key : keys) full_keys.push_back(prefix_ + key);
  const auto values = link.get(full_keys, call);
  std::vector<KeptPointer> found;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    try {
      std::optional<StoredEntry> entry;
      found.push_back(read(link, full_keys[i], values[i], entry, call));
    } catch (...) {
      // One that cannot be read keeps no other from memory.
      found.emplace_back();
    }
  }
  return found;
}

// Of the cache itself: no key of a caller begins so.
std::string Tiers::own_key(std::string_view name) const { return (prefix_ + reserved).append(name); }

std::string Tiers::mark_key_of(const std::optional<std::string>& tag) const {
  return tag ? own_key("tag/" + *tag) : own_key("all");
}

std::vector<TierLink*> Tiers::all() const {
  std::vector<TierLink*> links;
  links.reserve(links_.size());
  for (const auto& link : links_) links.push_back(link.get());
  return links;
}

std::vector<CacheTierStats> Tiers::stats() const {
  std::vector<CacheTierStats> stats;
  stats.reserve(links_.size());
  for (const auto& link : links_) stats.push_back(link->stats());
  return stats;
}

}  // namespace pilling::cache
