#pragma once

#include <cstdint>
#include <cstdlib>

#include "support/sanitizers.hpp"

namespace pilling::support {

/// How often a random test is repeated: fewer times under a sanitizer, which looks for other faults.
constexpr std::uint64_t rounds(std::uint64_t all) { return is_sanitized ? (all + 9) / 10 : all; }

/// As above; `many` times where PILLING_LONG_TESTS is set.
inline std::uint64_t rounds(std::uint64_t all, std::uint64_t many) {
  return std::getenv("PILLING_LONG_TESTS") != nullptr ? many : rounds(all);
}

}  // namespace pilling::support
