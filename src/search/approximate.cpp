#include "search/approximate.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "search/amounts.hpp"
#include "search/key_costs.hpp"

namespace pilling::search {
namespace {

constexpr std::size_t most_edits = ApproximatePattern::most_edits;
constexpr std::size_t longest_pattern = 128;
constexpr std::size_t worth_a_choice =
    300;  // occurrences of pieces, from where choosing the cuts costs less than they do
constexpr std::uint32_t brand_rest_cost = 4;   // of each stroke between a match's end and the brand's …
constexpr std::size_t longest_brand_rest = 8;  // … up to here
constexpr int unreachable = -1'000;
constexpr int no_border = 9;

std::vector<std::uint8_t> strict_keys(const std::vector<Key>& keys) {
  std::vector<Key> run = {text::key_end};
  run.insert(run.end(), keys.begin(), keys.end());
  std::vector<std::uint8_t> strict(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) strict[i] = is_strict(&run[i + 1]) ? 1 : 0;
  return strict;
}

// The pattern as the comparison needs it.
struct Pattern {
  const Key* keys;
  const std::uint8_t* strict;
  int size;
};

struct Reached {
  std::uint32_t edits = most_edits + 1;
  std::uint32_t border = 0;  // where the match ends on this side
};

// Compares the pattern on one side of a piece with the name, from diagonal to diagonal: for e edits and a shift d, how
// many keys of the side can be read. `step` is 1 behind the piece and -1 before it, where all is read backwards.
template <int step>
class Extension {
 public:
  // `first` is the pattern's key next to the piece, `from` the name's border there.
  Extension(const NameSegment& names, const Pattern& pattern, int first, std::uint32_t from)
      : names_(names),
        typed_(pattern.keys + first),
        strict_(pattern.strict + first),
        length_(step > 0 ? pattern.size - first : first + 1),
        from_(from),
        first_key_(names.keys() + from - (step > 0 ? 0 : 1)) {}

  /// `rank` tells how good a border is to end at: lower is better, `no_border` is none at all.
  template <class Rank>
  Reached run(std::uint32_t budget, const Rank& rank) {
    Row rows[2];
    rows[0].reach[center] = slide(0, 0);
    if (rows[0].reach[center] == length_) {
      return rank(border(length_)) != no_border ? Reached{0, border(length_)} : align(static_cast<int>(budget), rank);
    }
    for (int edits = 1; edits <= static_cast<int>(budget); ++edits) {
      Row& before = rows[(edits - 1) % 2];
      Row& row = rows[edits % 2];
      // Beyond what fewer edits reach there is nothing.
      before.reach[center - edits] = before.reach[center + edits] = unreachable;
      before.reach[center - edits - 1] = before.reach[center + edits + 1] = unreachable;
      Reached best;
      int best_rank = no_border;
      for (int shift = -edits; shift <= edits; ++shift) {
        const int read = slide(step_to(before, shift), shift);
        row.reach[center + shift] = read;
        if (read != length_) continue;
        const int this_rank = rank(border(read + shift));
        // Who reads as far as possible misses what ends before a border that is none.
        if (this_rank == no_border) return align(static_cast<int>(budget), rank);
        if (this_rank >= best_rank) continue;
        best_rank = this_rank;
        best = {static_cast<std::uint32_t>(edits), border(read + shift)};
      }
      if (best_rank != no_border) return best;
    }
    return {};
  }

 private:
  static constexpr int center = static_cast<int>(most_edits) + 2;
  struct Row {
    int reach[2 * center + 1];
  };

