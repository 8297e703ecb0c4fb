#include "search/name_search.hpp"

#include <algorithm>

#include "search/name_match.hpp"

namespace pilling::search {
namespace {

// At least 1, so that there is a best.
std::size_t names_in(const std::vector<LiveSegment>& segments) {
  std::size_t count = 1;
  for (const LiveSegment& segment : segments) count += segment.names->size();
  return count;
}

}  // namespace

NameSearch::NameSearch(const std::vector<LiveSegment>& segments, const NameFilter& filter, std::size_t limit)
    : limit_(std::min(limit, names_in(segments))), best_(limit_), similar_(std::max(limit_, enough_similar)) {
  segments_.reserve(segments.size());
  for (const LiveSegment& segment : segments) {
    segments_.emplace_back(static_cast<std::uint32_t>(segments_.size()), segment, filter);
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
    if (is_full_before(layout_part(query.reading))) break;
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

}  // namespace pilling::search
