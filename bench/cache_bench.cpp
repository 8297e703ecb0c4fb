// The caches in memory, beside the simplest thing that could do: a map behind a mutex, without a bound.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pilling/cache.hpp"

namespace {

constexpr std::size_t key_count = 50'000;
constexpr std::size_t value_bytes = 2'000;

std::vector<std::string> make_keys(const std::string& prefix) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < key_count; ++i)
    keys.push_back(prefix + "가나다라마바사아자차" + std::to_string(100'000 + i));
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
    std::vector<std::size_t> drawn(1 << 18);
    for (std::size_t& position : drawn) {
      position = static_cast<std::size_t>(std::ranges::lower_bound(sums, draw(random)) - sums.begin());
    }
    return drawn;
  }();
  return positions;
}

std::shared_ptr<const std::string> make_value() { return std::make_shared<const std::string>(value_bytes, 'x'); }

class MapBehindMutex {
 public:
  std::shared_ptr<const std::string> get(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : found->second;
  }
  void put(std::string key, std::shared_ptr<const std::string> value, std::size_t) {
    const std::scoped_lock lock(mutex_);
    values_.insert_or_assign(std::move(key), std::move(value));
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> values_;
};

class BoundedCache : public pilling::MemoryCache<std::string, std::string> {
 public:
  BoundedCache() : MemoryCache(everything()) {}

 private:
  static pilling::MemoryCacheOptions everything() {
    pilling::MemoryCacheOptions options;
    options.maximum_weight = 2 * key_count * value_bytes;
    return options;
  }
};

template <class Cache>
Cache& filled() {
  static Cache cache;
  static const bool is_filled = [] {
    for (const std::string& key : keys()) cache.put(key, make_value(), value_bytes);
    return true;
  }();
  benchmark::DoNotOptimize(is_filled);
  return cache;
}

template <class Cache>
void get_hit(benchmark::State& state) {
  Cache& cache = filled<Cache>();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) benchmark::DoNotOptimize(cache.get(keys()[order()[i++ % order().size()]]));
  state.SetItemsProcessed(state.iterations());
}

template <class Cache>
void get_miss(benchmark::State& state) {
  Cache& cache = filled<Cache>();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) benchmark::DoNotOptimize(cache.get(missing_keys()[order()[i++ % order().size()]]));
  state.SetItemsProcessed(state.iterations());
}

template <class Cache>
void put(benchmark::State& state) {
  Cache cache;
  const auto value = make_value();
  std::size_t i = 0;
  for (auto _ : state) cache.put(keys()[i++ % key_count], value, value_bytes);
  state.SetItemsProcessed(state.iterations());
}

// Room for a tenth of the keys, so that nearly every put pushes something out.
void put_with_eviction(benchmark::State& state) {
  pilling::MemoryCacheOptions options;
  options.maximum_weight = key_count / 10 * value_bytes;
  pilling::MemoryCache<std::string, std::string> cache(options);
  const auto value = make_value();
  std::size_t i = 0;
  for (auto _ : state) cache.put(keys()[i++ % key_count], value, value_bytes);
  state.SetItemsProcessed(state.iterations());
}

pilling::TieredCache& filled_tiers() {
  static const auto cache = [] {
    pilling::TieredCacheOptions options;
    options.memory.maximum_weight = 2 * key_count * value_bytes;
    auto made = std::make_unique<pilling::TieredCache>(options);
    for (const std::string& key : keys()) {
      made->get(key, [](std::string_view, const pilling::CallOptions&) {
        return pilling::CacheEntry{std::string(value_bytes, 'x'), {}, std::nullopt};
      });
    }
    return made;
  }();
  return *cache;
}

void tiered_memory_hit(benchmark::State& state) {
  pilling::TieredCache& cache = filled_tiers();
  const pilling::CacheLoader none = [](std::string_view, const pilling::CallOptions&) { return std::nullopt; };
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) benchmark::DoNotOptimize(cache.get(keys()[order()[i++ % order().size()]], none));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(get_hit<MapBehindMutex>)->ThreadRange(1, 2);
BENCHMARK(get_hit<BoundedCache>)->ThreadRange(1, 2);
BENCHMARK(get_miss<MapBehindMutex>);
BENCHMARK(get_miss<BoundedCache>);
BENCHMARK(put<MapBehindMutex>);
BENCHMARK(put<BoundedCache>);
BENCHMARK(put_with_eviction);
BENCHMARK(tiered_memory_hit)->ThreadRange(1, 2);

}  // namespace

BENCHMARK_MAIN();
