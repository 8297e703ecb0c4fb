#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/source.hpp"
#include "sources/json_rows.hpp"
#include "sources/row_reading.hpp"

namespace pilling::sources {

/// A reply of data.go.kr, in JSON or XML, whichever was asked for. Hands out its rows and gives the number of rows on
/// all pages. `service` names the service in errors. Throws ServiceError for an error that the gateway or the agency
/// reported, in any of its shapes, and BadData for what is neither rows nor such an error; rows that were handed out
/// before count for nothing then.
std::size_t read_reply(std::string_view body, int http_status, std::string_view service, const JsonRowVisitor& visit);

/// The page of a reply. `read_row` makes RowReading<Row> of a row. Throws as above.
template <class Row, class ReadRow>
SourcePage<Row> read_page(std::string_view body, int http_status, std::string_view service, const ReadRow& read_row) {
  SourcePage<Row> page;
  const auto skip = [&](std::uint64_t number, const std::string& reason) {
    page.skipped.push_back({.line = number, .reason = reason});
  };
  const auto keep = [&](std::uint64_t number, const JsonRow& row) {
    RowReading<Row> reading = read_row(row);
    if (!reading.refusal.empty()) return skip(number, reading.refusal);
    page.rows.push_back(std::move(reading.value));
  };
  page.total = read_reply(body, http_status, service, {.row = keep, .broken = skip});
  return page;
}

/// A reply of the e약은요 service. As above.
SourcePage<Medicine> read_medicine_reply(std::string_view body, int http_status, std::string_view service);

/// A reply of the 국립중앙의료원 pharmacy service, whether with hours or with distances. As above.
SourcePage<Pharmacy> read_pharmacy_reply(std::string_view body, int http_status, std::string_view service);

}  // namespace pilling::sources
