#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <string>
#include <utility>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/source.hpp"

namespace pilling::python {
namespace {

MedicineQuery to_query(const py::str& name, const py::str& id, std::int64_t page, std::int64_t rows) {
  return {.name = to_utf8(name), .id = {to_utf8(id)}, .page = to_count(page, "page"), .rows = to_count(rows, "rows")};
}

// The listener is told with the GIL; what it raises ends the walk.
PagingOptions to_paging(std::int64_t rows, std::int64_t page_limit, const py::object& on_page) {
  PagingOptions options{.rows = to_count(rows, "rows"), .page_limit = to_count(page_limit, "page_limit")};
  options.on_page = [&on_page](const PagingProgress& progress) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return on_page.is_none() || !on_page(progress.rows, progress.total).equal(py::bool_(false));
  };
  return options;
}

void bind_medicine_source(py::module_& core) {
  py::class_<MedicineSource, std::shared_ptr<MedicineSource>>(
      core, "MedicineSource",
      "Where medicines come from. May be shared by threads.\n\n"
      "Asking raises NetworkError, ServiceError or BadData, Timeout\n"
      "after ``timeout`` seconds, and Refused for want of quota.")
      .def_property_readonly("name", &MedicineSource::name, "For warnings and messages.")
      .def(
          "fetch",
          [](MedicineSource& self, const py::str& name, const py::str& id, std::int64_t page, std::int64_t rows,
             std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            return to_python(
                without_gil([&, query = to_query(name, id, page, rows)] { return self.fetch(query, call); }));
          },
          "name"_a = "", py::kw_only(), "id"_a = "", "page"_a = 1, "rows"_a = 100, "timeout"_a = py::none(),
          "One page, counted from 1, of the medicines whose name holds ``name`` or whose product code is ``id``.")
      .def(
          "fetch_all",
          [](MedicineSource& self, const py::str& name, std::int64_t rows, std::int64_t page_limit,
             std::optional<double> timeout, const py::object& on_page) {
            const CallOptions call = to_call(timeout);
            const PagingOptions paging = to_paging(rows, page_limit, on_page);
            return to_python(without_gil(
                [&, query = MedicineQuery{.name = to_utf8(name)}] { return fetch_all(self, query, call, paging); }));
          },
          "name"_a = "", py::kw_only(), "rows"_a = 100, "page_limit"_a = PagingOptions{}.page_limit,
          "timeout"_a = py::none(), "on_page"_a = py::none(),
          "All pages, each id once; no more than ``page_limit``. ``on_page`` is told the rows so far and in all, on "
          "this\n"
          "thread; False ends the walk, as does what it raises.");
}

void bind_pharmacy_source(py::module_& core) {
  py::class_<PharmacySource, std::shared_ptr<PharmacySource>>(
      core, "PharmacySource",
      "Where pharmacies come from. May be shared by threads; raises as a\n"
      "``MedicineSource``.")
      .def_property_readonly("name", &PharmacySource::name, "For messages.")
      .def(
          "fetch",
          [](PharmacySource& self, std::int64_t page, std::int64_t rows, std::optional<double> timeout) {
            const CallOptions call = to_call(timeout);
            const std::size_t number = to_count(page, "page");
            const std::size_t count = to_count(rows, "rows");
            return to_python(without_gil([&] { return self.fetch(number, count, call); }));
          },
          py::kw_only(), "page"_a = 1, "rows"_a = 100, "timeout"_a = py::none(), "One page, counted from 1.")
      .def(
          "fetch_all",
          [](PharmacySource& self, std::int64_t rows, std::int64_t page_limit, std::optional<double> timeout,
             const py::object& on_page) {
            const CallOptions call = to_call(timeout);
            const PagingOptions paging = to_paging(rows, page_limit, on_page);
            return to_python(without_gil([&] { return fetch_all(self, call, paging); }));
          },
          py::kw_only(), "rows"_a = 100, "page_limit"_a = PagingOptions{}.page_limit, "timeout"_a = py::none(),
          "on_page"_a = py::none(), "All pages, as of a ``MedicineSource``.");
}

void bind_look_ups(py::module_& core) {
  core.def(
      "fetch_pharmacies_near",
      [](std::shared_ptr<HttpTransport> http, const PublicDataOptions& options, double latitude, double longitude,
         std::int64_t page, std::int64_t rows, std::optional<double> timeout) {
        const CallOptions call = to_call(timeout);
        const PageRequest request{.number = to_count(page, "page"), .rows = to_count(rows, "rows")};
        return to_python(without_gil([&] {
          return fetch_pharmacies_near(std::move(http), options, {latitude, longitude}, request, call);
        }));
      },
      "http"_a, "options"_a, "latitude"_a, "longitude"_a, py::kw_only(), "page"_a = 1, "rows"_a = 100,
      "timeout"_a = py::none(),
      "Pharmacies of 국립중앙의료원, nearest first, without their hours. Raises as a source.");
  core.def(
      "fetch_pharmacy",
      [](std::shared_ptr<HttpTransport> http, const PublicDataOptions& options, const py::str& id,
         std::optional<double> timeout) {
        const CallOptions call = to_call(timeout);
        return to_python(without_gil(
            [&, key = PharmacyId{to_utf8(id)}] { return fetch_pharmacy(std::move(http), options, key, call); }));
      },
      "http"_a, "options"_a, "id"_a, py::kw_only(), "timeout"_a = py::none(),
      "One pharmacy of 국립중앙의료원 with its week; nothing when it does not know the id. Raises as a source.");
  core.def(
      "fetch_holidays",
      [](std::shared_ptr<HttpTransport> http, const PublicDataOptions& options, int year,
         std::optional<double> timeout) {
        const CallOptions call = to_call(timeout);
        return to_tuple(
            without_gil([&] { return fetch_holidays(std::move(http), options, std::chrono::year(year), call); }));
      },
      "http"_a, "options"_a, "year"_a, py::kw_only(), "timeout"_a = py::none(),
      "The public holidays of a year by 특일정보; none when they have not been announced. Raises as a source, and "
      "BadData\n"
      "when a single row makes no sense.");
}

void bind_factories(py::module_& core) {
  const PublicDataOptions public_data;
  py::class_<PublicDataOptions>(
      core, "PublicDataOptions",
      "How services of data.go.kr are asked.\n\n"
      "``service_key`` may be encoded or decoded, as the portal shows it. ``retry`` is left to a\n"
      "transport that repeats by itself. ``quota`` counts each request by the operation's name;\n"
      "without one they are not counted. ``base_url`` is that of the portal, or of a fake one.")
      .def(py::init([](const py::str& service_key, const py::str& base_url, const RetryOptions& retry,
                       std::shared_ptr<DailyQuota> quota) {
             return PublicDataOptions{.service_key = to_utf8(service_key),
                                      .base_url = to_utf8(base_url),
                                      .retry = retry,
                                      .quota = std::move(quota)};
           }),
           "service_key"_a, py::kw_only(), "base_url"_a = public_data.base_url, "retry"_a = RetryOptions{},
           "quota"_a = py::none());
  core.def("easy_drug_source",
           py::overload_cast<std::shared_ptr<HttpTransport>, const PublicDataOptions&>(&make_easy_drug_source),
           "http"_a, "options"_a,
           "e약은요 (``DrbEasyDrugInfoService``) of data.go.kr: products over the counter, with their texts.");
  const PermitOperations permits;
  core.def(
      "permit_source",
      [](const std::shared_ptr<HttpTransport>& http, const PublicDataOptions& options, const py::str& list,
         const py::str& details) {
        return make_permit_source(http, options, {.list = to_utf8(list), .details = to_utf8(details)});
      },
      "http"_a, "options"_a, py::kw_only(), "list_operation"_a = permits.list, "details_operation"_a = permits.details,
      "의약품 제품 허가정보 of data.go.kr: all products with a permit that holds, those on prescription too. Asked for "
      "by\n"
      "name or id, they have the official texts. The operations are those of the service's present version.");
  core.def(
      "pharmacy_source",
      py::overload_cast<std::shared_ptr<HttpTransport>, const PublicDataOptions&>(&make_medical_center_pharmacy_source),
      "http"_a, "options"_a,
      "All pharmacies of 국립중앙의료원 (``getParmacyFullDown``) on data.go.kr, with their week.");
  const OpenFdaOptions fda;
  core.def(
      "openfda_source",
      [](std::shared_ptr<HttpTransport> http, const py::str& api_key, const py::str& base_url,
         const RetryOptions& retry) {
        return make_openfda_source(std::move(http),
                                   {.api_key = to_utf8(api_key), .base_url = to_utf8(base_url), .retry = retry});
      },
      "http"_a, py::kw_only(), "api_key"_a = "", "base_url"_a = fda.base_url, "retry"_a = RetryOptions{},
      "Labels of medicines in the United States (openFDA), by brand name in Latin letters; ids are their ``set_id``.\n"
      "Without ``api_key``, fewer calls a day are answered.");
}

}  // namespace

void bind_sources(py::module_& core) {
  bind_medicine_source(core);
  bind_pharmacy_source(core);
  bind_factories(core);
  bind_look_ups(core);
}

}  // namespace pilling::python
