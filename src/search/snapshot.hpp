#pragma once

#include <filesystem>
#include <memory>

#include "search/name_segment.hpp"

namespace pilling::search {

/// Writes the image beside `file` and puts it in place when it is whole. Throws StorageError.
void save_snapshot(const NameSegment& names, const std::filesystem::path& file);

/// Maps the file and checks it. Throws StorageError when it cannot be read, BadData when it cannot be used.
std::shared_ptr<const NameSegment> open_snapshot(const std::filesystem::path& file);

}  // namespace pilling::search
