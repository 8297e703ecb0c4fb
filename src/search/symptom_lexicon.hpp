#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "search/verb_forms.hpp"

namespace pilling::search {

/// How a word may stand in a phrase.
enum class WordShape : std::uint8_t {
  noun,  ///< whole characters; particles may follow
  root,  ///< whole characters; anything may follow: 욱신 of 욱신거려요
  verb,  ///< a stem; its last character may go on: 아프 of 아픈
};

/// All words of a table by their strokes.
class SymptomLexicon {
 public:
  struct Hit {
    std::uint32_t word = 0;
    std::size_t length = 0;  ///< in strokes
  };

  void add(const Keys& keys, std::uint32_t word, WordShape shape);
  /// Call once, after the last `add`.
  void finish();

  /// Every word that begins here, the shortest first. A word of whole characters must end where one ends.
  void for_each_at(std::span<const text::Key> keys, const std::function<void(const Hit&)>& use) const;

  /// The longest word with one slip of the finger in it, not in its first stroke: a neighbouring or like-sounding key,
  /// one too many, one too few, or two swapped. Only words of at least `minimum` strokes.
  std::optional<Hit> with_a_slip(std::span<const text::Key> keys, std::size_t minimum) const;

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  struct Node {
    std::uint32_t first_child = 0;
    std::uint32_t child_count = 0;
    std::uint32_t closed_word = none;  // noun or root
    std::uint32_t open_word = none;    // verb
  };
  struct Entry {
    Keys keys;
    std::uint32_t word = 0;
    WordShape shape = WordShape::noun;
  };
  struct Search;

  std::uint32_t build(std::span<const Entry> entries, std::size_t depth);
  std::optional<std::uint32_t> child(std::uint32_t node, text::Key key) const;
  std::optional<std::uint32_t> word_at(std::uint32_t node, std::span<const text::Key> rest) const;
  void slip(Search& search, std::uint32_t node, std::size_t at, std::size_t depth, bool has_slipped) const;
  void take_liaison(Search& search, std::uint32_t node, std::size_t at) const;
  void slip_here(Search& search, std::uint32_t node, std::size_t at, std::size_t depth) const;

  std::vector<Entry> entries_;
  std::vector<Node> nodes_;
  std::vector<text::Key> labels_;        // of children, sorted
  std::vector<std::uint32_t> children_;  // node of each label
};

}  // namespace pilling::search
