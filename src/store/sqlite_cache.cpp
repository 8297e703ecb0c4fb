#include "store/sqlite_cache.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "store/sqlite.hpp"

namespace pilling::store {
namespace {

using Milliseconds = std::chrono::milliseconds;

std::int64_t now() {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<std::string> load_bytes(Connection& connection, std::string_view key, std::int64_t time) {
  Query row(connection, "select bytes from cache where key = ? and (kept_until is null or kept_until > ?)", Bytes{key},
            time);
  return row.next() ? std::optional<std::string>(row.text(0)) : std::nullopt;
}

std::vector<std::optional<std::string>> load_all(Connection& connection, std::span<const std::string> keys) {
  std::vector<std::optional<std::string>> found;
  found.reserve(keys.size());
  const std::int64_t time = now();
  // One snapshot for all is cheaper than one for each.
  if (keys.size() > 1) connection.run("begin");
  for (const std::string& key : keys) found.push_back(load_bytes(connection, key, time));
  if (keys.size() > 1) connection.run("commit");
  return found;
}

void save(Connection& connection, const std::string& key, const SharedEntry& entry) {
  std::optional<std::int64_t> kept_until;
  if (entry.kept_until) kept_until = entry.kept_until->time_since_epoch().count();
  connection.run(
      "insert into cache (key, bytes, stamp, kept_until) values (?, ?, ?, ?)"
      " on conflict (key) do update set bytes = excluded.bytes, stamp = excluded.stamp,"
      " kept_until = excluded.kept_until where excluded.stamp > cache.stamp",
      Bytes{key}, Bytes{entry.bytes}, entry.stamp, kept_until);
}

// A few more than come, so that the table shrinks to what is of use and no put pays for many.
void drop_expired(Connection& connection, std::size_t coming) {
  constexpr std::size_t more = 10;
  connection.run(
      "delete from cache where rowid in (select rowid from cache where kept_until <= ? order by kept_until limit ?)",
      now(), static_cast<std::int64_t>(coming + more));
}

}  // namespace

std::vector<std::optional<std::string>> SqliteCache::get(std::span<const std::string> keys, const CallOptions&) {
  if (keys.empty()) return {};
  return readers_->read([&](Connection& connection) { return load_all(connection, keys); });
}

void SqliteCache::put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) {
  if (entries.empty()) return;
  Writing writing(writer_, call);
  drop_expired(writing.connection(), entries.size());
  for (const auto& [key, entry] : entries) save(writing.connection(), key, entry);
  writing.commit();
}

void SqliteCache::erase(std::span<const std::string> keys, const CallOptions& call) {
  if (keys.empty()) return;
  Writing writing(writer_, call);
  for (const std::string& key : keys) writing.connection().run("delete from cache where key = ?", Bytes{key});
  writing.commit();
}

}  // namespace pilling::store
