#include "support/sample_data.hpp"

#include <cstdlib>

#include "support/sanitizers.hpp"

namespace pilling::support {

std::optional<std::filesystem::path> real_data(std::string_view relative_path) {
  // Those tests run on one thread, and would take minutes there.
  if (is_thread_sanitized) return std::nullopt;
  const char* named = std::getenv("PILLING_DATA_DIR");
  const std::filesystem::path folder = named ? named : PILLING_SOURCE_DIR "/../shared/data";
  const std::filesystem::path path = folder / relative_path;
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

}  // namespace pilling::support
