#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/korean_time.hpp"
#include "geo/row_set.hpp"
#include "geo/week_table.hpp"

namespace pilling::geo {

struct Entry;

/// The rows that are open, or may be, from one minute of a day until the next at which any of them opens or closes.
struct OpenSet {
  std::size_t today = 0;  ///< as in `core::KoreanTime`, like `yesterday`
  std::size_t yesterday = 0;
  bool with_unknown = false;
  int from = 0;   ///< minute of the day
  int until = 0;  ///< half-open
  RowSet rows;
  std::size_t count = 0;
  /// The entries of the rows, when so few are open that going through them is quicker than looking around for them.
  std::vector<const Entry*> few;

  bool holds(const core::KoreanTime& time, bool wants_unknown) const noexcept {
    return today == time.today && yesterday == time.yesterday && with_unknown == wants_unknown && from <= time.minute &&
           time.minute < until;
  }
};

inline bool is_wanted(OpenState state, bool with_unknown) noexcept {
  return state == OpenState::open || (with_unknown && state == OpenState::unknown);
}

/// All but `few`.
OpenSet find_open(const WeekTable& weeks, std::size_t rows, const core::KoreanTime& time, bool with_unknown);

/// The sets that were asked for last. Thread-safe; nothing is computed while others wait.
class RecentOpenSets {
 public:
  /// Null when it is not there.
  std::shared_ptr<const OpenSet> find(const core::KoreanTime& time, bool with_unknown);
  void keep(std::shared_ptr<const OpenSet> set);

 private:
  std::mutex mutex_;
  std::array<std::shared_ptr<const OpenSet>, 16> sets_;  // the one that was asked for last comes first
};

}  // namespace pilling::geo
