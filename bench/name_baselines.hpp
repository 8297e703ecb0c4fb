#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/keystrokes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pilling::bench {

/// Positions of names, best first.
using Positions = std::vector<std::size_t>;

/// Names in a table of SQLite, in memory, with one statement that finds some of them.
class SqliteNames {
 public:
  /// Whatever holds the text, ordered by name: what a web service does that asks for `name contains`.
  static SqliteNames with_like(const std::vector<std::string>& names);

  /// FTS5 over the trigrams of the names, by its rank. Nothing for texts below three characters. Throws
  /// std::runtime_error when this SQLite has no such tokenizer.
  static SqliteNames with_trigrams(const std::vector<std::string>& names);

  Positions search(std::string_view text, std::size_t limit) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  SqliteNames(const std::vector<std::string>& names, const char* table, const char* query);
  void run(const char* sql) const;
  Statement prepare(const char* sql) const;

  std::unique_ptr<sqlite3, Close> database_;
  Statement query_;
  std::string (*pattern_)(std::string_view text) = nullptr;
};

/// A scan over all names for the parts that are nearest to the text in strokes, swaps counted once, with the
/// bit-parallel algorithm of Hyyrö (2003). Of equally near names the shorter comes first. Of longer texts only the
/// first 64 strokes are compared.
class EditScan {
 public:
  explicit EditScan(const std::vector<std::string>& names);

  Positions search(std::string_view text, std::size_t limit) const;

 private:
  std::vector<text::Key> keys_;  ///< of all names, codes only
  std::vector<std::size_t> ends_;
};

}  // namespace pilling::bench
