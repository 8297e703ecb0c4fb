#pragma once

#include <string_view>

#include "engine/catalogue.hpp"
#include "pilling/engine.hpp"
#include "pilling/symptoms.hpp"

namespace pilling::engine {

/// What the catalogue answers to a complaint.
SymptomResult search_symptoms(const MedicineCatalogue& catalogue, std::string_view phrase,
                              const SymptomOptions& options);

/// Whether a result is one that `EngineOptions::on_unanswered_symptom` is told of: no emergency, no note that
/// withholds medicines, and no match that is not approximate.
bool is_unanswered(const SymptomResult& result);
UnansweredSymptom unanswered(std::string_view phrase, const SymptomResult& result);

}  // namespace pilling::engine
