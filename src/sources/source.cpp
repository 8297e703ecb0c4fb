#include "pilling/source.hpp"

#include "pilling/summarizer.hpp"

namespace pilling {

// Out-of-line destructors anchor the type information here.
MedicineSource::~MedicineSource() = default;
PharmacySource::~PharmacySource() = default;
Summarizer::~Summarizer() = default;
SummaryBatches::~SummaryBatches() = default;

SummaryCost Summarizer::cost(const SummaryRequest&, bool) const { return {.tokens = {}, .dollars = 0.0}; }
SummarizerStats Summarizer::stats() const { return {}; }
SummaryBatches* Summarizer::batches() noexcept { return nullptr; }

std::string MedicineSource::identity() const { return name(); }
bool MedicineSource::lists_all() const { return true; }

}  // namespace pilling
