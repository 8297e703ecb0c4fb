#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pilling/medicine.hpp"
#include "pilling/store.hpp"

namespace pilling::refresh {

/// A text that a maker has not summarised yet.
struct MissingText {
  std::string fingerprint;
  std::string text;
  MedicineId first_owner;
  bool may_be_paid = false;  ///< a call for it was begun before, and its answer never came
};

struct Texts {
  std::uint64_t distinct = 0;
  std::uint64_t kept = 0;     ///< with a summary
  std::uint64_t without = 0;  ///< known to hold no indication
  std::vector<MissingText> missing;
};

/// Of the efficacy texts of `medicines`, those that are withdrawn left out.
Texts find_texts(Store& store, const std::string& maker, const std::vector<Medicine>& medicines);

}  // namespace pilling::refresh
