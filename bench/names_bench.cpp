// Name search beside what it replaces: looking at every name. Real names when PILLING_DATA_DIR names their folder.

#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"
#include "text/normalize.hpp"

namespace {

constexpr std::size_t name_count = 50000;
constexpr std::size_t limit = 10;

using Names = std::vector<std::string>;

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

Names real_names(const std::string& folder) {
  const std::string command = "gzip -dc '" + folder + "/names/search_corpus_50k.tsv.gz' | cut -f2";
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(command.c_str(), "r"));
  Names names;
  std::array<char, 8192> line{};
  while (pipe && std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    names.emplace_back(line.data());
    if (names.back().ends_with('\n')) names.back().pop_back();
  }
  return names;
}

// Brand of two to five syllables, dosage form, mostly a strength, sometimes the ingredient.
std::string invented_name(std::mt19937& random) {
  static const Names syllables = {"가", "나", "다", "라", "마", "바", "사", "아", "자", "타", "파", "하", "레", "놀",
                                  "린", "스", "트", "로", "프", "디", "코", "메", "펜", "솔", "정", "시", "클", "탄"};
  static const Names forms = {"정", "캡슐", "연질캡슐", "서방정", "시럽", "주", "크림", "점안액"};
  static const Names strengths = {"10mg",      "20mg", "100밀리그램", "500밀리그람", "0.5mg",
                                  "80/12.5mg", "25㎍", "5%",          "1,000IU"};
  static const Names ingredients = {"(아세트아미노펜)", "(로사르탄칼륨)", "(케토프로펜)", "(클로피도그렐황산수소염)"};
  const auto one_of = [&random](const Names& all) { return all[random() % all.size()]; };
  std::string name;
  for (std::size_t left = 2 + random() % 4; left > 0; --left) name += one_of(syllables);
  name += one_of(forms);
  if (random() % 4 != 0) name += one_of(strengths);
  if (random() % 3 == 0) name += one_of(ingredients);
  return name;
}

const Names& names() {
  static const Names all = [] {
    const char* const folder = std::getenv("PILLING_DATA_DIR");
    Names names = folder != nullptr ? real_names(folder) : Names{};
    std::mt19937 random(20240701);
    while (names.size() < name_count) names.push_back(invented_name(random));
    return names;
  }();
  return all;
}

const pilling::NameIndex& index() {
  static const pilling::NameIndex all(names());
  return all;
}

std::string characters(std::string_view name, std::size_t first, std::size_t count) {
  std::string piece;
  std::size_t character = 0;
  for (const char byte : name) {
    if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) ++character;
    if (character > first && character <= first + count) piece.push_back(byte);
  }
  return piece;
}

enum class Part { whole, beginning, inner };

Names queries(Part part) {
  std::mt19937 random(7);
  Names texts;
  while (texts.size() < 512) {
    const std::string& name = names()[random() % names().size()];
    if (part == Part::whole) texts.push_back(name);
    if (part == Part::beginning) texts.push_back(characters(name, 0, 2 + random() % 3));
    if (part == Part::inner) texts.push_back(characters(name, 1 + random() % 3, 3));
  }
  return texts;
}

// The scan that the index replaces: as many names as asked for that hold the text, in no order.
std::vector<std::size_t> scan(std::string_view text) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < names().size() && found.size() < limit; ++i) {
    if (names()[i].find(text) != std::string::npos) found.push_back(i);
  }
  return found;
}

template <typename Search>
void run(benchmark::State& state, Part part, Search search) {
  index();
  const Names texts = queries(part);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(search(texts[i++ % texts.size()]));
}

void index_search(benchmark::State& state, Part part) {
  run(state, part, [](const std::string& text) { return index().search(text, limit); });
}

void index_suggest(benchmark::State& state, Part part) {
  run(state, part, [](const std::string& text) { return index().suggest(text, limit); });
}

void naive_scan(benchmark::State& state, Part part) {
  run(state, part, [](const std::string& text) { return scan(text); });
}

void normalize(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(pilling::text::normalize(names()[i++ % names().size()]));
}

void build(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pilling::NameIndex(names()));
  state.counters["names"] = static_cast<double>(names().size());
}

void naive_build(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Names(names()));
}

BENCHMARK(normalize);
BENCHMARK(build)->Unit(benchmark::kMillisecond);
BENCHMARK(naive_build)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(index_search, exact, Part::whole)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(naive_scan, exact, Part::whole)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(index_search, prefix, Part::beginning)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(naive_scan, prefix, Part::beginning)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(index_search, inside, Part::inner)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(naive_scan, inside, Part::inner)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(index_suggest, typing, Part::beginning)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(naive_scan, typing, Part::beginning)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
