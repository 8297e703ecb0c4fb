#include "text/fingerprint.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pilling::text {

std::string fingerprint(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits(text.data(), text.size()));
  std::string result;
  result.reserve(2 * sizeof bytes.digest);
  for (const unsigned char byte : bytes.digest) {
    result.push_back(digits[byte >> 4]);
    result.push_back(digits[byte & 0x0F]);
  }
  return result;
}

std::uint64_t checksum(std::span<const std::uint8_t> bytes) noexcept { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace pilling::text
