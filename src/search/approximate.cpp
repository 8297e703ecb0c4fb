#include "search/approximate.hpp"

#include <algorithm>
#include <tuple>

#include "search/amounts.hpp"
#include "search/pattern_pieces.hpp"

namespace pilling::search {
namespace {

constexpr std::size_t most_edits = ApproximatePattern::most_edits;
constexpr int unreachable = -1'000;
constexpr int no_border = 9;  // the rank of one at which no match may end

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
  const std::uint8_t* strict;  // 1: no slip is forgiven
  int size;
};

// How far a comparison came.
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

  // `rank` tells how good a border is to end at: lower is better, `no_border` is none at all.
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

class Finder {
 public:
  Finder(const NameSegment& names, const std::vector<Key>& keys, const std::vector<std::uint8_t>& strict,
         const ApproximateOptions& options)
      : names_(names), keys_(keys), strict_(strict), options_(options) {}

  std::vector<ApproximateHit> run() {
    for (const Piece& piece : pattern_pieces(names_, keys_, strict_, options_.edits)) look_up(piece);
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

}  // namespace

ApproximatePattern::ApproximatePattern(std::vector<Key> keys) : keys_(std::move(keys)), strict_(strict_keys(keys_)) {}

std::size_t ApproximatePattern::forgiven() const noexcept {
  const auto letters = static_cast<std::size_t>(std::ranges::count(strict_, 0));
  if (keys_.size() > longest || letters < 4) return 0;
  if (letters < 6) return 1;
  if (letters < 14) return 2;
  return letters < 22 ? 3 : 4;
}

std::vector<ApproximateHit> ApproximatePattern::find(const NameSegment& names,
                                                     const ApproximateOptions& options) const {
  if (keys_.size() <= options.edits || options.edits > most_edits) return {};
  return Finder(names, keys_, strict_, options).run();
}

}  // namespace pilling::search
