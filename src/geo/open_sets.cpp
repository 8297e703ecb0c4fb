#include "geo/open_sets.hpp"

#include <algorithm>
#include <utility>

namespace pilling::geo {

OpenSet find_open(const WeekTable& weeks, std::size_t rows, const core::KoreanTime& time, bool with_unknown) {
  OpenSet set{.today = time.today,
              .yesterday = time.yesterday,
              .with_unknown = with_unknown,
              .from = time.minute,
              .until = core::minutes_per_day,
              .rows = RowSet(rows),
              .count = 0,
              .few = {}};
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto today = weeks.day(row, time.today);
    const auto yesterday = weeks.day(row, time.yesterday);
    set.until = std::min(set.until, core::next_change(today, yesterday, time.minute));
    if (!is_wanted(core::open_state(today, yesterday, time.minute), with_unknown)) continue;
    set.rows.insert(row);
    ++set.count;
  }
  return set;
}

std::shared_ptr<const OpenSet> RecentOpenSets::find(const core::KoreanTime& time, bool with_unknown) {
  const std::scoped_lock lock(mutex_);
  for (auto set = sets_.begin(); set != sets_.end() && *set; ++set) {
    if (!(*set)->holds(time, with_unknown)) continue;
    std::rotate(sets_.begin(), set, set + 1);
    return sets_.front();
  }
  return nullptr;
}

void RecentOpenSets::keep(std::shared_ptr<const OpenSet> set) {
  // The one that goes is freed after the lock.
  std::shared_ptr<const OpenSet> oldest;
  const std::scoped_lock lock(mutex_);
  std::rotate(sets_.begin(), sets_.end() - 1, sets_.end());
  oldest = std::exchange(sets_.front(), std::move(set));
}

}  // namespace pilling::geo
