#include "pilling/store.hpp"

namespace pilling {

// Out-of-line destructors anchor the type information here, so that implementations elsewhere can be cast and caught.
StoreTransaction::~StoreTransaction() = default;
Store::~Store() = default;

CatalogueVersions Store::catalogue_versions() {
  const std::uint64_t version = catalogue_version();
  return {.medicines = version, .pharmacies = version};
}

std::optional<std::vector<Medicine>> Store::medicines_since(std::uint64_t /*since*/, std::size_t /*limit*/) {
  return std::nullopt;
}

}  // namespace pilling
