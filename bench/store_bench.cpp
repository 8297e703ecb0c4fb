// The database of record with a country's catalogue: 5,000 medicines with texts of 5 kB each and 25,000 pharmacies.

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pilling/store.hpp"
#include "support/temporary_directory.hpp"

namespace {

using pilling::support::TemporaryDirectory;

constexpr int medicine_count = 5'000;
constexpr int pharmacy_count = 25'000;
constexpr int summary_count = 2'000;

std::string text_of(std::size_t characters, std::mt19937& random) {
  static const std::vector<std::string> syllables{"약", "은", "두", "통", "열", "에", "씁", "니", "다", " ", ", ", "."};
  std::string text;
  while (text.size() < characters) text += syllables[random() % syllables.size()];
  return text;
}

const std::vector<pilling::Medicine>& medicines() {
  static const auto all = [] {
    std::mt19937 random(1);
    std::vector<pilling::Medicine> made(medicine_count);
    for (int i = 0; i < medicine_count; ++i) {
      pilling::Medicine& medicine = made[static_cast<std::size_t>(i)];
      medicine.id.value = std::to_string(200'000'000 + i);
      medicine.name = text_of(30, random);
      medicine.company = text_of(20, random);
      medicine.efficacy = text_of(300, random);
      medicine.usage = text_of(400, random);
      medicine.warnings = text_of(300, random);
      medicine.precautions = text_of(2'000, random);
      medicine.interactions = text_of(600, random);
      medicine.side_effects = text_of(1'200, random);
      medicine.storage = text_of(100, random);
      medicine.images = {"https://example.org/" + std::to_string(i)};
    }
    return made;
  }();
  return all;
}

const std::vector<pilling::Pharmacy>& pharmacies() {
  static const auto all = [] {
    std::mt19937 random(2);
    std::vector<pilling::Pharmacy> made(pharmacy_count);
    for (int i = 0; i < pharmacy_count; ++i) {
      pilling::Pharmacy& pharmacy = made[static_cast<std::size_t>(i)];
      pharmacy.id.value = "C" + std::to_string(1'000'000 + i);
      pharmacy.name = text_of(20, random);
      pharmacy.address = text_of(60, random);
      pharmacy.telephone = "02-000-0000";
      pharmacy.position = {.latitude = 33 + static_cast<double>(random() % 50'000) / 10'000,
                           .longitude = 126 + static_cast<double>(random() % 30'000) / 10'000};
      for (std::size_t day = 0; day < 6; ++day) pharmacy.hours.days[day] = pilling::OpenInterval{540, 1140};
    }
    return made;
  }();
  return all;
}

pilling::SummaryKey summary_key(int number) {
  return {.text = "fingerprint" + std::to_string(number), .keyword = {}, .maker = "extractive/1"};
}

// What a tiered cache keeps in the store: values of 2 kB.
constexpr std::size_t cached_count = 20'000;

std::string cache_key(std::size_t number) { return "summaries/fingerprint" + std::to_string(number); }

pilling::SharedEntry cached_value(std::int64_t stamp) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return {.bytes = std::string(2'000, 'x'), .stamp = stamp, .kept_until = now + std::chrono::hours(24)};
}

void put_everything(pilling::Store& store) {
  const auto transaction = store.begin();
  for (const auto& medicine : medicines()) transaction->put(medicine);
  for (const auto& pharmacy : pharmacies()) transaction->put(pharmacy);
  transaction->commit();
}

// One database with everything in it, for those who only read.
class Loaded {
 public:
  Loaded() {
    put_everything(*store_);
    const auto transaction = store_->begin();
    for (int i = 0; i < summary_count; ++i) {
      transaction->put(summary_key(i),
                       {.text = "두통, 발열", .indications = {"두통", "발열"}, .maker = "extractive/1"});
    }
    transaction->commit();
  }
  pilling::Store& store() const { return *store_; }
  std::filesystem::path path() const { return folder_.path() / "pilling.db"; }

 private:
  TemporaryDirectory folder_;
  std::shared_ptr<pilling::Store> store_ = pilling::make_sqlite_store(path());
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

void put_in_one_transaction(benchmark::State& state) {
  const TemporaryDirectory folder;
  medicines();
  pharmacies();
  int round = 0;
  for (auto _ : state) {
    put_everything(*pilling::make_sqlite_store(folder.path() / std::to_string(round++)));
  }
  state.SetItemsProcessed(state.iterations() * (medicine_count + pharmacy_count));
}

void put_the_same_again(benchmark::State& state) {
  loaded();
  for (auto _ : state) put_everything(loaded().store());
  state.SetItemsProcessed(state.iterations() * (medicine_count + pharmacy_count));
}

void open_with_check(benchmark::State& state) {
  loaded();
  for (auto _ : state) benchmark::DoNotOptimize(pilling::make_sqlite_store(loaded().path()));
}

void load_all_medicines(benchmark::State& state) {
  loaded();
  for (auto _ : state) benchmark::DoNotOptimize(loaded().store().medicines());
  state.SetItemsProcessed(state.iterations() * medicine_count);
}

void load_all_pharmacies(benchmark::State& state) {
  loaded();
  for (auto _ : state) benchmark::DoNotOptimize(loaded().store().pharmacies());
  state.SetItemsProcessed(state.iterations() * pharmacy_count);
}

void read_one_summary(benchmark::State& state) {
  loaded();
  int i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(loaded().store().summary(summary_key(i++ % summary_count)));
}

void read_one_medicine(benchmark::State& state) {
  const auto transaction = loaded().store().begin();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(transaction->medicine(medicines()[i++ % static_cast<std::size_t>(medicine_count)].id));
  }
}

void read_catalogue_version(benchmark::State& state) {
  loaded();
  for (auto _ : state) benchmark::DoNotOptimize(loaded().store().catalogue_version());
}

// What a watching engine asks four times a second.
void read_catalogue_versions(benchmark::State& state) {
  loaded();
  for (auto _ : state) benchmark::DoNotOptimize(loaded().store().catalogue_versions());
}

const std::shared_ptr<pilling::SharedCache>& loaded_cache() {
  static const auto once = [] {
    auto cache = loaded().store().cache();
    std::vector<std::pair<std::string, pilling::SharedEntry>> entries;
    for (std::size_t i = 0; i < cached_count; ++i) entries.emplace_back(cache_key(i), cached_value(1));
    cache->put(entries, {});
    return cache;
  }();
  return once;
}

// Arguments: keys in one call, and of how many any may be wanted next: a few that are in the pages of SQLite, or all.
void get_from_the_cache(benchmark::State& state) {
  const auto& cache = loaded_cache();
  std::mt19937 random(3);
  std::vector<std::string> keys(static_cast<std::size_t>(state.range(0)));
  const auto wanted = static_cast<std::size_t>(state.range(1));
  for (auto _ : state) {
    for (std::string& key : keys) key = cache_key(random() % wanted);
    benchmark::DoNotOptimize(cache->get(keys, {}));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void miss_in_the_cache(benchmark::State& state) {
  const auto& cache = loaded_cache();
  const std::vector<std::string> keys{"summaries/none"};
  for (auto _ : state) benchmark::DoNotOptimize(cache->get(keys, {}));
}

// The argument: entries in one call, which is one transaction.
void put_into_the_cache(benchmark::State& state) {
  const auto& cache = loaded_cache();
  std::mt19937 random(4);
  static std::int64_t stamp = 1;  // rises for good, or later rounds would put what is not newer
  std::vector<std::pair<std::string, pilling::SharedEntry>> entries(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    for (auto& entry : entries) entry = {cache_key(random() % cached_count), cached_value(++stamp)};
    cache->put(entries, {});
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(put_in_one_transaction)->Unit(benchmark::kMillisecond);
BENCHMARK(put_the_same_again)->Unit(benchmark::kMillisecond);
BENCHMARK(open_with_check)->Unit(benchmark::kMillisecond);
BENCHMARK(load_all_medicines)->Unit(benchmark::kMillisecond);
BENCHMARK(load_all_pharmacies)->Unit(benchmark::kMillisecond);
BENCHMARK(read_one_summary);
BENCHMARK(read_one_medicine);
BENCHMARK(read_catalogue_version);
BENCHMARK(read_catalogue_versions);
BENCHMARK(get_from_the_cache)->ArgsProduct({{1, 2, 100}, {200, cached_count}});
BENCHMARK(miss_in_the_cache);
BENCHMARK(put_into_the_cache)->Arg(1)->Arg(100)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
