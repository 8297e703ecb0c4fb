#pragma once

#include <string>
#include <string_view>

#include "pilling/medicine.hpp"
#include "pilling/source.hpp"
#include "sources/json_rows.hpp"
#include "sources/row_reading.hpp"

namespace pilling::sources {

/// Reads one row of the permit service, from its list or from its details: only the latter hold texts. Refused are
/// permits that do not hold any more, and those of raw materials, which nobody is handed.
RowReading<Medicine> read_permit(const JsonRow& row);

/// `[M040702]포도당|[M040420]염화나트륨` as `포도당,염화나트륨`.
std::string permit_ingredients(std::string_view text);

/// A reply of the permit service. Throws as `read_reply`.
SourcePage<Medicine> read_permit_reply(std::string_view body, int http_status, std::string_view service);

}  // namespace pilling::sources
