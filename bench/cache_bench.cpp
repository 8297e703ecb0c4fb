// The cache in memory, beside what one would write without it: see cache_baselines.hpp. Everything in one run, so that
// the machine is the same; "x mutex LRU" and "x LRU/64" say how many times as many operations were done in the same
// time. On a machine that is shared, the CPU time of an operation says more than the time that went by.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cache_baselines.hpp"
#include "pilling/cache.hpp"

namespace {

using pilling::bench::LruBehindMutex;
using pilling::bench::MapWithoutBound;
using pilling::bench::ShardedLru;

constexpr std::size_t key_count = 50'000;
constexpr std::size_t value_bytes = 2'000;
constexpr std::size_t room_for_all = 2 * key_count * value_bytes;
constexpr std::size_t room_for_a_tenth = key_count / 10 * value_bytes;

std::string make_value() { return std::string(value_bytes, 'x'); }

// 39 bytes each.
std::vector<std::string> make_keys(const std::string& prefix) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < key_count; ++i) {
    keys.push_back(prefix + "가나다라마바사아자차" + std::to_string(100'000 + i));
  }
  std::ranges::shuffle(keys, std::mt19937_64(1));
  return keys;
}

const std::vector<std::string>& keys() {
  static const auto all = make_keys("약");
  return all;
}

const std::vector<std::string>& missing_keys() {
  static const auto all = make_keys("없");
  return all;
}

// Zipf-distributed positions of keys (exponent 0.99), the same in every run.
const std::vector<std::size_t>& order() {
  static const auto positions = [] {
    std::vector<double> sums(key_count);
    for (std::size_t i = 0; i < key_count; ++i) sums[i] = std::pow(static_cast<double>(i + 1), -0.99);
    std::partial_sum(sums.begin(), sums.end(), sums.begin());
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> draw(0, sums.back());
    std::vector<std::size_t> drawn(1 << 20);
    for (std::size_t& position : drawn) {
      position = static_cast<std::size_t>(std::ranges::lower_bound(sums, draw(random)) - sums.begin());
    }
    return drawn;
  }();
  return positions;
}

// Each thread goes its own way through the order.
class Walk {
 public:
  explicit Walk(const benchmark::State& state) : at_(static_cast<std::size_t>(state.thread_index()) * 7919 * 17) {}
  std::size_t next() { return order()[at_++ & (order().size() - 1)]; }

 private:
  std::size_t at_;
};

class BoundedCache : public pilling::MemoryCache<std::string, std::string> {
 public:
  explicit BoundedCache(std::size_t maximum_weight)
      : MemoryCache({.maximum_weight = maximum_weight, .typical_weight = value_bytes}) {}
};

// How much faster the cache was than the baselines that ran before it, on the clock of the first thread.
class Ratio {
 public:
  Ratio(benchmark::State& state, std::string load)
      : state_(state), load_(std::move(load) + "/" + std::to_string(state.threads())) {}

  template <class Cache>
  void report() {
    if (state_.thread_index() != 0) return;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
    const double speed = static_cast<double>(state_.iterations()) / elapsed.count();
    if constexpr (std::is_same_v<Cache, LruBehindMutex>) speeds()["x mutex LRU/" + load_] = speed;
    if constexpr (std::is_same_v<Cache, ShardedLru>) speeds()["x LRU/64/" + load_] = speed;
    if constexpr (std::is_same_v<Cache, BoundedCache>) {
      for (const char* const name : {"x mutex LRU", "x LRU/64"}) {
        const auto baseline = speeds().find(std::string(name) + "/" + load_);
        if (baseline != speeds().end()) state_.counters[name] = speed / baseline->second;
      }
    }
  }

 private:
  static std::map<std::string, double>& speeds() {
    static std::map<std::string, double> all;
    return all;
  }

  benchmark::State& state_;
  std::string load_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Everything is there.
template <class Cache>
Cache& filled() {
  static const auto cache = [] {
    auto made = std::make_unique<Cache>(room_for_all);
    for (const std::string& key : keys()) made->put(key, make_value(), value_bytes);
    return made;
  }();
  return *cache;
}

template <class Cache>
void hot_get(benchmark::State& state) {
  Cache& cache = filled<Cache>();
  Walk walk(state);
  Ratio ratio(state, "get");
  for (auto _ : state) benchmark::DoNotOptimize(cache.get(keys()[walk.next()])->size());
  ratio.report<Cache>();
}

template <class Cache>
void hot_visit(benchmark::State& state) {
  Cache& cache = filled<Cache>();
  Walk walk(state);
  Ratio ratio(state, "visit");
  for (auto _ : state) {
    cache.visit(keys()[walk.next()], [](const std::string& value) { benchmark::DoNotOptimize(value.size()); });
  }
  ratio.report<Cache>();
}

template <class Cache>
void get_what_is_missing(benchmark::State& state) {
  Cache& cache = filled<Cache>();
  Walk walk(state);
  Ratio ratio(state, "missing");
  for (auto _ : state) benchmark::DoNotOptimize(cache.get(missing_keys()[walk.next()]));
  ratio.report<Cache>();
}

template <class Cache>
bool get_or_put(Cache& cache, std::size_t position) {
  auto value = cache.get(keys()[position]);
  const bool is_hit = value != nullptr;
  if (!is_hit) value = cache.put(keys()[position], make_value(), value_bytes);
  benchmark::DoNotOptimize(value->size());
  return is_hit;
}

// Made for each run, and full when it begins.
template <class Cache>
std::unique_ptr<Cache> small_cache;

template <class Cache>
void make_small_cache(const benchmark::State&) {
  small_cache<Cache> = std::make_unique<Cache>(room_for_a_tenth);
  for (std::size_t i = 0; i < 100'000; ++i) get_or_put(*small_cache<Cache>, order()[order().size() - 1 - i]);
}

template <class Cache>
void drop_small_cache(const benchmark::State&) {
  small_cache<Cache> = nullptr;
}

// A tenth of it is there; what is not is put.
template <class Cache>
void get_or_put_with_room_for_a_tenth(benchmark::State& state) {
  Walk walk(state);
  double hits = 0;
  Ratio ratio(state, "tenth");
  for (auto _ : state) hits += get_or_put(*small_cache<Cache>, walk.next()) ? 1 : 0;
  ratio.report<Cache>();
  state.counters["hits"] = benchmark::Counter(hits, benchmark::Counter::kAvgIterations);
}

template <class Cache>
void put_in_place(benchmark::State& state) {
  Cache& cache = filled<Cache>();
  Walk walk(state);
  Ratio ratio(state, "put");
  for (auto _ : state) cache.put(keys()[walk.next()], make_value(), value_bytes);
  ratio.report<Cache>();
}

// Real time decides how long a run takes; the CPU time is that of one operation on whatever thread.
void on_threads(benchmark::internal::Benchmark* job) { job->Threads(1)->Threads(2)->Threads(8)->UseRealTime(); }

template <class Cache>
void on_small_cache(benchmark::internal::Benchmark* job) {
  on_threads(job->Setup(&make_small_cache<Cache>)->Teardown(&drop_small_cache<Cache>));
}

BENCHMARK(hot_get<MapWithoutBound>)->Apply(on_threads);
BENCHMARK(hot_get<LruBehindMutex>)->Apply(on_threads);
BENCHMARK(hot_get<ShardedLru>)->Apply(on_threads);
BENCHMARK(hot_get<BoundedCache>)->Apply(on_threads);
BENCHMARK(hot_visit<MapWithoutBound>)->Apply(on_threads);
BENCHMARK(hot_visit<LruBehindMutex>)->Apply(on_threads);
BENCHMARK(hot_visit<ShardedLru>)->Apply(on_threads);
BENCHMARK(hot_visit<BoundedCache>)->Apply(on_threads);
BENCHMARK(get_or_put_with_room_for_a_tenth<LruBehindMutex>)->Apply(on_small_cache<LruBehindMutex>);
BENCHMARK(get_or_put_with_room_for_a_tenth<ShardedLru>)->Apply(on_small_cache<ShardedLru>);
BENCHMARK(get_or_put_with_room_for_a_tenth<BoundedCache>)->Apply(on_small_cache<BoundedCache>);
BENCHMARK(get_what_is_missing<LruBehindMutex>);
BENCHMARK(get_what_is_missing<ShardedLru>);
BENCHMARK(get_what_is_missing<BoundedCache>);
BENCHMARK(put_in_place<LruBehindMutex>);
BENCHMARK(put_in_place<ShardedLru>);
BENCHMARK(put_in_place<BoundedCache>);

// The cache in tiers: on a memory hit it does what `hot_get<BoundedCache>` does, and says how old the value is and how
// long it took.

pilling::TieredCacheOptions tiered_options(bool with_time_to_live) {
  pilling::TieredCacheOptions options;
  options.memory_bytes = room_for_all;
  if (with_time_to_live) options.time_to_live = std::chrono::hours(24);
  return options;
}

const pilling::CacheLoader<std::string> load_value = [](std::string_view, const pilling::CallOptions&) {
  return std::optional(pilling::LoadedValue<std::string>{make_value()});
};

template <bool with_time_to_live>
void tiered_memory_hit(benchmark::State& state) {
  static const auto cache = [] {
    auto made =
        std::make_unique<pilling::TieredCache<std::string>>(tiered_options(with_time_to_live), pilling::text_codec());
    for (const std::string& key : keys()) made->put(key, {make_value()});
    return made;
  }();
  Walk walk(state);
  for (auto _ : state) benchmark::DoNotOptimize(cache->get(keys()[walk.next()], load_value).value->size());
}

// What it takes to hand a load to a worker and to get the value back; the load itself is nothing.
void tiered_load(benchmark::State& state) {
  pilling::TieredCache<std::string> cache(tiered_options(false), pilling::text_codec());
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(cache.get(std::to_string(++i), load_value).value->size());
}

// What counting the time of one operation takes. On a memory hit, one in 64 is counted so; hits and misses are counted
// by what a look-up does anyway.
void count_latency(benchmark::State& state) {
  pilling::LatencyHistogram histogram;
  std::int64_t nanoseconds = 0;
  for (auto _ : state) histogram.record(std::chrono::nanoseconds(nanoseconds += 7));
  benchmark::DoNotOptimize(histogram.summary().count);
}

BENCHMARK(tiered_memory_hit<false>)->Apply(on_threads);
BENCHMARK(tiered_memory_hit<true>)->Apply(on_threads);
BENCHMARK(tiered_load)->UseRealTime();
BENCHMARK(count_latency);

}  // namespace

BENCHMARK_MAIN();
