#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pilling/medicine.hpp"

namespace pilling::engine {

/// What a medicine says, part by part.
inline constexpr std::array<std::string Medicine::*, 14> medicine_texts = {
    &Medicine::name,         &Medicine::english_name, &Medicine::dispensing,   &Medicine::company,
    &Medicine::ingredients,  &Medicine::efficacy,     &Medicine::usage,        &Medicine::warnings,
    &Medicine::precautions,  &Medicine::interactions, &Medicine::side_effects, &Medicine::storage,
    &Medicine::published_on, &Medicine::updated_on};

/// Whether a row of a source may go into the store: a bad one would keep every later engine from opening it.
bool can_be_kept(const Medicine& medicine);

/// How the date of a row stands to that of another, where both have one. What a source of the user's own put there may
/// be anything.
std::partial_ordering compare_dates(const Medicine& row, const Medicine& other);

/// Another row of the same product: the newest text wins, or else the last, and all images are kept.
void join(Medicine& joined, Medicine row);

/// One row an id, in the order in which the ids first came, each joined with those that came later.
template <class Row, class Join>
std::vector<Row> join_repeated(std::vector<Row> rows, const Join& join) {
  std::vector<Row> joined;
  std::unordered_map<std::string, std::size_t> positions;
  joined.reserve(rows.size());
  for (Row& row : rows) {
    const auto [position, is_new] = positions.try_emplace(row.id.value, joined.size());
    if (is_new) {
      joined.push_back(std::move(row));
    } else {
      join(joined[position->second], std::move(row));
    }
  }
  return joined;
}

/// Takes over from the stored row what a newer one of the same product only leaves out.
void keep_what_is_left_out(Medicine& newer, const Medicine& stored);

/// Takes over what `medicine` lacks and `other` has. Of another name, it may be another product: nothing is taken.
void fill_blanks(Medicine& medicine, const Medicine& other);

/// The fields of a row and its images as bytes, and back. Without its summary and without a mark of withdrawal: a row
/// of a source has neither. Throws BadData for other bytes.
std::string encode_row(const Medicine& row);
Medicine decode_row(std::string_view bytes);

}  // namespace pilling::engine
