#include "pilling/detail/pins.hpp"

#include <cstddef>
#include <cstdint>

#include "pilling/detail/cache_table.hpp"

namespace pilling::detail {

Pins::Pins(std::size_t line_count)
    : line_count_(line_count), block_(*new Block{std::make_unique<Line[]>(line_count)}), lines_(block_.lines.get()) {
  for (std::size_t i = 0; i < line_count_; ++i) lines_[i].block = &block_;
}

Pins::~Pins() { leave(block_); }

void Pins::settle() noexcept {
  for (std::size_t i = 0; i < line_count_; ++i) {
    for (Pin& pin : lines_[i].pins) {
      CacheNode* pinned = pin.load(std::memory_order_acquire);
      if (pinned == nullptr) continue;
      // Before the handle can know. If it lets go first, both are taken back: neither was the last, because the table
      // still has its own reference of whatever is pinned.
      CacheNode& node = *pinned;
      node.references.fetch_add(1, std::memory_order_relaxed);
      block_.users.fetch_add(1, std::memory_order_relaxed);
      if (pin.compare_exchange_strong(pinned, nullptr, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
      node.references.fetch_sub(1, std::memory_order_relaxed);
      block_.users.fetch_sub(1, std::memory_order_relaxed);
    }
  }
}

void Pins::leave(Pin& pin) noexcept {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(&pin) % alignof(Line);
  leave(*reinterpret_cast<const Line*>(reinterpret_cast<const std::byte*>(&pin) - offset)->block);
}

void Pins::leave(Block& block) noexcept {
  if (block.users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &block;
}

}  // namespace pilling::detail