  // The same by a table of all cells near enough to the diagonal.
  template <class Rank>
  Reached align(int budget, const Rank& rank) const {
    constexpr int too_many = static_cast<int>(most_edits) + 1;
    using Cells = int[2 * center + 1];  // of one typed key, by shift
    Cells rows[3];
    for (Cells& row : rows) std::fill(std::begin(row), std::end(row), too_many);
    for (int typed = 0; typed <= length_; ++typed) {
      const Cells& before = rows[(typed + 1) % 3];
      const Cells& above = rows[(typed + 2) % 3];
      Cells& row = rows[typed % 3];
      std::fill(std::begin(row), std::end(row), too_many);
      for (int shift = std::max(-budget, -typed); shift <= budget; ++shift) {
        const int name = typed + shift;
        const int at = center + shift;
        if (name > 0 && name_key(name - 1) == text::key_end) break;
        int edits = typed == 0 && name == 0 ? 0 : too_many;
        const bool is_typed = typed > 0 && is_typed_letter(typed - 1);
        const bool is_named = name > 0 && is_name_letter(name - 1);
        if (is_named) edits = std::min(edits, row[at - 1] + 1);
        if (is_typed) edits = std::min(edits, above[at + 1] + 1);
        if (is_typed && is_named) edits = std::min(edits, above[at] + 1);
        if (typed > 0 && name > 0 && typed_key(typed - 1) == name_key(name - 1)) edits = std::min(edits, above[at]);
        if (typed > 1 && name > 1 && is_swap(typed - 2, name - 2)) edits = std::min(edits, before[at] + 1);
        row[at] = edits;
      }
    }
    Reached best;
    int best_rank = no_border;
    const Cells& last = rows[length_ % 3];
    for (int shift = std::max(-budget, -length_); shift <= budget; ++shift) {
      const int edits = last[center + shift];
      if (edits > budget) continue;
      const std::uint32_t here = border(length_ + shift);
      const int this_rank = rank(here);
      if (this_rank == no_border) continue;
      if (std::tuple(edits, this_rank) >= std::tuple(static_cast<int>(best.edits), best_rank)) continue;
      best_rank = this_rank;
      best = {static_cast<std::uint32_t>(edits), here};
    }
    return best;
  }

  static std::ptrdiff_t offset(int n) { return static_cast<std::ptrdiff_t>(n) * step; }
  Key name_key(int n) const { return text::code(first_key_[offset(n)]); }
  Key typed_key(int n) const { return typed_[offset(n)]; }
  bool is_typed_letter(int n) const { return n < length_ && strict_[offset(n)] == 0; }
  bool is_name_letter(int n) const {
    const std::uint32_t at = static_cast<std::uint32_t>(static_cast<int>(from_) + (step > 0 ? n : -n - 1));
    return !names_.is_strict(at);
  }
  std::uint32_t border(int n) const { return static_cast<std::uint32_t>(static_cast<int>(from_) + n * step); }

  int slide(int read, int shift) const {
    if (read < 0) return unreachable;
    while (read < length_ && typed_key(read) == name_key(read + shift)) ++read;
    return read;
  }

  bool is_swap(int typed, int name) const {
    return typed_key(typed) == name_key(name + 1) && typed_key(typed + 1) == name_key(name) && is_typed_letter(typed) &&
           is_typed_letter(typed + 1) && is_name_letter(name) && is_name_letter(name + 1);
  }

  int step_to(const Row& row, int shift) const {
    int read = unreachable;
    // The name has a letter more.
    const int longer_name = row.reach[center + shift - 1];
    if (longer_name >= 0 && is_name_letter(longer_name + shift - 1)) read = longer_name;
    // The pattern has a letter more.
    const int longer_typed = row.reach[center + shift + 1];
    if (longer_typed >= read && longer_typed >= 0 && is_typed_letter(longer_typed)) read = longer_typed + 1;
    // Another letter, or two that changed places.
    const int same = row.reach[center + shift];
    if (same < 0 || same + 2 <= read || !is_typed_letter(same) || !is_name_letter(same + shift)) return read;
    read = std::max(read, same + 1);
    return same + 1 < length_ && is_swap(same, same + shift) ? std::max(read, same + 2) : read;
  }

