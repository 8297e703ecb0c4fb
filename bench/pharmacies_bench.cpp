// Nearby pharmacies by the index, each job beside a full scan: the haversine of every pharmacy, then a sort of all
// that is kept. 25,000 invented pharmacies stand in 300 towns, a few large and many small, as in Korea.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pilling/pharmacy.hpp"

namespace {

using pilling::Coordinate;
using pilling::NearbyOptions;
using pilling::OpenInterval;
using pilling::OpenState;
using pilling::Pharmacy;
using std::chrono::sys_seconds;
using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;
using Random = std::mt19937_64;

constexpr std::size_t pharmacy_count = 25'000;
constexpr double whole_country = 500'000;

// Wednesday 25 November 2026, 00:00 in Korea.
constexpr sys_seconds wednesday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(15);

double between(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

// As many open at each hour as in Seoul on a Wednesday: 99 % at 12:00, 63 % at 19:00, 1 % at 23:00, 0.06 % at 02:00.
OpenInterval random_day(Random& random) {
  const double rank = between(random, 0, 1);
  if (rank < 0.0006) return {.open = 0, .close = 1440};
  const int open = 480 + static_cast<int>(between(random, 0, 10)) * 15;
  if (rank < 0.01) return {.open = open, .close = 1440 + static_cast<int>(between(random, 0, 4)) * 30};
  if (rank < 0.11) return {.open = open, .close = 1320};
  return {.open = open, .close = rank < 0.63 ? 1170 : 1110};
}

struct Town {
  Coordinate center;
  double spread_degrees;
};

std::vector<Town> random_towns(Random& random) {
  std::vector<Town> towns;
  for (int rank = 1; rank <= 300; ++rank) {
    towns.push_back({.center = {.latitude = between(random, 34.5, 38), .longitude = between(random, 126.5, 129.3)},
                     .spread_degrees = 0.08 / std::sqrt(rank)});
  }
  return towns;
}

// Town number r holds a share of 1/r.
Coordinate random_place(const std::vector<Town>& towns, Random& random) {
  const double rank = std::exp(between(random, 0, std::log(static_cast<double>(towns.size()))));
  const Town& town = towns[std::min(static_cast<std::size_t>(rank) - 1, towns.size() - 1)];
  std::normal_distribution<double> offset(0, town.spread_degrees);
  return {.latitude = town.center.latitude + offset(random), .longitude = town.center.longitude + offset(random)};
}

struct Country {
  Pharmacies pharmacies;
  std::vector<Coordinate> centers;  // where people ask
};

Country make_country() {
  constexpr std::size_t center_count = 4'096;
  Random random(20'261'125);
  const std::vector<Town> towns = random_towns(random);
  Country country;
  for (std::size_t number = 0; number < pharmacy_count; ++number) {
    Pharmacy pharmacy;
    pharmacy.id.value = std::string("C").append(std::to_string(1'100'000 + number));
    pharmacy.position = random_place(towns, random);
    pharmacy.hours.days.fill(random_day(random));
    country.pharmacies.push_back(std::make_shared<const Pharmacy>(std::move(pharmacy)));
  }
  for (std::size_t number = 0; number < center_count; ++number) {
    country.centers.push_back(random_place(towns, random));
  }
  return country;
}

const Country& country() {
  static const Country country = make_country();
  return country;
}

double scanned_distance(Coordinate from, Coordinate to) {
  constexpr double radians = std::numbers::pi / 180;
  const double latitude_sine = std::sin((to.latitude - from.latitude) * radians / 2);
  const double longitude_sine = std::sin((to.longitude - from.longitude) * radians / 2);
  const double a = latitude_sine * latitude_sine + std::cos(from.latitude * radians) * std::cos(to.latitude * radians) *
                                                       longitude_sine * longitude_sine;
  return pilling::earth_radius_meters * 2 * std::atan2(std::sqrt(a), std::sqrt(1 - a));
}

std::vector<std::pair<double, std::shared_ptr<const Pharmacy>>> scan(Coordinate center, const NearbyOptions& options) {
  std::vector<std::pair<double, std::shared_ptr<const Pharmacy>>> found;
  for (const auto& pharmacy : country().pharmacies) {
    if (options.open_at && open_state(pharmacy->hours, *options.open_at) != OpenState::open) continue;
    const double distance = scanned_distance(center, pharmacy->position);
    if (distance <= options.radius_meters) found.emplace_back(distance, pharmacy);
  }
  std::ranges::sort(found, {}, [](const auto& hit) { return hit.first; });
  if (options.limit && *options.limit < found.size()) found.resize(*options.limit);
  return found;
}

void by_index(benchmark::State& state, NearbyOptions options) {
  const pilling::PharmacyIndex index(country().pharmacies);
  std::size_t call = 0;
  std::size_t found = 0;
  for (auto _ : state) {
    const auto nearby = index.near(country().centers[call++ % country().centers.size()], options, wednesday);
    found += nearby.size();
    benchmark::DoNotOptimize(nearby.data());
  }
  state.counters["found"] = static_cast<double>(found) / static_cast<double>(call);
}

void by_scan(benchmark::State& state, NearbyOptions options) {
  std::size_t call = 0;
  std::size_t found = 0;
  for (auto _ : state) {
    const auto nearby = scan(country().centers[call++ % country().centers.size()], options);
    found += nearby.size();
    benchmark::DoNotOptimize(nearby.data());
  }
  state.counters["found"] = static_cast<double>(found) / static_cast<double>(call);
}

void build(benchmark::State& state) {
  for (auto _ : state) {
    const pilling::PharmacyIndex index(country().pharmacies);
    benchmark::DoNotOptimize(index.size());
  }
}
BENCHMARK(build)->Unit(benchmark::kMillisecond);

NearbyOptions nearest_open_at(std::chrono::minutes after_midnight) {
  return {.radius_meters = whole_country, .limit = 10, .open_at = wednesday + after_midnight};
}

void register_jobs() {
  using namespace std::chrono_literals;
  const std::pair<std::string, NearbyOptions> jobs[] = {
      {"ten_nearest", {.radius_meters = whole_country, .limit = 10}},
      {"ten_nearest_within_3km", {.radius_meters = 3'000, .limit = 10}},
      {"within_1km", {.radius_meters = 1'000}},
      {"within_3km", {.radius_meters = 3'000}},
      {"ten_nearest_open_at_noon", nearest_open_at(12h)},
      {"ten_nearest_open_at_21h30", nearest_open_at(21h + 30min)},
      {"ten_nearest_open_at_23h", nearest_open_at(23h)},
      {"ten_nearest_open_at_2h", nearest_open_at(2h)},
  };
  for (const auto& [name, options] : jobs) {
    benchmark::RegisterBenchmark((name + "/index").c_str(), by_index, options)->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark((name + "/scan").c_str(), by_scan, options)->Unit(benchmark::kMicrosecond);
  }
}

[[maybe_unused]] const bool is_registered = (register_jobs(), true);

}  // namespace

BENCHMARK_MAIN();
