#include "sources/csv.hpp"

#include <cstddef>
#include <csv.h>
#include <exception>
#include <new>
#include <utility>

namespace pilling::sources {
namespace {

// No address or remark is that long: rather than swallow the file, the quote is taken for a slip.
constexpr std::uint64_t longest_row_lines = 100;

// Parses from one position on, line by line, because libcsv does not say where a row began.
class CsvReader {
 public:
  explicit CsvReader(const CsvVisitor& visit) : visit_(visit) {
    if (csv_init(&parser_, 0) != 0) throw std::bad_alloc();
  }
  ~CsvReader() { csv_free(&parser_); }
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Feeds one line with its end. `line` is its number.
  void feed(std::string_view text, std::uint64_t line) {
    if (!is_inside_row_ && text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    if (!is_inside_row_) row_.line = line;
    // Set before the call: the callback for the end of the row takes it back.
    is_inside_row_ = true;
    const std::size_t taken = csv_parse(&parser_, text.data(), text.size(), &take_field, &take_row, this);
    rethrow();
    if (taken != text.size()) throw std::bad_alloc();
    hand_out();
  }

  /// Ends the last row, which may lack its line end. False when it ends inside a quote.
  bool finish() {
    csv_set_opts(&parser_, CSV_STRICT | CSV_STRICT_FINI);
    const bool is_whole = csv_fini(&parser_, &take_field, &take_row, this) == 0;
    rethrow();
    if (is_whole) hand_out();
    return is_whole;
  }

  bool is_inside_row() const noexcept { return is_inside_row_; }

 private:
  // libcsv is C: nothing may be thrown through it.
  template <class Work>
  void guarded(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  static void take_field(void* text, std::size_t size, void* self) {
    auto& reader = *static_cast<CsvReader*>(self);
    reader.guarded([&] { reader.row_.fields.emplace_back(static_cast<const char*>(text), size); });
  }

  static void take_row(int, void* self) {
    auto& reader = *static_cast<CsvReader*>(self);
    reader.guarded([&] {
      reader.done_.push_back(std::exchange(reader.row_, CsvRow{.line = reader.row_.line, .fields = {}}));
      reader.is_inside_row_ = false;
    });
  }

  void rethrow() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  void hand_out() {
    for (const CsvRow& row : done_) visit_.row(row);
    done_.clear();
  }

  const CsvVisitor& visit_;
  csv_parser parser_{};
  CsvRow row_;
  std::vector<CsvRow> done_;
  bool is_inside_row_ = false;
  std::exception_ptr failure_;
};

// Where the text went on after a stretch of good rows.
struct Position {
  std::size_t byte = 0;
  std::uint64_t line = 1;
};

std::string_view line_at(std::string_view csv, std::size_t begin) {
  const std::size_t end = csv.find('\n', begin);
  return csv.substr(begin, end == std::string_view::npos ? end : end - begin + 1);
}

// Reads until a quote is not closed, and says where to go on after that; or to the end.
Position read_stretch(std::string_view csv, Position position, const CsvVisitor& visit) {
  CsvReader reader(visit);
  Position row = position;
  while (position.byte < csv.size()) {
    if (!reader.is_inside_row()) row = position;
    if (position.line - row.line >= longest_row_lines) break;
    const std::string_view text = line_at(csv, position.byte);
    reader.feed(text, position.line);
    position = {position.byte + text.size(), position.line + 1};
  }
  if (position.byte == csv.size() && reader.finish()) return position;
  visit.broken(row.line, "has a quote that is never closed");
  return {row.byte + line_at(csv, row.byte).size(), row.line + 1};
}

}  // namespace

void read_csv(std::string_view csv, const CsvVisitor& visit) {
  for (Position position; position.byte < csv.size();) position = read_stretch(csv, position, visit);
}

}  // namespace pilling::sources
