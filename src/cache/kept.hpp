#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pilling/medicine.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

/// While there is one on a thread, values that die there are kept until it ends. Made before a lock is taken, it sees
/// to it that their destructors, which are the caller's code, run after the lock.
class DeferredDeaths {
 public:
  DeferredDeaths() noexcept : outer_(std::exchange(innermost, this)) {}
  ~DeferredDeaths() { innermost = outer_; }
  DeferredDeaths(const DeferredDeaths&) = delete;
  DeferredDeaths& operator=(const DeferredDeaths&) = delete;

  static void let_die(detail::TieredCacheCore::Pointer value) noexcept {
    if (innermost == nullptr || !value) return;
    try {
      innermost->values_.push_back(std::move(value));
    } catch (...) {
      // Too early is better than never.
    }
  }

 private:
  static inline thread_local DeferredDeaths* innermost = nullptr;
  DeferredDeaths* const outer_;
  std::vector<detail::TieredCacheCore::Pointer> values_;
};

/// One value in memory, with the times of the process's own clock in nanoseconds.
struct Kept {
  static constexpr std::int64_t never = detail::CacheNode::never;

  Kept() = default;
  ~Kept() { DeferredDeaths::let_die(std::move(value)); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  detail::TieredCacheCore::Pointer value{};  ///< null: there is none
  std::vector<std::string> tags{};
  std::int64_t stamp = 0;
  std::int64_t created_at = 0;
  std::int64_t refresh_from = never;  ///< fetched anew when somebody asks from then on
  std::int64_t fresh_until = never;
  std::int64_t kept_until = never;
  mutable std::atomic<std::uint64_t> held_at_version{0};  ///< of the invalidations, when it was looked up last
};
using KeptPointer = std::shared_ptr<const Kept>;

}  // namespace pilling::cache