  const NameSegment& names_;
  const Key* typed_;
  const std::uint8_t* strict_;
  int length_;
  std::uint32_t from_;
  const Key* first_key_;
};

struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_swapped = false;  // its last key is the first of the next piece, which comes in its place
};

class Finder {
 public:
  Finder(const NameSegment& names, const std::vector<Key>& keys, const std::vector<std::uint8_t>& strict,
         const ApproximateOptions& options)
      : names_(names), keys_(keys), strict_(strict), options_(options) {}

  std::vector<ApproximateHit> run() {
    for (const Piece& piece : pieces()) look_up(piece);
    const auto order = [this](const ApproximateHit& hit) {
      return std::tuple(hit.field, hit.edits, rank_of_begin(hit.begin), hit.begin, hit.end);
    };
    std::ranges::sort(hits_, {}, order);
    const auto same_field = [](const ApproximateHit& one, const ApproximateHit& other) {
      return one.field == other.field;
    };
    const auto rest = std::ranges::unique(hits_, same_field);
    hits_.erase(rest.begin(), rest.end());
    return std::move(hits_);
  }

 private:
  std::vector<Piece> pieces() const {
    std::vector<Piece> pieces;
    std::vector<std::size_t> cuts = even_cuts();
    if (occurrences(cuts) > worth_a_choice) cuts = cheapest_cuts();
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) pieces.push_back({cuts[i], cuts[i + 1], false});
    for (std::size_t i = 0; i + 2 < cuts.size(); ++i) {
      const std::size_t cut = cuts[i + 1];
      const bool can_swap = keys_[cut - 1] != keys_[cut] && strict_[cut - 1] == 0 && strict_[cut] == 0;
      if (can_swap) pieces.push_back({cuts[i], cut, true});
    }
    return pieces;
  }

  std::size_t occurrences(std::size_t begin, std::size_t end) const {
    return names_.suffixes().find(std::span(keys_).subspan(begin, end - begin)).size();
  }

