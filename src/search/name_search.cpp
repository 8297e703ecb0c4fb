#include "search/name_search.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "search/name_match.hpp"
#include "search/sound.hpp"
#include "search/word_search.hpp"

namespace pilling::search {
namespace {

constexpr std::uint32_t sound_cost = 30;      // a likeness of sound is worth less than a slip of the finger
constexpr std::size_t enough_similar = 5;     // names, beside which no more edits are forgiven
constexpr std::size_t short_pattern = 8;      // keys: below, two edits make nearly everything of it
constexpr std::size_t shortest_inside = 7;    // keys: below, one edit does so within names
constexpr std::uint32_t elsewhere_cost = 60;  // of a fuzzy match that does not begin the name

// What is added to the tiers of literal matches.
Tier layout_of(const NameQuery& query) {
  switch (query.reading) {
    case TextReading::korean_layout:
      return tier_korean_layout;
    case TextReading::latin_layout:
      return tier_latin_layout;
    default:
      return tier_whole;
  }
}

// What may be forgiven in a pattern of so many keys.
ApproximateOptions allowed(std::size_t keys, std::size_t edits, bool is_number_open) {
  return {.edits = edits,
          .only_part_starts = keys < (edits > 1 ? short_pattern : shortest_inside),
          .is_number_open = is_number_open};
}

// At least 1, so that there is a best.
std::size_t names_in(const std::vector<LiveSegment>& segments) {
  std::size_t count = 1;
  for (const LiveSegment& segment : segments) count += segment.names->size();
  return count;
}

// A short word that sounds a little like another is another word.
std::uint32_t sound_limit(const Sound& typed) {
  return 100 + 20 * static_cast<std::uint32_t>(typed.size > 5 ? typed.size - 5 : 0);
}

}  // namespace

NameSearch::NameSearch(const std::vector<LiveSegment>& segments, const NameFilter& filter, std::size_t limit)
    : limit_(std::min(limit, names_in(segments))), best_(limit_), similar_(std::max(limit_, enough_similar)) {
  sources_.reserve(segments.size());
  for (const LiveSegment& segment : segments) {
    sources_.push_back({.number = static_cast<std::uint32_t>(sources_.size()),
                        .segment = &segment,
                        .names = segment.names.get(),
                        .filter = NameSegment::Filter(*segment.names, filter)});
  }
}

void NameSearch::read(std::string_view valid, bool is_unfinished) {
  readings_.push_back(read_query(valid, TextReading::literal, is_unfinished));
  if (readings_.front().is_empty()) return;
  if (readings_.front().has_latin()) {
    const std::string korean = text::in_korean_layout(valid);
    if (!korean.empty()) readings_.push_back(read_query(korean, TextReading::korean_layout, is_unfinished));
  }
  const auto is_stray = [](const QueryCharacter& character) { return character.keys.size() == 1; };
  const auto& characters = readings_.front().characters;
  if (readings_.front().has_korean() && std::ranges::any_of(characters, is_stray)) {
    const std::string latin = text::in_latin_layout(valid);
    if (!latin.empty()) readings_.push_back(read_query(latin, TextReading::latin_layout, is_unfinished));
  }
}

std::vector<NameMatch> NameSearch::run(std::string_view valid, bool is_unfinished) {
  typed_ = valid;
  read(valid, is_unfinished);
  if (readings_.front().is_empty()) return {};
  find_as_typed();
  find_similar();

  std::vector<NameMatch> matches;
  matches.reserve(limit_);
  for (const RankedName& ranked : best_.sorted()) matches.push_back(name_match(ranked, readings_));
  for (const RankedName& ranked : similar_.in_turn()) {
    if (matches.size() == limit_) break;
    const auto same = [&](const RankedName& one) { return one.subject() == ranked.subject(); };
    if (std::ranges::none_of(best_.sorted(), same)) matches.push_back(name_match(ranked, readings_));
  }
  return matches;
}

// A stage is left out only when nothing of its tiers could still get in: what comes first must not depend on the limit.
void NameSearch::find_as_typed() {
  for (const NameQuery& query : readings_) {
    if (is_full_before(layout_of(query))) break;
    find_literal(query, query.is_number_open);
    const bool may_be_mixed = query.reading == TextReading::literal && query.is_mixed();
    const Tier mixed = query.is_uncomposed() ? tier_mixed_typed : tier_mixed_prefix;
    if (may_be_mixed && !is_full_before(mixed)) {
      find_mixed(query, query.characters, query.is_uncomposed());
    }
    if (query.is_initials() && !is_full_before(tier_initials_brand)) find_initials(query);
  }
  find_same_brands();
  if (!is_full_before(tier_words)) {
    for (const NameQuery& query : readings_) find_words(query);
  }
  const NameQuery& typed = readings_.front();
  const bool ends_in_number = text::is_digit_key(typed.keys.back()) && !typed.is_number_open;
  if (ends_in_number && !is_full()) find_literal(typed, true);
  if (is_empty()) {
    for (const NameQuery& query : readings_) {
      const auto parted = with_finals_as_initials(query.characters);
      if (parted.size() != query.characters.size()) find_mixed(query, parted, false);
    }
  }
}

// Each stage only when there is nothing, or next to nothing, so far.
void NameSearch::find_similar() {
  if (is_vague()) {
    // Beside what was found as it stands, only the nearest is worth a look.
    const std::size_t most_edits = is_empty() ? ApproximatePattern::most_edits : 1;
    for (const NameQuery& query : readings_) find_fuzzy(query, most_edits);
    for (const NameQuery& query : readings_) {
      // Latin letters read as Korean make no word that could sound like another.
      if (query.reading != TextReading::korean_layout) find_by_sound(query);
    }
  }
  if (is_empty()) {
    for (const NameQuery& query : readings_) find_fuzzy_words(query);
  }
  if (is_empty()) {
    for (const NameQuery& query : readings_) {
      if (query.reading != TextReading::literal && query.is_mixed()) find_mixed(query, query.characters, false);
    }
  }
  if (is_empty()) {
    for (const NameQuery& query : readings_) find_without_numbers(query);
  }
}

// Whether nothing but a few parts inside of names was found: the text may have been meant for something else.
bool NameSearch::is_vague() {
  constexpr std::size_t few = 5;
  const auto& found = best_.sorted();
  return found.empty() || (!is_full() && found.size() < few && found.front().tier == tier_inside);
}

// Whether nothing of the tier or a later one could still get in.
bool NameSearch::is_full_before(Tier tier) { return is_full() && best_.sorted().back().tier < tier; }

void NameSearch::find_literal(const NameQuery& query, bool is_number_open) {
  if (query.is_empty()) return;
  for (const Source& source : sources_) find_literal(source, query, is_number_open);
}

void NameSearch::find_literal(const Source& source, const NameQuery& query, bool is_number_open) {
  const NameSegment& names = *source.names;
  const auto length = static_cast<std::uint32_t>(query.keys.size());
  const bool is_second_try = is_number_open && !query.is_number_open;
  for_each_literal(source, query.keys, is_number_open, [&](std::uint32_t position, LiteralMatch match) {
    const std::uint32_t item = names.field(match.field).item();
    if (!source.accepts(item)) return;
    // The spelling that was typed comes before others of the same normal form.
    const bool is_other_spelling = match.tier == tier_whole && names.text(match.field) != typed_;
    const std::uint32_t cost = literal_cost(names, position, length, match);
    best_.add({.tier = is_second_try ? tier_open_number : static_cast<Tier>(match.tier + layout_of(query)),
               .cost = is_other_spelling ? 1u : cost,
               .names = &names,
               .source = source.number,
               .item = item,
               .field = match.field,
               .begin = position,
               .end = position + length,
               .edits = 0,
               .reading = query.reading});
  });
}

// Calls `consider` with the places where the keys stand, from the beginning of a character on and numbers whole, and
// how they match there; or, for a short pattern, with the best of those places.
template <class Consider>
void NameSearch::for_each_literal(const Source& source, std::span<const Key> pattern, bool is_number_open,
                                  const Consider& consider) const {
  const NameSegment& names = *source.names;
  if (may_use_lists(source, pattern)) {
    const auto top = names.top(pattern, is_number_open);
    for (const TopEntry& entry : top) {
      if (entry.position == 0) break;
      consider(entry.position, LiteralMatch{static_cast<Tier>(entry.tier), names.field_of(entry.position)});
    }
    if (!top.empty()) return;
  }
  const SuffixRange range = names.suffixes().find(pattern);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const std::uint32_t position = names.suffixes()[i];
    const LiteralMatch match =
        literal_match(names, position, static_cast<std::uint32_t>(pattern.size()), is_number_open);
    if (match.tier != tier_none) consider(position, match);
  }
}

