#pragma once

#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/tier_link.hpp"
#include "support/fake_clock.hpp"
#include "support/in_memory_shared_cache.hpp"

namespace pilling::cache {

/// A link to a tier in memory, without chance, over a clock that stands still.
class TierLinkTest : public testing::Test {
 protected:
  using Found = std::vector<std::optional<std::string>>;

  static std::optional<SharedEntry> entry(std::string bytes, std::int64_t stamp = 1) {
    return SharedEntry{.bytes = std::move(bytes), .stamp = stamp};
  }

  TierLink make_link(std::chrono::milliseconds timeout) {
    return {{.cache = tier_, .is_local = true, .timeout = timeout}, clock_.function(), [] { return 1.0; }};
  }

  Found get(const std::vector<std::string>& keys, const CallOptions& call = {}) { return link_.get(keys, call); }
  void put(const std::string& key, std::string bytes, std::int64_t stamp = 1) {
    link_.write({key, entry(std::move(bytes), stamp)}, {});
  }
  void erase(const std::string& key) { link_.write({key, std::nullopt}, {}); }

  void miss_put(const std::string& key, std::string bytes, std::int64_t stamp = 1) {
    tier_->fail_put();
    EXPECT_ANY_THROW(put(key, std::move(bytes), stamp));
    tier_->fail_put(false);
    rest();
  }
  void miss_erase(const std::string& key) {
    tier_->fail_erase();
    EXPECT_ANY_THROW(erase(key));
    tier_->fail_erase(false);
    rest();
  }
  // Whatever rest it was given is over then.
  void rest() { clock_.advance(std::chrono::hours(1)); }

  std::string in_tier(const std::string& key) const {
    const auto found = tier_->entry(key);
    return found ? found->bytes : "nothing";
  }

  support::FakeSteadyClock clock_;
  std::shared_ptr<support::InMemorySharedCache> tier_ =
      std::make_shared<support::InMemorySharedCache>("near", Origin::store);
  TierLink link_ = make_link(std::chrono::hours(1));
};

}  // namespace pilling::cache
