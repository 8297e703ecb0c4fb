#pragma once

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/error.hpp"

namespace pilling::support {

/// What every SharedCache promises. `Location` is default-constructible, stands for one empty cache of its own, and
/// has `std::shared_ptr<SharedCache> open()`.
template <class Location>
class SharedCacheContract : public testing::Test {
 protected:
  using Entries = std::vector<std::pair<std::string, CacheEntry>>;
  using Found = std::vector<std::optional<CacheEntry>>;

  static std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  static CacheEntry entry(std::string value) { return {std::move(value), now(), now() + std::chrono::hours(1)}; }

  Found get(const std::vector<std::string>& keys) { return cache_->get(keys, {}); }
  void put(const Entries& entries) { cache_->put(entries, {}); }
  void erase(const std::vector<std::string>& keys) { cache_->erase(keys, {}); }

  Location location_;
  std::shared_ptr<SharedCache> cache_ = location_.open();
};

TYPED_TEST_SUITE_P(SharedCacheContract);

TYPED_TEST_P(SharedCacheContract, HasNothingAtFirst) {
  EXPECT_EQ(this->get({"a", "b"}), (typename TestFixture::Found{std::nullopt, std::nullopt}));
  EXPECT_TRUE(this->get({}).empty());
  EXPECT_FALSE(this->cache_->name().empty());
}

TYPED_TEST_P(SharedCacheContract, AnswersInTheOrderOfTheKeys) {
  const auto first = this->entry("1");
  const auto second = this->entry("2");
  this->put({{"a", first}, {"b", second}});

  EXPECT_EQ(this->get({"b", "none", "a", "b"}), (typename TestFixture::Found{second, std::nullopt, first, second}));
}

TYPED_TEST_P(SharedCacheContract, KeepsEveryFieldAndEveryByte) {
  const std::string bytes = std::string("\0\xff\r\n두통", 10);
  const CacheEntry forever{bytes, this->now() - std::chrono::hours(24), std::nullopt};
  const CacheEntry empty{"", this->now(), this->now() + std::chrono::hours(1)};
  const CacheEntry large = this->entry(std::string(1 << 20, 'x'));
  this->put({{bytes, forever}, {"", empty}, {"large", large}});

  EXPECT_EQ(this->get({bytes, "", "large"}), (typename TestFixture::Found{forever, empty, large}));
}

TYPED_TEST_P(SharedCacheContract, ReplacesAValue) {
  const auto newer = this->entry("newer");
  this->put({{"a", this->entry("older")}});

  this->put({{"a", newer}});

  EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{newer});
}

TYPED_TEST_P(SharedCacheContract, ForgetsWhatIsErased) {
  const auto kept = this->entry("kept");
  this->put({{"a", this->entry("1")}, {"b", kept}});

  this->erase({"a", "none"});
  this->erase({});

  EXPECT_EQ(this->get({"a", "b"}), (typename TestFixture::Found{std::nullopt, kept}));
}

TYPED_TEST_P(SharedCacheContract, NeverGivesOneKeyTheValueOfAnother) {
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 100; ++i) {
          const std::string key = "key" + std::to_string((i + thread) % 10);
          this->put({{key, this->entry(key)}});
          const auto found = this->get({key}).at(0);
          if (found && found->value != key) ++wrong;
          if (i % 7 == 0) this->erase({key});
        }
      });
    }
  }

  EXPECT_EQ(wrong, 0);
}

REGISTER_TYPED_TEST_SUITE_P(SharedCacheContract, HasNothingAtFirst, AnswersInTheOrderOfTheKeys,
                            KeepsEveryFieldAndEveryByte, ReplacesAValue, ForgetsWhatIsErased,
                            NeverGivesOneKeyTheValueOfAnother);

}  // namespace pilling::support
