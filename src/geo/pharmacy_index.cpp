// Boost 1.74 includes a header that it calls deprecated, and says so at each compilation.
#define BOOST_ALLOW_DEPRECATED_HEADERS

#include <algorithm>
#include <array>
#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <tuple>
#include <utility>

#include "core/korean_time.hpp"
#include "geo/great_circle.hpp"
#include "pilling/error.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

// Unit vectors, because Boost's `nearest` on spherical coordinates is wrong near the 180th meridian, and because
// poles and meridians are ordinary places here. The order by chord is the order by great circle.
using Point = bg::model::point<double, 3, bg::cs::cartesian>;
using Box = bg::model::box<Point>;
using Entry = std::pair<Point, std::uint32_t>;
using Tree = bgi::rtree<Entry, bgi::rstar<16>>;

Point make_point(const geo::Spot& spot) {
  return {spot.cos_latitude * std::cos(spot.longitude), spot.cos_latitude * std::sin(spot.longitude),
          std::sin(spot.latitude)};
}

double squared_chord(const Point& from, const Point& to) {
  const double x = to.get<0>() - from.get<0>();
  const double y = to.get<1>() - from.get<1>();
  const double z = to.get<2>() - from.get<2>();
  return x * x + y * y + z * z;
}

// The squared chord of any point that may be no farther by the haversine formula than one at this squared chord.
// Both are rounded; over millions of pairs the difference stayed below an eighth of this slack.
double with_slack(double squared) { return squared + 4 * (2e-15 * std::sqrt(squared) + 4e-15 * squared + 1e-30); }

double squared_chord_of(double meters) {
  const double chord = 2 * std::sin(std::min(meters / (2 * earth_radius_meters), std::numbers::pi / 2));
  return with_slack(chord * chord);
}

Box box_around(const Point& center, double squared_reach) {
  const double reach = std::sqrt(squared_reach);
  const double x = center.get<0>();
  const double y = center.get<1>();
  const double z = center.get<2>();
  return {{x - reach, y - reach, z - reach}, {x + reach, y + reach, z + reach}};
}

std::string to_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return std::string(digits, end);
}

void require_position(Coordinate position, const std::string& whose) {
  const std::string advice = std::abs(position.longitude) <= 90 && std::abs(position.latitude) <= 180
                                 ? "; are latitude and longitude swapped?"
                                 : "";
  if (!(std::abs(position.latitude) <= 90)) {
    throw InvalidArgument("latitude " + to_text(position.latitude) + " of " + whose +
                          " is not between -90 and 90 degrees" + advice);
  }
  if (!(std::abs(position.longitude) <= 180)) {
    throw InvalidArgument("longitude " + to_text(position.longitude) + " of " + whose +
                          " is not between -180 and 180 degrees");
  }
}

void require_search(Coordinate center, const NearbyOptions& options) {
  require_position(center, "the center");
  if (!(options.radius_meters >= 0) || std::isinf(options.radius_meters)) {
    throw InvalidArgument("radius " + to_text(options.radius_meters) +
                          " is not a distance in meters; 20100000 reaches every place on Earth");
  }
  if (options.limit == std::size_t{0}) {
    throw InvalidArgument("limit 0 leaves nothing to return; ask for at least 1, or set no limit");
  }
}

struct Search {
  geo::Spot spot;
  Point point;
  const NearbyOptions& options;
  core::KoreanTime time;

  bool wants(OpenState state) const {
    return state == OpenState::open || (state == OpenState::unknown && options.include_unknown_hours);
  }
};

struct Hit {
  double distance_meters;
  std::uint32_t row;
};

}  // namespace

class PharmacyIndex::Impl {
 public:
  explicit Impl(std::vector<std::shared_ptr<const Pharmacy>> pharmacies) : pharmacies_(std::move(pharmacies)) {
    std::size_t number = 0;
    for (const auto& pharmacy : pharmacies_) {
      ++number;
      if (!pharmacy) throw InvalidArgument("pharmacy number " + std::to_string(number) + " is null");
      require_position(pharmacy->position, "pharmacy '" + pharmacy->id.value + "'");
    }
    // Rows in the order of ids, so that the smaller row wins a tie.
    std::ranges::stable_sort(pharmacies_, {}, [](const auto& pharmacy) -> const PharmacyId& { return pharmacy->id; });

    std::vector<Entry> entries;
    entries.reserve(pharmacies_.size());
    spots_.reserve(pharmacies_.size());
    for (auto& day : intervals_) day.reserve(pharmacies_.size());
    for (const auto& pharmacy : pharmacies_) {
      spots_.push_back(geo::make_spot(pharmacy->position));
      entries.emplace_back(make_point(spots_.back()), static_cast<std::uint32_t>(entries.size()));
      for (std::size_t day = 0; day < intervals_.size(); ++day) intervals_[day].push_back(pharmacy->hours.days[day]);
    }
    // The range constructor packs the tree, which builds and searches several times faster than inserting.
    tree_ = Tree(entries);
  }

