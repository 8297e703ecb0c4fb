#include "geo/nearby_index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "geo/curve.hpp"
#include "geo/nearby_options.hpp"
#include "geo/tree.hpp"
#include "geo/tree_walk.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"

namespace pilling::geo {
namespace {

using Pharmacies = NearbyIndex::Pharmacies;
using std::chrono::sys_seconds;

// Going through this many entries takes as long as a walk that skips all others.
constexpr std::size_t few_rows = 900;

void require_pharmacies(const Pharmacies& pharmacies) {
  std::size_t number = 0;
  for (const auto& pharmacy : pharmacies) {
    ++number;
    if (!pharmacy) throw InvalidArgument("pharmacy number " + std::to_string(number) + " is null");
    if (is_valid(pharmacy->position)) continue;
    require_position(pharmacy->position, "pharmacy '" + pharmacy->id.value + "'");
  }
}

// The store gives them in order, which is quickly seen; to sort them takes longer than all the rest.
void sort_by_id(Pharmacies& pharmacies) {
  const auto id = [](const auto& pharmacy) -> const PharmacyId& { return pharmacy->id; };
  if (!std::ranges::is_sorted(pharmacies, {}, id)) std::ranges::stable_sort(pharmacies, {}, id);
}

// Hands on what passes.
template <class Sink, class Passes>
class FilteredSink {
 public:
  FilteredSink(Sink& sink, const Passes& passes) : sink_(sink), passes_(passes) {}

  double squared_reach() const noexcept { return sink_.squared_reach(); }
  void take(double squared, const Entry& entry) {
    if (passes_(squared, entry)) sink_.take(squared, entry);
  }

 private:
  Sink& sink_;
  const Passes& passes_;
};

// To share a pharmacy touches its counter, somewhere in memory. `make_shared` puts that right before the object.
void prefetch_owner(const std::shared_ptr<const Pharmacy>& pharmacy) {
  __builtin_prefetch(reinterpret_cast<const char*>(pharmacy.get()) - 2 * sizeof(void*), 1);
}

std::vector<std::size_t> order_of(const std::vector<double>& distances, std::size_t expected) {
  if (distances.size() != expected) {
    throw InvalidArgument("rerank returned " + std::to_string(distances.size()) + " distances of " +
                          std::to_string(expected) + " pharmacies");
  }
  const auto nan = std::ranges::find_if(distances, [](double distance) { return std::isnan(distance); });
  if (nan != distances.end()) {
    throw InvalidArgument("rerank returned NaN at position " + std::to_string(nan - distances.begin()) +
                          "; return an infinite distance for what cannot be reached");
  }
  std::vector<std::size_t> order(expected);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t place) { return distances[place]; });
  return order;
}

void require_many(std::span<const Coordinate> centers, const NearbyOptions& options, std::size_t pharmacies) {
  require_options(options);
  if (!options.limit) throw InvalidArgument("many points at once need a limit, the width of their table");
  if (options.after) throw InvalidArgument("a cursor belongs to one center; it does not go with many points at once");
  constexpr std::size_t most_cells = std::numeric_limits<std::uint32_t>::max();
  const std::size_t columns = std::min(*options.limit, pharmacies);
  if (!centers.empty() && columns > most_cells / centers.size()) {
    throw InvalidArgument("a table of " + std::to_string(columns) + " columns for " + std::to_string(centers.size()) +
                          " points is too large; ask for fewer");
  }
  for (std::size_t number = 0; number < centers.size(); ++number) {
    if (!is_valid(centers[number])) require_position(centers[number], "center number " + std::to_string(number + 1));
  }
}

