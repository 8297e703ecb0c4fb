#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "pilling/export.hpp"

namespace pilling::detail {

struct CacheNode;

/// Where handles say what they hold, each thread in a cache line of its own: the references of a node that all threads
/// ask for would go from one to the other all the time. Before anything is freed, pins become references, and the
/// handles that had them find that out when they let go. Thread-safe.
class PILLING_API Pins {
 public:
  using Pin = std::atomic<CacheNode*>;

  explicit Pins(std::size_t line_count);
  ~Pins();  ///< nothing may be pinned any more; handles whose pins became references may still live
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  /// Null when the line is full; else `node` has one reference more, as it were, until `release` is called. Only while
  /// `node` cannot be freed.
  Pin* pin(std::size_t line, CacheNode& node) noexcept {
    for (Pin& pin : lines_[line].pins) {
      CacheNode* nothing = nullptr;
      if (pin.load(std::memory_order_relaxed) != nullptr) continue;
      // With the release of the one before and the acquisition in `settle`: what is seen there is whole.
      if (pin.compare_exchange_strong(nothing, &node, std::memory_order_release, std::memory_order_relaxed))
        return &pin;
    }
    return nullptr;
  }

  /// False when the pin has become a reference, which is the caller's to drop.
  static bool release(Pin& pin, CacheNode& node) noexcept {
    CacheNode* pinned = &node;
    if (pin.compare_exchange_strong(pinned, nullptr, std::memory_order_release, std::memory_order_relaxed)) return true;
    leave(pin);
    return false;
  }

  /// Makes references of all pins. No node that is pinned may be freed meanwhile: its pins are settled before that.
  void settle() noexcept;

 private:
  struct Block;
  struct alignas(64) Line {
    std::array<Pin, 7> pins{};
    Block* block = nullptr;
  };
  // Lives as long as a handle may come back to it.
  struct Block {
    std::unique_ptr<Line[]> lines;
    std::atomic<std::size_t> users{1};
  };

  static void leave(Pin& pin) noexcept;
  static void leave(Block& block) noexcept;

  const std::size_t line_count_;
  Block& block_;
  Line* const lines_;
};

}  // namespace pilling::detail