  std::vector<NearbyPharmacy> near(Coordinate center, const NearbyOptions& options,
                                   std::chrono::sys_seconds now) const {
    const geo::Spot spot = geo::make_spot(center);
    const Search search{.spot = spot,
                        .point = make_point(spot),
                        .options = options,
                        .time = core::korean_time(options.open_at.value_or(now))};
    const std::vector<Hit> hits = ranked(search, candidates(search));
    std::vector<NearbyPharmacy> found;
    found.reserve(hits.size());
    for (const Hit& hit : hits) {
      found.push_back({.pharmacy = pharmacies_[hit.row],
                       .distance_meters = hit.distance_meters,
                       .state = state_of(hit.row, search.time),
                       .today = intervals_[search.time.today][hit.row]});
    }
    return found;
  }

  std::size_t size() const noexcept { return pharmacies_.size(); }

 private:
  // A superset of the answer.
  std::vector<Entry> candidates(const Search& search) const {
    // More than asked for, so that the last one shows whether a tie may go on beyond those that were returned.
    constexpr std::size_t spare = 4;
    const double squared_reach = squared_chord_of(search.options.radius_meters);
    const std::size_t limit = search.options.limit.value_or(size());
    if (limit >= size() || size() - limit <= spare) return in_box(search.point, squared_reach);

    std::vector<Entry> nearest;
    tree_.query(bgi::nearest(search.point, static_cast<unsigned>(limit + spare)) &&
                    bgi::intersects(box_around(search.point, squared_reach)) &&
                    bgi::satisfies([&](const Entry& entry) { return passes(entry.second, search); }),
                std::back_inserter(nearest));
    if (nearest.size() < limit + spare) return nearest;

    std::vector<double> squares;
    squares.reserve(nearest.size());
    for (const Entry& entry : nearest) squares.push_back(squared_chord(search.point, entry.first));
    std::ranges::sort(squares);
    const double squared_needed = with_slack(squares[limit - 1]);
    if (squares.back() > squared_needed) return nearest;
    return in_box(search.point, std::min(squared_needed, squared_reach));
  }

  std::vector<Entry> in_box(const Point& center, double squared_reach) const {
    std::vector<Entry> found;
    tree_.query(bgi::intersects(box_around(center, squared_reach)), std::back_inserter(found));
    return found;
  }

  // The answer out of the candidates.
  std::vector<Hit> ranked(const Search& search, const std::vector<Entry>& entries) const {
    std::vector<Hit> hits;
    hits.reserve(entries.size());
    for (const Entry& entry : entries) {
      const double distance = geo::great_circle_meters(search.spot, spots_[entry.second]);
      if (distance > search.options.radius_meters) continue;
      if (passes(entry.second, search)) hits.push_back({.distance_meters = distance, .row = entry.second});
    }
    std::ranges::sort(hits, {}, [](const Hit& hit) { return std::tie(hit.distance_meters, hit.row); });
    if (search.options.limit && *search.options.limit < hits.size()) hits.resize(*search.options.limit);
    return hits;
  }

  bool passes(std::uint32_t row, const Search& search) const {
    return !search.options.open_at || search.wants(state_of(row, search.time));
  }

  OpenState state_of(std::uint32_t row, const core::KoreanTime& time) const {
    return core::open_state(intervals_[time.today][row], intervals_[time.yesterday][row], time.minute);
  }

  std::vector<std::shared_ptr<const Pharmacy>> pharmacies_;  // by id
  std::vector<geo::Spot> spots_;                             // of the same rows
  // By weekday, then row: a filter asks two days of thousands of rows.
  std::array<std::vector<std::optional<OpenInterval>>, 7> intervals_;
  Tree tree_;
};

PharmacyIndex::PharmacyIndex(std::vector<std::shared_ptr<const Pharmacy>> pharmacies)
    : impl_(std::make_unique<const Impl>(std::move(pharmacies))) {}

PharmacyIndex::~PharmacyIndex() = default;
PharmacyIndex::PharmacyIndex(PharmacyIndex&&) noexcept = default;
PharmacyIndex& PharmacyIndex::operator=(PharmacyIndex&&) noexcept = default;

std::vector<NearbyPharmacy> PharmacyIndex::near(Coordinate center, const NearbyOptions& options,
                                                std::chrono::sys_seconds now) const {
  require_search(center, options);
  return impl_->near(center, options, now);
}

std::size_t PharmacyIndex::size() const noexcept { return impl_->size(); }

}  // namespace pilling
