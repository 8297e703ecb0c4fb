#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace pilling::sources {

/// A few kilobytes of gzip can inflate to more than the machine holds: beyond this a file is refused.
inline constexpr std::size_t maximum_file_bytes = std::size_t{1} << 30;

/// The bytes of a file; of a gzip file, told by its first bytes, those that it holds. A leading UTF-8 byte order mark
/// is left out. Throws StorageError when the file cannot be read, BadData when its gzip is damaged or when it holds
/// more than `maximum_bytes`.
std::string read_file_bytes(const std::filesystem::path& path, std::size_t maximum_bytes = maximum_file_bytes);

}  // namespace pilling::sources
