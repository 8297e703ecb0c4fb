// Name search beside what it replaces: SQL LIKE, trigrams, and a scan by edit distance. Real names and queries where
// the public data are (PILLING_DATA_DIR, else shared/data beside the checkout), else invented ones.
//
// Every query is asked several times in a row. p50_us, p99_us and max_us are quantiles over the queries, of the median
// of each; first_p50_us is that of the first time alone, when other queries have left the processor's caches to it.
// A summary of all that was run follows the table, on stderr.

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "name_baselines.hpp"
#include "name_queries.hpp"
#include "name_samples.hpp"
#include "pilling/search.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace std::string_literals;
using pilling::NameIndex;
using pilling::NameMatch;
using pilling::bench::answers;
using pilling::bench::EditScan;
using pilling::bench::KnownQuery;
using pilling::bench::many_names;
using pilling::bench::names;
using pilling::bench::Positions;
using pilling::bench::quantile;
using pilling::bench::SqliteNames;
using pilling::bench::Strings;
using Clock = std::chrono::steady_clock;

/// How long each of several queries took, every time it was asked.
class QueryTimes {
 public:
  explicit QueryTimes(std::size_t count) : times_(count), first_(count) {}

  template <typename Job>
  void measure(std::size_t query, int asked, Job job) {
    for (int i = 0; i < asked; ++i) {
      const auto begin = Clock::now();
      benchmark::DoNotOptimize(job());
      times_[query].push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
      if (i == 0) first_[query].push_back(times_[query].back());
    }
  }

  void add(const QueryTimes& other) {
    times_.resize(other.times_.size());
    for (std::size_t i = 0; i < times_.size(); ++i)
      times_[i].insert(times_[i].end(), other.times_[i].begin(), other.times_[i].end());
  }

  std::vector<double> medians() const { return medians(times_); }

  void count(benchmark::State& state) const {
    const std::vector<double> all = medians();
    state.counters["queries"] = static_cast<double>(all.size());
    state.counters["p50_us"] = quantile(all, 0.5);
    state.counters["p99_us"] = quantile(all, 0.99);
    state.counters["max_us"] = quantile(all, 1);
    state.counters["first_p50_us"] = quantile(medians(first_), 0.5);
  }

 private:
  using Times = std::vector<std::vector<double>>;

  static std::vector<double> medians(const Times& of_queries) {
    std::vector<double> all;
    for (const std::vector<double>& times : of_queries) all.push_back(quantile(times, 0.5));
    return all;
  }

  Times times_;
  Times first_;
};

/// What was measured over the nine main classes, of all repetitions, by what was searched with.
struct Comparison {
  QueryTimes times{0};
  double recall = 0;
};

std::map<std::string, Comparison>& comparisons() {
  static std::map<std::string, Comparison> all;
  return all;
}

std::vector<KnownQuery> queries_of(std::string_view kind) {
  std::vector<KnownQuery> some;
  for (const KnownQuery& query : pilling::bench::queries()) {
    if (kind == "nine_classes" ? pilling::bench::is_main_class(query.kind) : query.kind == kind) some.push_back(query);
  }
  return some;
}

const NameIndex& index() {
  static const NameIndex all(names());
  return all;
}

const NameIndex& large_index() {
  static const NameIndex all(many_names());
  return all;
}

Positions positions(Positions found) { return found; }

Positions positions(const std::vector<NameMatch>& matches) {
  Positions found;
  for (const NameMatch& match : matches) found.push_back(match.index);
  return found;
}

template <typename Search>
double recall(const std::vector<KnownQuery>& queries, Search search) {
  double sum = 0;
  for (const KnownQuery& query : queries) {
    Strings found;
    for (const std::size_t position : positions(search(query.text))) found.push_back(names()[position]);
    sum += pilling::bench::recall(query, found);
  }
  return 100 * sum / static_cast<double>(queries.size());
}

constexpr int several_times = 5;
constexpr int once = 1;  // for scans, which find nothing in the caches the second time either

