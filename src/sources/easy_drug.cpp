#include "sources/easy_drug.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <utility>

#include "sources/trim.hpp"
#include "text/clean.hpp"

namespace pilling::sources {
namespace {

constexpr std::size_t id_digits = 9;

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

void read_date(std::string_view name, const JsonRow& row, std::string& date, RowReading<Medicine>& reading) {
  const std::string_view text = row[name];
  date = iso_date(text);
  if (date.empty() && !trim(text).empty()) {
    reading.notes.push_back(std::string(name) + " " + quoted(text) + " is not a date; left out");
  }
}

unsigned to_number(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

// Spreadsheets take the code for a number and drop its leading zero. One zero is put back, with a note: a shorter
// code could be anything, and a medicine under a wrong code is worse than one that is missing.
void read_medicine_id(std::string_view field, const JsonRow& row, RowReading<Medicine>& reading) {
  const std::string_view text = trim(row[field]);
  const std::string name(field);
  if (text.empty()) {
    reading.refusal = "has no " + name;
  } else if (!is_digits(text) || text.size() > id_digits || text.size() + 1 < id_digits) {
    reading.refusal = name + " " + quoted(text) + " is not nine digits";
  } else if (text.size() < id_digits) {
    reading.value.id.value = "0" + std::string(text);
    reading.notes.push_back(name + " " + quoted(text) + " lost its leading zero; taken as " + reading.value.id.value);
  } else {
    reading.value.id.value = text;
  }
}

// 전문의약품 (ETC) needs a prescription, 일반의약품 (OTC) does not. Anything else is left out: to call a medicine free
// to buy must not be a guess.
std::string read_dispensing(std::string_view text) {
  text = trim(text);
  if (text == "일반의약품") return "otc";
  if (text == "전문의약품") return "prescription";
  return {};
}

RowReading<Medicine> read_easy_drug(const JsonRow& row) {
  static constexpr std::array<std::pair<std::string_view, std::string Medicine::*>, 11> texts = {{
      {"itemName", &Medicine::name},
      {"ITEM_ENG_NAME", &Medicine::english_name},
      {"entpName", &Medicine::company},
      {"mainIngr", &Medicine::ingredients},
      {"efcyQesitm", &Medicine::efficacy},
      {"useMethodQesitm", &Medicine::usage},
      {"atpnWarnQesitm", &Medicine::warnings},
      {"atpnQesitm", &Medicine::precautions},
      {"intrcQesitm", &Medicine::interactions},
      {"seQesitm", &Medicine::side_effects},
      {"depositMethodQesitm", &Medicine::storage},
  }};
  RowReading<Medicine> reading;
  read_medicine_id("itemSeq", row, reading);
  if (!reading.refusal.empty()) return reading;
  for (const auto& [name, member] : texts) reading.value.*member = text::clean_text(row[name]);
  if (reading.value.name.empty()) reading.refusal = "has no itemName";
  reading.value.dispensing = read_dispensing(row["ETC_OTC_CODE"]);
  if (const std::string_view image = trim(row["itemImage"]); !image.empty()) reading.value.images.emplace_back(image);
  read_date("openDe", row, reading.value.published_on, reading);
  read_date("updateDe", row, reading.value.updated_on, reading);
  return reading;
}

bool looks_like_easy_drug(const JsonRow& row) {
  return row.holds("itemSeq") || row.holds("itemName") || row.holds("efcyQesitm");
}

std::string iso_date(std::string_view text) {
  text = trim(text);
  const bool has_dashes = text.size() >= 10 && text[4] == '-' && text[7] == '-';
  const std::size_t length = has_dashes ? 10 : 8;
  if (text.size() < length) return {};
  if (text.size() > length && text[length] != ' ' && text[length] != 'T') return {};
  const std::string digits = has_dashes
                                 ? std::string(text.substr(0, 4)).append(text.substr(5, 2)).append(text.substr(8, 2))
                                 : std::string(text.substr(0, 8));
  if (!is_digits(digits)) return {};
  const std::string_view all = digits;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(to_number(all.substr(0, 4)))),
                                         std::chrono::month(to_number(all.substr(4, 2))),
                                         std::chrono::day(to_number(all.substr(6, 2))));
  if (!date.ok()) return {};
  return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
}

}  // namespace pilling::sources