bool NameSearch::may_use_lists(const Source& source, std::span<const Key> pattern) const {
  return pattern.size() <= NameSegment::longest_top && limit_ <= NameSegment::top_size && source.is_whole();
}

void NameSearch::find_initials(const NameQuery& query) {
  for (const Source& source : sources_) {
    const NameSegment& names = *source.names;
    const auto length = static_cast<std::uint32_t>(query.keys.size());
    const auto consider = [&](std::uint32_t position) {
      const std::uint32_t item = names.item_of_initial(position);
      if (!source.accepts(item)) return;
      const std::uint32_t first = position - names.initial_begin(item);
      RankedName ranked{.tier = initials_tier(names, item, position, length, query.is_number_open),
                        .cost = 0,
                        .names = &names,
                        .source = source.number,
                        .item = item,
                        .field = names.first_field(item),
                        .reading = query.reading};
      if (ranked.tier == tier_none || !best_.has_room_for(ranked)) return;
      ranked.begin = names.character_key(item, first);
      ranked.end = names.character_key(item, first + length);
      best_.add(ranked);
    };
    if (may_use_lists(source, query.keys) && !query.is_number_open) {
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
  for (const Source& source : sources_) {
    const NameSegment& names = *source.names;
    const SuffixRange range = names.initial_suffixes().find(initials);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const std::uint32_t position = names.initial_suffixes()[i];
      const std::uint32_t item = names.item_of_initial(position);
      if (!source.accepts(item)) continue;
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
                 .source = source.number,
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
  for (const Source& source : sources_) {
    const auto consider = [&](const WordHit& hit) {
      if (!source.accepts(hit.item)) return;
      best_.add({.tier = tier_words,
                 .cost = hit.cost,
                 .names = source.names,
                 .source = source.number,
                 .item = hit.item,
                 .field = hit.field,
                 .begin = hit.begin,
                 .end = hit.end,
                 .edits = 0,
                 .reading = query.reading});
    };
    for_each_with_words(*source.names, query.words, consider);
  }
}

void NameSearch::find_fuzzy(const NameQuery& query, std::size_t most_edits) {
  if (query.is_empty()) return;
  const std::size_t most = std::min(most_edits, ApproximatePattern(query.keys).forgiven());
  const std::size_t enough = query.keys.size() < short_pattern ? 1 : enough_similar;
  for (std::size_t edits = 1; edits <= most && similar_.size() < enough; ++edits) {
    find_fuzzy_within(query, edits);
  }
}

void NameSearch::find_fuzzy_within(const NameQuery& query, std::size_t edits) {
  const ApproximatePattern pattern(query.keys);
  const ApproximateOptions options = allowed(query.keys.size(), edits, query.is_number_open);
  for (const Source& source : sources_) {
    const NameSegment& names = *source.names;
    for (const ApproximateHit& hit : pattern.find(names, options)) {
      if (source.accepts(names.field(hit.field).item())) add_similar(source, query, tier_fuzzy, pattern, hit);
    }
  }
}

void NameSearch::find_fuzzy_words(const NameQuery& query) {
  if (query.words.size() < 2) return;
  const auto brand = std::ranges::find_if(query.words, [](const QueryWord& word) { return !word.is_number; });
  if (brand == query.words.end()) return;
  std::vector<QueryWord> others;
  for (auto word = query.words.begin(); word != query.words.end(); ++word) {
    if (word != brand) others.push_back(*word);
  }
  const ApproximatePattern pattern(brand->keys);
  const bool is_short = brand->keys.size() < short_pattern;
  const std::size_t most = std::min<std::size_t>(pattern.forgiven(), is_short ? 1 : ApproximatePattern::most_edits);
  for (std::size_t edits = 1; edits <= most && is_empty(); ++edits) {
    for (const Source& source : sources_) {
      const NameSegment& names = *source.names;
      if (!may_hold_words(names, others)) continue;
      for (const ApproximateHit& hit : pattern.find(names, allowed(brand->keys.size(), edits, false))) {
        const std::uint32_t item = names.field(hit.field).item();
        if (!source.accepts(item) || !holds_words(names, item, others)) continue;
        add_similar(source, query, tier_fuzzy_words, pattern, hit);
      }
    }
  }
}

void NameSearch::add_similar(const Source& source, const NameQuery& query, Tier tier, const ApproximatePattern& pattern,
                             ApproximateHit hit) {
  const NameSegment& names = *source.names;
  const bool is_first = hit.begin == names.key_begin(hit.field);
  const std::uint32_t cost = pattern.cost(names, hit) + (is_first ? 0 : elsewhere_cost);
  similar_.add({.tier = tier,
                .cost = cost,
                .names = &names,
                .source = source.number,
                .item = names.field(hit.field).item(),
                .field = hit.field,
                .begin = hit.begin,
                .end = hit.end,
                .edits = hit.edits,
                .reading = query.reading});
}

// All names of the source of the same brand as an item of some segment.
template <class Consider>
void NameSearch::for_each_of_brand(const Source& source, const NameSegment& owner, std::uint32_t item,
                                   const Consider& consider) {
  const KeySpan own = owner.brand(item);
  const std::uint32_t length = own.end - own.begin;
  std::vector<Key> brand(owner.keys() + own.begin, owner.keys() + own.end);
  for (Key& key : brand) key = text::code(key);
  const NameSegment& names = *source.names;
  const SuffixRange range = names.suffixes().find(brand);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const std::uint32_t begin = names.suffixes()[i];
    const LiteralMatch match = literal_match(names, begin, length, false);
    if (match.tier > tier_brand) continue;
    const std::uint32_t found = names.field(match.field).item();
    if (!source.accepts(found)) continue;
    consider(RankedName{.names = &names,
                        .source = source.number,
                        .item = found,
                        .field = match.field,
                        .begin = begin,
                        .end = begin + length});
  }
}

void NameSearch::find_by_sound(const NameQuery& query) {
  const Sound typed = sound_of(query.keys);
  constexpr std::size_t shortest = 4;  // strokes
  if (typed.is_korean == typed.is_latin || typed.size < 3 || query.keys.size() < shortest) return;
  const SoundSearch search(typed);
  for (const Source& source : sources_) {
    // The few brands that sound nearest, then their names.
    Best<RankedSound> nearest(limit_ + 8);
    search.run(source.names->sounds(), sound_limit(typed), [&](const SoundEntry& entry, std::uint32_t distance) {
      if (accepts_brand(source, entry.item)) nearest.add({distance, entry.item});
      return nearest.threshold() ? nearest.threshold()->distance : sound_limit(typed);
    });
    for (const RankedSound& sound : nearest.sorted()) add_brand(source, query, sound);
  }
}

// Whether some name of the item's brand may be given.
bool NameSearch::accepts_brand(const Source& source, std::uint32_t item) {
  if (source.accepts(item)) return true;
  bool accepts = false;
  for_each_of_brand(source, *source.names, item, [&](const RankedName&) { accepts = true; });
  return accepts;
}

void NameSearch::add_brand(const Source& source, const NameQuery& query, const RankedSound& sound) {
  for_each_of_brand(source, *source.names, sound.item, [&](RankedName ranked) {
    ranked.tier = tier_fuzzy;
    ranked.cost = sound.distance + sound_cost;
    ranked.is_by_sound = true;
    ranked.reading = query.reading;
    similar_.add(ranked);
  });
}

// Nobody sells the strength that was asked for; the brand is worth showing all the same, as what it is.
void NameSearch::find_without_numbers(const NameQuery& query) {
  std::vector<Key> keys;
  bool has_numbers = false;
  for (const QueryWord& word : query.words) {
    has_numbers |= word.is_number;
    if (!word.is_number) keys.insert(keys.end(), word.keys.begin(), word.keys.end());
  }
  if (!has_numbers || keys.empty()) return;
  const auto length = static_cast<std::uint32_t>(keys.size());
  for (const Source& source : sources_) {
    const NameSegment& names = *source.names;
    for_each_literal(source, keys, false, [&](std::uint32_t position, LiteralMatch match) {
      if (match.tier > tier_prefix || !source.accepts(names.field(match.field).item())) return;
      similar_.add({.tier = tier_partial,
                    .cost = 20u * match.tier,
                    .names = &names,
                    .source = source.number,
                    .item = names.field(match.field).item(),
                    .field = match.field,
                    .begin = position,
                    .end = position + length,
                    .reading = query.reading});
    });
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
    for (const Source& source : sources_) {
      for_each_of_brand(source, *known.names, known.item, [&](RankedName ranked) {
        ranked.tier = static_cast<Tier>(known.tier - literal_part(known.tier) + tier_same_brand);
        ranked.reading = known.reading;
        best_.add(ranked);
      });
    }
  }
}

}  // namespace pilling::search
