#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace pilling::support {

/// As `public_data`, but nothing under the thread sanitizer. Without the file a test is skipped, and a twin on invented
/// data always runs.
std::optional<std::filesystem::path> real_data(std::string_view relative_path);

}  // namespace pilling::support
