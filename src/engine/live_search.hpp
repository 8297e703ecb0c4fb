#pragma once

#include <cstddef>
#include <string_view>

#include "engine/live_look_up.hpp"
#include "engine/shown_catalogue.hpp"
#include "pilling/call.hpp"
#include "pilling/engine.hpp"
#include "pilling/search.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

/// Whether a search needs no source: similar names are no answer while there is somebody to ask for the name itself,
/// but what is known here and not wanted is no reason to ask elsewhere.
bool is_answered(const SearchResult& result, const MedicineCatalogue& catalogue, std::string_view text,
                 const NameFilter& filter);

/// Asks the sources for a name that the catalogue does not hold, and searches again. The answer says what failed.
SearchResult search_live(const EngineOptions& options, Summarizer& extractive, LiveLookUp& look_up,
                         ShownCatalogue& shown, std::string_view text, std::size_t limit, const NameFilter& filter,
                         const CallOptions& call);

}  // namespace pilling::engine
