#pragma once

#include <vector>

#include "pilling/medicine.hpp"
#include "refresh/work.hpp"

namespace pilling::refresh {

/// Makes the summaries that the store lacks of the efficacy texts of `medicines`; in a dry run, says what they would
/// cost. The report tells what became of them. Returns whether none is left to make.
bool make_summaries(Work& work, const std::vector<Medicine>& medicines);

}  // namespace pilling::refresh
