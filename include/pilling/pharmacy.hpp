#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/geo.hpp"
#include "pilling/hours.hpp"
#include "pilling/medicine.hpp"

namespace pilling {

/// The id that the source gave: `hpid` of 국립중앙의료원, `ykiho` of 건강보험심사평가원. Opaque.
struct PharmacyId {
  std::string value;
  auto operator<=>(const PharmacyId&) const = default;
};

/// A pharmacy, as a source describes it. An empty text means "not given".
struct Pharmacy {
  PharmacyId id;
  std::string name;
  std::string address;
  std::string telephone;
  Coordinate position;
  OpeningHours hours;
  bool operator==(const Pharmacy&) const = default;
};

/// Where a page of results ended. Holds over a refresh of the data: the next page begins behind this distance and id.
struct NearbyCursor {
  double distance_meters = 0;
  PharmacyId id;
  std::uint64_t version = 0;  ///< of the data: see `PharmacyIndex::version`
  bool operator==(const NearbyCursor&) const = default;
};

struct NearbyPharmacy;

/// Which pharmacies around a point are wanted, and in which order.
struct NearbyOptions {
  std::optional<double> radius_meters = 1000;                      ///< none: everywhere
  std::optional<std::size_t> limit = std::nullopt;                 ///< none: all within the radius
  std::optional<std::chrono::sys_seconds> open_at = std::nullopt;  ///< only those known to be open then
  bool include_unknown_hours = false;              ///< with `open_at`: those whose hours are unknown, too
  std::string name{};                              ///< only names that hold this, but for spaces, punctuation and case
  std::function<bool(const Pharmacy&)> accepts{};  ///< only those; called for nearby ones, any number of times
  std::optional<NearbyCursor> after = std::nullopt;  ///< only those behind it
  /// A caller's own distance, such as a walking route, of each of the first `rerank_first` results, which are put in
  /// its order, infinite ones last; the limit counts afterwards. With a cursor, InvalidArgument.
  std::function<std::vector<double>(const std::vector<NearbyPharmacy>&)> rerank{};
  std::size_t rerank_first = 30;  ///< at least 1
};

/// A pharmacy, and how it stands to the point that was asked for.
struct NearbyPharmacy {
  std::shared_ptr<const Pharmacy> pharmacy;
  double distance_meters = 0;
  double bearing_degrees = 0;  ///< from the center, clockwise from north, 0 … below 360; 0 at the same place
  OpenStatus status;           ///< at `open_at`, else at the time of the call
};

/// Answer of `Engine::pharmacies_near`.
struct NearbyResult {
  std::vector<NearbyPharmacy> pharmacies;  ///< by distance, then id
  std::optional<NearbyCursor> next;        ///< where the next page begins; none when there is none
  std::chrono::sys_seconds instant{};      ///< when the states hold
  Answer answer;
};

/// The nearest pharmacies of many points at once: row i of the table belongs to point i.
struct NearbyTable {
  std::size_t columns = 0;                             ///< the limit that was given, or as many pharmacies as there are
  std::vector<std::int32_t> pharmacies;                ///< positions in `found`, -1 where there are no more
  std::vector<double> distances_meters;                ///< NaN where there are no more
  std::vector<std::shared_ptr<const Pharmacy>> found;  ///< each once
};

/// "north", "north-east", … for people; "북", "북동", …. Throws InvalidArgument for a bearing that is not finite.
PILLING_API std::string_view compass_word(double bearing_degrees, Language language = Language::english);

/// Immutable spatial index over pharmacies. Safe to share between threads; movable.
class PILLING_API PharmacyIndex {
 public:
  /// Every position must be valid: throws InvalidArgument naming the pharmacy otherwise. Ids should differ, lest a
  /// cursor pass one by; in their order they are built fastest. `version` tells one set of data from another in
  /// cursors.
  explicit PharmacyIndex(std::vector<std::shared_ptr<const Pharmacy>> pharmacies,
                         HolidayCalendar holidays = HolidayCalendar::bundled(), std::uint64_t version = 0);
  ~PharmacyIndex();
  PharmacyIndex(PharmacyIndex&&) noexcept;
  PharmacyIndex& operator=(PharmacyIndex&&) noexcept;

  /// Pharmacies that pass all filters, nearest first, ties by id. `now` stands in when `open_at` is absent.
  /// Throws InvalidArgument, naming the value, for an impossible position, a negative, infinite or NaN radius, a limit
  /// of 0, a cursor that is none, a name that is not valid UTF-8, or a `rerank` that gives NaN or another number of
  /// distances; and what `accepts` and `rerank` throw.
  std::vector<NearbyPharmacy> near(Coordinate center, const NearbyOptions& options, std::chrono::sys_seconds now) const;

  /// How many `near` would give without a limit. Throws as `near`.
  std::size_t count(Coordinate center, const NearbyOptions& options, std::chrono::sys_seconds now) const;

  /// `near` of many points, in an order that is faster than one by one; `options.limit` must be set, and a cursor must
  /// not. Throws as `near`.
  NearbyTable near_many(std::span<const Coordinate> centers, const NearbyOptions& options,
                        std::chrono::sys_seconds now) const;

  /// What it was built from.
  ///@{
  std::size_t size() const noexcept;
  std::uint64_t version() const noexcept;
  const HolidayCalendar& holidays() const noexcept;
  ///@}

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace pilling
