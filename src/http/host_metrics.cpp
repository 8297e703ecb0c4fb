#include "core/metric_text.hpp"
#include "pilling/resilient_transport.hpp"

namespace pilling {
namespace {

using Column = core::MetricColumn<HostStats>;

double number(std::uint64_t count) { return static_cast<double>(count); }
double seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

constexpr Column columns[] = {
    {"pilling_host_calls_total", "counter", "Calls for the host.",
     [](const HostStats& host) { return number(host.calls); }},
    {"pilling_host_requests_total", "counter", "Requests that were sent to the host.",
     [](const HostStats& host) { return number(host.tries); }},
    {"pilling_host_retries_total", "counter", "Requests that were repetitions.",
     [](const HostStats& host) { return number(host.retries); }},
    {"pilling_host_refused_total", "counter", "Calls of which nothing was sent.",
     [](const HostStats& host) { return number(host.refused); }},
    {"pilling_host_retry_waits_total", "counter", "Waits before a repetition.",
     [](const HostStats& host) { return number(host.waits); }},
    {"pilling_host_retry_wait_seconds_total", "counter", "Time of the waits before repetitions.",
     [](const HostStats& host) { return seconds(host.waited); }},
    {"pilling_breaker_opened_total", "counter", "How often the circuit breaker opened.",
     [](const HostStats& host) { return number(host.breaker.opened); }},
    {"pilling_breaker_refused_total", "counter", "Calls that the circuit breaker did not let through.",
     [](const HostStats& host) { return number(host.breaker.refused); }},
    {"pilling_breaker_open_seconds", "gauge", "How much longer the circuit breaker is open.",
     [](const HostStats& host) { return seconds(host.breaker.open_for); }},
    {"pilling_limiter_waits_total", "counter", "Calls that waited for their turn.",
     [](const HostStats& host) { return number(host.limiter.waits); }},
    {"pilling_limiter_wait_seconds_total", "counter", "Time of the waits for a turn.",
     [](const HostStats& host) { return seconds(host.limiter.waited); }},
    {"pilling_limiter_refused_total", "counter", "Calls that would have waited for too long.",
     [](const HostStats& host) { return number(host.limiter.refused); }},
    {"pilling_limiter_closed_seconds", "gauge", "How much longer the host asked to be left alone.",
     [](const HostStats& host) { return seconds(host.limiter.closed_for); }},
    {"pilling_limiter_requests_per_minute", "gauge", "Requests that are allowed now; 0: not limited.",
     [](const HostStats& host) { return host.limiter.requests_per_minute; }},
    {"pilling_limiter_tokens_per_minute", "gauge", "Tokens of a model that are allowed now; 0: not limited.",
     [](const HostStats& host) { return host.limiter.tokens_per_minute; }},
};

// One sample for each state, as Prometheus wants what is one of several: 1 for the state that it is.
void add_states(std::string& text, const std::vector<std::pair<std::string, HostStats>>& rows) {
  constexpr std::string_view name = "pilling_breaker_state";
  core::add_metric_head(text, name, "gauge", "Which state the circuit breaker is in.");
  for (const auto& [labels, host] : rows) {
    for (const BreakerState state : {BreakerState::closed, BreakerState::open, BreakerState::half_open}) {
      core::add_metric(text, name, labels + ',' + core::metric_label("state", to_string(state)),
                       host.breaker.state == state ? 1 : 0);
    }
  }
}

}  // namespace

std::string metrics_text(const std::vector<HostStats>& hosts) {
  std::vector<std::pair<std::string, HostStats>> rows;
  rows.reserve(hosts.size());
  for (const HostStats& host : hosts) rows.emplace_back(core::metric_label("host", host.host), host);
  std::string text;
  core::add_metrics(text, rows, columns);
  if (!rows.empty()) add_states(text, rows);
  return text;
}

}  // namespace pilling