// Replaces rows by positions in the list of those that occur, in order of their first occurrence.
void list_each_once(const Pharmacies& pharmacies, NearbyTable& table) {
  std::vector<std::int32_t> positions(pharmacies.size(), -1);
  for (std::int32_t& cell : table.pharmacies) {
    if (cell < 0) continue;
    const auto row = static_cast<std::size_t>(cell);
    if (positions[row] < 0) {
      positions[row] = static_cast<std::int32_t>(table.found.size());
      table.found.push_back(pharmacies[row]);
    }
    cell = positions[row];
  }
}

}  // namespace

TreePath fastest_path() noexcept { return has_tree_walk ? TreePath::walk : TreePath::queries; }

NearbyIndex::NearbyIndex(Pharmacies pharmacies, HolidayCalendar holidays, std::uint64_t version)
    : weeks_(pharmacies_), holidays_(std::move(holidays)), version_(version) {
  require_pharmacies(pharmacies);
  sort_by_id(pharmacies);
  // Each pharmacy is looked at once, in the order in which they are likely to lie in memory.
  std::vector<Spot> spots;
  std::vector<PackedWeek> weeks;
  std::vector<Entry> entries;
  spots.reserve(pharmacies.size());
  weeks.reserve(pharmacies.size());
  entries.reserve(pharmacies.size());
  for (const auto& pharmacy : pharmacies) {
    spots.push_back(make_spot(pharmacy->position));
    weeks.push_back(packed(pharmacy->hours));
    entries.push_back({.place = make_unit_vector(spots.back()), .rank = static_cast<std::uint32_t>(entries.size())});
  }
  tree_ = std::make_unique<const PackedTree>(PackedTree{Tree(entries)});

  pharmacies_.reserve(pharmacies.size());
  spots_.reserve(pharmacies.size());
  weeks_.reserve(pharmacies.size());
  rows_.resize(pharmacies.size());
  for (const Entry& entry : tree_->nodes) {
    entry.row = static_cast<std::uint32_t>(pharmacies_.size());
    rows_[entry.rank] = entry.row;
    pharmacies_.push_back(std::move(pharmacies[entry.rank]));
    spots_.push_back(spots[entry.rank]);
    weeks_.add(weeks[entry.rank]);
  }
}

NearbyIndex::~NearbyIndex() = default;

std::vector<NearbyPharmacy> NearbyIndex::near(Coordinate position, const NearbyOptions& options, sys_seconds now,
                                              TreePath path) const {
  require_position(position, "the center");
  require_options(options);
  const Question question = make_question(options, now, path, options.limit);
  const Center center(position);
  Workspace workspace;
  return described(question, center, search(question, center, workspace));
}

std::size_t NearbyIndex::count(Coordinate position, const NearbyOptions& options, sys_seconds now,
                               TreePath path) const {
  require_position(position, "the center");
  require_options(options);
  const Question question = make_question(options, now, path, std::nullopt);
  const Center center(position);
  Workspace workspace;
  const Candidates found = candidates(question, center, workspace);
  if (!options.radius_meters) return found.size();
  const double squared_radius = squared_chord_of(*options.radius_meters);
  const double surely_within = squared_radius - chord_slack(squared_radius);
  return static_cast<std::size_t>(std::ranges::count_if(found, [&](const Candidate& candidate) {
    return candidate.squared < surely_within || distance_meters(center, candidate.entry->row) <= *options.radius_meters;
  }));
}

NearbyTable NearbyIndex::near_many(std::span<const Coordinate> centers, const NearbyOptions& options, sys_seconds now,
                                   TreePath path) const {
  require_many(centers, options, pharmacies_.size());
  const Question question = make_question(options, now, path, options.limit);
  NearbyTable table;
  table.columns = std::min(*options.limit, pharmacies_.size());
  table.pharmacies.assign(centers.size() * table.columns, -1);
  table.distances_meters.assign(centers.size() * table.columns, std::numeric_limits<double>::quiet_NaN());
  // Neighbours one after the other find the nodes of the tree in the processor's caches.
  for (const std::uint32_t point : along_curve(centers)) {
    const Center center(centers[point]);
    Workspace workspace;
    std::size_t cell = point * table.columns;
    for (const Hit& hit : search(question, center, workspace)) {
      table.pharmacies[cell] = static_cast<std::int32_t>(hit.entry->row);
      table.distances_meters[cell++] = hit.distance_meters;
    }
  }
  list_each_once(pharmacies_, table);
  return table;
}