template <typename Search>
QueryTimes run(benchmark::State& state, const Strings& texts, Search search, int asked = several_times) {
  QueryTimes times(texts.size());
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(texts.size()) * asked)) {
    for (std::size_t i = 0; i < texts.size(); ++i) times.measure(i, asked, [&] { return search(texts[i]); });
  }
  times.count(state);
  return times;
}

Strings texts_of(const std::vector<KnownQuery>& queries) {
  Strings texts;
  for (const KnownQuery& query : queries) texts.push_back(query.text);
  return texts;
}

template <typename Search>
void compare(benchmark::State& state, const std::string& what, int asked, Search search) {
  const std::vector<KnownQuery> queries = queries_of("nine_classes");
  const bool is_first = !comparisons().contains(what);
  Comparison& comparison = comparisons()[what];
  if (is_first) comparison.recall = recall(queries, search);
  comparison.times.add(run(state, texts_of(queries), search, asked));
  state.counters["recall_at_10"] = comparison.recall;
}

void index_nine_classes(benchmark::State& state) {
  compare(state, "name index", several_times, [](const std::string& text) { return index().search(text, answers); });
}

void like_nine_classes(benchmark::State& state) {
  static const SqliteNames table = SqliteNames::with_like(names());
  compare(state, "SQLite LIKE", once, [](const std::string& text) { return table.search(text, answers); });
}

void trigrams_nine_classes(benchmark::State& state) {
  try {
    static const SqliteNames table = SqliteNames::with_trigrams(names());
    compare(state, "FTS5 trigrams", several_times, [](const std::string& text) { return table.search(text, answers); });
  } catch (const std::runtime_error& problem) {
    state.SkipWithError(problem.what());
  }
}

void edit_scan_nine_classes(benchmark::State& state) {
  static const EditScan scan(names());
  compare(state, "scan by edits", once, [](const std::string& text) { return scan.search(text, answers); });
}

void search(benchmark::State& state, std::string_view kind) {
  const std::vector<KnownQuery> queries = queries_of(kind);
  const auto by_index = [](const std::string& text) { return index().search(text, answers); };
  index();
  run(state, texts_of(queries), by_index);
  state.counters["recall_at_10"] = recall(queries, by_index);
}

void search_117k(benchmark::State& state, std::string_view kind) {
  if (many_names().empty()) return state.SkipWithError("the public data are not there");
  large_index();
  run(state, texts_of(queries_of(kind)), [](const std::string& text) { return large_index().search(text, answers); });
  state.counters["bytes_a_name"] =
      static_cast<double>(large_index().bytes()) / static_cast<double>(large_index().size());
}

void short_texts(benchmark::State& state, const NameIndex& (*index)(), Strings (*texts)()) {
  if (index().size() == 0) return state.SkipWithError("the public data are not there");
  run(state, texts(), [index](const std::string& text) { return index().search(text, answers); });
}

void as_you_type(benchmark::State& state) {
  index();
  run(state, pilling::bench::typed_brands(static_cast<std::size_t>(state.range(0))),
      [](const std::string& text) { return index().suggest(text, answers); });
}

void build(benchmark::State& state, const Strings& (*names)()) {
  if (names().empty()) return state.SkipWithError("the public data are not there");
  std::size_t bytes = 0;
  for (auto _ : state) {
    const NameIndex built(names());
    bytes = built.bytes();
  }
  state.counters["names"] = static_cast<double>(names().size());
  state.counters["bytes_a_name"] = static_cast<double>(bytes) / static_cast<double>(names().size());
}

/// A file of the index, for as long as the program runs.
class Snapshot {
 public:
  Snapshot() { index().save(path_); }

  static NameIndex open() {
    static const Snapshot saved;
    return NameIndex::open(saved.path_);
  }

 private:
  const pilling::support::TemporaryDirectory folder_;
  const std::filesystem::path path_ = folder_.path() / "snapshot.names";
};

void open_snapshot(benchmark::State& state) {
  Snapshot::open();
  for (auto _ : state) benchmark::DoNotOptimize(Snapshot::open());
}

