#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sources/csv.hpp"
#include "sources/file_contents.hpp"
#include "sources/file_rows.hpp"
#include "sources/json_rows.hpp"
#include "sources/pharmacy_fields.hpp"

namespace pilling::sources {
namespace {

constexpr std::size_t sunday = 6;

constexpr std::string_view suspect = "1";

// The Seoul file as published: where the Sunday or holiday columns of a row were empty, whoever made it filled in
// the hours of the row above. Hours that equal those above, in file order, may therefore be anybody's.
class ForwardFill {
 public:
  // Of the row that follows, nothing tells what was copied.
  void lose_row() { is_row_above_lost_ = true; }

  void mark(PharmacyFields& fields) {
    mark(fields, sunday, pharmacy_field::sunday_is_suspect, sundays_);
    mark(fields, OpeningHours::holiday, pharmacy_field::holiday_is_suspect, holidays_);
    is_row_above_lost_ = false;
  }

 private:
  struct Hours {
    std::string open;
    std::string close;
  };

  void mark(PharmacyFields& fields, std::size_t day, std::size_t flag, Hours& above) const {
    const std::string_view open = fields[pharmacy_field::open + day];
    const std::string_view close = fields[pharmacy_field::close + day];
    const bool may_be_copied = is_row_above_lost_ || (open == above.open && close == above.close);
    if (!(open.empty() && close.empty()) && may_be_copied) fields[flag] = suspect;
    above = {.open = std::string(open), .close = std::string(close)};
  }

  Hours sundays_;
  Hours holidays_;
  bool is_row_above_lost_ = false;
};

// Gathers rows, and says once how many hours were suspect.
class PharmacyRows {
 public:
  void take(std::uint64_t line, const PharmacyFields& fields) {
    suspect_sundays_ += fields[pharmacy_field::sunday_is_suspect] == suspect;
    suspect_holidays_ += fields[pharmacy_field::holiday_is_suspect] == suspect;
    add_row(contents_, line, read_pharmacy(fields));
  }

  void skip(std::uint64_t line, std::string reason) {
    contents_.skipped.push_back({.line = line, .reason = std::move(reason)});
  }

  FileContents<Pharmacy> finish() {
    note_suspects("Sunday", suspect_sundays_);
    note_suspects("holiday", suspect_holidays_);
    return std::move(contents_);
  }

 private:
  void note_suspects(const std::string& day, std::size_t count) {
    if (count == 0) return;
    contents_.notes.push_back(
        {.line = 0,
         .reason = std::to_string(count) + " " + day + " hours may be copies from the row above; taken as unknown"});
  }

  std::size_t suspect_sundays_ = 0;
  std::size_t suspect_holidays_ = 0;
  FileContents<Pharmacy> contents_;
};

class PharmacyTable {
 public:
  explicit PharmacyTable(const FileText& file) : file_(file) {}

  void take(const CsvRow& row) {
    if (columns_.empty()) {
      take_header(row);
    } else if (row.fields.size() != columns_.size()) {
      skip(row.line,
           "has " + std::to_string(row.fields.size()) + " columns instead of " + std::to_string(columns_.size()));
    } else if (is_invalid(row)) {
      skip(row.line, "is not valid UTF-8");
    } else {
      take_pharmacy(row);
    }
  }

  void skip(std::uint64_t line, std::string reason) {
    forward_fill_.lose_row();
    builder_.skip(line, std::move(reason));
  }

  FileContents<Pharmacy> finish() { return builder_.finish(); }

 private:
  static constexpr std::size_t ignored = std::numeric_limits<std::size_t>::max();

  void take_header(const CsvRow& row) {
    std::array<bool, pharmacy_field::count> found{};
    for (const std::string& name : row.fields) {
      columns_.push_back(find_pharmacy_field(name).value_or(ignored));
      if (columns_.back() != ignored) found[columns_.back()] = true;
      if (name == "약국ID") is_forward_filled_ = true;
    }
    for (const std::size_t needed :
         {pharmacy_field::id, pharmacy_field::name, pharmacy_field::latitude, pharmacy_field::longitude}) {
      if (!found[needed]) throw_unexpected(file_, "a table or text without its columns (id, name, coordinates)");
    }
  }

  bool is_invalid(const CsvRow& row) const {
    return file_.had_invalid_utf8 && std::ranges::any_of(row.fields, [](const std::string& field) {
             return field.find(invalid_utf8_mark) != std::string::npos;
           });
  }

  void take_pharmacy(const CsvRow& row) {
    PharmacyFields fields{};
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] != ignored) fields[columns_[i]] = row.fields[i];
    }
    if (is_forward_filled_) forward_fill_.mark(fields);
    builder_.take(row.line, fields);
  }

  const FileText& file_;
  std::vector<std::size_t> columns_;
  bool is_forward_filled_ = false;
  ForwardFill forward_fill_;
  PharmacyRows builder_;
};

FileContents<Pharmacy> read_table(const FileText& file) {
  PharmacyTable table(file);
  read_csv(file.bytes,
           {.row = [&](const CsvRow& row) { table.take(row); },
            .broken = [&](std::uint64_t line, std::string reason) { table.skip(line, std::move(reason)); }});
  return table.finish();
}

FileContents<Pharmacy> read_json(FileText& file) {
  PharmacyRows rows;
  read_json_file(file,
                 {.row = [&](std::uint64_t number, const JsonRow& row) { rows.take(number, pharmacy_fields(row)); },
                  .broken = [&](std::uint64_t number, std::string reason) { rows.skip(number, std::move(reason)); }});
  return rows.finish();
}

}  // namespace

FileContents<Pharmacy> read_pharmacy_file(const std::filesystem::path& path) {
  FileText file = read_file_text(path, "pharmacies as a CSV file of HIRA or Seoul, or as JSON of the NMC service");
  FileContents<Pharmacy> contents = is_json_file(file) ? read_json(file) : read_table(file);
  require_rows(file, contents);
  return contents;
}

}  // namespace pilling::sources
