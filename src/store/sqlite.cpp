#include "store/sqlite.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <sqlite3.h>
#include <system_error>
#include <thread>
#include <utility>

#include "core/deadline.hpp"

namespace pilling::store {
namespace {

std::string_view advice_for(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return "another process keeps it locked: end that process, or allow a longer busy timeout";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file is damaged: restore a copy, or move it away and import again";
    case SQLITE_FULL:
      return "free some disk space and try again";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return "check that its folder exists and that this user may write to both the file and the folder";
    case SQLITE_IOERR:
      return "check the disk, and that the file is not on a network share";
    default:
      return "try again; if it stays, move the file away and import again";
  }
}

// SQLite gives names such as ":memory:", "file:..." and "" a meaning of their own; an absolute path never has one.
std::string plain_path(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (name.empty() || name.find('\0') != std::string::npos) {
    throw StorageError("cannot open a database without a proper path; name a file", name);
  }
  return std::filesystem::absolute(path).string();
}

int as_sqlite_counts(std::chrono::milliseconds time) {
  const auto longest = static_cast<std::int64_t>(std::numeric_limits<int>::max());
  return static_cast<int>(std::clamp<std::int64_t>(time.count(), 0, longest));
}

// Waits for other processes as long as one call may; afterwards the connection waits as before.
class Patience {
 public:
  Patience(sqlite3* handle, CallOptions call, int usual_timeout)
      : handle_(handle), call_(std::move(call)), usual_timeout_(usual_timeout) {
    sqlite3_busy_handler(handle, &wait_a_moment, &call_);
  }
  ~Patience() { sqlite3_busy_timeout(handle_, usual_timeout_); }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  // SQLite asks this when another process holds the lock: whether to try again.
  static int wait_a_moment(void* call, int /*how often it asked before*/) {
    constexpr std::chrono::milliseconds moment(5);
    const auto& patience = *static_cast<const CallOptions*>(call);
    if (core::is_over(patience)) return 0;
    std::this_thread::sleep_until(std::min(patience.deadline, std::chrono::steady_clock::now() + moment));
    return 1;
  }

  sqlite3* handle_;
  CallOptions call_;
  int usual_timeout_;
};

}  // namespace

Query::Query(Connection& connection, std::string_view sql)
    : connection_(connection), statement_(connection.prepared(sql)) {}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) connection_.fail(code);
  return code == SQLITE_ROW;
}

std::string_view Query::text(int column) const {
  // As a blob, because that is the one way which neither copies nor stops at a zero byte.
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Query::real(int column) const { return sqlite3_column_double(statement_, column); }

void Query::bind(std::string_view text) {
  // A null pointer would be bound as NULL, which an empty text is not.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(statement_, ++bound_, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(double number) { check(sqlite3_bind_double(statement_, ++bound_, number)); }

void Query::bind(std::int64_t number) { check(sqlite3_bind_int64(statement_, ++bound_, number)); }

void Query::bind(std::optional<std::int64_t> number) {
  if (number) return bind(*number);
  check(sqlite3_bind_null(statement_, ++bound_));
}

void Query::bind(Bytes bytes) {
  // As for texts, a null pointer would be bound as NULL.
  const char* first = bytes.bytes.data() == nullptr ? "" : bytes.bytes.data();
  check(sqlite3_bind_blob64(statement_, ++bound_, first, bytes.bytes.size(), SQLITE_STATIC));
}

void Query::check(int code) const {
  if (code != SQLITE_OK) connection_.fail(code);
}

void Connection::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }

void Connection::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

Connection::Connection(const std::filesystem::path& path, Mode mode, std::chrono::milliseconds busy_timeout)
    : path_(plain_path(path)), busy_timeout_(as_sqlite_counts(busy_timeout)) {
  const int access = mode == Mode::create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path_.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, busy_timeout_);
  // The file may come from anywhere: nothing in its schema may run functions with side effects.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
}

void Connection::run_within(std::string_view sql, const CallOptions& call) {
  const Patience patience(handle_.get(), core::within(call, std::chrono::milliseconds(busy_timeout_)), busy_timeout_);
  try {
    run(sql);
  } catch (const StorageError&) {
    const bool is_locked = (sqlite3_errcode(handle_.get()) & 0xff) == SQLITE_BUSY;
    if (is_locked && core::is_over(call)) throw took_too_long();
    throw;
  }
}

Timeout Connection::took_too_long() const {
  return {"another writer keeps the database " + path_ + " for longer than this call may take; allow it more time", ""};
}

void Connection::execute(const char* statements) {
  const int code = sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Connection::integer(std::string_view sql) {
  Query query(*this, sql);
  return query.next() ? query.integer(0) : 0;
}

Connection::Header Connection::header() {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) fail(SQLITE_CANTOPEN);
  Header header;
  sqlite3_int64 size = 0;
  int code = file->pMethods->xFileSize(file, &size);
  header.file_size = size;
  const auto wanted = static_cast<int>(header.bytes.size());
  if (code == SQLITE_OK) code = file->pMethods->xRead(file, header.bytes.data(), wanted, 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) fail(code);
  // SQLite takes a file of one byte for an empty one.
  if (header.file_size == 0 && header.bytes[0] != 0) header.file_size = 1;
  return header;
}

bool Connection::has_log() const {
  for (const char* suffix : {"-wal", "-journal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path_ + suffix, missing);
    if (!missing && size > 0) return true;
  }
  return false;
}

bool Connection::use_write_ahead_log() {
  sqlite3_stmt* statement = prepared("pragma journal_mode = wal");
  const int code = sqlite3_step(statement);
  const auto* mode = code == SQLITE_ROW ? reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)) : nullptr;
  const bool is_on = mode != nullptr && std::string_view(mode) == "wal";
  sqlite3_reset(statement);
  if (is_on) return true;
  if ((code & 0xff) == SQLITE_BUSY) return false;
  if (code != SQLITE_ROW) fail(code);
  fail("no write-ahead log is possible there", "move it to a local disk");
}

void Connection::move_log_on_close(bool does_move) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, does_move ? 0 : 1, nullptr);
}

bool Connection::is_read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }

bool Connection::is_in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

std::int64_t Connection::changes() const { return sqlite3_changes(handle_.get()); }

void Connection::fail(int code) const {
  if ((code & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
  const bool is_latest = sqlite3_extended_errcode(handle_.get()) == code || sqlite3_errcode(handle_.get()) == code;
  fail(is_latest ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code), advice_for(code));
}

void Connection::fail(std::string_view reason, std::string_view advice) const {
  std::string message = "cannot use the database " + path_ + ": ";
  message.append(reason).append("; ").append(advice);
  throw StorageError(message, path_);
}

sqlite3_stmt* Connection::prepared(std::string_view sql) {
  auto& statement = statements_[sql.data()];
  if (!statement) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) fail(code);
    statement.reset(made);
  }
  return statement.get();
}

}  // namespace pilling::store
