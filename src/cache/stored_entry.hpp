#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pilling::cache {

using SystemTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// One value as it goes through the tiers outside the process. Times are UTC.
struct StoredEntry {
  std::string value;
  std::int64_t stamp = 0;
  SystemTime created_at{};
  std::optional<SystemTime> fresh_until{};  ///< none: for ever
  std::optional<SystemTime> kept_until{};   ///< may be served as stale until then; none: for ever
  std::vector<std::string> tags{};
  bool operator==(const StoredEntry&) const = default;
};

/// With the version of the format and a checksum over the key, too: what lies under another key is damaged.
std::string encode(std::string_view key, const StoredEntry& entry);

/// Nothing when the bytes are damaged, of another version, or of another key.
std::optional<StoredEntry> decode(std::string_view key, std::string_view bytes);

}  // namespace pilling::cache
