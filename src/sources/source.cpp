#include "pilling/source.hpp"

#include "pilling/summarizer.hpp"

namespace pilling {

// Out-of-line destructors anchor the type information here.
MedicineSource::~MedicineSource() = default;
PharmacySource::~PharmacySource() = default;
Summarizer::~Summarizer() = default;

bool MedicineSource::lists_all() const { return true; }

}  // namespace pilling
