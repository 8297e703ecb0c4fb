#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/shared_cache.hpp"

namespace pilling::support {

/// What every SharedCache promises. `Location` is default-constructible, stands for one empty cache of its own, and has
/// `std::shared_ptr<SharedCache> open()`, which opens that same cache however often it is called. When something can
/// keep writes waiting, it also has `std::shared_ptr<void> occupy()`: they wait as long as that lives.
template <class Location>
class SharedCacheContract : public testing::Test {
 protected:
  using Entries = std::vector<std::pair<std::string, SharedEntry>>;
  using Found = std::vector<std::optional<std::string>>;
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;

  static Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }
  static SharedEntry entry(std::string bytes, std::int64_t stamp = 1) {
    return {.bytes = std::move(bytes), .stamp = stamp, .kept_until = now() + std::chrono::hours(1)};
  }

  Found get(const std::vector<std::string>& keys) { return cache_->get(keys, {}); }
  void put(const Entries& entries, const CallOptions& call = {}) { cache_->put(entries, call); }
  void erase(const std::vector<std::string>& keys, const CallOptions& call = {}) { cache_->erase(keys, call); }

  // On a thread of its own, because the one that occupies the cache may be refused for another reason.
  void expect_out_of_time(const CallOptions& call) {
    std::jthread([&] {
      EXPECT_THROW(put({{"a", entry("newer", 2)}}, call), Timeout);
      EXPECT_THROW(erase({"a"}, call), Timeout);
    }).join();
  }

  Location location_;
  std::shared_ptr<SharedCache> cache_ = location_.open();
};

TYPED_TEST_SUITE_P(SharedCacheContract);

TYPED_TEST_P(SharedCacheContract, HasNothingAtFirst) {
  EXPECT_EQ(this->get({"a", "b"}), (typename TestFixture::Found{std::nullopt, std::nullopt}));
  EXPECT_FALSE(this->cache_->name().empty());
}

TYPED_TEST_P(SharedCacheContract, TakesListsOfNothing) {
  this->put({});
  this->erase({});

  EXPECT_TRUE(this->get({}).empty());
}

TYPED_TEST_P(SharedCacheContract, AnswersInTheOrderOfTheKeys) {
  this->put({{"a", this->entry("1")}, {"b", this->entry("2")}});

  EXPECT_EQ(this->get({"b", "none", "a", "b"}), (typename TestFixture::Found{"2", std::nullopt, "1", "2"}));
}

TYPED_TEST_P(SharedCacheContract, IsTheSameCacheForAllWhoOpenIt) {
  this->put({{"a", this->entry("1")}});
  const auto other = this->location_.open();

  EXPECT_EQ(other->get(std::vector<std::string>{"a"}, {}), typename TestFixture::Found{"1"});
}

TYPED_TEST_P(SharedCacheContract, KeepsEveryByteOfKeysAndValues) {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  const std::string zero(1, '\0');
  const std::string two_zeros(2, '\0');
  this->put({{all_bytes, this->entry(all_bytes + all_bytes)},
             {"", this->entry("of the empty key")},
             {"empty", this->entry("")},
             {zero, this->entry(zero)},
             {two_zeros, this->entry(two_zeros)},
             {"두통", this->entry("\xff\xfe is no UTF-8")}});

  EXPECT_EQ(this->get({all_bytes, "", "empty", zero, two_zeros, "두통"}),
            (typename TestFixture::Found{all_bytes + all_bytes, "of the empty key", "", zero, two_zeros,
                                         "\xff\xfe is no UTF-8"}));
}

TYPED_TEST_P(SharedCacheContract, TellsKeysApartByEveryByte) {
  this->put({{std::string("a\0b", 3), this->entry("1")}, {"K", this->entry("2")}, {"\xc3\xa9", this->entry("3")}});

  EXPECT_EQ(this->get({std::string("a\0c", 3), "a", "k", "e\xcc\x81"}), typename TestFixture::Found(4));
}

