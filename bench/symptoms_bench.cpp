// Symptom search over texts of the shape of e약은요, beside what it replaces: looking at every text, and pairs of
// syllables ranked by BM25. Real texts when PILLING_DATA_DIR names the folder of the shared data, else invented ones.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "engine/symptom_look_up.hpp"
#include "pilling/summarizer.hpp"
#include "symptom_baselines.hpp"
#include "symptom_queries.hpp"

namespace {

using pilling::bench::Medicines;
using Texts = std::vector<std::string>;

constexpr std::size_t limit = 10;

Texts chosen_symptoms(std::mt19937& random, std::size_t count) {
  static const Texts symptoms = {"두통", "치통", "인후통",   "관절통", "근육통",   "신경통",    "습진",     "위통",
                                 "설사", "변비", "콧물",     "코막힘", "구내염",   "결막염",    "기침",     "가래",
                                 "요통", "발열", "소화불량", "체함",   "속쓰림",   "가려움",    "두드러기", "타박상",
                                 "무좀", "치질", "오한",     "재채기", "어깨결림", "눈의 피로", "육체피로", "불면증"};
  Texts chosen;
  while (chosen.size() < count) chosen.push_back(symptoms[random() % symptoms.size()]);
  return chosen;
}

Medicines invented_medicines() {
  constexpr std::size_t count = 4712, text_count = 1836;  // as there were in July 2024
  std::mt19937 random(20240701);
  Texts texts;
  while (texts.size() < text_count) {
    std::string text = "이 약은";
    for (const std::string& symptom : chosen_symptoms(random, 1 + random() % 12)) text += " " + symptom + ",";
    text.back() = ' ';
    texts.push_back(text + "의 완화 " + std::to_string(texts.size()) + "에 사용합니다.");
  }
  Medicines medicines;
  for (std::size_t i = 0; i < count; ++i) {
    pilling::Medicine medicine;
    medicine.id.value = std::to_string(100000000 + i);
    medicine.efficacy = texts[i % texts.size()];
    medicines.push_back(std::make_shared<const pilling::Medicine>(std::move(medicine)));
  }
  return medicines;
}

const Medicines& medicines() {
  static const Medicines all = [] {
    const char* folder = std::getenv("PILLING_DATA_DIR");
    if (folder == nullptr) return invented_medicines();
    return pilling::bench::symptom_medicines(std::filesystem::path(folder) / "easydrug/easydrug_2024-07.jsonl.gz");
  }();
  return all;
}

const pilling::EngineOptions& options() {
  static const pilling::EngineOptions with_concepts = [] {
    pilling::EngineOptions made;
    made.concepts = pilling::SymptomConcepts::bundled();
    return made;
  }();
  return with_concepts;
}

const pilling::engine::MedicineCatalogue& catalogue() {
  static const auto all = [] {
    std::vector<pilling::Medicine> rows;
    for (const auto& medicine : medicines()) rows.push_back(*medicine);
    return pilling::engine::index_medicines(options(), std::move(rows), *pilling::make_extractive_summarizer(), {});
  }();
  return *all;
}

const Texts& phrases() {
  static const Texts all = [] {
    Texts phrases;
    const std::filesystem::path folder = std::filesystem::path(PILLING_SOURCE_DIR) / "tests/data";
    for (const char* file : {"symptom_phrases_tuned.tsv", "symptom_phrases_held_out.tsv"}) {
      for (const auto& query : pilling::bench::symptom_queries(folder / file)) phrases.push_back(query.text());
    }
    return phrases;
  }();
  return all;
}

void search_symptoms(benchmark::State& state) {
  catalogue();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string& phrase = phrases()[i++ % phrases().size()];
    benchmark::DoNotOptimize(pilling::engine::search_symptoms(catalogue(), phrase, {.limit = limit}));
  }
}

void understand_alone(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(options().concepts->understand(phrases()[i++ % phrases().size()]));
}

void naive_scan(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string& phrase = phrases()[i++ % phrases().size()];
    benchmark::DoNotOptimize(pilling::bench::scan_for_words(medicines(), phrase, limit));
  }
}

void pairs_of_syllables(benchmark::State& state) {
  static const pilling::bench::PairIndex pairs(medicines());
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(pairs.search(phrases()[i++ % phrases().size()], limit));
}

void build(benchmark::State& state) {
  const auto all = pilling::bench::symptom_entries(catalogue(), options());
  for (auto _ : state) benchmark::DoNotOptimize(pilling::search::SymptomIndex(all, options().concepts));
  state.counters["texts"] = static_cast<double>(all.size());
}

void build_pairs(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pilling::bench::PairIndex(medicines()));
}

void read_table(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pilling::SymptomConcepts::bundled());
}

BENCHMARK(build)->Unit(benchmark::kMillisecond);
BENCHMARK(build_pairs)->Unit(benchmark::kMillisecond);
BENCHMARK(read_table)->Unit(benchmark::kMillisecond);
BENCHMARK(search_symptoms)->Unit(benchmark::kMicrosecond);
BENCHMARK(understand_alone)->Unit(benchmark::kMicrosecond);
BENCHMARK(naive_scan)->Unit(benchmark::kMicrosecond);
BENCHMARK(pairs_of_syllables)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
