#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/kept.hpp"

namespace pilling::cache {

/// Which entries were declared invalid, by tag or all of them: those with a stamp before the mark. Nothing is searched
/// for or erased; whoever finds an entry asks whether it still holds. Thread-safe.
class Invalidations {
 public:
  /// Grows with every mark: an entry that held then holds as long as it stands still. Never 0.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

  void mark(std::string_view tag, std::int64_t stamp) {
    const std::scoped_lock lock(mutex_);
    const std::string name(tag);
    // Marks that nobody needs any more cannot be told from others. Beyond a bound, all that came before goes at once.
    if (marks_.size() >= maximum_marks && !marks_.contains(name)) {
      all_ = newest_;
      marks_.clear();
    }
    raise(marks_[name], stamp);
  }

  void mark_all(std::int64_t stamp) {
    const std::scoped_lock lock(mutex_);
    raise(all_, stamp);
  }

  bool holds(std::span<const std::string> tags, std::int64_t stamp) const {
    const std::scoped_lock lock(mutex_);
    if (stamp <= all_) return false;
    for (const std::string& tag : tags) {
      const auto mark = marks_.find(tag);
      if (mark != marks_.end() && stamp <= mark->second) return false;
    }
    return true;
  }

  /// Looks through its tags only when something was marked since the last time.
  bool holds(const Kept& kept) const {
    const std::uint64_t now = version();
    if (kept.held_at_version.load(std::memory_order_relaxed) == now) return true;
    if (!holds(kept.tags, kept.stamp)) return false;
    kept.held_at_version.store(now, std::memory_order_relaxed);
    return true;
  }

 private:
  static constexpr std::size_t maximum_marks = 100'000;

  void raise(std::int64_t& mark, std::int64_t stamp) {
    if (stamp <= mark) return;
    mark = stamp;
    newest_ = std::max(newest_, stamp);
    version_.fetch_add(1, std::memory_order_release);
  }

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> marks_;
  std::int64_t all_ = 0;
  std::int64_t newest_ = 0;
  std::atomic<std::uint64_t> version_{1};
};

}  // namespace pilling::cache
