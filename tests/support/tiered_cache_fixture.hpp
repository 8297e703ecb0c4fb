#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cache/stored_entry.hpp"
#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/fake_clock.hpp"
#include "support/in_memory_shared_cache.hpp"

namespace pilling::support {

/// Longer than anything takes that goes right, even under a sanitizer on a busy machine.
inline constexpr std::chrono::seconds patience(60);

/// Waits until a condition holds that tells nobody when it begins to.
template <class Condition>
void await(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("what was waited for did not come");
    std::this_thread::yield();
  }
}

/// Holds threads up until it is opened, and tells how many have come. A thread that is held too long gets an exception.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    if (!changed_.wait_for(lock, patience, [&] { return is_open_; }))
      throw std::runtime_error("nobody opened the gate");
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void await_arrivals(int count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return arrived_ >= count; })) throw std::runtime_error("nobody came");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool is_open_ = false;
};

using Texts = TieredCache<std::string>;
using TextLoader = CacheLoader<std::string>;
using LoadedText = LoadedValue<std::string>;

inline std::optional<LoadedText> text(std::string value, std::vector<std::string> tags = {}) {
  return LoadedText{.value = std::move(value), .tags = std::move(tags)};
}

/// A loader that counts its calls. It must outlive the loads.
class Counted {
 public:
  explicit Counted(TextLoader load) : load_(std::move(load)) {}
  explicit Counted(const char* value)
      : Counted([value = std::string(value)](std::string_view, const CallOptions&) { return text(value); }) {}

  operator TextLoader() {
    return [this](std::string_view key, const CallOptions& call) {
      ++calls_;
      return load_(key, call);
    };
  }
  int calls() const { return calls_; }

 private:
  const TextLoader load_;
  std::atomic<int> calls_ = 0;
};

inline TextLoader gives(std::string value, std::vector<std::string> tags = {}) {
  return [=](std::string_view, const CallOptions&) { return text(value, tags); };
}

inline TextLoader gives_none() {
  return [](std::string_view, const CallOptions&) -> std::optional<LoadedText> { return std::nullopt; };
}

template <class Failure>
TextLoader throws(Failure failure) {
  return [=](std::string_view, const CallOptions&) -> std::optional<LoadedText> { throw failure; };
}

inline TextLoader fails() { return throws(ServiceError("no more today", "model", 429)); }

inline TextLoader never() {
  return [](std::string_view key, const CallOptions&) -> std::optional<LoadedText> {
    ADD_FAILURE() << "loaded " << key;
    return std::nullopt;
  };
}

/// Waits at the gate, then does as the other loader.
inline TextLoader held(Gate& gate, TextLoader load) {
  return [&gate, load = std::move(load)](std::string_view key, const CallOptions& call) {
    gate.pass();
    return load(key, call);
  };
}

/// A loader that is at work until it is told to stop.
class UntilStopped {
 public:
  operator TextLoader() {
    return [this](std::string_view, const CallOptions& call) -> std::optional<LoadedText> {
      began_.open();
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any stopped;
      stopped.wait_for(lock, call.stop, patience, [] { return false; });
      was_stopped_ = call.stop.stop_requested();
      throw Timeout("was stopped", "model");
    };
  }
  void await_begin() { began_.pass(); }
  bool was_stopped() const { return was_stopped_; }

 private:
  Gate began_;
  std::atomic<bool> was_stopped_ = false;
};

/// A call that finds that its time is over.
inline CallOptions without_time() { return {.deadline = std::chrono::steady_clock::now(), .stop = {}}; }

/// Two tiers, clocks that are moved by hand, and caches over them: the near tier is local, the far one is not.
class TiersFixture : public testing::Test {
 protected:
  static constexpr std::chrono::seconds fresh_for{100};
  static constexpr std::chrono::seconds stale_for{1000};
  using Tier = InMemorySharedCache;

  /// Values are fresh for exactly `fresh_for`, and nothing is fetched before that is over.
  TieredCacheOptions options() {
    TieredCacheOptions options;
    options.tiers = {{.cache = near_, .is_local = true, .timeout = patience}, {.cache = far_, .timeout = patience}};
    options.time_to_live = fresh_for;
    options.stale_for = stale_for;
    options.jitter = 0;
    options.early_refresh = 0;
    options.soft_timeout = patience;
    options.hard_timeout = patience;
    options.pool = pool_;
    options.now = system_clock_.function();
    options.steady_now = steady_clock_.function();
    return options;
  }
  TieredCacheOptions in_memory_only() {
    TieredCacheOptions only = options();
    only.tiers.clear();
    return only;
  }

  /// Both clocks, as in life.
  void advance(std::chrono::milliseconds by) {
    steady_clock_.advance(by);
    system_clock_.advance(by);
  }

  /// What the tier holds, or "nothing".
  static std::string in(const Tier& tier, const std::string& key = "k") {
    const auto found = stored(tier, key);
    return found ? found->value : "nothing";
  }
  static std::optional<cache::StoredEntry> stored(const Tier& tier, const std::string& key = "k") {
    const auto found = tier.entry(key);
    return found ? cache::decode(key, found->bytes) : std::nullopt;
  }

  /// What another process would have written.
  void put_by_another(Tier& tier, const std::string& value, const std::string& key = "k",
                      std::vector<std::string> tags = {}) {
    TieredCacheOptions others = options();
    others.tiers = {{.cache = {&tier, [](Tier*) {}}, .is_local = true, .timeout = patience}};
    others.hot_keys = 0;
    Texts(others, text_codec()).put(key, {.value = value, .tags = std::move(tags)});
  }

  static std::string value_of(const CachedValue<std::string>& found) { return found.value ? *found.value : "none"; }
  static std::string get(Texts& cache, const TextLoader& load, const std::string& key = "k") {
    return value_of(cache.get(key, load));
  }
  static void drain(Texts& cache) {
    EXPECT_TRUE(cache.drain({.deadline = std::chrono::steady_clock::now() + patience, .stop = {}}));
    EXPECT_EQ(cache.stats().in_flight, 0U);
  }

  FakeSystemClock system_clock_;
  FakeSteadyClock steady_clock_;
  std::shared_ptr<Tier> near_ = std::make_shared<Tier>("near", Origin::store);
  std::shared_ptr<Tier> far_ = std::make_shared<Tier>("far", Origin::shared_cache);
  std::shared_ptr<WorkerPool> pool_ = std::make_shared<WorkerPool>();
};

}  // namespace pilling::support
