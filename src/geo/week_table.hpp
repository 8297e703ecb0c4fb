#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/korean_time.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling::geo {

/// An interval of one day in a third of its size.
struct PackedInterval {
  std::int16_t open = 0;
  std::int16_t close = 0;
};

using PackedWeek = std::array<PackedInterval, std::tuple_size_v<decltype(OpeningHours::days)>>;

PackedWeek packed(const OpeningHours& hours) noexcept;

/// The opening hours of all rows near each other.
class WeekTable {
 public:
  using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;

  /// Of pharmacies that outlive the table and are in it when they are asked for.
  explicit WeekTable(const Pharmacies& pharmacies) : pharmacies_(&pharmacies) {}

  void reserve(std::size_t rows) { weeks_.reserve(rows); }
  void add(const PackedWeek& week) { weeks_.push_back(week); }

  OpeningHours hours(std::uint32_t row) const noexcept {
    const PackedWeek& week = weeks_[row];
    if (week[0].open == too_large) return strange_hours(row);
    OpeningHours hours;
    for (std::size_t day = 0; day < week.size(); ++day) hours.days[day] = unpacked(week[day]);
    return hours;
  }

  std::optional<OpenInterval> day(std::uint32_t row, std::size_t day) const noexcept {
    const PackedWeek& week = weeks_[row];
    return week[0].open == too_large ? strange_hours(row).days[day] : unpacked(week[day]);
  }

  OpenState state(std::uint32_t row, const core::KoreanTime& time) const noexcept {
    return core::open_state(day(row, time.today), day(row, time.yesterday), time.minute);
  }

  static constexpr std::int16_t unknown = std::numeric_limits<std::int16_t>::min();
  /// In the first day: the hours are of no week that was ever seen, and must be read where they came from.
  static constexpr std::int16_t too_large = unknown + 1;

 private:
  static std::optional<OpenInterval> unpacked(PackedInterval interval) noexcept {
    if (interval.open == unknown) return std::nullopt;
    return OpenInterval{.open = interval.open, .close = interval.close};
  }

  const OpeningHours& strange_hours(std::uint32_t row) const noexcept { return (*pharmacies_)[row]->hours; }

  const Pharmacies* pharmacies_;
  std::vector<PackedWeek> weeks_;
};

}  // namespace pilling::geo