  std::size_t occurrences(const std::vector<std::size_t>& cuts) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) sum += occurrences(cuts[i], cuts[i + 1]);
    return sum;
  }

  std::vector<std::size_t> even_cuts() const {
    std::vector<std::size_t> cuts;
    const std::size_t count = options_.edits + 1;
    for (std::size_t i = 0; i <= count; ++i) cuts.push_back(i * keys_.size() / count);
    return cuts;
  }

  // The cuts whose pieces occur least often in all, by dynamic programming over the ends of the first pieces.
  std::vector<std::size_t> cheapest_cuts() const {
    const std::size_t size = keys_.size();
    const std::size_t count = options_.edits + 1;
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
    std::vector<std::vector<Plan>> plans(count + 1, std::vector<Plan>(size + 1));
    plans[0][0].cost = 0;
    for (std::size_t pieces = 1; pieces <= count; ++pieces) {
      for (std::size_t end = pieces; end <= size; ++end) {
        for (std::size_t begin = pieces - 1; begin < end; ++begin) {
          const Plan& before = plans[pieces - 1][begin];
          if (before.cost == std::numeric_limits<std::size_t>::max()) continue;
          const std::size_t cost = before.cost + costs[begin][std::min(end - begin, long_enough)];
          if (cost < plans[pieces][end].cost) plans[pieces][end] = {cost, begin};
        }
      }
    }
    std::vector<std::size_t> cuts(count + 1, size);
    for (std::size_t pieces = count; pieces > 0; --pieces) cuts[pieces - 1] = plans[pieces][cuts[pieces]].last_cut;
    return cuts;
  }

  void look_up(const Piece& piece) {
    std::vector<Key> keys(keys_.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                          keys_.begin() + static_cast<std::ptrdiff_t>(piece.end));
    if (piece.is_swapped) keys.back() = keys_[piece.end];
    const SuffixRange range = names_.suffixes().find(keys);
    for (std::size_t i = range.begin; i < range.end; ++i) verify(piece, names_.suffixes()[i]);
  }

  // The beginning of a field is the best place to begin, then that of a part.
  int rank_of_begin(std::uint32_t border) const {
    if (!text::starts_character(names_.keys()[border]) || names_.is_within_number(border)) return no_border;
    if (text::code(names_.keys()[border - 1]) == text::key_end) return 0;
    if (names_.begins_part(border)) return 1;
    return options_.only_part_starts ? no_border : 2;
  }

  int rank_of_end(std::uint32_t border) const {
    return options_.is_number_open || !names_.is_within_number(border) ? 0 : no_border;
  }

  // Whether a part begins near enough before the piece for the match to begin there.
  bool can_begin_before(const Piece& piece, std::uint32_t position, std::uint32_t budget) const {
    if (!options_.only_part_starts) return true;
    const auto offset = static_cast<std::uint32_t>(piece.begin);
    const std::uint32_t earliest = position > offset + budget ? position - offset - budget : 0;
    const std::uint32_t latest = offset > budget ? position - (offset - budget) : position;
    constexpr std::uint32_t bits_at_once = 25;
    for (std::uint32_t at = earliest; at <= latest; at += bits_at_once) {
      const std::uint32_t span = std::min(latest - at + 1, bits_at_once);
      if ((names_.part_starts(at) & ((1u << span) - 1)) != 0) return true;
    }
    return false;
  }

  void verify(const Piece& piece, std::uint32_t position) {
    std::uint32_t budget = static_cast<std::uint32_t>(options_.edits);
    std::uint32_t piece_end = position + static_cast<std::uint32_t>(piece.end - piece.begin);
    std::size_t pattern_end = piece.end;
    if (piece_end > names_.key_end(names_.field_of(position))) return;
    if (piece.is_swapped) {
      if (text::code(names_.keys()[piece_end]) != keys_[piece.end - 1]) return;
      if (names_.is_strict(piece_end) || names_.is_strict(piece_end - 1)) return;
      --budget;
      ++piece_end;
      ++pattern_end;
    }
    if (!can_begin_before(piece, position, budget)) return;
    const Pattern pattern{keys_.data(), strict_.data(), static_cast<int>(keys_.size())};
    const auto rank_of_begin = [this](std::uint32_t border) { return this->rank_of_begin(border); };
    const auto rank_of_end = [this](std::uint32_t border) { return this->rank_of_end(border); };
    const Reached end =
        Extension<1>(names_, pattern, static_cast<int>(pattern_end), piece_end).run(budget, rank_of_end);
    if (end.edits > budget) return;
    budget -= end.edits;
    const Reached begin =
        Extension<-1>(names_, pattern, static_cast<int>(piece.begin) - 1, position).run(budget, rank_of_begin);
    if (begin.edits > budget) return;
    hits_.push_back({.field = names_.field_of(position),
                     .begin = begin.border,
                     .end = end.border,
                     .edits = begin.edits + end.edits + (piece.is_swapped ? 1u : 0u)});
  }

  const NameSegment& names_;
  const std::vector<Key>& keys_;
  const std::vector<std::uint8_t>& strict_;
  ApproximateOptions options_;
  std::vector<ApproximateHit> hits_;
};

// The cheapest place for the match to end, given what it costs to end at each from `first` to `last`. That the brand
// goes on beyond it, or ends before it, counts a little.
template <class Costs>
std::uint32_t cheapest_end(const NameSegment& names, ApproximateHit& hit, const Costs& costs, std::size_t first,
                           std::size_t last) {
  const std::size_t expected = hit.end - hit.begin;
  const std::size_t brand_end = names.key_begin(hit.field) + names.field(hit.field).brand_end;
  std::uint32_t best = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t j = first; j <= last; ++j) {
    const auto end = hit.begin + static_cast<std::uint32_t>(j);
    if (j != expected && names.is_within_number(end)) continue;
    const std::size_t rest = brand_end > end ? brand_end - end : end - brand_end;
    const std::uint32_t cost =
        costs[j] + brand_rest_cost * static_cast<std::uint32_t>(std::min(rest, longest_brand_rest));
    if (cost >= best) continue;
    best = cost;
    hit.end = end;
  }
  return best;
}

}  // namespace

