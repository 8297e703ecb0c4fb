// What others fell into, row by row: each test is named after the rule.

#include <atomic>
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cache/stored_entry.hpp"
#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/tiered_cache_fixture.hpp"

namespace pilling {
namespace {

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class CachePitfalls : public TiersFixture {
 protected:
  TieredCacheOptions impatient() {
    TieredCacheOptions impatient = options();
    impatient.first_back_off = milliseconds(0);
    return impatient;
  }

  // However the first load ends, the key is not wedged: the next one gets a value.
  void expect_no_wedge(Texts& cache, const TextLoader& load = gives("v")) {
    try {
      cache.get("k", load);
    } catch (...) {
    }
    drain(cache);
    EXPECT_EQ(get(cache, gives("v")), "v");
    drain(cache);
  }

  Gate gate_;
};

// A tier that throws at one of its functions, and not an Error.
class ForeignTier final : public SharedCache {
 public:
  enum class At { none, get, put, erase };
  explicit ForeignTier(At at) : at_(at) {}

  std::string name() const override { return "foreign"; }
  Origin origin() const override { return Origin::shared_cache; }
  std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call) override {
    fail(At::get);
    return inner_.get(keys, call);
  }
  void put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) override {
    fail(At::put);
    inner_.put(entries, call);
  }
  void erase(std::span<const std::string> keys, const CallOptions& call) override {
    fail(At::erase);
    inner_.erase(keys, call);
  }
  void recover() { at_ = At::none; }
  const InMemorySharedCache& inner() const { return inner_; }

 private:
  void fail(At at) const {
    if (at == at_) throw 42;
  }
  std::atomic<At> at_;
  InMemorySharedCache inner_;
};

TEST_F(CachePitfalls, ALoaderThatThrowsWhateverItIsWedgesNothing) {
  Texts cache(impatient(), text_codec());

  EXPECT_THROW(cache.get("a", throws(std::runtime_error("x"))), std::runtime_error);
  EXPECT_THROW(cache.get("b", throws(42)), int);
  EXPECT_THROW(cache.get("c", throws(std::bad_alloc())), std::bad_alloc);
  EXPECT_THROW(cache.get("d", TextLoader()), std::bad_function_call);
  for (const char* key : {"a", "b", "c", "d"}) EXPECT_EQ(get(cache, gives("v"), key), "v");
  drain(cache);
}

TEST_F(CachePitfalls, ATierThatThrowsWhateverItIsWedgesNothingAndEndsNothing) {
  for (const auto at : {ForeignTier::At::get, ForeignTier::At::put, ForeignTier::At::erase}) {
    for (const bool is_local : {true, false}) {
      const auto foreign = std::make_shared<ForeignTier>(at);
      TieredCacheOptions with_it = impatient();
      with_it.tiers = {{.cache = foreign, .is_local = is_local, .timeout = patience}};
      with_it.save_hot_keys_every = milliseconds(0);
      Texts cache(with_it, text_codec());

      expect_no_wedge(cache);
      advance(fresh_for);
      EXPECT_EQ(get(cache, gives_none()), "none");
      drain(cache);
      EXPECT_EQ(cache.warm_start(), 0U);
    }
  }
}

TEST_F(CachePitfalls, ACodecThatThrowsWhateverItIsWedgesNothing) {
  const std::vector<std::function<void()>> failures = {[] { throw BadData("x", "codec"); },
                                                       [] { throw std::runtime_error("x"); }, [] { throw 42; },
                                                       [] { throw std::bad_alloc(); }};
  for (const auto& fail : failures) {
    std::atomic<int> at = 0;
    const auto fail_at = [&](int point) {
      if (at == point) fail();
    };
    const CacheCodec<std::string> codec{.encode =
                                            [&](const std::string& value) {
                                              fail_at(1);
                                              return value;
                                            },
                                        .decode =
                                            [&](std::string_view bytes) {
                                              fail_at(2);
                                              return std::string(bytes);
                                            },
                                        .weight_of =
                                            [&](const std::string& value) {
                                              fail_at(3);
                                              return value.size();
                                            }};
    for (at = 1; at <= 3; ++at) {
      near_->erase(std::vector<std::string>{"k"}, {});
      far_->erase(std::vector<std::string>{"k"}, {});
      if (at == 2) put_by_another(*near_, "unreadable");
      Texts cache(impatient(), codec);
      expect_no_wedge(cache);
    }
  }
}

TEST_F(CachePitfalls, AHookOfSpansThatThrowsIsNotHeard) {
  TieredCacheOptions hooked = impatient();
  hooked.on_span = [](std::string_view) -> SpanFinish { return [](const SpanEnd&) { throw 42; }; };
  Texts cache(hooked, text_codec());

  expect_no_wedge(cache);
}

