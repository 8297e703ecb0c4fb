#include "sources/file_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <simdjson.h>

#include "pilling/error.hpp"
#include "sources/file_bytes.hpp"
#include "sources/service_problem.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// Replaces each byte that is part of no character.
std::string mark_invalid_utf8(std::string_view bytes) {
  std::string marked;
  marked.reserve(bytes.size() + bytes.size() / 8);
  constexpr std::size_t longest_character = 4;
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t size = 1;
    while (size <= longest_character && !text::is_valid_utf8(bytes.substr(i, size))) ++size;
    if (size > longest_character) {
      marked += invalid_utf8_mark;
      ++i;
    } else {
      marked += bytes.substr(i, size);
      i += size;
    }
  }
  return marked;
}

std::string lower_beginning(std::string_view bytes) {
  const std::size_t begin = std::min(bytes.find_first_not_of(blanks), bytes.size());
  std::string beginning(bytes.substr(begin, 512));
  for (char& c : beginning) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return beginning;
}

void refuse_markup(const FileText& file, const std::string& beginning) {
  if (beginning.find("<html") != std::string::npos || beginning.starts_with("<!doctype html")) {
    throw_unexpected(file, "an HTML page");
  }
  if (const auto problem = problem_in_xml(file.bytes)) throw_unexpected(file, "an API error: " + problem->what);
  throw_unexpected(file, "XML; ask the service for JSON");
}

void read_body_file(FileText& file, const JsonRowVisitor& visit) {
  ApiEnvelope envelope;
  const auto fault = read_api_body(file.bytes, visit, envelope);
  if (const auto problem = problem_of(envelope)) throw_unexpected(file, "an API error: " + problem->what);
  if (fault) throw_unexpected(file, "a reply that " + fault->what);
}

// One object that spreads over lines, with no envelope around it.
void read_single_object(FileText& file, const JsonRowVisitor& visit) {
  file.bytes.insert(0, "[").append("]");
  if (const auto fault = read_json_array(file.bytes, visit)) throw_unexpected(file, "a text that " + fault->what);
}

void read_array_file(FileText& file, const JsonRowVisitor& visit) {
  const auto fault = read_json_array(file.bytes, visit);
  if (!fault) return;
  const std::string place = fault->byte_offset ? " (near byte " + std::to_string(*fault->byte_offset) + ")" : "";
  throw BadData(file.path + ": expected " + std::string(file.expected) + ", found a list that " + fault->what + place +
                    "; fetch it again",
                file.path, fault->byte_offset);
}

}  // namespace

FileText read_file_text(const std::filesystem::path& path, std::string_view expected) {
  FileText file{.path = path.string(), .expected = expected, .bytes = read_file_bytes(path)};
  if (file.bytes.find('\0') == std::string::npos && !simdjson::validate_utf8(file.bytes)) {
    file.had_invalid_utf8 = true;
    file.bytes = mark_invalid_utf8(file.bytes);
  }
  return file;
}

void throw_unexpected(const FileText& file, const std::string& found) {
  const std::string encoding =
      file.had_invalid_utf8
          ? " (it is not all UTF-8; if it is CP949, convert it first: iconv -f CP949 -t UTF-8 FILE > NEW)"
          : "";
  throw BadData(file.path + ": expected " + std::string(file.expected) + ", found " + found + encoding, file.path);
}

bool is_json_file(const FileText& file) {
  if (const std::size_t nul = file.bytes.find('\0'); nul != std::string::npos) {
    const bool is_archive = file.bytes.starts_with("PK");
    throw BadData(file.path + ": expected " + std::string(file.expected) + ", found " +
                      (is_archive ? "a zip archive or an .xlsx file; unpack it or save it as CSV"
                                  : "bytes that are not text (NUL at byte " + std::to_string(nul) + ")"),
                  file.path, nul);
  }
  const std::string beginning = lower_beginning(file.bytes);
  if (beginning.empty()) throw_unexpected(file, "nothing");
  if (beginning.front() == '<') refuse_markup(file, beginning);
  return beginning.front() == '{' || beginning.front() == '[';
}

void read_json_file(FileText& file, const JsonRowVisitor& visit) {
  const JsonRowVisitor checked{.row =
                                   [&](std::uint64_t number, const JsonRow& row) {
                                     const bool is_bad =
                                         file.had_invalid_utf8 && std::ranges::any_of(row.fields(), [](const auto& f) {
                                           return f.second.find(invalid_utf8_mark) != std::string_view::npos;
                                         });
                                     is_bad ? visit.broken(number, "is not valid UTF-8") : visit.row(number, row);
                                   },
                               .broken = visit.broken};
  const std::size_t begin = file.bytes.find_first_not_of(blanks);
  if (file.bytes[begin] == '[') return read_array_file(file, checked);
  const std::size_t line_end = std::min(file.bytes.find('\n', begin), file.bytes.size());
  const bool is_one_line = file.bytes.find_first_not_of(blanks, line_end) == std::string::npos;
  JsonObjectKind kind = json_object_kind(file.bytes, line_end);
  if (kind == JsonObjectKind::row) return read_json_lines(file.bytes, checked);
  if (kind == JsonObjectKind::broken && !is_one_line) {
    kind = json_object_kind(file.bytes, file.bytes.size());
    if (kind == JsonObjectKind::row) return read_single_object(file, checked);
  }
  if (kind == JsonObjectKind::envelope) return read_body_file(file, checked);
  read_json_lines(file.bytes, checked);
}

}  // namespace pilling::sources
