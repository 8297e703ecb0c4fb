#pragma once

#include <chrono>
#include <cstdint>

#include "store/sqlite.hpp"

namespace pilling::store {

/// Marks a database as Pilling's: "Pill" in ASCII. Kept in the header of the file.
inline constexpr std::int64_t application_id = 0x50696C6C;

/// The schema that this code reads and writes: as many steps as `schema.cpp` lists. Kept as the `user_version`.
extern const std::int64_t schema_version;

/// Refuses the file, without having touched it, unless it is empty or one of Pilling's that this code knows.
/// Returns whether it is empty.
bool check_header(Connection& connection);

/// Brings an empty or an older database to `schema_version` and into WAL mode. Other processes may do the same at the
/// same time. Throws StorageError, and changes nothing, when the file is damaged, another's, newer, or locked.
void prepare_database(Connection& connection, std::chrono::milliseconds busy_timeout);

}  // namespace pilling::store
