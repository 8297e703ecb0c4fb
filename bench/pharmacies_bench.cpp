// Nearby pharmacies by the index, each job beside what else would answer it: the original's scan, a scan by vector
// instructions, and nanoflann and S2 where CMake found them. Real positions where the public data are, else invented.
//
// Each query is timed alone, in rounds over all centers. p50_us and p99_us are quantiles over the centers, of the
// median of each; about 0.03 µs of every figure is the clock. A summary of the ratios follows the table, on stderr.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <malloc.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/korean_time.hpp"
#include "geo/nearby_index.hpp"
#include "name_queries.hpp"
#include "pharmacy_baselines.hpp"
#include "pharmacy_samples.hpp"
#include "pilling/pharmacy.hpp"

namespace {

using namespace std::chrono_literals;
using pilling::Coordinate;
using pilling::HolidayCalendar;
using pilling::NearbyOptions;
using pilling::OpenState;
using pilling::PharmacyIndex;
using pilling::bench::Baseline;
using pilling::bench::Country;
using pilling::bench::korea;
using pilling::bench::Pharmacies;
using pilling::bench::wednesday;
using pilling::bench::world;
using pilling::geo::NearbyIndex;
using pilling::geo::TreePath;
using std::chrono::sys_seconds;
using Clock = std::chrono::steady_clock;

struct Times {
  double p50 = 0;
  double p99 = 0;
};

// Of each job, by what did it.
std::map<std::string, std::map<std::string, Times>>& all_times() {
  static std::map<std::string, std::map<std::string, Times>> times;
  return times;
}

using Search = std::function<std::size_t(Coordinate)>;

struct Run {
  std::string job;
  std::string by;
  std::size_t centers;
  std::function<Search()> make_search;
};

void measure(benchmark::State& state, const Country& (*country)(), const Run& run) {
  const Search search = run.make_search();
  const std::size_t centers = std::min(run.centers, country().centers.size());
  std::vector<std::vector<double>> times(centers);
  std::size_t found = 0;
  for (std::size_t i = 0; i < centers; ++i) found += search(country().centers[i]);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(centers))) {
    for (std::size_t i = 0; i < centers; ++i) {
      const auto begin = Clock::now();
      benchmark::DoNotOptimize(search(country().centers[i]));
      times[i].push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
  }
  std::vector<double> medians;
  for (const std::vector<double>& of_center : times) medians.push_back(pilling::bench::quantile(of_center, 0.5));
  const Times result{.p50 = pilling::bench::quantile(medians, 0.5), .p99 = pilling::bench::quantile(medians, 0.99)};
  state.counters["p50_us"] = result.p50;
  state.counters["p99_us"] = result.p99;
  state.counters["found"] = static_cast<double>(found) / static_cast<double>(centers);
  Times& best = all_times()[run.job][run.by];
  if (best.p50 == 0 || result.p50 < best.p50) best = result;
}

const PharmacyIndex& index() {
  static const PharmacyIndex index(korea().pharmacies);
  return index;
}

const PharmacyIndex& world_index() {
  static const PharmacyIndex index(world().pharmacies);
  return index;
}

const NearbyIndex& index_by_queries() {
  static const NearbyIndex index(korea().pharmacies, HolidayCalendar::bundled(), 0);
  return index;
}

std::vector<bool> open_ones(sys_seconds instant) {
  static const HolidayCalendar holidays = HolidayCalendar::bundled();
  const pilling::core::KoreanTime time = pilling::core::korean_time(instant, holidays);
  std::vector<bool> open;
  open.reserve(korea().pharmacies.size());
  for (const auto& pharmacy : korea().pharmacies) {
    const auto& days = pharmacy->hours.days;
    open.push_back(pilling::core::open_state(days[time.today], days[time.yesterday], time.minute) == OpenState::open);
  }
  return open;
}

Search by_index(const NearbyOptions& options) {
  return [&searched = index(), options](Coordinate center) { return searched.near(center, options, wednesday).size(); };
}

Search by_queries(const NearbyOptions& options) {
  return [&searched = index_by_queries(), options](Coordinate center) {
    return searched.near(center, options, wednesday, TreePath::queries).size();
  };
}

