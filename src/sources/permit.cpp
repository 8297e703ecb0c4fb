#include "sources/permit.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "sources/easy_drug.hpp"
#include "sources/permit_document.hpp"
#include "sources/reply.hpp"
#include "sources/trim.hpp"
#include "text/clean.hpp"

namespace pilling::sources {
namespace {

// Cuts off what stands before the first separator.
std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return part;
}

void append_name(std::string& list, std::string_view name) {
  const std::string clean = text::clean_text(name);
  if (clean.empty()) return;
  if (!list.empty()) list += ',';
  list += clean;
}

// The list has no Korean ingredients: there, English ones are better than none.
std::string english_ingredients(std::string_view text) {
  std::string names;
  while (!text.empty()) append_name(names, take_part(text, '/'));
  return names;
}

void refuse_what_nobody_is_handed(const JsonRow& row, RowReading<Medicine>& reading) {
  const std::string_view state = trim(row["CANCEL_NAME"]);
  const std::string_view material = trim(row["MAKE_MATERIAL_FLAG"]);
  if (!state.empty() && state != "정상") reading.refusal = "has a permit that does not hold: " + quoted(state);
  if (material.starts_with("원료")) reading.refusal = "is a raw material";
}

// The list calls 일반의약품 and 전문의약품 by another name than the details.
std::string_view dispensing_text(const JsonRow& row) {
  return row.holds("ETC_OTC_CODE") ? row["ETC_OTC_CODE"] : row["SPCLTY_PBLC"];
}

}  // namespace

std::string permit_ingredients(std::string_view text) {
  std::string names;
  while (!text.empty()) {
    std::string_view name = trim(take_part(text, '|'));
    const std::size_t code_end = name.starts_with('[') ? name.find(']') : std::string_view::npos;
    if (code_end != std::string_view::npos) name.remove_prefix(code_end + 1);
    append_name(names, name);
  }
  return names;
}

RowReading<Medicine> read_permit(const JsonRow& row) {
  static constexpr std::array<std::pair<std::string_view, std::string Medicine::*>, 4> texts = {{
      {"ITEM_NAME", &Medicine::name},
      {"ITEM_ENG_NAME", &Medicine::english_name},
      {"ENTP_NAME", &Medicine::company},
      {"STORAGE_METHOD", &Medicine::storage},
  }};
  static constexpr std::array<std::pair<std::string_view, std::string Medicine::*>, 3> documents = {{
      {"EE_DOC_DATA", &Medicine::efficacy},
      {"UD_DOC_DATA", &Medicine::usage},
      {"NB_DOC_DATA", &Medicine::precautions},
  }};
  RowReading<Medicine> reading;
  read_medicine_id("ITEM_SEQ", row, reading);
  refuse_what_nobody_is_handed(row, reading);
  if (!reading.refusal.empty()) return reading;
  Medicine& medicine = reading.value;
  for (const auto& [name, member] : texts) medicine.*member = text::clean_text(row[name]);
  if (medicine.name.empty()) reading.refusal = "has no ITEM_NAME";
  for (const auto& [name, member] : documents) medicine.*member = permit_document_text(row[name]);
  medicine.ingredients = permit_ingredients(row["MAIN_ITEM_INGR"]);
  if (medicine.ingredients.empty()) medicine.ingredients = english_ingredients(row["ITEM_INGR_NAME"]);
  medicine.dispensing = read_dispensing(dispensing_text(row));
  if (const std::string_view image = trim(row["BIG_PRDT_IMG_URL"]); !image.empty()) medicine.images.emplace_back(image);
  medicine.updated_on = iso_date(row["CHANGE_DATE"]);
  return reading;
}

SourcePage<Medicine> read_permit_reply(std::string_view body, int http_status, std::string_view service) {
  return read_page<Medicine>(body, http_status, service, &read_permit);
}

}  // namespace pilling::sources
