#include "pharmacy_samples.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <random>
#include <string>
#include <utility>

#include "sources/file_contents.hpp"
#include "support/public_data.hpp"

namespace pilling::bench {
namespace {

using Random = std::mt19937_64;

constexpr std::size_t center_count = 4'096;

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

// Town number r holds a share of 1/r.
Coordinate random_place(const std::vector<Town>& towns, Random& random) {
  const double rank = std::exp(between(random, 0, std::log(static_cast<double>(towns.size()))));
  const Town& town = towns[std::min(static_cast<std::size_t>(rank) - 1, towns.size() - 1)];
  std::normal_distribution<double> offset(0, town.spread_degrees);
  const double latitude = town.center.latitude + offset(random);
  const double longitude = town.center.longitude + offset(random);
  return {.latitude = std::clamp(latitude, -90.0, 90.0), .longitude = std::remainder(longitude, 360)};
}

Country invented_country(std::size_t count, const std::vector<Town>& towns, Random& random) {
  Country country;
  for (std::size_t number = 0; number < count; ++number) {
    Pharmacy pharmacy;
    pharmacy.id.value = std::string("C").append(std::to_string(1'100'000 + number));
    pharmacy.name = "가상" + std::to_string(number % 997) + "약국";
    pharmacy.position = random_place(towns, random);
    pharmacy.hours.days.fill(random_day(random));
    country.pharmacies.push_back(std::make_shared<const Pharmacy>(std::move(pharmacy)));
  }
  for (std::size_t number = 0; number < center_count; ++number) {
    country.centers.push_back(random_place(towns, random));
  }
  return country;
}

Country invented_korea() {
  Random random(20'261'125);
  std::vector<Town> towns;
  for (int rank = 1; rank <= 300; ++rank) {
    towns.push_back({.center = {.latitude = between(random, 34.5, 38), .longitude = between(random, 126.5, 129.3)},
                     .spread_degrees = 0.08 / std::sqrt(rank)});
  }
  return invented_country(24'385, towns, random);
}

// Within a kilometer or so of a pharmacy, as those who ask are.
Coordinate near_one(const Pharmacies& pharmacies, Random& random) {
  std::normal_distribution<double> offset(0, 0.008);
  const Coordinate place = pharmacies[random() % pharmacies.size()]->position;
  return {.latitude = place.latitude + offset(random), .longitude = place.longitude + offset(random)};
}

Country real_korea(const std::filesystem::path& positions, const std::filesystem::path& hours) {
  Random random(20'261'125);
  const auto with_hours = sources::read_pharmacy_file(hours).rows;
  Country country;
  for (auto& [line, pharmacy] : sources::read_pharmacy_file(positions).rows) {
    pharmacy.hours = with_hours[random() % with_hours.size()].row.hours;
    country.pharmacies.push_back(std::make_shared<const Pharmacy>(std::move(pharmacy)));
  }
  for (std::size_t number = 0; number < center_count; ++number) {
    country.centers.push_back(near_one(country.pharmacies, random));
  }
  return country;
}

Country make_korea() {
  const auto positions = support::public_data("pharmacy/hira_pharmacy_2023Q1.csv.gz");
  const auto hours = support::public_data("pharmacy/seoul_pharmacy_hours_derived_2023-05.csv.gz");
  return positions && hours ? real_korea(*positions, *hours) : invented_korea();
}

Country make_world() {
  Random random(20'261'126);
  std::vector<Town> towns;
  for (int rank = 1; rank <= 4'000; ++rank) {
    const double latitude = std::asin(between(random, -1, 1)) * 180 / std::numbers::pi;
    towns.push_back({.center = {.latitude = latitude, .longitude = between(random, -180, 180)},
                     .spread_degrees = 1 / std::sqrt(rank)});
  }
  return invented_country(1'000'000, towns, random);
}

}  // namespace

const Country& korea() {
  static const Country country = make_korea();
  return country;
}

const Country& world() {
  static const Country country = make_world();
  return country;
}

}  // namespace pilling::bench
