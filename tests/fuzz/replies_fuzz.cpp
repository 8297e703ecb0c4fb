// Any bytes from a service: rows or one of the errors that are promised, never anything else.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/geo.hpp"
#include "pilling/http.hpp"
#include "pilling/resilient_transport.hpp"
#include "pilling/source.hpp"
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

/// Gives every request the same reply.
class OneReply final : public pilling::HttpTransport {
 public:
  OneReply(int status, std::string_view body) : response_{.status = status, .headers = {}, .body = std::string(body)} {}
  pilling::HttpResponse send(const pilling::HttpRequest&, const pilling::CallOptions&) override { return response_; }

 private:
  pilling::HttpResponse response_;
};

void check(const std::vector<pilling::HolidayCalendar::Holiday>& holidays) {
  for (const auto& holiday : holidays) {
    require(holiday.day.ok() && holiday.day.year() == std::chrono::year(2027));
    require(pilling::text::is_valid_utf8(holiday.name));
  }
}

void check(const std::optional<pilling::Pharmacy>& pharmacy) { require(!pharmacy || pharmacy->id.value == "C1100001"); }

void check(bool /*either is fine*/) {}

// What is read inside of a look-up, which asks once.
template <class LookUp>
auto look_up(int status, std::string_view body, const LookUp& work) {
  const pilling::PublicDataOptions options{.service_key = "key", .retry = {.attempts = 1}};
  return work(std::make_shared<OneReply>(status, body), options);
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
    read([&] {
      return look_up(status, body, [](const auto& http, const auto& options) {
        return pilling::fetch_holidays(http, options, std::chrono::year(2027));
      });
    });
    read([&] {
      return look_up(status, body, [](const auto& http, const auto& options) {
        return pilling::fetch_pharmacy(http, options, {"C1100001"});
      });
    });
    read([&] { return pilling::is_quota_gone({.status = status, .headers = {}, .body = std::string(body)}); });
  }
  require(pilling::text::is_valid_utf8(pilling::sources::permit_document_text(body)));
  return 0;
}
