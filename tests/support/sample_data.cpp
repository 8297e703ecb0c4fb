#include "support/sample_data.hpp"

#include "support/public_data.hpp"
#include "support/sanitizers.hpp"

namespace pilling::support {

std::optional<std::filesystem::path> real_data(std::string_view relative_path) {
  // Those tests run on one thread, and would take minutes there.
  if (is_thread_sanitized) return std::nullopt;
  return public_data(relative_path);
}

}  // namespace pilling::support