NearbyIndex::Question NearbyIndex::make_question(const NearbyOptions& options, sys_seconds now, TreePath path,
                                                 std::optional<std::size_t> limit) const {
  Question question{.options = options,
                    .time = core::korean_time(options.open_at.value_or(now), holidays_),
                    .path = path,
                    .limit = limit,
                    .squared_reach = options.radius_meters ? with_slack(squared_chord_of(*options.radius_meters))
                                                           : std::numeric_limits<double>::infinity(),
                    .open = nullptr,
                    .named = std::nullopt};
  if (options.rerank && limit) question.limit = std::max(*limit, options.rerank_first);
  // Without a limit every hit is looked at once, whatever the others are.
  if (options.open_at && limit) question.open = open_set(question.time, options.include_unknown_hours);
  if (!options.name.empty()) {
    const std::string part = text::normalize(options.name).text;
    if (!part.empty()) question.named = names().holding(part);
  }
  if (options.after) {
    question.squared_cursor = squared_chord_of(options.after->distance_meters);
    const auto next = std::ranges::upper_bound(
        rows_, options.after->id, {}, [&](std::uint32_t row) -> const PharmacyId& { return pharmacies_[row]->id; });
    question.first_rank_after_cursor = static_cast<std::uint32_t>(next - rows_.begin());
  }
  question.has_filter = options.open_at || question.named || options.after || options.accepts;
  return question;
}

std::shared_ptr<const OpenSet> NearbyIndex::open_set(const core::KoreanTime& time, bool with_unknown) const {
  if (auto known = open_sets_.find(time, with_unknown)) return known;
  OpenSet set = find_open(weeks_, size(), time, with_unknown);
  if (set.count <= few_rows) {
    set.few.reserve(set.count);
    for (const Entry& entry : tree_->nodes) {
      if (set.rows.contains(entry.row)) set.few.push_back(&entry);
    }
  }
  auto made = std::make_shared<const OpenSet>(std::move(set));
  open_sets_.keep(made);
  return made;
}

const NameTexts& NearbyIndex::names() const {
  std::call_once(names_once_, [this] { names_ = std::make_unique<const NameTexts>(pharmacies_); });
  return *names_;
}

Hits NearbyIndex::search(const Question& question, const Center& center, Workspace& workspace) const {
  Hits hits(workspace.room.resource());
  const Candidates found = candidates(question, center, workspace);
  hits.reserve(found.size());
  const double radius_meters = question.options.radius_meters.value_or(std::numeric_limits<double>::infinity());
  for (const Candidate& candidate : found) {
    const double distance = distance_meters(center, candidate.entry->row);
    if (distance > radius_meters) continue;
    hits.push_back({.distance_meters = distance, .entry = candidate.entry});
    prefetch_owner(pharmacies_[candidate.entry->row]);
  }
  sort_hits(hits);
  if (question.limit && *question.limit < hits.size()) hits.resize(*question.limit);
  if (question.options.rerank) rerank(question, center, hits);
  return hits;
}

// A superset of the answer, all of which pass the filters.
Candidates NearbyIndex::candidates(const Question& question, const Center& center, Workspace& workspace) const {
  // By queries, ties may go on beyond the limit.
  if (question.limit && *question.limit < size() && question.path == TreePath::walk) {
    NearestWithin nearest(*question.limit, question.squared_reach, workspace.room);
    gather(question, center, workspace, nearest);
    return nearest.finish();
  }
  AllWithin all(question.squared_reach, workspace.room);
  gather(question, center, workspace, all);
  return all.finish();
}

