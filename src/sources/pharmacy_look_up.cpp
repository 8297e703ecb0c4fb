#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "sources/public_data_operation.hpp"
#include "sources/reply.hpp"

namespace pilling {
namespace sources {
namespace {

constexpr std::string_view service = "국립중앙의료원 pharmacies of data.go.kr";
constexpr std::size_t maximum_rows = 1500;  // the most that anybody is known to have got

std::string degrees(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 7);
  return error == std::errc() ? std::string(digits.data(), end) : std::string();
}

}  // namespace

SourcePage<Pharmacy> fetch_pharmacies_near(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                           Coordinate center, PageRequest request, const CallOptions& call,
                                           core::RetryHooks hooks) {
  const bool is_position = std::abs(center.latitude) <= 90 && std::abs(center.longitude) <= 180;
  if (!is_position) throw InvalidArgument("a latitude or longitude is out of range; is it in degrees?");
  const PublicDataOperation operation(std::move(http), options, std::move(hooks),
                                      "/B552657/ErmctInsttInfoInqireService/getParmacyLcinfoInqire", maximum_rows);
  Parameters parameters = {
      {"_type", "json"}, {"WGS84_LON", degrees(center.longitude)}, {"WGS84_LAT", degrees(center.latitude)}};
  return operation.page(request.number, request.rows, std::move(parameters), call,
                        [](std::string_view body, int status) { return read_pharmacy_reply(body, status, service); });
}

std::optional<Pharmacy> fetch_pharmacy(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                       const PharmacyId& id, const CallOptions& call, core::RetryHooks hooks) {
  if (id.value.empty()) throw InvalidArgument("name the pharmacy: its id is empty");
  const PublicDataOperation operation(std::move(http), options, std::move(hooks),
                                      "/B552657/ErmctInsttInfoInqireService/getParmacyBassInfoInqire", maximum_rows);
  constexpr std::size_t few_rows = 10;
  const auto page =
      operation.page(1, few_rows, {{"_type", "json"}, {"HPID", id.value}}, call,
                     [](std::string_view body, int status) { return read_pharmacy_reply(body, status, service); });
  // The hours of another pharmacy are worse than none.
  for (const Pharmacy& pharmacy : page.rows) {
    if (pharmacy.id == id) return pharmacy;
  }
  if (!page.skipped.empty())
    throw BadData(std::string(service) + ": the row " + page.skipped.front().reason, std::string(service));
  return std::nullopt;
}

}  // namespace sources

SourcePage<Pharmacy> fetch_pharmacies_near(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                           Coordinate center, PageRequest request, const CallOptions& call) {
  return sources::fetch_pharmacies_near(std::move(http), options, center, request, call, core::default_retry_hooks());
}

std::optional<Pharmacy> fetch_pharmacy(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                       const PharmacyId& id, const CallOptions& call) {
  return sources::fetch_pharmacy(std::move(http), options, id, call, core::default_retry_hooks());
}

}  // namespace pilling