// Asks every pharmacy whether it is open, each time.
Search by_scan(const NearbyOptions& options) {
  const std::shared_ptr<Baseline> scan = pilling::bench::make_scan(korea().pharmacies);
  return [scan, options](Coordinate center) {
    const std::vector<bool> open = options.open_at ? open_ones(*options.open_at) : std::vector<bool>();
    return scan->near(center, options.radius_meters, options.limit, options.open_at ? &open : nullptr).size();
  };
}

// Knows beforehand which are open.
Search by_baseline(std::unique_ptr<Baseline> (*make)(const Pharmacies&), const NearbyOptions& options) {
  const std::shared_ptr<Baseline> baseline = make(korea().pharmacies);
  const std::vector<bool> open = options.open_at ? open_ones(*options.open_at) : std::vector<bool>();
  return [baseline, options, open](Coordinate center) {
    return baseline->near(center, options.radius_meters, options.limit, options.open_at ? &open : nullptr).size();
  };
}

void add(const Country& (*country)(), const Run& run) {
  benchmark::RegisterBenchmark((run.job + "/" + run.by).c_str(), measure, country, run)->Unit(benchmark::kMicrosecond);
}

constexpr std::size_t all_centers = 4'096;
constexpr std::size_t some_centers = 64;  // for scans, which take as long everywhere

void add_job(const std::string& job, const NearbyOptions& options) {
  add(korea, {job, "index", all_centers, [options] { return by_index(options); }});
  add(korea, {job, "index_by_queries", all_centers, [options] { return by_queries(options); }});
  add(korea, {job, "scan", some_centers, [options] { return by_scan(options); }});
  add(korea,
      {job, "vector_scan", all_centers, [options] { return by_baseline(pilling::bench::make_vector_scan, options); }});
#ifdef PILLING_BENCH_NANOFLANN
  add(korea,
      {job, "nanoflann", all_centers, [options] { return by_baseline(pilling::bench::make_nanoflann, options); }});
#endif
#ifdef PILLING_BENCH_S2
  add(korea, {job, "s2", all_centers, [options] { return by_baseline(pilling::bench::make_s2, options); }});
#endif
}

void add_index_job(const std::string& job, const NearbyOptions& options) {
  add(korea, {job, "index", all_centers, [options] { return by_index(options); }});
}

NearbyOptions nearest_open_at(std::chrono::minutes after_midnight) {
  return {.radius_meters = std::nullopt, .limit = 10, .open_at = wednesday + after_midnight};
}

// A minute that no query had before, nearly each time: every set of open rows is found anew.
Search at_new_instants() {
  return [&searched = index(), minute = 0min](Coordinate center) mutable {
    minute = (minute + 61min) % (7 * 24h);
    return searched.near(center, nearest_open_at(minute), wednesday).size();
  };
}

Search second_page() {
  return [&searched = index()](Coordinate center) {
    const pilling::NearbyCursor first_ends{.distance_meters = 500, .id = {"C"}, .version = 0};
    return searched.near(center, {.radius_meters = std::nullopt, .limit = 10, .after = first_ends}, wednesday).size();
  };
}

