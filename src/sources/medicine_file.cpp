#include <cstdint>
#include <string>
#include <utility>

#include "sources/easy_drug.hpp"
#include "sources/file_contents.hpp"
#include "sources/file_rows.hpp"
#include "sources/json_rows.hpp"

namespace pilling::sources {

FileContents<Medicine> read_medicine_file(const std::filesystem::path& path) {
  FileText file = read_file_text(path, "e약은요 rows as JSON lines, a JSON array or an API body");
  if (!is_json_file(file)) throw_unexpected(file, "text that is not JSON, such as CSV");

  FileContents<Medicine> contents;
  bool looks_right = false;
  bool has_objects = false;
  read_json_file(file, {.row =
                            [&](std::uint64_t number, const JsonRow& row) {
                              has_objects = true;
                              looks_right = looks_right || looks_like_easy_drug(row);
                              add_row(contents, number, read_easy_drug(row));
                            },
                        .broken =
                            [&](std::uint64_t number, std::string reason) {
                              contents.skipped.push_back({.line = number, .reason = std::move(reason)});
                            }});
  if (has_objects && !looks_right) throw_unexpected(file, "JSON without any of its fields (itemSeq, itemName, …)");
  require_rows(file, contents);
  return contents;
}

}  // namespace pilling::sources
