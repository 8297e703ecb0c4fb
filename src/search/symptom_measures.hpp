#pragma once

#include <cstddef>
#include <string_view>

namespace pilling::search {

enum class MeasureUnit { none, degrees, months, years, days_of_age, pills };

struct Measure {
  MeasureUnit unit = MeasureUnit::none;
  double value = 0;
  std::size_t length = 0;  ///< of number and unit, in bytes of the normal form
  bool is_in_digits = true;
};

/// The measure that a normal form begins with: 39.5도, 3개월, 50일 된, 세 살, 서른 알. Spans of time are none: 3개월째.
Measure measure_at(std::string_view rest);

/// The bytes of an amount that a normal form begins with, which says nothing of what stands around it: 한 컵,
/// 2시간, 37.
std::size_t amount_at(std::string_view rest);

}  // namespace pilling::search
