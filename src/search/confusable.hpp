#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"
#include "search/searched_segment.hpp"

namespace pilling::search {

/// See `NameIndex::confusable_names`. `name` must be well-formed.
std::vector<ConfusableName> confusable_names(const std::vector<LiveSegment>& segments, std::string_view name,
                                             std::size_t limit);

}  // namespace pilling::search
