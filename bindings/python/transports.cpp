#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/http.hpp"
#include "pilling/resilient_transport.hpp"
#include "pilling/spending.hpp"

namespace pilling::python {
namespace {

using Texts = std::vector<std::pair<py::str, py::str>>;

std::vector<std::pair<std::string, std::string>> to_pairs(const Texts& texts) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : texts) pairs.emplace_back(to_utf8(name), to_utf8(value));
  return pairs;
}

py::object reply_of(const HttpResponse& response) {
  py::list headers;
  // Any bytes may come in a header; Latin-1 reads them all, as Python's own client does.
  for (const auto& [name, value] : response.headers) {
    headers.append(
        py::make_tuple(py::bytes(name).attr("decode")("latin-1"), py::bytes(value).attr("decode")("latin-1")));
  }
  return types().http_response(response.status, py::tuple(headers), py::bytes(response.body));
}

py::object send(HttpTransport& http, const py::str& url, const py::str& method, const Texts& query,
                const Texts& headers, const py::bytes& body, bool repeatable, std::optional<double> timeout) {
  const HttpRequest request{.method = to_utf8(method),
                            .url = to_utf8(url),
                            .query = to_pairs(query),
                            .headers = to_pairs(headers),
                            .body = std::string(body),
                            .is_repeatable = repeatable};
  const CallOptions call = to_call(timeout);
  return reply_of(without_gil([&] { return http.send(request, call); }));
}

std::shared_ptr<HttpTransport> curl_transport(const py::str& user_agent, const py::str& proxy,
                                              const std::optional<std::filesystem::path>& ca_file,
                                              double connect_timeout, double first_byte_timeout, double silence_timeout,
                                              double total_timeout, std::int64_t maximum_response_bytes) {
  const CurlOptions options{.user_agent = to_utf8(user_agent),
                            .proxy = to_utf8(proxy),
                            .ca_file = ca_file.value_or(std::filesystem::path()),
                            .connect_timeout = to_milliseconds(connect_timeout, "connect_timeout"),
                            .first_byte_timeout = to_milliseconds(first_byte_timeout, "first_byte_timeout"),
                            .silence_timeout = to_milliseconds(silence_timeout, "silence_timeout"),
                            .total_timeout = to_milliseconds(total_timeout, "total_timeout"),
                            .maximum_response_bytes = to_count(maximum_response_bytes, "maximum_response_bytes")};
  return without_gil([&] { return make_curl_transport(options); });
}

// All of a kind go into one call, for a name may come once only in such a text.
std::string metrics_text_of(const py::args& counted) {
  std::vector<std::shared_ptr<ResilientTransport>> transports;
  std::vector<std::shared_ptr<DailyQuota>> quotas;
  std::vector<std::shared_ptr<DollarBudget>> budgets;
  for (const py::handle object : counted) {
    if (py::isinstance<ResilientTransport>(object)) {
      transports.push_back(object.cast<std::shared_ptr<ResilientTransport>>());
    } else if (py::isinstance<DailyQuota>(object)) {
      quotas.push_back(object.cast<std::shared_ptr<DailyQuota>>());
    } else if (py::isinstance<DollarBudget>(object)) {
      budgets.push_back(object.cast<std::shared_ptr<DollarBudget>>());
    } else {
      throw InvalidArgument("metrics_text takes resilient transports, daily quotas and dollar budgets");
    }
  }
  return without_gil([&] {
    std::vector<HostStats> hosts;
    for (const auto& transport : transports) {
      for (HostStats& host : transport->stats()) hosts.push_back(std::move(host));
    }
    std::vector<DailyQuotaStats> operations;
    for (const auto& quota : quotas) {
      for (DailyQuotaStats& operation : quota->stats()) operations.push_back(std::move(operation));
    }
    std::vector<DollarBudgetStats> spent;
    for (const auto& budget : budgets) spent.push_back(budget->stats());
    return metrics_text(hosts) + metrics_text(operations) + metrics_text(spent);
  });
}

}  // namespace

void bind_transports(py::module_& core) {
  py::class_<HttpTransport, std::shared_ptr<HttpTransport>>(core, "HttpTransport",
                                                            "Sends requests. May be shared between threads.")
      .def(
          "send", &send, "url"_a, py::kw_only(), "method"_a = "GET", "query"_a = Texts(), "headers"_a = Texts(),
          "body"_a = py::bytes(), "repeatable"_a = false, "timeout"_a = py::none(),
          "Any reply is a response, whatever its status. ``repeatable``: a POST that does no harm twice.\n\n"
          "Raises Timeout after ``timeout`` seconds, NetworkError when no reply comes, BadData when it is longer than\n"
          "allowed, and InvalidArgument for an address that is not http or https. Messages name the host alone.");
  py::class_<ResilientTransport, HttpTransport, std::shared_ptr<ResilientTransport>>(
      core, "ResilientTransport",
      "A transport that limits, breaks and repeats, for each host by itself. May be shared between threads.\n\n"
      "Requests go out through ``inner``, after the rate limiter (``limiter``) and the circuit breaker (``breaker``), "
      "and\n"
      "are repeated as ``retry`` and ``retry_budget`` allow. ``send`` raises Refused, too. When it gives up, it "
      "returns the\n"
      "last reply or raises the last failure.")
      .def(py::init([](std::shared_ptr<HttpTransport> inner, const RetryOptions& retry,
                       const RetryBudgetOptions& retry_budget, const CircuitBreakerOptions& breaker,
                       const RateLimiterOptions& limiter) {
             return make_resilient_transport(
                 std::move(inner),
                 {.retry = retry, .retry_budget = retry_budget, .breaker = breaker, .limiter = limiter});
           }),
           "inner"_a.none(false), py::kw_only(), "retry"_a = RetryOptions{}, "retry_budget"_a = RetryBudgetOptions{},
           "breaker"_a = CircuitBreakerOptions{}, "limiter"_a = RateLimiterOptions{})
      .def(
          "stats", [](const ResilientTransport& self) { return to_tuple(self.stats()); },
          "By host, since it was made.");

  const CurlOptions curl;
  core.def(
      "curl_transport", &curl_transport, py::kw_only(), "user_agent"_a = "", "proxy"_a = "", "ca_file"_a = py::none(),
      "connect_timeout"_a = to_python(curl.connect_timeout),
      "first_byte_timeout"_a = to_python(curl.first_byte_timeout),
      "silence_timeout"_a = to_python(curl.silence_timeout), "total_timeout"_a = to_python(curl.total_timeout),
      "maximum_response_bytes"_a = curl.maximum_response_bytes,
      "A transport over libcurl: connections are kept, TLS is verified, redirects are not followed.\n\n"
      "Times are seconds: ``connect_timeout`` until the connection stands, ``first_byte_timeout`` from then until the\n"
      "reply begins, ``silence_timeout`` between its pieces, ``total_timeout`` for all of it; 0 sets no limit in the\n"
      "second and third. Without ``proxy`` none is used, whatever the environment says. ``ca_file`` holds\n"
      "certificates in PEM that are trusted in place of the system's. An empty ``user_agent`` is Pilling's own.\n"
      "Raises InvalidArgument for times that make no sense, and StorageError when ``ca_file`` cannot be read.");
  core.def("metrics_text", &metrics_text_of,
           "What resilient transports, daily quotas and dollar budgets count, for Prometheus (text format 0.0.4).");
}

}  // namespace pilling::python