void register_jobs() {
  add_job("ten_nearest", {.radius_meters = std::nullopt, .limit = 10});
  add_job("ten_nearest_within_3km", {.radius_meters = 3'000, .limit = 10});
  add_job("within_500m", {.radius_meters = 500});
  add_job("within_1km", {.radius_meters = 1'000});
  add_job("within_3km", {.radius_meters = 3'000});
  const std::pair<const char*, std::chrono::minutes> hours[] = {
      {"2h", 2h}, {"23h", 23h}, {"22h10", 22h + 10min}, {"21h30", 21h + 30min}, {"19h", 19h}, {"12h", 12h}};
  for (const auto& [hour, minute] : hours) add_job("ten_nearest_open_at_" + std::string(hour), nearest_open_at(minute));

  add_index_job("hundred_nearest", {.radius_meters = std::nullopt, .limit = 100});
  add_index_job("ten_nearest_that_a_function_accepts",
                {.radius_meters = std::nullopt, .limit = 10, .accepts = [](const pilling::Pharmacy& pharmacy) {
                   return std::fmod(pharmacy.position.latitude * 1e5, 10) < 1;  // one of ten
                 }});
  add_index_job("ten_nearest_of_a_name", {.radius_meters = std::nullopt, .limit = 10, .name = "온누리"});
  add(korea, {"second_page", "index", all_centers, second_page});
  add(korea, {"first_at_an_instant", "index", 512, at_new_instants});
  add(korea, {"count_within_3km", "index", all_centers, [] {
                return Search([&searched = index()](Coordinate center) {
                  return searched.count(center, {.radius_meters = 3'000}, wednesday);
                });
              }});
  add(world, {"ten_nearest_of_1M", "index", all_centers, [] {
                return Search([&searched = world_index()](Coordinate center) {
                  return searched.near(center, {.radius_meters = std::nullopt, .limit = 10}, wednesday).size();
                });
              }});
}

void ten_nearest_of_many(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        index().near_many(korea().centers, {.radius_meters = std::nullopt, .limit = 10}, wednesday));
  }
  state.counters["us_each"] =
      benchmark::Counter(static_cast<double>(korea().centers.size()) * 1e-6,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(ten_nearest_of_many)->Unit(benchmark::kMillisecond);

// As the store gives them: in the order of their ids.
Pharmacies by_id(const Pharmacies& pharmacies) {
  Pharmacies sorted = pharmacies;
  std::ranges::sort(sorted, {}, [](const auto& pharmacy) -> const pilling::PharmacyId& { return pharmacy->id; });
  return sorted;
}

void build(benchmark::State& state, const Country& (*country)(), bool is_sorted) {
  const Pharmacies pharmacies = is_sorted ? by_id(country().pharmacies) : country().pharmacies;
  for (auto _ : state) {
    const PharmacyIndex built(pharmacies);
    benchmark::DoNotOptimize(built.size());
  }
  state.counters["rows"] = static_cast<double>(pharmacies.size());
}
BENCHMARK_CAPTURE(build, korea, korea, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(build, korea_unsorted, korea, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(build, 1M, world, true)->Unit(benchmark::kMillisecond);

std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// After every quarter of an hour of a week was asked for, so that its sets of open rows are full, too.
void memory(benchmark::State& state, const Country& (*country)()) {
  const auto rows = static_cast<double>(country().pharmacies.size());
  for (auto _ : state) {
    const std::size_t before = bytes_in_use();
    const PharmacyIndex built(country().pharmacies);
    const std::size_t fresh = bytes_in_use();
    for (std::chrono::minutes minute = 0min; minute < 24h; minute += 15min) {
      benchmark::DoNotOptimize(built.near(country().centers[0], nearest_open_at(minute), wednesday).size());
    }
    state.counters["bytes_a_row"] = static_cast<double>(fresh - before) / rows;
    state.counters["bytes_a_row_after_a_day"] = static_cast<double>(bytes_in_use() - before) / rows;
  }
}
BENCHMARK_CAPTURE(memory, korea, korea)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(memory, 1M, world)->Iterations(1)->Unit(benchmark::kMillisecond);

void print_summary() {
  if (all_times().empty()) return;
  std::fprintf(stderr, "\n%-36s %-18s %10s %10s %12s\n", "best of all repetitions", "", "p50 us", "p99 us",
               "index faster");
  for (const auto& [job, times] : all_times()) {
    const auto ours = times.find("index");
    for (const auto& [by, time] : times) {
      std::fprintf(stderr, "%-36s %-18s %10.2f %10.2f", job.c_str(), by.c_str(), time.p50, time.p99);
      const bool has_ratio = ours != times.end() && by != "index";
      has_ratio ? std::fprintf(stderr, " %11.1fx\n", time.p50 / ours->second.p50) : std::fprintf(stderr, "\n");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_jobs();
  benchmark::RunSpecifiedBenchmarks();
  print_summary();
  benchmark::Shutdown();
}
