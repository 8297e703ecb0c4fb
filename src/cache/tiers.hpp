#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/hybrid_clock.hpp"
#include "cache/invalidations.hpp"
#include "cache/kept.hpp"
#include "cache/lifetimes.hpp"
#include "cache/stored_entry.hpp"
#include "cache/tier_link.hpp"

namespace pilling::cache {

/// What the tiers said of one key.
struct Reading {
  std::int64_t newer_than = 0;  ///< stamp from which on a value is of use; set before asking
  KeptPointer fresh{};
  KeptPointer stale{};                  ///< the newest of those past their time, or not newer
  std::optional<StoredEntry> entry{};   ///< of `fresh`
  Origin origin = Origin::live;         ///< of `fresh`
  std::vector<TierLink*> without{};     ///< tiers that were asked and have no fresh value
  std::vector<std::string> warnings{};  ///< of tiers that could not be asked
};

/// The tiers below memory: reads values from them, checks that these are whole and still hold, and writes to all.
/// Thread-safe.
class Tiers {
 public:
  using Codec = detail::TieredCacheCore::Codec;
  using IsStillGood = TierLink::IsStillGood;  ///< see TierLink::write

  Tiers(const TieredCacheOptions& options, const Codec& codec, const Lifetimes& lifetimes, HybridClock& clock,
        Invalidations& invalidations, const std::function<double()>& random);

  bool are_there() const noexcept { return !links_.empty(); }
  bool are_local_there() const noexcept { return locals_ > 0; }

  /// Asks one after the other until one has a fresh value.
  void ask_local(const std::string& key, const CallOptions& call, Reading& reading);
  void ask_others(const std::string& key, const CallOptions& call, Reading& reading);

  /// Write to all tiers. Throw the first failure after all were tried.
  void put(const std::string& key, const StoredEntry& entry, const CallOptions& call);
  void erase(const std::string& key, const CallOptions& call, const IsStillGood& is_still_good = {});

  /// As `put`, but only to the local tiers and to those that the reading found to be without.
  void fill(const std::string& key, const StoredEntry& entry, const Reading& reading, const IsStillGood& is_still_good);

  /// Lets every reader of the tiers know of a mark; without a tag, of the mark of all.
  void put_mark(const std::optional<std::string>& tag, std::int64_t stamp, const CallOptions& call);

  void save_keys(std::vector<std::string> keys, std::int64_t stamp, const CallOptions& call);
  /// Hands over the saved keys, some at a time, with a way to read their values; null for those that are gone. Both
  /// from the first tier that has a list of them.
  using ReadValues = std::function<std::vector<KeptPointer>()>;
  using SavedHook = std::function<void(std::span<const std::string> keys, const ReadValues& read)>;
  void read_saved(const CallOptions& call, const SavedHook& take);

  /// Keys that callers may not use begin with it.
  static constexpr char reserved = '\x01';

  std::vector<CacheTierStats> stats() const;

 private:
  using Bytes = std::optional<std::string>;

  void ask(TierLink& link, const std::string& key, const CallOptions& call, Reading& reading);
  KeptPointer read(TierLink& link, const std::string& full_key, const Bytes& bytes, std::optional<StoredEntry>& entry,
                   const CallOptions& call);
  std::vector<std::string> saved_keys(TierLink& link, const CallOptions& call);
  std::vector<KeptPointer> read_some(TierLink& link, std::span<const std::string> keys, const CallOptions& call);
  void learn_marks(TierLink& link, std::span<const std::string> tags, const CallOptions& call);
  void learn_mark(const std::optional<std::string>& tag, const Bytes& bytes);
  void drop(TierLink& link, const std::string& full_key, const CallOptions& call);
  void put_as(const std::string& full_key, const StoredEntry& entry, const CallOptions& call);
  template <class MakeWrite>
  void write(std::span<TierLink* const> links, const CallOptions& call, const MakeWrite& make_write,
             const IsStillGood& is_still_good = {});
  std::string own_key(std::string_view name) const;
  std::string mark_key_of(const std::optional<std::string>& tag) const;
  std::vector<TierLink*> all() const;

  const std::string prefix_;
  const Codec& codec_;
  const Lifetimes& lifetimes_;
  HybridClock& clock_;
  Invalidations& invalidations_;
  std::vector<std::unique_ptr<TierLink>> links_;
  std::size_t locals_ = 0;  // the first ones
};

}  // namespace pilling::cache
