#pragma once

#include <string>
#include <string_view>

#include "pilling/medicine.hpp"
#include "sources/json_rows.hpp"
#include "sources/row_reading.hpp"

namespace pilling::sources {

/// Reads one object of e약은요.
RowReading<Medicine> read_easy_drug(const JsonRow& row);

/// Whether the object holds any field by which e약은요 can be told.
bool looks_like_easy_drug(const JsonRow& row);

/// Reads the product code in a field of that name, or refuses the row. One leading zero that a spreadsheet took is put
/// back, with a note.
void read_medicine_id(std::string_view field, const JsonRow& row, RowReading<Medicine>& reading);

/// "otc" for 일반의약품, "prescription" for 전문의약품, and nothing for anything else.
std::string read_dispensing(std::string_view text);

/// `2020-12-24`, `20241231` or `2021-01-29 00:00:00` as an ISO date; empty for anything else.
std::string iso_date(std::string_view text);

}  // namespace pilling::sources