TEST_F(CachePitfalls, ALeaderWhoIsCancelledTakesNothingFromTheOthers) {
  Texts cache(options(), text_codec());
  std::stop_source stop;
  const TextLoader load = [&](std::string_view, const CallOptions& call) {
    gate_.pass();
    if (call.stop.stop_requested()) throw Timeout("stopped", "model");
    return text("v");
  };
  std::jthread leader([&] { EXPECT_THROW(cache.get("k", load, {.stop = stop.get_token()}), Timeout); });
  gate_.await_arrivals(1);
  std::jthread other([&] { EXPECT_EQ(get(cache, never()), "v"); });
  await([&] { return cache.stats().memory.misses == 2; });

  stop.request_stop();
  leader.join();
  gate_.open();
}

TEST_F(CachePitfalls, WhenThreadsRunOutAStaleValueIsServedOrTheCallRefused) {
  TieredCacheOptions narrow = in_memory_only();
  narrow.pool = std::make_shared<WorkerPool>(WorkerPoolOptions{.threads = 1, .queue_length = 1});
  Texts cache(narrow, text_codec());
  cache.put("old", {.value = "old"});
  advance(fresh_for);
  for (const char* key : {"runs", "waits"}) {
    EXPECT_THROW(cache.get(key, held(gate_, gives("v")), without_time()), Timeout);
    if (key[0] == 'r') gate_.await_arrivals(1);
  }

  EXPECT_THROW(cache.get("new", never()), Refused);
  const auto stale = cache.get("old", never());
  EXPECT_EQ(*stale.value, "old");
  EXPECT_TRUE(stale.answer.stale);
  gate_.open();
  drain(cache);

  EXPECT_EQ(cache.stats().refused, 2U);
  EXPECT_EQ(get(cache, gives("v"), "new"), "v");
  EXPECT_EQ(get(cache, gives("v"), "old"), "v");
  EXPECT_EQ(cache.stats().backed_off, 0U);
}

TEST_F(CachePitfalls, ABatchLeavesThreadsToUsers) {
  TieredCacheOptions narrow = in_memory_only();
  narrow.pool = std::make_shared<WorkerPool>(WorkerPoolOptions{.threads = 3, .reserved_threads = 2});
  Texts cache(narrow, text_codec());
  for (int i = 0; i < 20; ++i) {
    const std::string key = "batch" + std::to_string(i);
    EXPECT_THROW(cache.get(key, held(gate_, gives("v")), without_time(), Access::batch), Timeout);
  }
  gate_.await_arrivals(1);

  EXPECT_EQ(get(cache, gives("v"), "user"), "v");
  EXPECT_EQ(narrow.pool->waiting(), 19U);
  gate_.open();
  drain(cache);
}

TEST_F(CachePitfalls, AUserWhoJoinsALoadOfABatchDoesNotWaitForTheBatch) {
  TieredCacheOptions narrow = in_memory_only();
  narrow.pool = std::make_shared<WorkerPool>(WorkerPoolOptions{.threads = 2, .reserved_threads = 1});
  Texts cache(narrow, text_codec());
  EXPECT_THROW(cache.get("first", held(gate_, gives("v")), without_time(), Access::batch), Timeout);
  gate_.await_arrivals(1);
  EXPECT_THROW(cache.get("second", gives("v"), without_time(), Access::batch), Timeout);

  EXPECT_EQ(get(cache, never(), "second"), "v");
  gate_.open();
  drain(cache);
}

TEST_F(CachePitfalls, ALoaderThatWaitsForItselfByADetourIsRefused) {
  Texts cache(in_memory_only(), text_codec());
  TextLoader a;
  TextLoader b;
  TextLoader c;
  a = [&](auto, const auto&) { return text(*cache.get("b", b).value); };
  b = [&](auto, const auto&) { return text(*cache.get("c", c).value); };
  c = [&](auto, const auto&) { return text(*cache.get("a", a).value); };

  EXPECT_THROW(cache.get("a", a), InvalidArgument);
  drain(cache);
  EXPECT_EQ(get(cache, gives("v"), "c"), "v");
}

TEST_F(CachePitfalls, LoadersThatWaitForEachOtherOnSeveralThreadsAreRefused) {
  Texts cache(in_memory_only(), text_codec());
  constexpr int keys = 3;
  std::latch all_began(keys);
  const auto key_of = [](int i) { return std::to_string(i % keys); };
  const auto asks_for_the_next = [&](int i) -> TextLoader {
    return [&, i](auto, const auto&) {
      all_began.arrive_and_wait();
      return text(*cache.get(key_of(i + 1), never()).value);
    };
  };
  std::atomic<int> refused = 0;

  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < keys; ++i) {
      callers.emplace_back([&, i] {
        try {
          cache.get(key_of(i), asks_for_the_next(i));
        } catch (const InvalidArgument&) {
          ++refused;
        }
      });
    }
  }

  EXPECT_EQ(refused, keys);
  EXPECT_EQ(get(cache, gives("v"), "0"), "v");
}

