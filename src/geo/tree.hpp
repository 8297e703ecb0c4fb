#pragma once

// Boost 1.74 includes a header that it calls deprecated, and says so at each compilation.
#ifndef BOOST_ALLOW_DEPRECATED_HEADERS
#define BOOST_ALLOW_DEPRECATED_HEADERS
#endif

#include <algorithm>
#include <boost/geometry.hpp>
#include <boost/geometry/geometries/register/point.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

#include "geo/entry.hpp"

BOOST_GEOMETRY_REGISTER_POINT_3D(pilling::geo::UnitVector, double, boost::geometry::cs::cartesian, x, y, z)

namespace pilling::geo {

struct PlaceOfEntry {
  using result_type = const UnitVector&;  // NOLINT(readability-identifier-naming): Boost asks for this name
  result_type operator()(const Entry& entry) const noexcept { return entry.place; }
};

/// Over unit vectors, because Boost's `nearest` on spherical coordinates is wrong near the 180th meridian. Only ever
/// built from a range, which packs it: that builds and searches several times faster than inserting.
using Tree = boost::geometry::index::rtree<Entry, boost::geometry::index::rstar<16>, PlaceOfEntry>;

/// For those who only hold one.
struct PackedTree {
  Tree nodes;
};

using Box = boost::geometry::model::box<UnitVector>;

inline Box box_around(const UnitVector& center, double squared_reach) {
  constexpr double whole_sphere = 2.5;
  const double reach = std::min(std::sqrt(squared_reach), whole_sphere);
  return {{center.x - reach, center.y - reach, center.z - reach},
          {center.x + reach, center.y + reach, center.z + reach}};
}

/// By Boost's public interface: all within the reach that pass, and some a little beyond it.
template <class Passes>
std::vector<Entry> query_within(const Tree& tree, const UnitVector& center, double squared_reach, Passes passes) {
  namespace bgi = boost::geometry::index;
  std::vector<Entry> found;
  tree.query(bgi::intersects(box_around(center, squared_reach)) && bgi::satisfies(passes), std::back_inserter(found));
  return found;
}

/// By Boost's public interface: at least the `limit` nearest within the reach that pass, ties by haversine included.
template <class Passes>
std::vector<Entry> query_nearest(const Tree& tree, const UnitVector& center, std::size_t limit, double squared_reach,
                                 Passes passes) {
  namespace bgi = boost::geometry::index;
  // More than asked for, so that the last one shows whether a tie may go on beyond those that were returned.
  constexpr std::size_t spare = 4;
  if (limit >= tree.size() || tree.size() - limit <= spare) return query_within(tree, center, squared_reach, passes);

  std::vector<Entry> nearest;
  tree.query(bgi::nearest(center, static_cast<unsigned>(limit + spare)) &&
                 bgi::intersects(box_around(center, squared_reach)) && bgi::satisfies(passes),
             std::back_inserter(nearest));
  if (nearest.size() < limit + spare) return nearest;

  std::vector<double> squares;
  squares.reserve(nearest.size());
  for (const Entry& entry : nearest) squares.push_back(squared_chord(center, entry.place));
  std::ranges::sort(squares);
  const double squared_needed = with_slack(squares[limit - 1]);
  if (squares.back() > squared_needed) return nearest;
  return query_within(tree, center, std::min(squared_needed, squared_reach), passes);
}

}  // namespace pilling::geo
