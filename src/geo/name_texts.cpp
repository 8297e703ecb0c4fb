#include "geo/name_texts.hpp"

#include <algorithm>

#include "text/normalize.hpp"

namespace pilling::geo {

NameTexts::NameTexts(const std::vector<std::shared_ptr<const Pharmacy>>& pharmacies) {
  ends_.reserve(pharmacies.size());
  for (const auto& pharmacy : pharmacies) {
    if (text::is_valid_utf8(pharmacy->name)) text_ += text::normalize(pharmacy->name).text;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
  text_.shrink_to_fit();
}

RowSet NameTexts::holding(std::string_view part) const {
  RowSet rows(ends_.size());
  const std::boyer_moore_horspool_searcher searcher(part.begin(), part.end());
  std::uint32_t row = 0;
  auto at = text_.begin();
  while ((at = std::search(at, text_.end(), searcher)) != text_.end()) {
    const auto begin = static_cast<std::size_t>(at - text_.begin());
    row = static_cast<std::uint32_t>(std::upper_bound(ends_.begin() + row, ends_.end(), begin) - ends_.begin());
    const bool is_in_one_name = begin + part.size() <= ends_[row];
    if (is_in_one_name) rows.insert(row);
    at = is_in_one_name ? text_.begin() + ends_[row] : at + 1;
  }
  return rows;
}

}  // namespace pilling::geo
