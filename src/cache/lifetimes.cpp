#include "cache/lifetimes.hpp"

#include <algorithm>
#include <utility>

#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Times far beyond it are for ever, so that no sum overflows.
constexpr milliseconds longest = std::chrono::hours(24 * 365 * 100);

double checked_share(double share, const char* name) {
  if (share >= 0 && share <= 1) return share;
  throw InvalidArgument(std::string("TieredCacheOptions::") + name + " is a part of the time to live, from 0 to 1");
}

milliseconds part_of(milliseconds time, double share) {
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * share));
}

std::optional<SystemTime> later(std::optional<SystemTime> time, milliseconds by) {
  if (!time || by >= longest) return std::nullopt;
  return *time + by;
}

}  // namespace

Lifetimes::Lifetimes(const TieredCacheOptions& options, std::function<double()> random)
    : time_to_live_(options.time_to_live),
      jitter_(checked_share(options.jitter, "jitter")),
      early_refresh_(checked_share(options.early_refresh, "early_refresh")),
      stale_for_(std::max(options.stale_for, milliseconds(0))),
      now_(options.now),
      steady_now_(options.steady_now),
      random_(std::move(random)) {
  if (!now_ || !steady_now_) throw InvalidArgument("TieredCacheOptions has no clock; leave it out to use the system's");
}

void Lifetimes::begin(StoredEntry& entry, std::optional<milliseconds> time_to_live) const {
  if (!time_to_live) time_to_live = time_to_live_;
  entry.created_at = now();
  entry.fresh_until = std::nullopt;
  entry.kept_until = std::nullopt;
  if (!time_to_live || *time_to_live >= longest) return;
  const milliseconds lifetime = std::max(*time_to_live - part_of(*time_to_live, jitter_ * random_()), milliseconds(0));
  entry.fresh_until = entry.created_at + lifetime;
  entry.kept_until = lifetime.count() == 0 ? entry.fresh_until : later(entry.fresh_until, stale_for_);
}

StoredEntry Lifetimes::begun(const detail::TieredCacheCore::Loaded& loaded, std::int64_t stamp) const {
  StoredEntry entry;
  entry.stamp = stamp;
  entry.tags = loaded.tags;
  begin(entry, loaded.time_to_live);
  return entry;
}

KeptPointer Lifetimes::kept(const StoredEntry& entry, detail::TieredCacheCore::Pointer value) const {
  auto kept = std::make_shared<Kept>();
  kept->value = std::move(value);
  kept->tags = entry.tags;
  kept->stamp = entry.stamp;
  translate(entry, *kept);
  return kept;
}

void Lifetimes::translate(const StoredEntry& entry, Kept& kept) const {
  const SystemTime now_here = now();
  const std::int64_t steady = steady_now();
  // Entries come from outside and may hold any times.
  const auto near = [&](SystemTime time) { return std::clamp(time, now_here - longest, now_here + longest); };
  const SystemTime created_at = near(entry.created_at);
  // From another machine's future: made now. From an hour that the clock has since gone back behind: no more than all.
  const auto remaining = [&](SystemTime end) { return std::min(near(end) - created_at, near(end) - now_here); };
  kept.created_at = steady - nanoseconds(std::max(now_here - created_at, milliseconds(0))).count();
  if (entry.fresh_until) {
    kept.fresh_until = steady + nanoseconds(remaining(*entry.fresh_until)).count();
    const milliseconds whole = std::clamp(near(*entry.fresh_until) - created_at, milliseconds(0), longest);
    const milliseconds last_part = part_of(whole, early_refresh_);
    // Each value somewhere around it, so that those of one moment do not come back in one moment.
    kept.refresh_from = kept.fresh_until - nanoseconds(part_of(last_part, 0.5 + random_())).count();
  }
  if (entry.kept_until) kept.kept_until = steady + nanoseconds(remaining(*entry.kept_until)).count();
}

Lifetimes::State Lifetimes::state_of(const Kept& kept, std::int64_t now) noexcept {
  if (now < kept.refresh_from || kept.fresh_until == Kept::never) return State::fresh;
  if (now < kept.fresh_until) return State::due;
  return now < kept.kept_until ? State::stale : State::gone;
}

milliseconds Lifetimes::age_of(const Kept& kept, std::int64_t now) noexcept {
  return std::chrono::floor<milliseconds>(nanoseconds(now - kept.created_at));
}

}  // namespace pilling::cache
