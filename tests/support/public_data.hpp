#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace pilling::support {

/// A file of the real public data, below the folder that PILLING_DATA_DIR names or `shared/data` beside the checkout.
/// Nothing when it is not there.
inline std::optional<std::filesystem::path> public_data(std::string_view relative_path) {
  const char* const named = std::getenv("PILLING_DATA_DIR");
  const std::filesystem::path folder = named != nullptr ? named : PILLING_SOURCE_DIR "/../shared/data";
  const std::filesystem::path path = folder / relative_path;
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

}  // namespace pilling::support