template <class Sink>
void NearbyIndex::gather(const Question& question, const Center& center, Workspace& workspace, Sink& sink) const {
  if (!question.has_filter) return gather_all(question, center, workspace, sink);
  const auto passing = [&](double squared, const Entry& entry) { return passes(question, center, squared, entry); };
  FilteredSink<Sink, decltype(passing)> filtered(sink, passing);
  gather_all(question, center, workspace, filtered);
}

template <class Sink>
void NearbyIndex::gather_all(const Question& question, const Center& center, Workspace& workspace, Sink& sink) const {
  const auto offer = [&](const Entry& entry) {
    const double squared = squared_chord(center.place, entry.place);
    if (squared <= sink.squared_reach()) sink.take(squared, entry);
  };
  if (question.open && question.open->count <= few_rows) {
    for (const Entry* entry : question.open->few) offer(*entry);
  } else if (question.path == TreePath::walk) {
    walk(tree_->nodes, center.place, sink);
  } else {
    workspace.queried = query(question, center);
    for (const Entry& entry : workspace.queried) offer(entry);
  }
}

std::vector<Entry> NearbyIndex::query(const Question& question, const Center& center) const {
  const auto passing = [&](const Entry& entry) {
    return !question.has_filter || passes(question, center, squared_chord(center.place, entry.place), entry);
  };
  if (!question.limit) return query_within(tree_->nodes, center.place, question.squared_reach, passing);
  return query_nearest(tree_->nodes, center.place, *question.limit, question.squared_reach, passing);
}

bool NearbyIndex::passes(const Question& question, const Center& center, double squared, const Entry& entry) const {
  if (question.options.open_at && !is_open(question, entry.row)) return false;
  if (question.named && !question.named->contains(entry.row)) return false;
  if (question.options.after && !is_behind_cursor(question, center, squared, entry)) return false;
  return !question.options.accepts || question.options.accepts(*pharmacies_[entry.row]);
}

bool NearbyIndex::is_open(const Question& question, std::uint32_t row) const {
  if (question.open) return question.open->rows.contains(row);
  return is_wanted(weeks_.state(row, question.time), question.options.include_unknown_hours);
}

bool NearbyIndex::is_behind_cursor(const Question& question, const Center& center, double squared,
                                   const Entry& entry) const {
  // Only in between does rounding decide.
  const double slack = chord_slack(question.squared_cursor);
  if (squared > question.squared_cursor + slack) return true;
  if (squared < question.squared_cursor - slack) return false;
  const double distance = distance_meters(center, entry.row);
  const double cursor_meters = question.options.after->distance_meters;
  return distance > cursor_meters || (distance == cursor_meters && entry.rank >= question.first_rank_after_cursor);
}

void NearbyIndex::rerank(const Question& question, const Center& center, Hits& hits) const {
  const std::size_t count = std::min(hits.size(), question.options.rerank_first);
  if (count > 0) {
    const std::vector<Hit> before(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count));
    const std::vector<double> distances = question.options.rerank(described(question, center, before));
    std::ranges::transform(order_of(distances, count), hits.begin(), [&](std::size_t place) { return before[place]; });
  }
  if (question.options.limit && *question.options.limit < hits.size()) hits.resize(*question.options.limit);
}

std::vector<NearbyPharmacy> NearbyIndex::described(const Question& question, const Center& center,
                                                   std::span<const Hit> hits) const {
  std::vector<NearbyPharmacy> nearby;
  nearby.reserve(hits.size());
  for (const Hit& hit : hits) {
    const std::uint32_t row = hit.entry->row;
    nearby.push_back({.pharmacy = pharmacies_[row],
                      .distance_meters = hit.distance_meters,
                      .bearing_degrees = hit.distance_meters > 0 ? center.bearing_degrees(hit.entry->place) : 0,
                      .status = core::open_status(weeks_.hours(row), question.time)});
  }
  return nearby;
}

}  // namespace pilling::geo
