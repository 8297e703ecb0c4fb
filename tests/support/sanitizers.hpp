#pragma once

#include <cstdint>

namespace pilling::support {

/// Whether a sanitizer watches, which makes everything ten times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr bool is_thread_sanitized = true;
#else
inline constexpr bool is_thread_sanitized = false;
#endif

/// How often a random test is repeated: fewer times under a sanitizer, which looks for other faults.
constexpr std::uint64_t rounds(std::uint64_t all) { return is_sanitized ? (all + 9) / 10 : all; }

}  // namespace pilling::support
