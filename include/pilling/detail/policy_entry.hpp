#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace pilling::detail {

/// What the eviction policy knows of an entry: the base of every cached entry. `hash` must be well mixed.
struct PolicyEntry {
  enum class Queue : std::uint8_t { none, window, main };

  PolicyEntry* previous = nullptr;
  PolicyEntry* next = nullptr;
  std::uint64_t hash = 0;
  std::size_t weight = 1;
  std::uint32_t placed_at = 0;        ///< when it came or was last seen to be used; insertions are the clock
  std::atomic<std::uint8_t> uses{0};  ///< since then
  Queue queue = Queue::none;

  /// To be called on every hit, without any lock. Stores nothing once the entry is known to be in use: a
  /// read-modify-write would cost more than a use that two threads count as one.
  void use() noexcept {
    const auto counted = uses.load(std::memory_order_relaxed);
    if (counted < most_uses) uses.store(static_cast<std::uint8_t>(counted + 1), std::memory_order_relaxed);
  }

  /// Bits of a hash that neither the choice of a shard nor a place in it shows in: keys are sampled by them.
  static std::uint32_t sampling_bits(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>((hash * 0x9e3779b97f4a7c15U) >> 32U);
  }

 private:
  // As in S3-FIFO. 7 is no better on the traces, and loses where popularity changes.
  static constexpr std::uint8_t most_uses = 3;
};

}  // namespace pilling::detail
