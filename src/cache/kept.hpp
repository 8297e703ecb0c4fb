#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pilling/medicine.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

/// One value in memory, with the times of the process's own clock in nanoseconds.
struct Kept {
  static constexpr std::int64_t never = detail::CacheNode::never;

  detail::TieredCacheCore::Pointer value;  ///< null: there is none
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
