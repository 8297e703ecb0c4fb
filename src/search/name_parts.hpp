#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pilling/medicine.hpp"
#include "text/normalize.hpp"

namespace pilling::search {

/// How a product name is put together: brand, form and strength, then brackets. Offsets into its normal form.
struct NameParts {
  std::size_t head_end = 0;   ///< where the first bracket stands
  std::size_t brand_end = 0;  ///< before form and strength
  std::string_view form{};    ///< as the normal form spells it; empty when the name does not say
};

NameParts take_apart(std::string_view name, const text::NormalForm& normal);

/// Whether something new begins at this byte of the normal form: after a blank, a bracket or another separator.
bool begins_part(std::string_view name, const text::NormalForm& normal, std::size_t at);

/// Where a brand of so many characters stands among others: the shorter, the further in front. Names without one come
/// last, beside those whose brand is too long to be one.
constexpr std::uint32_t brand_rank(std::size_t characters) noexcept {
  constexpr std::size_t longest = 255;
  return static_cast<std::uint32_t>(characters == 0 ? longest : std::min(characters, longest));
}

}  // namespace pilling::search
