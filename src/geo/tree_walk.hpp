#pragma once

#include <boost/version.hpp>

#include "geo/tree.hpp"

// A walk of our own over the nodes of Boost's tree, nearly twice as fast as its queries, because it prunes by the exact
// reach and allocates nothing. Nodes are not part of Boost's public interface: outside of the versions that it was
// tested with, the queries of tree.hpp give the same answers.
#if BOOST_VERSION >= 107400 && BOOST_VERSION <= 108100 && !defined(PILLING_GEO_WITHOUT_TREE_WALK)

#include <array>
#include <boost/geometry/index/detail/rtree/utilities/view.hpp>

namespace pilling::geo {

inline constexpr bool has_tree_walk = true;

/// Squared distance from a point to the nearest one of a box, 0 inside.
template <class AnyBox>
[[gnu::always_inline]] inline double squared_distance(const UnitVector& from, const AnyBox& box) noexcept {
  namespace bg = boost::geometry;
  const auto larger = [](double left, double right) { return left > right ? left : right; };
  const auto gap = [&](double at, double low, double high) { return larger(larger(low - at, at - high), 0); };
  const double x = gap(from.x, bg::get<bg::min_corner, 0>(box), bg::get<bg::max_corner, 0>(box));
  const double y = gap(from.y, bg::get<bg::min_corner, 1>(box), bg::get<bg::max_corner, 1>(box));
  const double z = gap(from.z, bg::get<bg::min_corner, 2>(box), bg::get<bg::max_corner, 2>(box));
  return x * x + y * y + z * z;
}

/// Depth first, the nearest child first, so that the reach of the k nearest shrinks early.
template <class Sink>
class TreeWalk : public boost::geometry::index::detail::rtree::utilities::view<Tree>::members_holder::visitor_const {
  using Members = boost::geometry::index::detail::rtree::utilities::view<Tree>::members_holder;

 public:
  TreeWalk(const UnitVector& center, Sink& sink) : center_(center), sink_(sink) {}

  void operator()(const typename Members::internal_node& node) {
    Children children;
    std::size_t count = 0;
    const double reach = sink_.squared_reach();
    for (const auto& [box, child] : boost::geometry::index::detail::rtree::elements(node)) {
      const double squared = squared_distance(center_, box);
      if (squared <= reach) insert(children, count++, {squared, child});
    }
    for (std::size_t place = 0; place < count && children[place].squared <= sink_.squared_reach(); ++place) {
      boost::geometry::index::detail::rtree::apply_visitor(*this, *children[place].node);
    }
  }

  void operator()(const typename Members::leaf& leaf) {
    for (const Entry& entry : boost::geometry::index::detail::rtree::elements(leaf)) {
      const double squared = squared_chord(center_, entry.place);
      if (squared <= sink_.squared_reach()) sink_.take(squared, entry);
    }
  }

 private:
  struct Child {
    double squared;
    typename Members::node_pointer node;
  };
  // A node overflows by one before it is split.
  using Children = std::array<Child, Tree::parameters_type::max_elements + 1>;

  static void insert(Children& children, std::size_t count, Child child) {
    while (count > 0 && children[count - 1].squared > child.squared) {
      children[count] = children[count - 1];
      --count;
    }
    children[count] = child;
  }

  const UnitVector& center_;
  Sink& sink_;
};

/// Hands `sink.take` the squared chord and the entry of all that are within `sink.squared_reach()`, which may shrink
/// meanwhile.
template <class Sink>
void walk(const Tree& tree, const UnitVector& center, Sink& sink) {
  TreeWalk<Sink> visitor(center, sink);
  boost::geometry::index::detail::rtree::utilities::view<Tree>(tree).apply_visitor(visitor);
}

}  // namespace pilling::geo

#else

namespace pilling::geo {

inline constexpr bool has_tree_walk = false;

/// Never called: see `has_tree_walk`.
template <class Sink>
void walk(const Tree&, const UnitVector&, Sink&) {}

}  // namespace pilling::geo

#endif
