// Any bytes from a service: rows or one of the errors that are promised, never anything else.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pilling/error.hpp"
#include "pilling/geo.hpp"
#include "sources/reply.hpp"
#include "text/normalize.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_medicines(std::string_view body, int status) try {
  for (const auto& medicine : pilling::sources::read_medicine_reply(body, status, "medicines").rows) {
    require(!medicine.id.value.empty() && !medicine.name.empty());
    require(pilling::text::is_valid_utf8(medicine.name) && pilling::text::is_valid_utf8(medicine.efficacy));
  }
} catch (const pilling::ServiceError&) {
} catch (const pilling::BadData&) {
}

void read_pharmacies(std::string_view body, int status) try {
  for (const auto& pharmacy : pilling::sources::read_pharmacy_reply(body, status, "pharmacies").rows) {
    require(!pharmacy.id.value.empty() && !pharmacy.name.empty());
    require(pilling::is_valid(pharmacy.position));
  }
} catch (const pilling::ServiceError&) {
} catch (const pilling::BadData&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const int status : {200, 500}) {
    read_medicines(body, status);
    read_pharmacies(body, status);
  }
  return 0;
}
