#include <algorithm>
#include <vector>

#include "search/name_search.hpp"
#include "search/word_search.hpp"

// The stages that look for what was typed, as it stands.

namespace pilling::search {

void NameSearch::find_literal(const NameQuery& query, bool is_number_open) {
  if (query.is_empty()) return;
  for (const SearchedSegment& segment : segments_) find_literal(segment, query, is_number_open);
}

void NameSearch::find_literal(const SearchedSegment& segment, const NameQuery& query, bool is_number_open) {
  const NameSegment& names = segment.names();
  const auto length = static_cast<std::uint32_t>(query.keys.size());
  const bool is_second_try = is_number_open && !query.is_number_open;
  segment.for_each_literal(query.keys, is_number_open, limit_, [&](std::uint32_t position, LiteralMatch match) {
    const std::uint32_t item = names.field(match.field).item();
    if (!segment.accepts(item)) return;
    // The spelling that was typed comes before others of the same normal form.
    const bool is_other_spelling = match.tier == tier_whole && names.text(match.field) != typed_;
    const std::uint32_t cost = literal_cost(names, position, length, match);
    best_.add({.tier = is_second_try ? tier_open_number : static_cast<Tier>(match.tier + layout_part(query.reading)),
               .cost = is_other_spelling ? 1u : cost,
               .names = &names,
               .segment = segment.number(),
               .item = item,
               .field = match.field,
               .begin = position,
               .end = position + length,
               .edits = 0,
               .reading = query.reading});
  });
}

void NameSearch::find_initials(const NameQuery& query) {
  for (const SearchedSegment& segment : segments_) {
    const NameSegment& names = segment.names();
    const auto length = static_cast<std::uint32_t>(query.keys.size());
    const auto consider = [&](std::uint32_t position) {
      const std::uint32_t item = names.item_of_initial(position);
      if (!segment.accepts(item)) return;
      const std::uint32_t first = position - names.initial_begin(item);
      RankedName ranked{.tier = initials_tier(names, item, position, length, query.is_number_open),
                        .cost = 0,
                        .names = &names,
                        .segment = segment.number(),
                        .item = item,
                        .field = names.first_field(item),
                        .reading = query.reading};
      if (ranked.tier == tier_none || !best_.has_room_for(ranked)) return;
      ranked.begin = names.character_key(item, first);
      ranked.end = names.character_key(item, first + length);
      best_.add(ranked);
    };
    if (segment.may_use_lists(query.keys, limit_) && !query.is_number_open) {
      const auto top = names.top_initials(query.keys);
      for (const TopEntry& entry : top) {
        if (entry.tier != tier_none) consider(entry.position);
      }
      if (!top.empty()) continue;
    }
    const SuffixRange range = names.initial_suffixes().find(query.keys);
    for (std::size_t i = range.begin; i < range.end; ++i) consider(names.initial_suffixes()[i]);
  }
}

void NameSearch::find_mixed(const NameQuery& query, const std::vector<QueryCharacter>& characters, bool goes_first) {
  std::vector<Key> initials;
  initials.reserve(characters.size());
  for (const QueryCharacter& character : characters) initials.push_back(character.keys.front());
  for (const SearchedSegment& segment : segments_) {
    const NameSegment& names = segment.names();
    const SuffixRange range = names.initial_suffixes().find(initials);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const std::uint32_t position = names.initial_suffixes()[i];
      const std::uint32_t item = names.item_of_initial(position);
      if (!segment.accepts(item)) continue;
      const std::uint32_t first = position - names.initial_begin(item);
      const std::uint32_t begin = names.character_key(item, first);
      const std::uint32_t end = end_of_characters(names, begin, characters, query.is_number_open);
      if (end == begin) continue;
      const bool is_prefix = first == 0;
      const Tier tier = !is_prefix ? tier_mixed_inside : goes_first ? tier_mixed_typed : tier_mixed_prefix;
      const bool is_brand = end == names.brand(item).end;
      best_.add({.tier = tier,
                 .cost = is_brand ? 0u : 1u,
                 .names = &names,
                 .segment = segment.number(),
                 .item = item,
                 .field = names.first_field(item),
                 .begin = begin,
                 .end = end,
                 .edits = 0,
                 .reading = query.reading});
    }
  }
}

void NameSearch::find_words(const NameQuery& query) {
  const bool has_amounts = std::ranges::any_of(query.words, [](const QueryWord& w) { return !w.same_amounts.empty(); });
  if ((query.words.size() < 2 && !has_amounts) || !is_worth_a_search(query.words)) return;
  for (const SearchedSegment& segment : segments_) {
    const auto consider = [&](const WordHit& hit) {
      if (!segment.accepts(hit.item)) return;
      best_.add({.tier = tier_words,
                 .cost = hit.cost,
                 .names = &segment.names(),
                 .segment = segment.number(),
                 .item = hit.item,
                 .field = hit.field,
                 .begin = hit.begin,
                 .end = hit.end,
                 .edits = 0,
                 .reading = query.reading});
    };
    for_each_with_words(segment.names(), query.words, consider);
  }
}

// What is known of one strength holds for the others: whoever asks for an English name wants all of the brand.
void NameSearch::find_same_brands() {
  constexpr std::size_t most_brands = 3;
  std::vector<RankedName> found;
  for (const RankedName& ranked : best_.sorted()) {
    if (!is_literal(ranked.tier) || literal_part(ranked.tier) > tier_other_prefix) continue;
    const NameField field = ranked.names->field(ranked.field).kind();
    const bool is_known_by = field == NameField::english_name || field == NameField::alias;
    if (is_known_by && found.size() < most_brands) found.push_back(ranked);
  }
  for (const RankedName& known : found) {
    for (const SearchedSegment& segment : segments_) {
      segment.for_each_of_brand(*known.names, known.item, [&](RankedName ranked) {
        ranked.tier = static_cast<Tier>(known.tier - literal_part(known.tier) + tier_same_brand);
        ranked.reading = known.reading;
        best_.add(ranked);
      });
    }
  }
}

}  // namespace pilling::search
