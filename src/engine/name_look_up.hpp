#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/catalogue.hpp"
#include "pilling/search.hpp"

namespace pilling::engine {

/// What the catalogue answers to a name. Warns when it is not clear which of two brands was meant.
SearchResult search_names(const MedicineCatalogue& catalogue, std::string_view text, std::size_t limit,
                          const NameFilter& filter);

/// Names for typing ahead, each once.
std::vector<std::string> suggest_names(const MedicineCatalogue& catalogue, std::string_view text, std::size_t limit,
                                       const NameFilter& filter);

std::vector<ConfusableMedicine> confusable_medicines(const MedicineCatalogue& catalogue, std::string_view name,
                                                     std::size_t limit);

/// Puts the matches of both together, best first, as many as `limit`.
void merge(SearchResult& result, SearchResult more, std::size_t limit);

}  // namespace pilling::engine
