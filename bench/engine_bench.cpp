// The engine as a caller sees it, over the bundled sample or the file that PILLING_BENCH_MEDICINES names.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "pilling/engine.hpp"
#include "support/temporary_directory.hpp"

namespace {

std::filesystem::path medicines_file() {
  const char* named = std::getenv("PILLING_BENCH_MEDICINES");
  return named ? named : PILLING_SOURCE_DIR "/examples/data/medicines.jsonl";
}

// One engine on a throw-away database, shared by all benchmarks.
class Loaded {
 public:
  Loaded() : engine_({.database = database_}) {
    engine_.import_medicines(medicines_file());
    for (const auto& medicine : pilling::make_sqlite_store(database_)->medicines()) names_.push_back(medicine.name);
  }

  const pilling::Engine& engine() const { return engine_; }
  const std::string& name(std::size_t i) const { return names_[i % names_.size()]; }
  std::size_t size() const { return names_.size(); }

 private:
  const pilling::support::TemporaryDirectory folder_;
  const std::filesystem::path database_ = folder_.path() / "pilling.db";
  pilling::Engine engine_;
  std::vector<std::string> names_;
};

const Loaded& loaded() {
  static const Loaded loaded;
  return loaded;
}

void search_from_memory(benchmark::State& state) {
  const Loaded& sample = loaded();
  for (auto _ : state) benchmark::DoNotOptimize(sample.engine().search(sample.name(0)));
}
BENCHMARK(search_from_memory);

// A different limit after each round through the names makes each call a new one, in repetitions, too.
void search_from_index(benchmark::State& state) {
  const Loaded& sample = loaded();
  static std::size_t call = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(sample.engine().search(sample.name(call), 10 + call / sample.size()));
    ++call;
  }
}
BENCHMARK(search_from_index);

std::string three_letters(const std::string& name) {
  std::size_t end = 0;
  for (int letters = 0; letters < 3 && end < name.size(); ++letters) {
    ++end;
    while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) ++end;
  }
  return name.substr(0, end);
}

void suggest_three_letters(benchmark::State& state) {
  const Loaded& sample = loaded();
  std::size_t call = 0;
  for (auto _ : state) benchmark::DoNotOptimize(sample.engine().suggest(three_letters(sample.name(call++))));
}
BENCHMARK(suggest_three_letters);

void search_symptom_from_memory(benchmark::State& state) {
  const Loaded& sample = loaded();
  for (auto _ : state) benchmark::DoNotOptimize(sample.engine().search_symptom("두통"));
}
BENCHMARK(search_symptom_from_memory);

// An import of one new medicine, which is brought into the indexes that are there.
void import_one_medicine(benchmark::State& state) {
  const pilling::support::TemporaryDirectory folder;
  pilling::Engine engine({.database = folder.path() / "pilling.db"});
  engine.import_medicines(medicines_file());
  const auto file = folder.path() / "one.jsonl";
  int number = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string id = std::to_string(900000000 + number++);
    std::ofstream(file) << R"({"itemSeq":")" << id << R"(","itemName":"새이름)" << id
                        << R"(정","efcyQesitm":"이 약은 두통에 사용합니다."})" << '\n';
    state.ResumeTiming();
    engine.import_medicines(file);
  }
}
// Fewer than would have all loaded anew.
BENCHMARK(import_one_medicine)->Iterations(200)->Unit(benchmark::kMillisecond);

// What loading all takes: the time of the above without that.
void open_an_engine(benchmark::State& state) {
  const pilling::support::TemporaryDirectory folder;
  const auto database = folder.path() / "pilling.db";
  pilling::Engine({.database = database}).import_medicines(medicines_file());
  for (auto _ : state) pilling::Engine engine({.database = database});
}
BENCHMARK(open_an_engine)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