TYPED_TEST_P(SharedCacheContract, KeepsAValueOfManyMegabytes) {
  std::string large(9 << 20, 'x');
  large.front() = 'f';
  large.back() = 'b';
  this->put({{"large", this->entry(large)}});

  const auto found = this->get({"large"}).at(0);

  EXPECT_TRUE(found == large);
}

TYPED_TEST_P(SharedCacheContract, KeepsTheGreaterStampWhateverTheOrder) {
  this->put({{"up", this->entry("older", 1)}, {"down", this->entry("newer", 2)}});

  this->put({{"up", this->entry("newer", 2)}, {"down", this->entry("older", 1)}});

  EXPECT_EQ(this->get({"up", "down"}), (typename TestFixture::Found{"newer", "newer"}));
}

TYPED_TEST_P(SharedCacheContract, KeepsTheGreaterStampOfOnePut) {
  this->put({{"up", this->entry("older", 1)},
             {"up", this->entry("newer", 2)},
             {"down", this->entry("newer", 2)},
             {"down", this->entry("older", 1)}});

  EXPECT_EQ(this->get({"up", "down"}), (typename TestFixture::Found{"newer", "newer"}));
}

TYPED_TEST_P(SharedCacheContract, KeepsTheFirstOfEqualStamps) {
  this->put({{"a", this->entry("first", 5)}});

  this->put({{"a", this->entry("second", 5)}});

  EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{"first"});
}

TYPED_TEST_P(SharedCacheContract, OrdersStampsOfAnySize) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::vector<std::int64_t> rising{Limits::min(), -1, 0, 1, std::int64_t{1} << 53, (std::int64_t{1} << 53) + 1,
                                         Limits::max()};
  for (const std::int64_t stamp : rising) {
    this->put({{"a", this->entry(std::to_string(stamp), stamp)}});
    EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{std::to_string(stamp)});
  }
}

TYPED_TEST_P(SharedCacheContract, KeepsTheGreatestStampOfManyThreads) {
  constexpr int threads = 4;
  constexpr int each = 25;
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < threads; ++thread) {
      writers.emplace_back([this, thread] {
        for (int i = 0; i < each; ++i) {
          const int stamp = i * threads + thread;
          this->put({{"a", this->entry(std::to_string(stamp), stamp)}});
        }
      });
    }
  }

  EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{std::to_string(threads * each - 1)});
}

TYPED_TEST_P(SharedCacheContract, ForgetsWhatIsErased) {
  this->put({{"a", this->entry("1")}, {"b", this->entry("kept")}, {"", this->entry("2")}});

  this->erase({"a", "none", ""});

  EXPECT_EQ(this->get({"a", "b", ""}), (typename TestFixture::Found{std::nullopt, "kept", std::nullopt}));
}

TYPED_TEST_P(SharedCacheContract, ForgetsTheStampOfWhatIsErased) {
  this->put({{"a", this->entry("newer", 2)}});
  this->erase({"a"});

  this->put({{"a", this->entry("older", 1)}});

  EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{"older"});
}

TYPED_TEST_P(SharedCacheContract, GivesNothingThatHasExpired) {
  const auto ending = [this](std::string bytes, std::optional<typename TestFixture::Time> kept_until) {
    return SharedEntry{.bytes = std::move(bytes), .stamp = 1, .kept_until = kept_until};
  };
  this->put({{"over", ending("1", this->now() - std::chrono::seconds(1))},
             {"long over", ending("2", TestFixture::Time::min())},
             {"lasting", ending("3", this->now() + std::chrono::hours(1))},
             {"lasting longest", ending("4", TestFixture::Time::max())},
             {"without an end", ending("5", std::nullopt)}});

  EXPECT_EQ(this->get({"over", "long over", "lasting", "lasting longest", "without an end"}),
            (typename TestFixture::Found{std::nullopt, std::nullopt, "3", "4", "5"}));
}

