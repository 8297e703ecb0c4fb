#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/korean_time.hpp"
#include "geo/candidates.hpp"
#include "geo/center.hpp"
#include "geo/name_texts.hpp"
#include "geo/open_sets.hpp"
#include "geo/ranking.hpp"
#include "geo/row_set.hpp"
#include "geo/week_table.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling::geo {

struct PackedTree;

/// How the tree is searched: both ways give the same answers, bit for bit.
enum class TreePath { walk, queries };

/// The walk, where it was tested with this Boost.
TreePath fastest_path() noexcept;

/// What `PharmacyIndex` holds, and tells its promises.
class NearbyIndex {
 public:
  using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;

  NearbyIndex(Pharmacies pharmacies, HolidayCalendar holidays, std::uint64_t version);
  ~NearbyIndex();

  std::vector<NearbyPharmacy> near(Coordinate center, const NearbyOptions& options, std::chrono::sys_seconds now,
                                   TreePath path = fastest_path()) const;
  std::size_t count(Coordinate center, const NearbyOptions& options, std::chrono::sys_seconds now,
                    TreePath path = fastest_path()) const;
  NearbyTable near_many(std::span<const Coordinate> centers, const NearbyOptions& options, std::chrono::sys_seconds now,
                        TreePath path = fastest_path()) const;

  std::size_t size() const noexcept { return pharmacies_.size(); }
  std::uint64_t version() const noexcept { return version_; }
  const HolidayCalendar& holidays() const noexcept { return holidays_; }

 private:
  /// Options made ready for any number of centers.
  struct Question {
    const NearbyOptions& options;
    core::KoreanTime time;
    TreePath path;
    std::optional<std::size_t> limit;
    double squared_reach;
    std::shared_ptr<const OpenSet> open;  ///< without it, the hours of each are asked
    std::optional<RowSet> named;
    double squared_cursor = 0;
    std::uint32_t first_rank_after_cursor = 0;  ///< of those at the very distance of the cursor
    bool has_filter = false;
  };

  /// What lives as long as the hits of one search.
  struct Workspace {
    CandidateRoom room;
    std::vector<Entry> queried;
  };

  Question make_question(const NearbyOptions& options, std::chrono::sys_seconds now, TreePath path,
                         std::optional<std::size_t> limit) const;
  std::shared_ptr<const OpenSet> open_set(const core::KoreanTime& time, bool with_unknown) const;
  const NameTexts& names() const;

  Hits search(const Question& question, const Center& center, Workspace& workspace) const;
  Candidates candidates(const Question& question, const Center& center, Workspace& workspace) const;
  std::vector<Entry> query(const Question& question, const Center& center) const;
  template <class Sink>
  void gather(const Question& question, const Center& center, Workspace& workspace, Sink& sink) const;
  template <class Sink>
  void gather_all(const Question& question, const Center& center, Workspace& workspace, Sink& sink) const;

  bool passes(const Question& question, const Center& center, double squared, const Entry& entry) const;
  bool is_behind_cursor(const Question& question, const Center& center, double squared, const Entry& entry) const;
  bool is_open(const Question& question, std::uint32_t row) const;

  void rerank(const Question& question, const Center& center, Hits& hits) const;
  std::vector<NearbyPharmacy> described(const Question& question, const Center& center,
                                        std::span<const Hit> hits) const;

  double distance_meters(const Center& center, std::uint32_t row) const {
    return great_circle_meters(center.spot, spots_[row]);
  }

  // By row. Rows are in the order of the tree: what is near each other in the world is so in memory, too.
  Pharmacies pharmacies_;
  std::vector<Spot> spots_;
  WeekTable weeks_;
  std::vector<std::uint32_t> rows_;  // in the order of ids
  std::unique_ptr<const PackedTree> tree_;
  HolidayCalendar holidays_;
  std::uint64_t version_;
  mutable RecentOpenSets open_sets_;
  mutable std::once_flag names_once_;
  mutable std::unique_ptr<const NameTexts> names_;  // made when the first name is asked for
};

}  // namespace pilling::geo
