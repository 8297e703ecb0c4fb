#include "pilling/http.hpp"

#include <algorithm>

namespace pilling {

// Out-of-line destructors anchor the type information here, so that implementations elsewhere can be cast and caught.
HttpTransport::~HttpTransport() = default;

bool HttpTransport::repeats() const noexcept { return false; }

std::string_view HttpResponse::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(headers, [name](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace pilling
