#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>
#include <utility>
#include <vector>

#include "geo/entry.hpp"

namespace pilling::geo {

/// An entry and how far it is from the center.
struct Candidate {
  double squared = 0;  ///< chord
  const Entry* entry = nullptr;
};

/// Room for the candidates of most searches without an allocation.
class CandidateRoom {
 public:
  std::pmr::memory_resource* resource() noexcept { return &resource_; }

 private:
  std::array<std::byte, 8'192> bytes_;
  std::pmr::monotonic_buffer_resource resource_{bytes_.data(), bytes_.size()};
};

using Candidates = std::pmr::vector<Candidate>;

/// Takes all within a fixed reach.
class AllWithin {
 public:
  AllWithin(double squared_reach, CandidateRoom& room) : squared_reach_(squared_reach), taken_(room.resource()) {
    taken_.reserve(128);
  }

  double squared_reach() const noexcept { return squared_reach_; }
  void take(double squared, const Entry& entry) { taken_.push_back({squared, &entry}); }
  Candidates finish() { return std::move(taken_); }

 private:
  double squared_reach_;
  Candidates taken_;
};

/// Takes the nearest `limit`, and those beyond that the haversine formula may put among them.
class NearestWithin {
 public:
  NearestWithin(std::size_t limit, double squared_reach, CandidateRoom& room)
      : limit_(limit), squared_reach_(squared_reach), nearest_(room.resource()), doubtful_(room.resource()) {
    nearest_.reserve(std::min<std::size_t>(limit, 128));
  }

  double squared_reach() const noexcept { return squared_reach_; }

  void take(double squared, const Entry& entry) {
    if (nearest_.size() < limit_) {
      insert({squared, &entry});
      if (nearest_.size() == limit_) shrink();
      return;
    }
    Candidate left_over{squared, &entry};
    if (squared < nearest_farthest()) {
      left_over = replace_farthest(left_over);
      shrink();
    }
    if (left_over.squared <= squared_reach_) doubtful_.push_back(left_over);
  }

  Candidates finish() {
    for (const Candidate& candidate : doubtful_) {
      if (candidate.squared <= squared_reach_) nearest_.push_back(candidate);
    }
    return std::move(nearest_);
  }

 private:
  // Sorted while they are few, which is quicker than the heap that many need.
  static constexpr std::size_t few = 48;

  static bool is_nearer(const Candidate& left, const Candidate& right) noexcept { return left.squared < right.squared; }

  bool is_sorted() const noexcept { return limit_ <= few; }

  double nearest_farthest() const noexcept { return is_sorted() ? nearest_.back().squared : nearest_.front().squared; }

  void insert(const Candidate& candidate) {
    nearest_.push_back(candidate);
    if (is_sorted()) {
      sift_down_last();
    } else {
      std::ranges::push_heap(nearest_, is_nearer);
    }
  }

  Candidate replace_farthest(const Candidate& candidate) {
    if (!is_sorted()) std::ranges::pop_heap(nearest_, is_nearer);
    const Candidate farthest = nearest_.back();
    nearest_.pop_back();
    insert(candidate);
    return farthest;
  }

  void sift_down_last() {
    std::size_t place = nearest_.size() - 1;
    const Candidate candidate = nearest_[place];
    for (; place > 0 && is_nearer(candidate, nearest_[place - 1]); --place) nearest_[place] = nearest_[place - 1];
    nearest_[place] = candidate;
  }

  void shrink() { squared_reach_ = std::min(squared_reach_, with_slack(nearest_farthest())); }

  std::size_t limit_;
  double squared_reach_;
  Candidates nearest_;
  Candidates doubtful_;
};

}  // namespace pilling::geo
