#pragma once

#include <vector>

#include "pilling/engine.hpp"
#include "pilling/medicine.hpp"
#include "pilling/search.hpp"

namespace pilling::engine {

/// What medicines are found by, in their order, with the aliases and the popularity that the options name.
std::vector<NameEntry> name_entries(const EngineOptions& options, const std::vector<Medicine>& medicines);

}  // namespace pilling::engine
