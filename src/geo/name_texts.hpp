#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "geo/row_set.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling::geo {

/// The names of all rows in the form in which two spellings of one name are equal. A name that is no UTF-8 has none.
class NameTexts {
 public:
  explicit NameTexts(const std::vector<std::shared_ptr<const Pharmacy>>& pharmacies);

  /// The rows whose names hold `part`, which is normal and not empty.
  RowSet holding(std::string_view part) const;

 private:
  std::string text_;                 // of all names, one after the other
  std::vector<std::uint32_t> ends_;  // of each in `text_`
};

}  // namespace pilling::geo
