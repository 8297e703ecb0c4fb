#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/medicine.hpp"

namespace pilling {

/// One entry as a tier outside the process keeps it: bytes that only the tiered cache reads.
struct SharedEntry {
  std::string bytes;  ///< any
  /// Grows with every write of a key, in whichever process: of two entries, a tier keeps the one with the greater
  /// stamp.
  std::int64_t stamp = 0;
  /// The tier may drop it from then on; none: never. UTC.
  std::optional<std::chrono::sys_time<std::chrono::milliseconds>> kept_until{};
  bool operator==(const SharedEntry&) const = default;
};

/// A cache outside the process, such as Redis, or the part of a store that acts as one. Implementations are
/// thread-safe, honour the call's deadline and its stop token, and throw `Error` when they cannot answer: the tiered
/// cache goes on without them. They can be put through the contract suite in tests/support/shared_cache_contract.hpp.
class PILLING_API SharedCache {
 public:
  virtual ~SharedCache();

  /// For messages and statistics: what it is and where, without credentials.
  virtual std::string name() const = 0;
  /// What a hit reports as its origin.
  virtual Origin origin() const = 0;
  /// The bytes of each key, in the order of the keys; nothing for those that are not there or past their time.
  virtual std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call) = 0;
  /// Keeps each entry, unless one of its key with an equal or greater stamp is there. Keys are any bytes.
  virtual void put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) = 0;
  /// Forgets the keys, and their stamps with them.
  virtual void erase(std::span<const std::string> keys, const CallOptions& call) = 0;
};

}  // namespace pilling
