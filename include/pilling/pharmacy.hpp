#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/geo.hpp"
#include "pilling/medicine.hpp"

namespace pilling {

/// The id that the source gave: `hpid` of 국립중앙의료원, `ykiho` of 건강보험심사평가원. Opaque.
struct PharmacyId {
  std::string value;
  auto operator<=>(const PharmacyId&) const = default;
};

/// Opening time of one day in minutes after its midnight, half-open. `close` may pass midnight (1500 is 01:00 of
/// the next day). Open round the clock is 0 … 1440.
struct OpenInterval {
  int open = 0;
  int close = 0;
  bool operator==(const OpenInterval&) const = default;
};

/// A week of opening times. A day without an interval is *unknown*: the sources leave out closed days and days that
/// nobody entered alike.
struct OpeningHours {
  static constexpr std::size_t holiday = 7;  ///< index of public holidays; 0 … 6 are Monday … Sunday
  std::array<std::optional<OpenInterval>, 8> days;
  bool operator==(const OpeningHours&) const = default;

  PILLING_API bool is_known() const noexcept;  ///< whether any day has an interval
};

enum class OpenState { unknown, closed, open };

/// Reads one day as the sources write it: HHMM as text or number ("0900", "900", "900.0", "30" is 00:30).
/// A close beyond 2400 is of the next day; 0000–0000 and 0000–2400 are round the clock; a close before the open is
/// of the next day when it is at most 06:00. Nothing when either part makes no sense: a wrong hour is worse than none.
/// That includes an open at or after 2400, a close after 3059, and more than 24 hours.
PILLING_API std::optional<OpenInterval> parse_open_interval(std::string_view open, std::string_view close);

/// Whether a pharmacy with these hours is open at `instant`, in Korean time (UTC+9, no daylight saving). Also asks
/// yesterday's interval, which may reach past midnight. Unknown all through a day without an interval, and in the
/// early morning after it for as long as an interval could have lasted (06:59), unless the other day's says open.
/// Public holidays are not known here.
PILLING_API OpenState open_state(const OpeningHours& hours, std::chrono::sys_seconds instant);

/// The interval of the Korean calendar day of `instant`; nothing when unknown.
PILLING_API std::optional<OpenInterval> hours_on_day(const OpeningHours& hours, std::chrono::sys_seconds instant);

/// "09:00-19:00"; past midnight as "09:00-01:00 (+1)"; "24 hours".
PILLING_API std::string to_string(OpenInterval interval);

struct Pharmacy {
  PharmacyId id;
  std::string name;
  std::string address;
  std::string telephone;
  Coordinate position;
  OpeningHours hours;
  bool operator==(const Pharmacy&) const = default;
};

struct NearbyOptions {
  double radius_meters = 1000;
  std::optional<std::size_t> limit = std::nullopt;                 ///< none: all within the radius
  std::optional<std::chrono::sys_seconds> open_at = std::nullopt;  ///< only those known to be open then
  bool include_unknown_hours = false;  ///< with `open_at`: those whose hours are unknown, too
};

struct NearbyPharmacy {
  std::shared_ptr<const Pharmacy> pharmacy;
  double distance_meters = 0;
  OpenState state = OpenState::unknown;  ///< at `open_at`, else at the time of the call
  std::optional<OpenInterval> today;     ///< of the same day
};

struct NearbyResult {
  std::vector<NearbyPharmacy> pharmacies;  ///< by distance, then id
  Answer answer;
};

/// Immutable spatial index over pharmacies. Safe to share between threads; movable.
class PILLING_API PharmacyIndex {
 public:
  /// Every position must be valid: throws InvalidArgument naming the pharmacy otherwise.
  explicit PharmacyIndex(std::vector<std::shared_ptr<const Pharmacy>> pharmacies);
  ~PharmacyIndex();
  PharmacyIndex(PharmacyIndex&&) noexcept;
  PharmacyIndex& operator=(PharmacyIndex&&) noexcept;

  /// Pharmacies within the radius, nearest first, ties by id. `now` stands in when `open_at` is absent.
  /// Throws InvalidArgument for an impossible position, a negative, infinite or NaN radius, or a limit of 0.
  std::vector<NearbyPharmacy> near(Coordinate center, const NearbyOptions& options, std::chrono::sys_seconds now) const;

  std::size_t size() const noexcept;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace pilling
