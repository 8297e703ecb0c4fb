#pragma once

#include <span>

#include "pilling/search.hpp"
#include "search/name_query.hpp"
#include "search/ranked_name.hpp"

namespace pilling::search {

/// What callers are told of a match: how it matched, where, and how well. `readings` are those of the text.
NameMatch name_match(const RankedName& ranked, std::span<const NameQuery> readings);

}  // namespace pilling::search
