#include "pilling/refresh.hpp"

namespace pilling {

std::string_view to_string(RefreshStage stage) noexcept {
  switch (stage) {
    case RefreshStage::fetching:
      return "fetching";
    case RefreshStage::summarizing:
      return "summarizing";
    case RefreshStage::waiting:
      return "waiting";
    case RefreshStage::publishing:
      return "publishing";
  }
  return "";
}

}  // namespace pilling
