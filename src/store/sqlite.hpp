#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pilling/call.hpp"
#include "pilling/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pilling::store {

class Connection;

/// A parameter of a column for bytes, which SQLite tells from text.
struct Bytes {
  std::string_view bytes;
};

/// One run of a prepared statement. Gives the statement back, reset, when it ends: a statement that is left in the
/// middle would hold its snapshot. Parameters are texts or bytes, which must outlive the query and may hold anything,
/// or numbers.
class Query {
 public:
  template <class... Values>
  Query(Connection& connection, std::string_view sql, const Values&... values) : Query(connection, sql) {
    (bind(values), ...);
  }
  Query(Connection& connection, std::string_view sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Goes to the next row; false when there is none.
  bool next();

  std::string_view text(int column) const;  ///< or bytes; valid until `next`
  std::int64_t integer(int column) const;
  double real(int column) const;

 private:
  void bind(std::string_view text);
  void bind(double number);
  void bind(std::int64_t number);
  void bind(std::optional<std::int64_t> number);
  void bind(Bytes bytes);
  void check(int code) const;

  Connection& connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// A connection to a database file, for one thread at a time. Failures are StorageErrors which name the file, the
/// reason and the way out.
class Connection {
 public:
  enum class Mode { create, read_only };
  struct Header {
    std::array<unsigned char, 100> bytes{};  // zeros where the file is shorter
    std::int64_t file_size = 0;
  };

  Connection(const std::filesystem::path& path, Mode mode, std::chrono::milliseconds busy_timeout);
  Connection(Connection&&) = delete;

  /// Runs one statement to its end. `sql` must be a literal, or static: it is prepared once and kept under its address.
  template <class... Values>
  void run(std::string_view sql, const Values&... values) {
    Query query(*this, sql, values...);
    while (query.next()) {
    }
  }

  /// As `run`, waiting for other processes no longer than the call may. Throws Timeout when that was too short.
  void run_within(std::string_view sql, const CallOptions& call);

  /// Runs statements that are not worth keeping.
  void execute(const char* statements);

  /// The first column of the first row; 0 without one.
  std::int64_t integer(std::string_view sql);

  /// The beginning of the file as it is, read without a lock, a log or a repair. It is read through this connection: to
  /// close another descriptor of the file would drop every lock that this process has on it.
  Header header();

  /// Whether somebody left unfinished work beside the file, or is at work just now.
  bool has_log() const;

  /// Switches to the write-ahead log; false when another connection is in the way just now.
  bool use_write_ahead_log();

  /// Whether closing the last connection moves the log into the file.
  void move_log_on_close(bool does_move);

  bool is_read_only() const;
  bool is_in_transaction() const;
  /// Rows that the last statement inserted, updated or deleted.
  std::int64_t changes() const;

  /// What is thrown when a call may not wait any longer for its turn to write.
  Timeout took_too_long() const;

  [[noreturn]] void fail(int code) const;
  [[noreturn]] void fail(std::string_view reason, std::string_view advice) const;

 private:
  friend class Query;
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  sqlite3_stmt* prepared(std::string_view sql);

  const std::string path_;
  const int busy_timeout_;  // in milliseconds
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace pilling::store
