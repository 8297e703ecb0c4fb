// Symptom search over invented texts of the shape of e약은요, beside what it replaces: looking at every text.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "search/symptom_index.hpp"

namespace {

constexpr std::size_t text_count = 1836;  // as many distinct ones as there were in July 2024
constexpr std::size_t limit = 10;

using Texts = std::vector<std::string>;

std::string invented_symptom(std::mt19937& random) {
  static const Texts places = {"두", "치",   "인후", "관절",   "근육", "신경", "피부", "위",   "장",
                               "비", "구내", "결막", "기관지", "방광", "요",   "어깨", "복부", "가슴"};
  static const Texts complaints = {"통",   "염",   "가려움", "부기",   "출혈", "경련",
                                   "궤양", "습진", "결림",   "불쾌감", "건조"};
  return places[random() % places.size()] + complaints[random() % complaints.size()];
}

const Texts& texts() {
  static const Texts all = [] {
    std::mt19937 random(20240701);
    Texts texts;
    while (texts.size() < text_count) {
      std::string text = "이 약은 " + invented_symptom(random);
      for (std::size_t left = random() % 12; left > 0; --left) text += ", " + invented_symptom(random);
      texts.push_back(text + "의 완화에 씁니다.");
    }
    return texts;
  }();
  return all;
}

const pilling::search::SymptomIndex& index() {
  static const pilling::search::SymptomIndex all(texts());
  return all;
}

Texts queries(std::size_t words) {
  std::mt19937 random(7);
  Texts queries(256);
  for (std::string& query : queries) {
    query = invented_symptom(random);
    for (std::size_t i = 1; i < words; ++i) query += " " + invented_symptom(random);
  }
  return queries;
}

std::vector<std::size_t> scan(std::string_view query) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < texts().size() && found.size() < limit; ++i) {
    bool holds_all = true;
    for (std::size_t begin = 0; begin < query.size() && holds_all;) {
      const std::size_t end = std::min(query.find(' ', begin), query.size());
      holds_all = texts()[i].find(query.substr(begin, end - begin)) != std::string::npos;
      begin = end + 1;
    }
    if (holds_all) found.push_back(i);
  }
  return found;
}

void index_search(benchmark::State& state) {
  index();
  const Texts all = queries(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(index().search(all[i++ % all.size()], limit));
}

void naive_scan(benchmark::State& state) {
  const Texts all = queries(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(scan(all[i++ % all.size()]));
}

void build(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pilling::search::SymptomIndex(texts()));
  state.counters["texts"] = static_cast<double>(texts().size());
}

void naive_build(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Texts(texts()));
}

BENCHMARK(build)->Unit(benchmark::kMillisecond);
BENCHMARK(naive_build)->Unit(benchmark::kMillisecond);
BENCHMARK(index_search)->ArgName("words")->Arg(1)->Arg(2)->Arg(3)->Unit(benchmark::kMicrosecond);
BENCHMARK(naive_scan)->ArgName("words")->Arg(1)->Arg(2)->Arg(3)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
