#include "search/approximate.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "search/key_costs.hpp"

namespace pilling::search {
namespace {

constexpr std::size_t most_edits = 4;
constexpr std::size_t longest_pattern = 128;
constexpr int unreachable = -1'000'000;

std::vector<bool> strict_keys(const std::vector<Key>& keys) {
  std::vector<bool> strict(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // Latin letters behind a number are its unit.
    strict[i] = !text::is_letter_key(keys[i]) || (i > 0 && strict[i - 1] && text::is_latin_key(keys[i]));
  }
  return strict;
}

// The part of a pattern on one side of a piece, read away from it: the n-th key is `first[n * step]`.
struct Side {
  const Key* pattern;
  std::uint32_t length;
  const std::vector<bool>& strict;
  std::size_t first;
  int step;

  Key key(int i) const { return pattern[static_cast<int>(first) + i * step]; }
  bool is_strict(int i) const { return strict[static_cast<std::size_t>(static_cast<int>(first) + i * step)]; }
};

struct Reached {
  std::uint32_t edits = most_edits + 1;
  std::uint32_t position = 0;  // where the match ends on this side: the border, not the key
};

// Compares one side of a piece with the name, from diagonal to diagonal: for e edits and a shift d, how many keys of
// the side can be read. A cell depends on cells of fewer edits only.
template <class Accepts>
class Extension {
 public:
  Extension(const NameSegment& names, const Side& side, std::uint32_t from, std::uint32_t budget, Accepts accepts)
      : names_(names), keys_(names.keys()), side_(side), from_(from), budget_(static_cast<int>(budget)),
        accepts_(accepts) {}

  Reached run() {
    for (auto& row : reach_) row.fill(unreachable);
    for (int edits = 0; edits <= budget_; ++edits) {
      Reached best;
      for (int shift = -edits; shift <= edits; ++shift) {
        const int read = slide(edits == 0 ? 0 : step_to(edits, shift), shift);
        cell(edits, shift) = read;
        if (read != static_cast<int>(side_.length)) continue;
        const std::uint32_t border = border_of(read + shift);
        // Nearest to the piece, so that the match is as short as it can be.
        if (accepts_(border) && best.edits > most_edits) best = {static_cast<std::uint32_t>(edits), border};
      }
      if (best.edits <= most_edits) return best;
    }
    return {};
  }

 private:
  int& cell(int edits, int shift) {
    return reach_[static_cast<std::size_t>(edits)][static_cast<std::size_t>(shift + static_cast<int>(most_edits) + 1)];
  }

  // The n-th key of the name on this side.
  std::uint32_t position(int n) const {
    const int at = static_cast<int>(from_) + (side_.step > 0 ? n : -n - 1);
    return static_cast<std::uint32_t>(at);
  }
  std::uint32_t border_of(int n) const {
    return static_cast<std::uint32_t>(static_cast<int>(from_) + (side_.step > 0 ? n : -n));
  }
  Key name_key(int n) const { return text::code(keys_[position(n)]); }

  int slide(int read, int shift) const {
    if (read < 0) return unreachable;
    const int length = static_cast<int>(side_.length);
    while (read < length && side_.key(read) == name_key(read + shift)) ++read;
    return read;
  }

  int step_to(int edits, int shift) {
    const int length = static_cast<int>(side_.length);
    int read = unreachable;
    // The name has a letter more.
    if (const int before = cell(edits - 1, shift - 1); before >= 0 && is_name_letter(before + shift - 1)) read = before;
    // The pattern has a letter more.
    if (const int before = cell(edits - 1, shift + 1); before >= 0 && before < length && !side_.is_strict(before)) {
      read = std::max(read, before + 1);
    }
    if (const int before = cell(edits - 1, shift); before >= 0 && before < length && !side_.is_strict(before) &&
                                                   is_name_letter(before + shift)) {
      read = std::max(read, before + 1);
      const bool is_swap = before + 1 < length && !side_.is_strict(before + 1) &&
                           side_.key(before) == name_key(before + shift + 1) &&
                           side_.key(before + 1) == name_key(before + shift) && is_name_letter(before + shift + 1);
      if (is_swap) read = std::max(read, before + 2);
    }
    return read;
  }

  bool is_name_letter(int n) const { return !names_.is_strict(position(n)); }

  const NameSegment& names_;
  const Key* keys_;
  const Side& side_;
  std::uint32_t from_;
  int budget_;
  Accepts accepts_;
  // One shift more on either side, which is never reached.
  std::array<std::array<int, 2 * most_edits + 3>, most_edits + 1> reach_;
};

struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_swapped = false;  // its last key is the first of the next piece, which comes in its place
};

class Finder {
 public:
  Finder(const NameSegment& names, const std::vector<Key>& keys, const std::vector<bool>& strict,
         const ApproximateOptions& options)
      : names_(names), keys_(keys), strict_(strict), options_(options) {}