ApproximatePattern::ApproximatePattern(std::vector<Key> keys) : keys_(std::move(keys)), strict_(strict_keys(keys_)) {}

std::size_t ApproximatePattern::forgiven() const noexcept {
  const auto letters = static_cast<std::size_t>(std::ranges::count(strict_, 0));
  if (keys_.size() > longest_pattern || letters < 4) return 0;
  if (letters < 6) return 1;
  if (letters < 14) return 2;
  return letters < 22 ? 3 : 4;
}

std::vector<ApproximateHit> ApproximatePattern::find(const NameSegment& names,
                                                     const ApproximateOptions& options) const {
  if (keys_.size() <= options.edits || options.edits > most_edits) return {};
  return Finder(names, keys_, strict_, options).run();
}

std::uint32_t ApproximatePattern::cost(const NameSegment& names, ApproximateHit& hit) const {
  // Cells further from the diagonal than the edits reach cannot be on the way.
  constexpr std::uint32_t far = 1'000'000;
  constexpr std::size_t widest = longest_pattern + most_edits + 1;
  const Key* const keys = names.keys() + hit.begin;
  const std::size_t band = hit.edits;
  const std::size_t width = std::min<std::size_t>(names.key_end(hit.field) - hit.begin, keys_.size() + band);
  std::array<std::array<std::uint32_t, widest + 2>, 3> rows;
  rows[1][0] = 0;
  for (std::size_t j = 1; j <= band + 1; ++j) rows[1][j] = j <= band ? rows[1][j - 1] + dropped_cost : far;
  for (std::size_t i = 1; i <= keys_.size(); ++i) {
    const auto& before = rows[(i + 2) % 3];
    const auto& above = rows[i % 3];
    auto& row = rows[(i + 1) % 3];
    const std::size_t first = i > band ? i - band : 0;
    const std::size_t last = std::min(width, i + band);
    const bool is_repeated = i > 1 && keys_[i - 1] == keys_[i - 2];
    const std::uint32_t inserted = is_repeated ? repeated_cost : inserted_cost;
    if (first > 0) row[first - 1] = far;
    for (std::size_t j = first; j <= last; ++j) {
      std::uint32_t cost = above[j] + inserted;
      if (j > 0) {
        cost = std::min({cost, above[j - 1] + substitution_cost(keys_[i - 1], keys[j - 1]), row[j - 1] + dropped_cost});
      }
      const bool is_swap =
          i > 1 && j > 1 && keys_[i - 1] == text::code(keys[j - 2]) && keys_[i - 2] == text::code(keys[j - 1]);
      if (is_swap) cost = std::min(cost, before[j - 2] + swapped_cost(keys_[i - 1], keys_[i - 2]));
      row[j] = cost;
    }
    for (std::size_t j = last + 1; j <= i + band + 1; ++j) row[j] = far;
  }
  const std::size_t least = keys_.size() > band ? keys_.size() - band : 1;
  return cheapest_end(names, hit, rows[(keys_.size() + 1) % 3], least, width);
}

std::size_t edit_distance(std::span<const Key> one, std::span<const Key> other, std::size_t limit) {
  std::array<std::vector<std::size_t>, 3> rows;
  for (auto& row : rows) row.assign(other.size() + 1, 0);
  for (std::size_t j = 0; j <= other.size(); ++j) rows[1][j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    rows[2][0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const bool is_same = text::code(one[i - 1]) == text::code(other[j - 1]);
      std::size_t edits = std::min({rows[1][j - 1] + (is_same ? 0 : 1), rows[1][j] + 1, rows[2][j - 1] + 1});
      const bool is_swap = i > 1 && j > 1 && text::code(one[i - 1]) == text::code(other[j - 2]) &&
                           text::code(one[i - 2]) == text::code(other[j - 1]);
      if (is_swap) edits = std::min(edits, rows[0][j - 2] + 1);
      rows[2][j] = edits;
      least = std::min(least, edits);
    }
    if (least > limit) return limit + 1;
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
  }
  return rows[1][other.size()];
}

}  // namespace pilling::search
