#include <algorithm>
#include <vector>

#include "search/match_cost.hpp"
#include "search/name_search.hpp"
#include "search/sound.hpp"
#include "search/word_search.hpp"

// The stages that look for what is like the text, when there is nothing, or next to nothing, as it stands.

namespace pilling::search {
namespace {

constexpr std::uint32_t sound_cost = 30;      // a likeness of sound is worth less than a slip of the finger
constexpr std::size_t short_pattern = 8;      // keys: below, two edits make nearly everything of it
constexpr std::size_t shortest_inside = 7;    // keys: below, one edit does so within names
constexpr std::uint32_t elsewhere_cost = 60;  // of a fuzzy match that does not begin the name

// What may be forgiven in a pattern of so many keys.
ApproximateOptions allowed(std::size_t keys, std::size_t edits, bool is_number_open) {
  return {.edits = edits,
          .only_part_starts = keys < (edits > 1 ? short_pattern : shortest_inside),
          .is_number_open = is_number_open};
}

// A short word that sounds a little like another is another word.
std::uint32_t sound_limit(const Sound& typed) {
  return 100 + 20 * static_cast<std::uint32_t>(typed.size > 5 ? typed.size - 5 : 0);
}

}  // namespace

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
  for (const SearchedSegment& segment : segments_) {
    const NameSegment& names = segment.names();
    for (const ApproximateHit& hit : pattern.find(names, options)) {
      if (segment.accepts(names.field(hit.field).item())) add_similar(segment, query, tier_fuzzy, pattern, hit);
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
    for (const SearchedSegment& segment : segments_) {
      const NameSegment& names = segment.names();
      if (!may_hold_words(names, others)) continue;
      for (const ApproximateHit& hit : pattern.find(names, allowed(brand->keys.size(), edits, false))) {
        const std::uint32_t item = names.field(hit.field).item();
        if (!segment.accepts(item) || !holds_words(names, item, others)) continue;
        add_similar(segment, query, tier_fuzzy_words, pattern, hit);
      }
    }
  }
}

void NameSearch::add_similar(const SearchedSegment& segment, const NameQuery& query, Tier tier,
                             const ApproximatePattern& pattern, ApproximateHit hit) {
  const NameSegment& names = segment.names();
  const bool is_first = hit.begin == names.key_begin(hit.field);
  const std::uint32_t cost = match_cost(names, pattern.keys(), hit) + (is_first ? 0 : elsewhere_cost);
  similar_.add({.tier = tier,
                .cost = cost,
                .names = &names,
                .segment = segment.number(),
                .item = names.field(hit.field).item(),
                .field = hit.field,
                .begin = hit.begin,
                .end = hit.end,
                .edits = hit.edits,
                .reading = query.reading});
}

void NameSearch::find_by_sound(const NameQuery& query) {
  const Sound typed = sound_of(query.keys);
  constexpr std::size_t shortest = 4;  // strokes
  if (typed.is_korean == typed.is_latin || typed.size < 3 || query.keys.size() < shortest) return;
  const SoundSearch search(typed);
  for (const SearchedSegment& segment : segments_) {
    // The few brands that sound nearest, then their names.
    Best<RankedSound> nearest(limit_ + 8);
    search.run(segment.names().sounds(), sound_limit(typed), [&](const SoundEntry& entry, std::uint32_t distance) {
      if (accepts_brand(segment, entry.item)) nearest.add({distance, entry.item});
      return nearest.threshold() ? nearest.threshold()->distance : sound_limit(typed);
    });
    for (const RankedSound& sound : nearest.sorted()) add_brand(segment, query, sound);
  }
}

// Whether some name of the item's brand may be given.
bool NameSearch::accepts_brand(const SearchedSegment& segment, std::uint32_t item) {
  if (segment.accepts(item)) return true;
  bool accepts = false;
  segment.for_each_of_brand(segment.names(), item, [&](const RankedName&) { accepts = true; });
  return accepts;
}

void NameSearch::add_brand(const SearchedSegment& segment, const NameQuery& query, const RankedSound& sound) {
  segment.for_each_of_brand(segment.names(), sound.item, [&](RankedName ranked) {
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
  for (const SearchedSegment& segment : segments_) {
    const NameSegment& names = segment.names();
    segment.for_each_literal(keys, false, limit_, [&](std::uint32_t position, LiteralMatch match) {
      if (match.tier > tier_prefix || !segment.accepts(names.field(match.field).item())) return;
      similar_.add({.tier = tier_partial,
                    .cost = 20u * match.tier,
                    .names = &names,
                    .segment = segment.number(),
                    .item = names.field(match.field).item(),
                    .field = match.field,
                    .begin = position,
                    .end = position + length,
                    .reading = query.reading});
    });
  }
}

}  // namespace pilling::search
