#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <numbers>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/pharmacy.hpp"
#include "text/normalize.hpp"

/// Places where distances go wrong, pharmacies on them, and the truth about them by a full scan.
namespace pilling::samples {

using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;
using Random = std::mt19937_64;
using Place = std::function<Coordinate(Random&)>;
using Ids = std::vector<std::string>;
using std::chrono::sys_seconds;

// A Wednesday that is no holiday, 12:00 in Korea.
inline constexpr sys_seconds wednesday_noon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + std::chrono::hours(3);
inline constexpr std::size_t wednesday = 2;

inline std::shared_ptr<const Pharmacy> pharmacy(const std::string& id, Coordinate position,
                                                const OpeningHours& hours = {}, const std::string& name = {}) {
  Pharmacy made;
  made.id.value = id;
  made.name = name;
  made.position = position;
  made.hours = hours;
  return std::make_shared<const Pharmacy>(std::move(made));
}

inline Ids ids(const std::vector<NearbyPharmacy>& found) {
  Ids result;
  for (const NearbyPharmacy& nearby : found) result.push_back(nearby.pharmacy->id.value);
  return result;
}

inline std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing was refused";
}

inline double between(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

inline double wrapped(double longitude) { return longitude > 180 ? longitude - 360 : longitude; }

inline Coordinate anywhere(Random& random) {
  return {.latitude = std::asin(between(random, -1, 1)) * 180 / std::numbers::pi,
          .longitude = between(random, -180, 180)};
}

inline Coordinate at_the_date_line(Random& random) {
  const double exact = random() % 2 == 0 ? 180 : -180;
  const double latitude = random() % 3 == 0 ? std::floor(between(random, -3, 3)) : between(random, -20, 20);
  return {.latitude = latitude, .longitude = random() % 4 == 0 ? exact : wrapped(between(random, 177, 183))};
}

inline Coordinate at_a_pole(Random& random) {
  const double sign = random() % 2 == 0 ? 1 : -1;
  return {.latitude = sign * (random() % 8 == 0 ? 90 : between(random, 88, 90)),
          .longitude = between(random, -180, 180)};
}

inline Coordinate on_a_grid(Random& random) {
  return {.latitude = static_cast<double>(random() % 9) - 4, .longitude = static_cast<double>(random() % 9) - 4};
}

inline Coordinate at_the_ends_of_degrees(Random& random) {
  return {.latitude = static_cast<double>(random() % 5) * 45 - 90,
          .longitude = static_cast<double>(random() % 9) * 45 - 180};
}

inline Coordinate in_korea(Random& random) {
  return {.latitude = between(random, 33.2, 38.5), .longitude = between(random, 126.1, 129.5)};
}

inline Coordinate in_few_buildings(Random& random) {
  return {.latitude = 37.5 + 1e-3 * static_cast<double>(random() % 6),
          .longitude = 127 + 1e-7 * static_cast<double>(random() % 3)};
}

inline const std::vector<std::pair<std::string, Place>>& places() {
  static const std::vector<std::pair<std::string, Place>> all = {{"Anywhere", anywhere},
                                                                 {"AtTheDateLine", at_the_date_line},
                                                                 {"AtAPole", at_a_pole},
                                                                 {"OnAGrid", on_a_grid},
                                                                 {"AtTheEndsOfDegrees", at_the_ends_of_degrees},
                                                                 {"InKorea", in_korea},
                                                                 {"InFewBuildings", in_few_buildings}};
  return all;
}

inline Coordinate antipode(Coordinate place) {
  return {.latitude = -place.latitude, .longitude = wrapped(place.longitude + 180)};
}

inline OpeningHours random_hours(Random& random) {
  OpeningHours hours;
  for (auto& day : hours.days) {
    if (random() % 3 == 0) continue;
    const int open = static_cast<int>(random() % 1'200);
    day = {open, open + 1 + static_cast<int>(random() % 900)};
  }
  return hours;
}

inline std::string random_name(Random& random) {
  static constexpr const char* parts[] = {"온누리", "Green ", "새", "(365) ", "중앙"};
  std::string name;
  for (std::uint64_t i = random() % 3; i < 3; ++i) name += parts[random() % std::size(parts)];
  return name + "약국";
}

inline Pharmacies random_pharmacies(std::size_t count, Random& random, const Place& place) {
  std::vector<std::size_t> numbers(count);
  for (std::size_t number = 0; number < count; ++number) numbers[number] = 10'000 + number;
  std::ranges::shuffle(numbers, random);
  Pharmacies pharmacies;
  for (const std::size_t number : numbers) {
    pharmacies.push_back(pharmacy(std::to_string(number), place(random), random_hours(random), random_name(random)));
  }
  return pharmacies;
}

inline bool holds_name(const Pharmacy& pharmacy, const std::string& part) {
  return text::normalize(pharmacy.name).text.find(text::normalize(part).text) != std::string::npos;
}

inline bool passes(const Pharmacy& pharmacy, double distance, const NearbyOptions& options) {
  if (options.radius_meters && distance > *options.radius_meters) return false;
  if (options.open_at) {
    static const HolidayCalendar holidays = HolidayCalendar::bundled();
    const OpenState state = open_state(pharmacy.hours, *options.open_at, holidays);
    if (state != OpenState::open && !(state == OpenState::unknown && options.include_unknown_hours)) return false;
  }
  if (options.after && std::tie(distance, pharmacy.id) <= std::tie(options.after->distance_meters, options.after->id)) {
    return false;
  }
  return holds_name(pharmacy, options.name) && (!options.accepts || options.accepts(pharmacy));
}

using Scanned = std::vector<std::pair<double, std::string>>;  // distance and id

inline Scanned scan(const Pharmacies& pharmacies, Coordinate center, const NearbyOptions& options) {
  Scanned found;
  for (const auto& candidate : pharmacies) {
    const double distance = distance_meters(center, candidate->position);
    if (passes(*candidate, distance, options)) found.emplace_back(distance, candidate->id.value);
  }
  std::ranges::sort(found);
  if (options.limit && *options.limit < found.size()) found.resize(*options.limit);
  return found;
}

/// Order, ids and the bits of the distances.
inline Scanned plain(const std::vector<NearbyPharmacy>& found) {
  Scanned result;
  for (const NearbyPharmacy& nearby : found) result.emplace_back(nearby.distance_meters, nearby.pharmacy->id.value);
  return result;
}

inline NearbyCursor cursor_at(const NearbyPharmacy& last) {
  return {.distance_meters = last.distance_meters, .id = last.pharmacy->id, .version = 0};
}

}  // namespace pilling::samples
