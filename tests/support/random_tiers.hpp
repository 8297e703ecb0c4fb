#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "support/tiered_cache_fixture.hpp"

namespace pilling::support {

/// Chance that is the same for the same seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }

 private:
  std::mt19937_64 engine_;
};

/// Two tiers under caches with little room, for few keys that are met again and again.
class RandomTiersFixture : public TiersFixture {
 protected:
  static constexpr std::size_t keys = 6;
  static constexpr std::size_t memory_bytes = 4000;

  TieredCacheOptions small() {
    TieredCacheOptions small = options();
    small.memory_bytes = memory_bytes;
    small.first_back_off = std::chrono::milliseconds(0);
    small.hot_keys = 0;
    return small;
  }

  static std::string key_of(std::size_t i) { return "key" + std::to_string(i); }
  static std::string tag_of(std::size_t i) { return "tag" + std::to_string(i % 3); }
};

}  // namespace pilling::support
