#include "search/name_match.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/literal.hpp"
#include "search/word_search.hpp"

namespace pilling::search {
namespace {

// What a literal match of this tier is to the caller.
MatchKind kind_of(Tier tier) {
  switch (literal_part(tier)) {
    case tier_whole:
      return MatchKind::exact;
    case tier_head:
    case tier_brand:
      return MatchKind::brand;
    case tier_prefix:
    case tier_composing:
      return MatchKind::prefix;
    case tier_other_whole:
    case tier_other_prefix:
      return MatchKind::other_name;
    case tier_same_brand:
      return MatchKind::same_brand;
    default:
      return MatchKind::inside;
  }
}

MatchKind kind_of(const RankedName& ranked) {
  if (ranked.is_by_sound) return MatchKind::sound;
  const Tier tier = ranked.tier;
  if (is_literal(tier) && literal_part(tier) != tier_mixed_typed) return kind_of(tier);
  switch (tier) {
    case tier_words:
      return MatchKind::words;
    case tier_fuzzy:
    case tier_fuzzy_words:
      return MatchKind::fuzzy;
    case tier_open_number:
      return MatchKind::inside;
    case tier_partial:
      return MatchKind::partial;
    default:
      return MatchKind::initials;
  }
}

bool is_approximate(const RankedName& ranked) { return ranked.tier >= tier_open_number; }

// Falls from tier to tier, and within a tier with the cost; never reaches the next tier's.
double score_of(const RankedName& ranked) {
  if (ranked.tier == tier_whole) return 1;
  const double step = 1.0 / (tier_partial + 2);
  const double share = static_cast<double>(std::min(ranked.cost, 999u)) / 1000;
  return 1 - step * (static_cast<double>(ranked.tier) + share);
}

NameField field_of(const RankedName& ranked) {
  const NameSegment& names = *ranked.names;
  const Field& field = names.field(ranked.field);
  const NameField kind = field.kind();
  if (kind != NameField::name) return kind;
  const std::string_view text = names.text(ranked.field);
  if (ranked.begin < names.key_begin(ranked.field) + field.head_end) return NameField::name;
  constexpr std::string_view export_name = "수출명";
  const std::string_view before = text.substr(0, names.original(ranked.begin, ranked.end).begin);
  const std::size_t last = before.rfind(export_name);
  const bool is_there = last != std::string_view::npos && before.find(')', last) == std::string_view::npos;
  return is_there ? NameField::export_name : NameField::brackets;
}

std::vector<ByteSpan> spans_of(const RankedName& ranked, std::span<const NameQuery> readings) {
  const NameSegment& names = *ranked.names;
  const bool has_words = ranked.tier == tier_words || ranked.tier == tier_fuzzy_words;
  std::vector<ByteSpan> spans = {names.original(ranked.begin, ranked.end)};
  if (!has_words) return spans;
  const auto query = std::ranges::find(readings, ranked.reading, &NameQuery::reading);
  for (const QueryWord& word : query->words) {
    const auto place = find_word(names, ranked.field, word);
    if (place) spans.push_back(names.original(place->begin, place->end));
  }
  return joined(std::move(spans));
}

}  // namespace

NameMatch name_match(const RankedName& ranked, std::span<const NameQuery> readings) {
  const NameSegment& names = *ranked.names;
  const KeySpan brand = names.brand(ranked.item);
  NameMatch match{.index = names.index(ranked.item),
                  .name = std::string(names.text(names.first_field(ranked.item))),
                  .kind = kind_of(ranked),
                  .reading = ranked.reading,
                  .field = field_of(ranked),
                  .edits = ranked.edits,
                  .score = score_of(ranked),
                  .text = std::string(names.text(ranked.field)),
                  .spans = spans_of(ranked, readings),
                  .brand = {},
                  .approximate = is_approximate(ranked)};
  if (brand.end > brand.begin) match.brand = names.original(brand.begin, brand.end);
  return match;
}

}  // namespace pilling::search
