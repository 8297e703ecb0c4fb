#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/medicine.hpp"
#include "pilling/summarizer.hpp"
#include "search/symptom_index.hpp"

namespace pilling::engine {

/// Medicines that the symptom index takes as one.
struct SymptomGroup {
  search::SymptomEntry entry;
  std::vector<std::uint32_t> owners;  ///< positions, most popular first
};

/// One group for each way in which those of `sharing` are dispensed that are not withdrawn, and for each age that they
/// are for; they share an efficacy text, and are positions in `medicines`. `extractive` takes the text apart into
/// indications.
std::vector<SymptomGroup> symptom_groups(const EngineOptions& options,
                                         const std::vector<std::shared_ptr<const Medicine>>& medicines,
                                         const std::vector<std::uint32_t>& sharing, Summarizer& extractive);

}  // namespace pilling::engine
