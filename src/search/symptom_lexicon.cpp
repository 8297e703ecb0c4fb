#include "search/symptom_lexicon.hpp"

#include <algorithm>

#include "search/key_costs.hpp"

namespace pilling::search {

using text::Key;

struct SymptomLexicon::Search {
  std::span<const Key> keys;
  std::size_t minimum;
  std::optional<Hit> best{};
};

void SymptomLexicon::add(const Keys& keys, std::uint32_t word, WordShape shape) {
  entries_.push_back({.keys = keys, .word = word, .shape = shape});
}

void SymptomLexicon::finish() {
  std::ranges::stable_sort(entries_, {}, &Entry::keys);
  nodes_.clear();
  build(entries_, 0);
  entries_.clear();
}

std::uint32_t SymptomLexicon::build(std::span<const Entry> entries, std::size_t depth) {
  const auto node = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  std::size_t begin = 0;
  for (; begin < entries.size() && entries[begin].keys.size() == depth; ++begin) {
    auto& word = entries[begin].shape == WordShape::verb ? nodes_[node].open_word : nodes_[node].closed_word;
    if (word == none) word = entries[begin].word;
  }
  std::vector<std::pair<Key, std::uint32_t>> children;
  while (begin < entries.size()) {
    const Key key = entries[begin].keys[depth];
    const auto rest = entries.subspan(begin);
    const auto end = std::ranges::find_if(rest, [&](const Entry& entry) { return entry.keys[depth] != key; });
    const auto count = static_cast<std::size_t>(end - rest.begin());
    children.emplace_back(key, build(rest.first(count), depth + 1));
    begin += count;
  }
  nodes_[node].first_child = static_cast<std::uint32_t>(labels_.size());
  nodes_[node].child_count = static_cast<std::uint32_t>(children.size());
  for (const auto& [key, child] : children) {
    labels_.push_back(key);
    children_.push_back(child);
  }
  return node;
}

std::optional<std::uint32_t> SymptomLexicon::child(std::uint32_t node, Key key) const {
  const auto first = labels_.begin() + nodes_[node].first_child;
  const auto end = first + nodes_[node].child_count;
  const auto found = std::lower_bound(first, end, key);
  if (found == end || *found != key) return std::nullopt;
  return children_[static_cast<std::size_t>(found - labels_.begin())];
}

std::optional<std::uint32_t> SymptomLexicon::word_at(std::uint32_t node, std::span<const Key> rest) const {
  const bool is_character_end = rest.empty() || text::starts_character(rest.front());
  if (is_character_end && nodes_[node].closed_word != none) return nodes_[node].closed_word;
  if (nodes_[node].open_word != none) return nodes_[node].open_word;
  return std::nullopt;
}

void SymptomLexicon::for_each_at(std::span<const Key> keys, const std::function<void(const Hit&)>& use) const {
  std::uint32_t node = 0;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const auto next = child(node, keys[at]);
    if (!next) return;
    node = *next;
    const auto rest = keys.subspan(at + 1);
    const bool is_character_end = rest.empty() || text::starts_character(rest.front());
    if (nodes_[node].open_word != none) use({.word = nodes_[node].open_word, .length = at + 1});
    if (is_character_end && nodes_[node].closed_word != none) {
      use({.word = nodes_[node].closed_word, .length = at + 1});
    }
  }
}

std::optional<SymptomLexicon::Hit> SymptomLexicon::with_a_slip(std::span<const Key> keys, std::size_t minimum) const {
  Search search{.keys = keys, .minimum = minimum};
  if (!keys.empty()) slip(search, 0, 0, 0, false);
  return search.best;
}

// Longer words first, then the one that was added first.
void SymptomLexicon::slip(Search& search, std::uint32_t node, std::size_t at, std::size_t depth,
                          bool has_slipped) const {
  if (has_slipped && depth >= search.minimum) {
    const auto word = word_at(node, search.keys.subspan(at));
    const bool is_better =
        word && (!search.best || at > search.best->length || (at == search.best->length && *word < search.best->word));
    if (is_better) search.best = {.word = *word, .length = at};
  }
  if (at < search.keys.size()) {
    if (const auto next = child(node, search.keys[at])) slip(search, *next, at + 1, depth + 1, has_slipped);
  }
  if (!has_slipped && at > 0) slip_here(search, node, at, depth);
}

// The last consonant written where it is heard: 기치미 for 기침이.
void SymptomLexicon::take_liaison(Search& search, std::uint32_t node, std::size_t at) const {
  const std::uint32_t word = nodes_[node].closed_word;
  const bool goes_on = at + 1 < search.keys.size() && text::is_vowel_key(search.keys[at + 1]);
  const bool is_better = !search.best || at + 1 > search.best->length;
  if (goes_on && word != none && at + 1 >= search.minimum && is_better) search.best = {.word = word, .length = at + 1};
}

void SymptomLexicon::slip_here(Search& search, std::uint32_t node, std::size_t at, std::size_t depth) const {
  constexpr std::uint32_t likely = 65;  // neighbouring keys, and letters that sound alike
  const bool has_key = at < search.keys.size();
  const Node& here = nodes_[node];
  for (std::uint32_t i = here.first_child; i < here.first_child + here.child_count; ++i) {
    const Key meant = labels_[i];
    slip(search, children_[i], at, depth + 1, true);  // one too few
    if (!has_key || search.keys[at] == meant) continue;
    const Key typed = search.keys[at];
    if (text::code(typed) == text::code(meant)) take_liaison(search, children_[i], at);
    const bool is_same_place = text::starts_character(typed) == text::starts_character(meant);
    if (is_same_place && substitution_cost(typed, meant) <= likely) slip(search, children_[i], at + 1, depth + 1, true);
  }
  if (!has_key) return;
  slip(search, node, at + 1, depth, true);  // one too many
  if (at + 1 >= search.keys.size()) return;
  // Two swapped strokes move the border of a character along with them.
  const auto first = child(node, search.keys[at + 1]);
  if (const auto second = first ? child(*first, search.keys[at]) : std::nullopt) {
    slip(search, *second, at + 2, depth + 2, true);
  }
}

}  // namespace pilling::search