TEST_F(CachePitfalls, AClockThatIsSetBackMakesNothingYounger) {
  Texts cache(options(), text_codec());
  cache.put("k", {.value = "old"});

  system_clock_.advance(-hours(24));
  EXPECT_EQ(get(cache, never()), "old");
  EXPECT_GE(*cache.get("k", never()).answer.age, milliseconds(0));
  steady_clock_.advance(fresh_for);

  EXPECT_EQ(get(cache, gives("new")), "new");
  drain(cache);
  EXPECT_EQ(in(*near_), "new");
}

TEST_F(CachePitfalls, AClockThatIsSetForwardOnlyCostsALoad) {
  Texts cache(options(), text_codec());
  cache.put("k", {.value = "old"});

  system_clock_.advance(hours(24));
  EXPECT_EQ(get(cache, never()), "old");

  Texts restarted(options(), text_codec());
  EXPECT_EQ(get(restarted, gives("new")), "new");
}

TEST_F(CachePitfalls, AValueFromAnothersFutureLivesNoLongerThanItsTimeToLive) {
  system_clock_.advance(hours(24));
  put_by_another(*far_, "v");
  system_clock_.advance(-hours(24));
  Texts cache(options(), text_codec());

  EXPECT_EQ(get(cache, never()), "v");
  EXPECT_EQ(cache.get("k", never()).answer.age, milliseconds(0));
  steady_clock_.advance(fresh_for);

  EXPECT_EQ(get(cache, gives("new")), "new");
}

TEST_F(CachePitfalls, ARestartFindsWhatTheTiersStillHave) {
  {
    Texts earlier(options(), text_codec());
    for (int i = 0; i < 100; ++i) earlier.put(std::to_string(i), {.value = "v"});
  }
  Texts cache(options(), text_codec());

  EXPECT_EQ(cache.warm_start(), 100U);
  far_->fail_get();
  near_->fail_get();

  for (int i = 0; i < 100; ++i) EXPECT_EQ(get(cache, never(), std::to_string(i)), "v");
}

TEST_F(CachePitfalls, ValuesOfOneMomentDoNotEndInOneMoment) {
  TieredCacheOptions jittered = options();
  jittered.jitter = 0.1;
  Texts cache(jittered, text_codec());
  std::set<std::optional<cache::SystemTime>> ends;
  for (int i = 0; i < 200; ++i) {
    cache.put(std::to_string(i), {.value = "v"});
    ends.insert(stored(*near_, std::to_string(i))->fresh_until);
  }

  const auto now = std::chrono::floor<milliseconds>(system_clock_.now());
  EXPECT_GT(ends.size(), 150U);
  EXPECT_GE(*ends.begin(), now + fresh_for * 9 / 10);
  EXPECT_LE(*ends.rbegin(), now + fresh_for);
}

TEST_F(CachePitfalls, OnlyACertainNoIsRemembered) {
  Texts cache(impatient(), text_codec());
  const std::vector<TextLoader> uncertain = {throws(Timeout("slow", "model")), throws(ServiceError("no", "model", 429)),
                                             throws(ServiceError("no", "model", 500)), throws(BadData("half", "model")),
                                             throws(NetworkError("gone", "model"))};
  for (const TextLoader& load : uncertain) {
    EXPECT_THROW(cache.get("k", load), Error);
    EXPECT_EQ(cache.stats().absent, 0U);
  }
  EXPECT_EQ(get(cache, gives_none()), "none");
  EXPECT_EQ(get(cache, never()), "none");
  drain(cache);
  EXPECT_EQ(near_->size() + far_->size(), 0U);

  cache.put("k", {.value = "v"});

  EXPECT_EQ(get(cache, never()), "v");
}

TEST_F(CachePitfalls, AnswersThatThereIsNonePushOutNoValues) {
  TieredCacheOptions small = in_memory_only();
  small.memory_bytes = 100'000;
  Texts cache(small, text_codec());
  for (int i = 0; i < 100; ++i) cache.put(std::to_string(i), {.value = "v"});

  Counted none(gives_none());
  for (int i = 0; i < 1000; ++i) get(cache, none, "missing" + std::to_string(i));

  for (int i = 0; i < 100; ++i) EXPECT_EQ(get(cache, never(), std::to_string(i)), "v");
  for (int i = 0; i < 1000; ++i) get(cache, none, "missing" + std::to_string(i));
  EXPECT_GT(none.calls(), 1900);
}

}  // namespace
}  // namespace pilling
