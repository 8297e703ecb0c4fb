// Any bytes from a service: rows or one of the errors that are promised, never anything else.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pilling/error.hpp"
#include "pilling/geo.hpp"
#include "sources/openfda_label.hpp"
#include "sources/permit.hpp"
#include "sources/permit_document.hpp"
#include "sources/reply.hpp"
#include "text/normalize.hpp"

namespace {

using pilling::Medicine;
using pilling::SourcePage;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const SourcePage<Medicine>& page) {
  for (const Medicine& medicine : page.rows) {
    require(!medicine.id.value.empty() && !medicine.name.empty());
    for (const auto* text : {&medicine.name, &medicine.ingredients, &medicine.efficacy, &medicine.precautions}) {
      require(pilling::text::is_valid_utf8(*text));
    }
  }
}

void check(const SourcePage<pilling::Pharmacy>& page) {
  for (const auto& pharmacy : page.rows) {
    require(!pharmacy.id.value.empty() && !pharmacy.name.empty());
    require(pilling::is_valid(pharmacy.position));
  }
}

template <class Read>
void read(const Read& read_page) try {
  check(read_page());
} catch (const pilling::ServiceError&) {
} catch (const pilling::BadData&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const int status : {200, 500}) {
    read([&] { return pilling::sources::read_medicine_reply(body, status, "medicines"); });
    read([&] { return pilling::sources::read_permit_reply(body, status, "permits"); });
    read([&] { return pilling::sources::read_pharmacy_reply(body, status, "pharmacies"); });
    read([&] { return pilling::sources::read_openfda_reply(body, status, "labels"); });
  }
  require(pilling::text::is_valid_utf8(pilling::sources::permit_document_text(body)));
  return 0;
}
