#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "engine/catalogue.hpp"

namespace pilling::engine {

/// What the store holds and a catalogue does not.
struct CatalogueChanges {
  MedicinesVersion version;
  std::vector<Medicine> rows;  ///< with their summaries, as of `load_medicines`
};

/// Nothing when all is better loaded anew: much has changed, the store does not remember what, or a refresh has
/// published other summaries.
std::optional<CatalogueChanges> load_changes(const EngineOptions& options, const MedicineCatalogue& loaded,
                                             Summarizer& extractive, std::chrono::sys_seconds now);

/// What `load_medicines` would give after the changes, in a small part of its time; medicines that are equally good
/// answers may be in another order.
std::shared_ptr<const MedicineCatalogue> with_changes(const EngineOptions& options, const MedicineCatalogue& catalogue,
                                                      CatalogueChanges changes, Summarizer& extractive);

/// Whether one of the rows takes the place of one that the catalogue holds.
bool replaces_any(const MedicineCatalogue& catalogue, const std::vector<Medicine>& rows);

}  // namespace pilling::engine
