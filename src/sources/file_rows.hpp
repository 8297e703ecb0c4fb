#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "sources/file_contents.hpp"
#include "sources/json_rows.hpp"
#include "sources/row_reading.hpp"

namespace pilling::sources {

/// The bytes of a data file, with what its errors need to say.
struct FileText {
  std::string path;
  std::string_view expected;  ///< what the file should hold, for people
  std::string bytes;
  bool had_invalid_utf8 = false;  ///< then `bytes` holds `invalid_utf8_mark` in place of each bad byte
};

/// A code point that no text may use. It lets one bad row be told from a bad file.
inline constexpr std::string_view invalid_utf8_mark = "\xef\xb7\x90";

FileText read_file_text(const std::filesystem::path& path, std::string_view expected);

/// Refuses a file that is not what it claims: what it should be, what it is, what to do.
[[noreturn]] void throw_unexpected(const FileText& file, const std::string& found);

/// Reads JSON lines, a JSON array or an API body. Refuses everything else, an API error among it.
void read_json_file(FileText& file, const JsonRowVisitor& visit);

/// Whether the text begins like JSON. Refuses at once what is neither JSON nor a table: nothing, NUL bytes, HTML, XML,
/// an archive.
bool is_json_file(const FileText& file);

/// Sorts what was read of one row into the contents.
template <class Row>
void add_row(FileContents<Row>& contents, std::uint64_t line, RowReading<Row> reading) {
  if (!reading.refusal.empty()) {
    contents.skipped.push_back({.line = line, .reason = std::move(reading.refusal)});
    return;
  }
  for (std::string& note : reading.notes) contents.notes.push_back({.line = line, .reason = std::move(note)});
  contents.rows.push_back({.line = line, .row = std::move(reading.value)});
}

/// Refuses a file of which nothing can be used.
template <class Row>
void require_rows(const FileText& file, const FileContents<Row>& contents) {
  if (!contents.rows.empty()) return;
  if (contents.skipped.empty()) throw_unexpected(file, "no rows");
  const SkippedRow& first = contents.skipped.front();
  throw_unexpected(file, "no usable row among " + std::to_string(contents.skipped.size()) + "; row " +
                             std::to_string(first.line) + " " + first.reason);
}

}  // namespace pilling::sources
