#include "search/pattern_pieces.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace pilling::search {
namespace {

// Occurrences of pieces, from where choosing the cuts costs less than they do.
constexpr std::size_t worth_a_choice = 300;

// Where pieces begin and end: one number more than there are pieces.
class Cuts {
 public:
  Cuts(const NameSegment& names, const std::vector<Key>& keys, std::size_t edits)
      : names_(names), keys_(keys), count_(edits + 1) {}

  std::size_t occurrences(const std::vector<std::size_t>& cuts) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) sum += occurrences(cuts[i], cuts[i + 1]);
    return sum;
  }

  std::vector<std::size_t> even() const {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 0; i <= count_; ++i) cuts.push_back(i * keys_.size() / count_);
    return cuts;
  }

  // The cuts whose pieces occur least often in all, by dynamic programming over the ends of the first pieces.
  std::vector<std::size_t> cheapest() const {
    const std::size_t size = keys_.size();
    constexpr std::size_t long_enough = 6;  // a longer piece is hardly rarer
    std::vector<std::array<std::size_t, long_enough + 1>> costs(size);
    for (std::size_t begin = 0; begin < size; ++begin) {
      for (std::size_t length = 1; length <= std::min(long_enough, size - begin); ++length) {
        costs[begin][length] = occurrences(begin, begin + length);
      }
    }
    struct Plan {
      std::size_t cost = std::numeric_limits<std::size_t>::max();
      std::size_t last_cut = 0;
    };
    std::vector<std::vector<Plan>> plans(count_ + 1, std::vector<Plan>(size + 1));
    plans[0][0].cost = 0;
    for (std::size_t pieces = 1; pieces <= count_; ++pieces) {
      for (std::size_t end = pieces; end <= size; ++end) {
        for (std::size_t begin = pieces - 1; begin < end; ++begin) {
          const Plan& before = plans[pieces - 1][begin];
          if (before.cost == std::numeric_limits<std::size_t>::max()) continue;
          const std::size_t cost = before.cost + costs[begin][std::min(end - begin, long_enough)];
          if (cost < plans[pieces][end].cost) plans[pieces][end] = {cost, begin};
        }
      }
    }
    std::vector<std::size_t> cuts(count_ + 1, size);
    for (std::size_t pieces = count_; pieces > 0; --pieces) cuts[pieces - 1] = plans[pieces][cuts[pieces]].last_cut;
    return cuts;
  }

 private:
  std::size_t occurrences(std::size_t begin, std::size_t end) const {
    return names_.suffixes().find(std::span(keys_).subspan(begin, end - begin)).size();
  }

  const NameSegment& names_;
  const std::vector<Key>& keys_;
  const std::size_t count_;  // of pieces
};

}  // namespace

std::vector<Piece> pattern_pieces(const NameSegment& names, const std::vector<Key>& keys,
                                  const std::vector<std::uint8_t>& strict, std::size_t edits) {
  std::vector<Piece> pieces;
  const Cuts places(names, keys, edits);
  std::vector<std::size_t> cuts = places.even();
  if (places.occurrences(cuts) > worth_a_choice) cuts = places.cheapest();
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) pieces.push_back({cuts[i], cuts[i + 1], false});
  for (std::size_t i = 0; i + 2 < cuts.size(); ++i) {
    const std::size_t cut = cuts[i + 1];
    const bool can_swap = keys[cut - 1] != keys[cut] && strict[cut - 1] == 0 && strict[cut] == 0;
    if (can_swap) pieces.push_back({cuts[i], cut, true});
  }
  return pieces;
}

}  // namespace pilling::search
