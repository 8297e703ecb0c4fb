#include "engine/medicine_rows.hpp"

#include <algorithm>

#include "engine/netstrings.hpp"
#include "sources/easy_drug.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

void add_images(std::vector<std::string>& images, const std::vector<std::string>& more) {
  for (const std::string& image : more) {
    if (std::ranges::find(images, image) == images.end()) images.push_back(image);
  }
}

}  // namespace

bool can_be_kept(const Medicine& medicine) {
  if (medicine.id.value.empty() || medicine.name.empty() || !text::is_valid_utf8(medicine.id.value)) return false;
  return std::ranges::all_of(medicine_texts, [&](const auto text) { return text::is_valid_utf8(medicine.*text); });
}

std::partial_ordering compare_dates(const Medicine& row, const Medicine& other) {
  const std::string date = sources::iso_date(row.updated_on);
  const std::string other_date = sources::iso_date(other.updated_on);
  if (date.empty() || other_date.empty()) return std::partial_ordering::unordered;
  return date <=> other_date;
}

void join(Medicine& joined, Medicine row) {
  std::vector<std::string> images = joined.images;
  add_images(images, row.images);
  if (!std::is_lt(compare_dates(row, joined))) joined = std::move(row);
  joined.images = std::move(images);
}

// The live service leaves out the ingredients that its exports name, and both leave out what only the permits say. That
// still holds for the same name, and ingredients for the same text. That it was withdrawn holds until it is said anew.
void keep_what_is_left_out(Medicine& newer, const Medicine& stored) {
  if (!std::is_gt(compare_dates(newer, stored))) newer.withdrawn_on = stored.withdrawn_on;
  if (newer.name != stored.name) return;
  if (newer.english_name.empty()) newer.english_name = stored.english_name;
  if (newer.dispensing.empty()) newer.dispensing = stored.dispensing;
  if (newer.ingredients.empty() && newer.efficacy == stored.efficacy) newer.ingredients = stored.ingredients;
}

void fill_blanks(Medicine& medicine, const Medicine& other) {
  if (medicine.name != other.name) return;
  for (const auto text : medicine_texts) {
    if ((medicine.*text).empty()) medicine.*text = other.*text;
  }
  if (medicine.images.empty()) medicine.images = other.images;
}

std::string encode_row(const Medicine& row) {
  std::string bytes;
  append_field(bytes, row.id.value);
  for (const auto text : medicine_texts) append_field(bytes, row.*text);
  for (const std::string& image : row.images) append_field(bytes, image);
  return bytes;
}

Medicine decode_row(std::string_view bytes) {
  const auto fields = fields_of(bytes, 1 + medicine_texts.size());
  Medicine row;
  row.id.value = fields[0];
  for (std::size_t i = 0; i < medicine_texts.size(); ++i) row.*medicine_texts[i] = fields[1 + i];
  row.images.assign(fields.begin() + 1 + medicine_texts.size(), fields.end());
  return row;
}

}  // namespace pilling::engine
