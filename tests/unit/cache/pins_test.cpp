#include "pilling/detail/pins.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

#include "pilling/detail/cache_table.hpp"
#include "support/rounds.hpp"

namespace pilling::detail {
namespace {

// Never destroyed: its references are looked at instead. One is the table's.
struct Node : CacheNode {
  Node() : CacheNode([](CacheNode*) noexcept {}) {}
};

TEST(Pins, CountNoReferencesUntilTheyAreSettled) {
  Pins pins(2);
  Node node;
  Pins::Pin* const early = pins.pin(0, node);
  Pins::Pin* const late = pins.pin(1, node);
  EXPECT_EQ(node.references, 1U);

  EXPECT_TRUE(Pins::release(*early, node));
  pins.settle();

  EXPECT_EQ(node.references, 2U);
  EXPECT_FALSE(Pins::release(*late, node));
}

TEST(Pins, CanBeUsedAgainWhenTheyAreReleasedOrSettled) {
  Pins pins(1);
  Node first, second;
  Pins::Pin* const settled = pins.pin(0, first);
  pins.settle();
  Pins::Pin* const again = pins.pin(0, second);
  EXPECT_EQ(again, settled);

  EXPECT_FALSE(Pins::release(*settled, first));
  EXPECT_TRUE(Pins::release(*again, second));

  EXPECT_EQ(pins.pin(0, first), settled);
  pins.settle();
  EXPECT_FALSE(Pins::release(*settled, first));
}

TEST(Pins, AreRefusedWhenALineIsFull) {
  Pins pins(2);
  Node node;
  std::vector<Pins::Pin*> held;
  while (Pins::Pin* const pin = pins.pin(0, node)) held.push_back(pin);

  EXPECT_FALSE(held.empty());
  EXPECT_EQ(pins.pin(0, node), nullptr);
  Pins::Pin* const other = pins.pin(1, node);
  ASSERT_NE(other, nullptr);
  for (Pins::Pin* const pin : held) EXPECT_TRUE(Pins::release(*pin, node));
  EXPECT_TRUE(Pins::release(*other, node));
}

TEST(Pins, MayBeReleasedWhenTheirHomeIsGone) {
  auto pins = std::make_unique<Pins>(1);
  Node node;
  Pins::Pin* const one = pins->pin(0, node);
  Pins::Pin* const other = pins->pin(0, node);
  pins->settle();
  pins.reset();

  EXPECT_FALSE(Pins::release(*one, node));
  EXPECT_FALSE(Pins::release(*other, node));
  EXPECT_EQ(node.references, 3U);
}

TEST(Pins, BecomeExactlyAsManyReferencesAsHandlesMustDrop) {
  constexpr std::size_t thread_count = 4;
  Pins pins(2);
  Node node;
  {
    std::atomic<std::size_t> working = thread_count;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < thread_count; ++i) {
      threads.emplace_back([&, i] {
        for (std::uint64_t round = 0; round < support::rounds(100'000); ++round) {
          Pins::Pin* const pin = pins.pin(i % 2, node);
          if (pin != nullptr && !Pins::release(*pin, node)) node.references.fetch_sub(1);
        }
        --working;
      });
    }
    while (working != 0) pins.settle();
  }
  pins.settle();

  EXPECT_EQ(node.references, 1U);
}

}  // namespace
}  // namespace pilling::detail
