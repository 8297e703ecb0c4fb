#include "search/ranked_name.hpp"

#include <tuple>

#include "search/name_parts.hpp"

namespace pilling::search {

bool comes_before(const NameSegment& one, std::uint32_t item, const NameSegment& other, std::uint32_t other_item) {
  if (&one == &other) return item < other_item;
  const std::uint32_t field = one.first_field(item);
  const std::uint32_t other_field = other.first_field(other_item);
  const auto rank = [](const NameSegment& names, std::uint32_t i, std::uint32_t f) {
    const std::uint32_t begin = names.key_begin(f);
    const std::uint32_t brand = brand_rank(names.characters(begin, begin + names.field(f).brand_end));
    return std::tuple(~names.popularity(i), brand, names.characters(begin, names.key_end(f)), names.text(f),
                      names.index(i));
  };
  return rank(one, item, field) < rank(other, other_item, other_field);
}

bool RankedName::operator<(const RankedName& other) const {
  if (tier != other.tier) return tier < other.tier;
  if (cost != other.cost) return cost < other.cost;
  if (names != other.names) return comes_before(*names, item, *other.names, other.item);
  return std::tie(item, field, begin, end, reading) <
         std::tie(other.item, other.field, other.begin, other.end, other.reading);
}

}  // namespace pilling::search
