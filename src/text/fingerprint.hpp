#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pilling::text {

/// 128 bits of XXH3 as 32 lower-case hex digits: the same on every machine, so that it may be stored.
std::string fingerprint(std::string_view text);

/// 64 bits of XXH3, the same on every machine: tells damaged bytes from whole ones.
std::uint64_t checksum(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace pilling::text
