// Any bytes in a cache outside the process: nothing, or an entry that is written as it was read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/stored_entry.hpp"
#include "text/fingerprint.hpp"

namespace {

constexpr std::string_view key = "summaries/key";

void require(bool holds) {
  if (!holds) __builtin_trap();
}

std::string number(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xffU);
  return bytes;
}

// Without the right checksum, no invented byte would be looked at.
std::string with_checksum(std::string_view body) {
  const std::string checked = number(key.size()).append(key).append(body);
  const auto* const first = reinterpret_cast<const std::uint8_t*>(checked.data());
  return "pilling cache 1\n" + number(pilling::text::checksum({first, checked.size()})).append(body);
}

void check(const std::string& bytes) {
  const auto entry = pilling::cache::decode(key, bytes);
  if (!entry) return;
  require(pilling::cache::encode(key, *entry) == bytes);
  require(!pilling::cache::decode("summaries/another", bytes));
}

}  // namespace

// The bytes are a whole row, and then the part behind the checksum.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(std::string(bytes));
  check(with_checksum(bytes));
  return 0;
}
