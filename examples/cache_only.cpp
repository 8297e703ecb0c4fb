// The cache by itself: memory, then a file, then a slow source, which is asked once however many want to know.
#include <chrono>
#include <iostream>
#include <pilling/cache.hpp>
#include <pilling/store.hpp>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
  using namespace std::chrono_literals;
  const auto store = pilling::make_sqlite_store(count > 1 ? arguments[1] : "cache.db");

  pilling::TieredCacheOptions options;
  options.name = "translations";
  options.tiers = {{.cache = store->cache(), .is_local = true}};
  options.time_to_live = 1h;
  pilling::TieredCache<std::string> cache(options, pilling::text_codec());
  cache.warm_start();

  const pilling::CacheLoader<std::string> ask = [](std::string_view word, const pilling::CallOptions&) {
    std::this_thread::sleep_for(300ms);  // a language model, say
    return std::optional(pilling::LoadedValue<std::string>{"the English for " + std::string(word)});
  };

  std::vector<std::jthread> readers;
  for (int i = 0; i < 64; ++i) readers.emplace_back([&] { cache.get("두통", ask); });
  readers.clear();
  const auto found = cache.get("두통", ask);
  std::cout << *found.value << "\n64 readers, " << cache.stats().loads << " load (0 when run again within the hour); "
            << "now from memory in " << found.answer.elapsed.count() << " ns\n";
}