  std::vector<ApproximateHit> run() {
    for (const Piece& piece : pieces()) look_up(piece);
    std::ranges::sort(hits_, [](const ApproximateHit& one, const ApproximateHit& other) {
      if (one.field != other.field) return one.field < other.field;
      return one.edits != other.edits ? one.edits < other.edits : one < other;
    });
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
    const std::size_t count = options_.edits + 1;
    for (std::size_t i = 0; i < count; ++i) {
      pieces.push_back({i * keys_.size() / count, (i + 1) * keys_.size() / count, false});
    }
    for (std::size_t i = 0; i + 1 < count; ++i) {
      const std::size_t cut = pieces[i].end;
      const bool can_swap = keys_[cut - 1] != keys_[cut] && !strict_[cut - 1] && !strict_[cut];
      if (can_swap) pieces.push_back({pieces[i].begin, cut, true});
    }
    return pieces;
  }

  void look_up(const Piece& piece) {
    std::vector<Key> keys(keys_.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                          keys_.begin() + static_cast<std::ptrdiff_t>(piece.end));
    if (piece.is_swapped) keys.back() = keys_[piece.end];
    const SuffixRange range = names_.suffixes().find(keys);
    for (std::size_t i = range.begin; i < range.end; ++i) verify(piece, names_.suffixes()[i]);
  }

  bool may_begin(std::uint32_t position) const {
    const bool is_start = options_.only_part_starts ? names_.begins_part(position)
                                                    : text::starts_character(names_.keys()[position]);
    return is_start && !names_.is_within_number(position);
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
    if (piece.is_swapped) {
      if (text::code(names_.keys()[piece_end]) != keys_[piece.end - 1]) return;
      if (names_.is_strict(piece_end) || names_.is_strict(piece_end - 1)) return;
      --budget;
      ++piece_end;
      ++pattern_end;
    }
    if (!can_begin_before(piece, position, budget)) return;
    const bool is_open = options_.is_number_open;
    const Side after{keys_.data(), static_cast<std::uint32_t>(keys_.size() - pattern_end), strict_, pattern_end, 1};
    const auto may_end = [&](std::uint32_t border) { return is_open || !names_.is_within_number(border); };
    const Reached end = Extension(names_, after, piece_end, budget, may_end).run();
    if (end.edits > budget) return;
    const Side before{keys_.data(), static_cast<std::uint32_t>(piece.begin), strict_, piece.begin - 1, -1};
    const auto may_begin_at = [&](std::uint32_t border) { return may_begin(border); };
    const Reached begin = Extension(names_, before, position, budget - end.edits, may_begin_at).run();
    if (begin.edits > budget - end.edits) return;
    hits_.push_back({.field = names_.field_of(position),
                     .begin = begin.position,
                     .end = end.position,
                     .edits = begin.edits + end.edits + (piece.is_swapped ? 1u : 0u)});
  }

  const NameSegment& names_;
  const std::vector<Key>& keys_;
  const std::vector<bool>& strict_;
  ApproximateOptions options_;
  std::vector<ApproximateHit> hits_;
};

}  // namespace

ApproximatePattern::ApproximatePattern(std::vector<Key> keys) : keys_(std::move(keys)), strict_(strict_keys(keys_)) {}

std::size_t ApproximatePattern::forgiven() const noexcept {
  const auto letters = static_cast<std::size_t>(std::ranges::count(strict_, false));
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

std::uint32_t ApproximatePattern::cost(const NameSegment& names, const ApproximateHit& hit) const {
  const Key* const keys = names.keys() + hit.begin;
  const std::size_t width = hit.end - hit.begin;
  std::array<std::vector<std::uint32_t>, 3> rows;
  for (auto& row : rows) row.assign(width + 1, 0);
  auto* before = &rows[0];
  auto* above = &rows[1];
  auto* row = &rows[2];
  for (std::size_t j = 1; j <= width; ++j) (*above)[j] = (*above)[j - 1] + dropped_cost;
  for (std::size_t i = 1; i <= keys_.size(); ++i) {
    const bool is_repeated = i > 1 && keys_[i - 1] == keys_[i - 2];
    const std::uint32_t inserted = is_repeated ? repeated_cost : inserted_cost;
    (*row)[0] = (*above)[0] + inserted;
    for (std::size_t j = 1; j <= width; ++j) {
      std::uint32_t cost = std::min((*above)[j - 1] + substitution_cost(keys_[i - 1], keys[j - 1]),
                                    std::min((*above)[j] + inserted, (*row)[j - 1] + dropped_cost));
      const bool is_swap = i > 1 && j > 1 && keys_[i - 1] == text::code(keys[j - 2]) &&
                           keys_[i - 2] == text::code(keys[j - 1]);
      if (is_swap) cost = std::min(cost, (*before)[j - 2] + swapped_cost);
      (*row)[j] = cost;
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return (*above)[width];
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
