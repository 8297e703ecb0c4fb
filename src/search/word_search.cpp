#include "search/word_search.hpp"

#include <algorithm>

#include "search/literal.hpp"

namespace pilling::search {
namespace {

constexpr std::uint32_t brand_prefix_cost = 5;
constexpr std::uint32_t longer_brand_cost = 20;
constexpr std::uint32_t elsewhere_cost = 40;
constexpr std::uint32_t wrong_order_cost = 10;

std::optional<KeySpan> find_keys(const NameSegment& names, std::uint32_t field, std::span<const Key> wanted,
                                 const QueryWord& word) {
  const Key* const keys = names.keys();
  const auto length = static_cast<std::uint32_t>(wanted.size());
  const std::uint32_t last = names.key_end(field);
  const auto may_end = [&](std::uint32_t end) {
    if (names.is_within_unit(end) || (!word.is_open && names.is_within_number(end))) return false;
    return word.is_last || text::starts_character(keys[end]) || end == last;
  };
  for (std::uint32_t at = names.key_begin(field); at + length <= last; ++at) {
    if (!text::starts_character(keys[at]) || text::code(keys[at]) != wanted[0]) continue;
    std::uint32_t same = 1;
    while (same < length && text::code(keys[at + same]) == wanted[same]) ++same;
    if (same < length || names.is_within_number(at) || names.is_within_unit(at)) continue;
    if (may_end(at + length)) return {{at, at + length}};
  }
  return std::nullopt;
}

std::size_t occurrences(const NameSegment& names, const QueryWord& word) {
  std::size_t count = names.suffixes().find(word.keys).size();
  for (const auto& amount : word.same_amounts) count += names.suffixes().find(amount).size();
  return count;
}

struct FieldSpan {
  std::uint32_t field = 0;
  KeySpan keys;
};

std::optional<FieldSpan> find_in_item(const NameSegment& names, std::uint32_t item, const QueryWord& word) {
  for (std::uint32_t field = names.first_field(item); field < names.field_count() && names.field(field).item() == item;
       ++field) {
    if (const auto keys = find_word(names, field, word)) return FieldSpan{field, *keys};
  }
  return std::nullopt;
}

std::uint32_t cost_of_first(const NameSegment& names, const FieldSpan& first) {
  const std::uint32_t begin = names.key_begin(first.field);
  if (first.keys.begin != begin) return elsewhere_cost;
  const std::uint32_t brand_end = begin + names.field(first.field).brand_end;
  if (first.keys.end == brand_end) return 0;
  return first.keys.end > brand_end ? brand_prefix_cost : longer_brand_cost;
}

std::optional<WordHit> match_words(const NameSegment& names, std::uint32_t item, std::span<const QueryWord> words) {
  WordHit hit{.item = item};
  std::uint32_t last = 0;
  bool is_in_order = true;
  for (const QueryWord& word : words) {
    const auto found = find_in_item(names, item, word);
    if (!found) return std::nullopt;
    if (&word == &words.front()) {
      hit.field = found->field;
      hit.begin = found->keys.begin;
      hit.end = found->keys.end;
      hit.cost = cost_of_first(names, *found);
    }
    is_in_order &= found->keys.begin >= last;
    last = found->keys.begin;
  }
  if (!is_in_order) hit.cost += wrong_order_cost;
  return hit;
}

}  // namespace

std::optional<KeySpan> find_word(const NameSegment& names, std::uint32_t field, const QueryWord& word) {
  if (const auto found = find_keys(names, field, word.keys, word)) return found;
  for (const auto& amount : word.same_amounts) {
    if (const auto found = find_keys(names, field, amount, word)) return found;
  }
  return std::nullopt;
}

bool holds_words(const NameSegment& names, std::uint32_t item, std::span<const QueryWord> words) {
  return std::ranges::all_of(words, [&](const QueryWord& word) { return find_in_item(names, item, word).has_value(); });
}

bool may_hold_words(const NameSegment& names, std::span<const QueryWord> words) {
  return std::ranges::all_of(words, [&](const QueryWord& word) { return occurrences(names, word) > 0; });
}

bool is_worth_a_search(std::span<const QueryWord> words) noexcept {
  constexpr std::size_t longest_syllable = 3;  // strokes, but for rare ones
  return std::ranges::any_of(words, [](const QueryWord& word) {
    const bool has_unit = word.is_number && !text::is_digit_key(word.keys.back());
    return has_unit || word.keys.size() > longest_syllable;
  });
}

void for_each_with_words(const NameSegment& names, std::span<const QueryWord> words,
                         const std::function<void(const WordHit&)>& consider) {
  if (words.empty()) return;
  const QueryWord* rarest = &words.front();
  std::size_t least = occurrences(names, *rarest);
  for (const QueryWord& word : words) {
    const std::size_t count = occurrences(names, word);
    if (count < least) {
      least = count;
      rarest = &word;
    }
  }
  const auto look_up = [&](std::span<const Key> keys) {
    const SuffixRange range = names.suffixes().find(keys);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const std::uint32_t position = names.suffixes()[i];
      if (literal_match(names, position, static_cast<std::uint32_t>(keys.size()), rarest->is_open).tier == tier_none)
        continue;
      if (const auto hit = match_words(names, names.field(names.field_of(position)).item(), words)) consider(*hit);
    }
  };
  look_up(rarest->keys);
  for (const auto& amount : rarest->same_amounts) look_up(amount);
}

std::uint32_t end_of_characters(const NameSegment& names, std::uint32_t begin,
                                std::span<const QueryCharacter> characters, bool is_number_open) {
  const Key* const keys = names.keys();
  if (names.is_within_number(begin) || names.is_within_unit(begin)) return begin;
  std::uint32_t at = begin;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const std::vector<Key>& wanted = characters[i].keys;
    for (std::size_t n = 0; n < wanted.size(); ++n) {
      if (text::code(keys[at + n]) != wanted[n] || (n > 0 && text::starts_character(keys[at + n]))) return begin;
    }
    at += static_cast<std::uint32_t>(wanted.size());
    const bool is_finished = text::starts_character(keys[at]) || text::code(keys[at]) == text::key_end;
    if (is_finished) continue;
    if (!characters[i].is_initial && i + 1 < characters.size()) return begin;
    while (!text::starts_character(keys[at]) && text::code(keys[at]) != text::key_end) ++at;
  }
  if (!is_number_open && names.is_within_number(at)) return begin;
  return at;
}

std::vector<ByteSpan> joined(std::vector<ByteSpan> spans) {
  std::ranges::sort(spans);
  std::vector<ByteSpan> result;
  for (const ByteSpan& span : spans) {
    if (!result.empty() && span.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

}  // namespace pilling::search
