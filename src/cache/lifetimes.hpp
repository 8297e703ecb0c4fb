#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "cache/kept.hpp"
#include "cache/stored_entry.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

/// How long values are fresh and kept. In the process, times are those of the steady clock, which nobody sets; between
/// processes they are UTC, and what remains of them is never more than the whole: a clock that jumps does no harm.
/// Thread-safe.
class Lifetimes {
 public:
  enum class State { fresh, due, stale, gone };  ///< due: fresh, but to be fetched anew

  Lifetimes(const TieredCacheOptions& options, std::function<double()> random);

  /// Sets the times of a value that was made now. Nothing remains of one that is not to be kept.
  void begin(StoredEntry& entry, std::optional<std::chrono::milliseconds> time_to_live) const;

  /// What is to be kept of a value that was made now, without its bytes.
  StoredEntry begun(const detail::TieredCacheCore::Loaded& loaded, std::int64_t stamp) const;

  /// Sets the times of the process by those of the entry.
  void translate(const StoredEntry& entry, Kept& kept) const;

  /// The value of the entry, as it is kept in memory.
  KeptPointer kept(const StoredEntry& entry, detail::TieredCacheCore::Pointer value) const;

  /// For `state_of` and `age_of`.
  std::int64_t steady_now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_now_().time_since_epoch()).count();
  }
  static State state_of(const Kept& kept, std::int64_t now) noexcept;
  bool is_fresh(const Kept& kept) const { return steady_now() < kept.fresh_until; }
  static std::chrono::milliseconds age_of(const Kept& kept, std::int64_t now) noexcept;

 private:
  SystemTime now() const { return std::chrono::floor<std::chrono::milliseconds>(now_()); }

  const std::optional<std::chrono::milliseconds> time_to_live_;
  const double jitter_;
  const double early_refresh_;
  const std::chrono::milliseconds stale_for_;
  const std::function<std::chrono::system_clock::time_point()> now_;
  const std::function<std::chrono::steady_clock::time_point()> steady_now_;
  const std::function<double()> random_;
};

}  // namespace pilling::cache