// What another process wrote last is what holds, also when it lasted less long.
TYPED_TEST_P(SharedCacheContract, GivesNothingOlderInPlaceOfWhatHasExpired) {
  this->put({{"a", {.bytes = "older", .stamp = 1, .kept_until = std::nullopt}}});

  this->put({{"a", {.bytes = "newer", .stamp = 2, .kept_until = this->now() - std::chrono::seconds(1)}}});

  EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{std::nullopt});
}

TYPED_TEST_P(SharedCacheContract, TakesANewerEntryInPlaceOfOneThatHasExpired) {
  this->put({{"a", {.bytes = "older", .stamp = 1, .kept_until = this->now() - std::chrono::seconds(1)}}});

  this->put({{"a", this->entry("newer", 2)}});

  EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{"newer"});
}

TYPED_TEST_P(SharedCacheContract, NeverGivesOneKeyTheValueOfAnother) {
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 100; ++i) {
          const std::string key = "key" + std::to_string((i + thread) % 10);
          const std::string other = "key" + std::to_string((i + thread + 1) % 10);
          this->put({{key, this->entry(key, i)}});
          const auto found = this->get({key, other});
          if ((found.at(0) && *found[0] != key) || (found.at(1) && *found[1] != other)) ++wrong;
          if (i % 7 == 0) this->erase({key});
        }
      });
    }
  }

  EXPECT_EQ(wrong, 0);
}

TYPED_TEST_P(SharedCacheContract, WaitsNoLongerThanTheCallMay) {
  if constexpr (requires(TypeParam location) { location.occupy(); }) {
    this->put({{"a", this->entry("1")}});
    std::stop_source stopped;
    stopped.request_stop();
    auto occupied = this->location_.occupy();

    this->expect_out_of_time({.deadline = std::chrono::steady_clock::now(), .stop = {}});
    this->expect_out_of_time({.stop = stopped.get_token()});

    occupied.reset();
    EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{"1"});
    this->put({{"a", this->entry("2", 2)}});
    EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{"2"});
  } else {
    GTEST_SKIP() << "nothing keeps this cache waiting";
  }
}

TYPED_TEST_P(SharedCacheContract, StopsWaitingWhenTheCallIsStopped) {
  if constexpr (requires(TypeParam location) { location.occupy(); }) {
    std::stop_source stop;
    auto occupied = this->location_.occupy();
    std::jthread waiting([&] { this->expect_out_of_time({.stop = stop.get_token()}); });

    stop.request_stop();
    waiting.join();

    occupied.reset();
    EXPECT_EQ(this->get({"a"}), typename TestFixture::Found{std::nullopt});
  } else {
    GTEST_SKIP() << "nothing keeps this cache waiting";
  }
}

REGISTER_TYPED_TEST_SUITE_P(SharedCacheContract, HasNothingAtFirst, TakesListsOfNothing, AnswersInTheOrderOfTheKeys,
                            IsTheSameCacheForAllWhoOpenIt, KeepsEveryByteOfKeysAndValues, TellsKeysApartByEveryByte,
                            KeepsAValueOfManyMegabytes, KeepsTheGreaterStampWhateverTheOrder,
                            KeepsTheGreaterStampOfOnePut, KeepsTheFirstOfEqualStamps, OrdersStampsOfAnySize,
                            KeepsTheGreatestStampOfManyThreads, ForgetsWhatIsErased, ForgetsTheStampOfWhatIsErased,
                            GivesNothingThatHasExpired, GivesNothingOlderInPlaceOfWhatHasExpired,
                            TakesANewerEntryInPlaceOfOneThatHasExpired, NeverGivesOneKeyTheValueOfAnother,
                            WaitsNoLongerThanTheCallMay, StopsWaitingWhenTheCallIsStopped);

}  // namespace pilling::support
