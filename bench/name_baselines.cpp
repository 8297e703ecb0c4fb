#include "name_baselines.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <sqlite3.h>
#include <stdexcept>

#include "text/normalize.hpp"

namespace pilling::bench {
namespace {

std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char byte : text) {
    if (byte == '%' || byte == '_' || byte == '\\') pattern.push_back('\\');
    pattern.push_back(byte);
  }
  return pattern + "%";
}

std::string phrase(std::string_view text) {
  std::string quoted = "\"";
  for (const char byte : text) quoted += byte == '"' ? std::string(2, byte) : std::string(1, byte);
  return quoted + "\"";
}

class NearestPart {
 public:
  explicit NearestPart(std::span<const text::Key> pattern) : size_(pattern.size()) {
    for (std::size_t i = 0; i < pattern.size(); ++i) places_[text::code(pattern[i])] |= std::uint64_t{1} << i;
  }

  std::uint64_t edits(std::span<const text::Key> keys) const {
    const std::uint64_t last = std::uint64_t{1} << (size_ - 1);
    std::uint64_t rises = ~std::uint64_t{0}, falls = 0, same = 0, before = 0;
    std::uint64_t edits = size_, fewest = size_;
    for (const text::Key key : keys) {
      const std::uint64_t here = places_[key];
      const std::uint64_t swapped = ((~same & here) << 1) & before;
      same = (((here & rises) + rises) ^ rises) | here | falls | swapped;
      std::uint64_t right_rises = falls | ~(same | rises);
      const std::uint64_t right_falls = same & rises;
      if ((right_rises & last) != 0) ++edits;
      if ((right_falls & last) != 0) --edits;
      right_rises <<= 1;
      rises = right_falls << 1 | ~(same | right_rises);
      falls = right_rises & same;
      before = here;
      fewest = std::min(fewest, edits);
    }
    return fewest;
  }

 private:
  std::array<std::uint64_t, 128> places_{};
  std::size_t size_;
};

}  // namespace

void SqliteNames::Close::operator()(sqlite3* database) const { sqlite3_close(database); }
void SqliteNames::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteNames::SqliteNames(const std::vector<std::string>& names, const char* table, const char* query) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open(":memory:", &opened);
  database_.reset(opened);
  if (status != SQLITE_OK) throw std::runtime_error("SQLite cannot open a database in memory");
  run(table);
  run("BEGIN");
  const Statement insert = prepare("INSERT INTO names(rowid, name) VALUES(?, ?)");
  for (std::size_t i = 0; i < names.size(); ++i) {
    sqlite3_bind_int64(insert.get(), 1, static_cast<sqlite3_int64>(i));
    sqlite3_bind_text(insert.get(), 2, names[i].data(), static_cast<int>(names[i].size()), SQLITE_STATIC);
    if (sqlite3_step(insert.get()) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database_.get()));
    sqlite3_reset(insert.get());
  }
  run("COMMIT");
  query_ = prepare(query);
}

SqliteNames SqliteNames::with_like(const std::vector<std::string>& names) {
  SqliteNames all(names, "CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
                  R"(SELECT rowid FROM names WHERE name LIKE ? ESCAPE '\' ORDER BY name LIMIT ?)");
  all.pattern_ = like_pattern;
  return all;
}

SqliteNames SqliteNames::with_trigrams(const std::vector<std::string>& names) {
  SqliteNames all(names, "CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram')",
                  "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?");
  all.pattern_ = phrase;
  return all;
}

Positions SqliteNames::search(std::string_view text, std::size_t limit) const {
  const std::string pattern = pattern_(text);
  sqlite3_bind_text(query_.get(), 1, pattern.data(), static_cast<int>(pattern.size()), SQLITE_STATIC);
  sqlite3_bind_int64(query_.get(), 2, static_cast<sqlite3_int64>(limit));
  Positions found;
  while (sqlite3_step(query_.get()) == SQLITE_ROW) {
    found.push_back(static_cast<std::size_t>(sqlite3_column_int64(query_.get(), 0)));
  }
  if (sqlite3_reset(query_.get()) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(database_.get()));
  return found;
}

void SqliteNames::run(const char* sql) const {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database_.get()));
}

SqliteNames::Statement SqliteNames::prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database_.get()));
  return Statement(statement);
}

EditScan::EditScan(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (const text::Key key : text::keystrokes(text::normalize(name).text)) keys_.push_back(text::code(key));
    ends_.push_back(keys_.size());
  }
}

Positions EditScan::search(std::string_view text, std::size_t limit) const {
  std::vector<text::Key> pattern = text::keystrokes(text::normalize(text).text);
  pattern.resize(std::min<std::size_t>(pattern.size(), std::numeric_limits<std::uint64_t>::digits));
  if (pattern.empty()) return {};
  struct Candidate {
    std::uint64_t edits = 0;
    std::size_t length = 0;
    std::size_t position = 0;
    auto operator<=>(const Candidate&) const = default;
  };
  const NearestPart nearest(pattern);
  std::vector<Candidate> best;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ends_.size(); begin = ends_[i++]) {
    const std::span<const text::Key> keys(keys_.data() + begin, ends_[i] - begin);
    const Candidate candidate{nearest.edits(keys), keys.size(), i};
    if (best.size() == limit && !(candidate < best.front())) continue;
    best.push_back(candidate);
    std::ranges::push_heap(best);
    if (best.size() <= limit) continue;
    std::ranges::pop_heap(best);
    best.pop_back();
  }
  std::ranges::sort_heap(best);
  Positions found;
  for (const Candidate& candidate : best) found.push_back(candidate.position);
  return found;
}

}  // namespace pilling::bench
