#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace pilling::support {

/// A file of the real public data, below the folder that PILLING_DATA_DIR names or `shared/data` beside the
/// checkout. Nothing when it is not there: such a test is skipped, and a twin on invented data always runs.
std::optional<std::filesystem::path> real_data(std::string_view relative_path);

}  // namespace pilling::support
