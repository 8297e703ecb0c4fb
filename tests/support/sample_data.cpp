#include "support/sample_data.hpp"

#include <cstdlib>

namespace pilling::support {

std::optional<std::filesystem::path> real_data(std::string_view relative_path) {
  const char* named = std::getenv("PILLING_DATA_DIR");
  const std::filesystem::path folder = named ? named : PILLING_SOURCE_DIR "/../shared/data";
  const std::filesystem::path path = folder / relative_path;
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

}  // namespace pilling::support
