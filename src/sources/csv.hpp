#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pilling::sources {

struct CsvRow {
  std::uint64_t line = 0;  ///< where the row begins; it may go on over line breaks in quotes
  std::vector<std::string> fields;
};

struct CsvVisitor {
  std::function<void(const CsvRow& row)> row;
  std::function<void(std::uint64_t line, std::string reason)> broken;
};

/// Reads comma-separated rows: quotes, doubled quotes, commas and line breaks in quotes, LF or CRLF. Empty lines are
/// passed over. A quote that is never closed costs its line alone.
void read_csv(std::string_view csv, const CsvVisitor& visit);

}  // namespace pilling::sources
