#include "store/schema.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include "pilling/error.hpp"

namespace pilling::store {
namespace {

// A list (images, indications) is one text: each item ends with a line feed; a backslash or line feed within an item
// is written "\\" or "\n". Hours are eight fields, Monday to Sunday and public holidays, separated by commas: either
// "open-close" in minutes after midnight, or nothing when unknown. Times are seconds since 1970 in UTC.
constexpr const char* first_schema = R"sql(
create table medicines (
  id           text primary key not null,
  name         text not null,
  company      text not null,
  ingredients  text not null,
  efficacy     text not null,
  usage        text not null,
  warnings     text not null,
  precautions  text not null,
  interactions text not null,
  side_effects text not null,
  storage      text not null,
  images       text not null,
  published_on text not null,
  updated_on   text not null
) strict;
create table summaries (
  text        text not null,
  maker       text not null,
  summary     text not null,
  indications text not null,
  made_at     integer not null,
  primary key (text, maker)
) strict;
create table keyword_summaries (
  text        text not null,
  keyword     text not null,
  maker       text not null,
  summary     text not null,
  indications text not null,
  made_at     integer not null,
  primary key (text, keyword, maker)
) strict;
create table pharmacies (
  id        text primary key not null,
  name      text not null,
  address   text not null,
  telephone text not null,
  latitude  real not null,
  longitude real not null,
  hours     text not null
) strict;
create table jobs (
  name        text primary key not null,
  cursor      text not null,
  done        integer not null,
  total       integer not null,
  is_finished integer not null,
  updated_at  integer not null
) strict;
create table meta (
  key   text primary key not null,
  value integer not null
) strict;
insert into meta (key, value) values ('catalogue_version', 0);
)sql";

constexpr const char* names_and_dispensing = R"sql(
alter table medicines add column english_name text not null default '';
alter table medicines add column dispensing text not null default '';
)sql";

// When each of the two changed last; until now, nobody knows.
constexpr const char* versions_of_both = R"sql(
insert or replace into meta (key, value) select 'medicines_version', value from meta where key = 'catalogue_version';
insert or replace into meta (key, value) select 'pharmacies_version', value from meta where key = 'catalogue_version';
)sql";

// What the tiered cache keeps here, which is no part of the record. Times are milliseconds since 1970 in UTC.
constexpr const char* table_of_the_cache = R"sql(
create table if not exists cache (
  key        blob primary key not null,
  bytes      blob not null,
  stamp      integer not null,
  kept_until integer
) strict;
create index if not exists cache_by_end on cache (kept_until) where kept_until is not null;
)sql";

// What a refresh remembers of its work; what vanished from the sources; and who wrote a summary, where that is not who
// was asked for it.
constexpr const char* notes_of_refreshes = R"sql(
create table if not exists notes (
  job  text not null,
  key  text not null,
  text blob not null,
  primary key (job, key)
) strict, without rowid;
alter table medicines add column withdrawn_on text not null default '';
alter table summaries add column writer text not null default '';
alter table keyword_summaries add column writer text not null default '';
)sql";

// Of the commit that wrote a medicine last, so that who has loaded all needs only what came since.
constexpr const char* versions_of_medicines = R"sql(
alter table medicines add column version integer not null default 0;
create index if not exists medicines_by_version on medicines (version);
)sql";

// The step at index i leads from version i to version i + 1. Steps that were released never change.
constexpr std::array<const char*, 6> steps = {first_schema,       names_and_dispensing, versions_of_both,
                                              table_of_the_cache, notes_of_refreshes,   versions_of_medicines};

// Fields of the header: https://www.sqlite.org/fileformat.html#the_database_header
struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field page_size{16, 2};
constexpr Field user_version{60, 4};
constexpr Field application_mark{68, 4};
constexpr std::string_view magic("SQLite format 3\0", 16);

std::uint32_t read_field(const Connection::Header& header, Field field) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < field.size; ++i) number = number << 8U | header.bytes[field.offset + i];
  return number;
}

// Not even a damaged page would give away that the end of a text is missing.
bool ends_within_a_page(const Connection& connection, const Connection::Header& header) {
  const std::uint32_t size = read_field(header, page_size);
  const std::int64_t bytes = size == 1 ? 65536 : size;
  return bytes == 0 || (header.file_size % bytes != 0 && !connection.has_log());
}

[[noreturn]] void fail_as_another(const Connection& connection) {
  connection.fail("it belongs to another program", "choose another file; this one was left as it is");
}

[[noreturn]] void fail_as_damaged(const Connection& connection, const std::string& finding) {
  connection.fail("it is damaged (" + finding + ")", "restore a copy, or move it away and import again");
}

void check_version(const Connection& connection, std::int64_t version) {
  if (version >= 0 && version <= schema_version) return;
  connection.fail("its schema " + std::to_string(version) + " is newer than " + std::to_string(schema_version) +
                      ", the newest that this Pilling knows",
                  "use a newer Pilling, or another file");
}

void check_pages(Connection& connection) {
  Query query(connection, "pragma quick_check(1)");
  const std::string finding = query.next() ? std::string(query.text(0)) : "no answer";
  if (finding != "ok") fail_as_damaged(connection, finding);
}

// Under the lock, because another process may have made the database since the header was read.
void migrate(Connection& connection) {
  connection.execute("begin immediate");
  try {
    const std::int64_t version = connection.integer("pragma user_version");
    const bool is_ours = connection.integer("pragma application_id") == application_id;
    if (!is_ours && connection.integer("select count(*) from sqlite_schema") > 0) fail_as_another(connection);
    check_version(connection, version);
    for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) connection.execute(steps[step]);
    connection.execute(("pragma application_id = " + std::to_string(application_id)).c_str());
    connection.execute(("pragma user_version = " + std::to_string(schema_version)).c_str());
    connection.execute("commit");
  } catch (...) {
    if (connection.is_in_transaction()) connection.execute("rollback");
    throw;
  }
}

// Two processes that switch at the same time refuse each other at once, without the busy timeout.
void switch_to_write_ahead_log(Connection& connection, std::chrono::milliseconds busy_timeout) {
  const auto started = std::chrono::steady_clock::now();
  while (!connection.use_write_ahead_log()) {
    if (std::chrono::steady_clock::now() - started > busy_timeout) {
      connection.fail("it is locked", "another process keeps it: end that process, or allow a longer busy timeout");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

const std::int64_t schema_version = static_cast<std::int64_t>(steps.size());

bool check_header(Connection& connection) {
  const auto header = connection.header();
  if (header.file_size == 0) return true;
  const bool is_whole = header.file_size >= static_cast<std::int64_t>(header.bytes.size());
  if (!is_whole || std::memcmp(header.bytes.data(), magic.data(), magic.size()) != 0) {
    connection.fail("it is no database, or it is damaged", "choose another file, or restore a copy");
  }
  if (read_field(header, application_mark) != application_id) fail_as_another(connection);
  check_version(connection, static_cast<std::int32_t>(read_field(header, user_version)));
  if (ends_within_a_page(connection, header)) fail_as_damaged(connection, "its end is missing");
  return false;
}

void prepare_database(Connection& connection, std::chrono::milliseconds busy_timeout) {
  if (!check_header(connection)) check_pages(connection);
  const std::int64_t version = connection.integer("pragma user_version");
  check_version(connection, version);
  if (version < schema_version) migrate(connection);
  switch_to_write_ahead_log(connection, busy_timeout);
}

}  // namespace pilling::store