// Of two hundred names added one by one, each is a query of its own.
constexpr std::size_t changes = 200;

std::string new_name(std::size_t number) { return "새로나온약" + std::to_string(number) + "밀리그램정"; }

void add_one(benchmark::State& state) {
  QueryTimes times(changes);
  while (state.KeepRunningBatch(changes)) {
    NameIndex index = Snapshot::open();
    for (std::size_t i = 0; i < changes; ++i) times.measure(i, once, [&] { return index.add({.name = new_name(i)}); });
  }
  times.count(state);
}

void search_after_add(benchmark::State& state) {
  QueryTimes times(changes);
  while (state.KeepRunningBatch(changes)) {
    NameIndex index = Snapshot::open();
    for (std::size_t i = 0; i < changes; ++i) {
      const std::size_t added = index.add({.name = new_name(i)});
      std::vector<NameMatch> found;
      times.measure(i, once, [&] { return (found = index.search(new_name(i), answers)).size(); });
      if (found.empty() || found.front().index != added) return state.SkipWithError("the added name was not found");
    }
  }
  times.count(state);
}

void remove_one(benchmark::State& state) {
  QueryTimes times(changes);
  const std::size_t apart = names().size() / changes;
  while (state.KeepRunningBatch(changes)) {
    NameIndex index = Snapshot::open();
    for (std::size_t i = 0; i < changes; ++i) times.measure(i, once, [&] { return index.remove(i * apart); });
  }
  times.count(state);
}

void register_all() {
  const auto add = [](const std::string& name, auto run, auto... arguments) {
    return benchmark::RegisterBenchmark(name.c_str(), run, arguments...)->Unit(benchmark::kMicrosecond);
  };
  add("build/50k", build, names)->Unit(benchmark::kMillisecond);
  add("build/117k", build, many_names)->Unit(benchmark::kMillisecond);
  add("open_snapshot/50k", open_snapshot)->Unit(benchmark::kMillisecond);
  add("search/nine_classes", index_nine_classes);
  add("sqlite_like/nine_classes", like_nine_classes);
  add("fts5_trigrams/nine_classes", trigrams_nine_classes);
  add("edit_scan/nine_classes", edit_scan_nine_classes);
  for (const std::string_view kind : pilling::bench::sample_classes) add("search/"s.append(kind), search, kind);
  add("search_117k/nine_classes", search_117k, "nine_classes");
  add("search/one_key", short_texts, index, pilling::bench::single_strokes);
  add("search/two_keys", short_texts, index, pilling::bench::pairs_of_strokes);
  add("search_117k/one_key", short_texts, large_index, pilling::bench::single_strokes);
  add("search_117k/two_keys", short_texts, large_index, pilling::bench::pairs_of_strokes);
  add("as_you_type/strokes", as_you_type)->DenseRange(1, 8);
  add("add_one/50k", add_one);
  add("search_after_add/50k", search_after_add);
  add("remove_one/50k", remove_one);
}

void print_summary() {
  const auto ours = comparisons().find("name index");
  if (ours == comparisons().end()) return;
  const double our_median = quantile(ours->second.times.medians(), 0.5);
  std::fprintf(stderr,
               "\nThe nine main classes over %zu names; how often the index is faster, and its recall, beside:\n",
               names().size());
  std::fprintf(stderr, "%-14s %10s %10s %10s %10s %8s %8s\n", "", "p50 us", "p99 us", "max us", "recall@10", "faster",
               "recall");
  for (const auto& [what, measured] : comparisons()) {
    const std::vector<double> medians = measured.times.medians();
    const double median = quantile(medians, 0.5);
    std::fprintf(stderr, "%-14s %10.1f %10.1f %10.1f %10.1f %7.1fx %7.2fx\n", what.c_str(), median,
                 quantile(medians, 0.99), quantile(medians, 1), measured.recall, median / our_median,
                 ours->second.recall / measured.recall);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    register_all();
    benchmark::RunSpecifiedBenchmarks();
    print_summary();
    benchmark::Shutdown();
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "names_bench: %s\n", problem.what());
    return 1;
  }
}
