// What the limiter, the breaker and the whole transport add to a call that succeeds.

#include <benchmark/benchmark.h>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "pilling/resilience.hpp"

namespace {

using pilling::CallOptions;
using pilling::HttpRequest;
using pilling::HttpResponse;

// A transport whose replies cost nothing but their headers.
class InstantTransport final : public pilling::HttpTransport {
 public:
  explicit InstantTransport(HttpResponse response) : response_(std::move(response)) {}
  HttpResponse send(const HttpRequest&, const CallOptions&) override { return response_; }

 private:
  HttpResponse response_;
};

const HttpRequest& request() {
  static const HttpRequest made{.url = "https://api.example.org/v1/chat/completions"};
  return made;
}

HttpResponse plain_reply() { return {.status = 200, .headers = {{"content-type", "application/json"}}, .body = "{}"}; }

HttpResponse reply_with_limits() {
  HttpResponse reply = plain_reply();
  for (const std::string kind : {"requests", "tokens"}) {
    reply.headers.emplace_back("x-ratelimit-limit-" + kind, "500000000");
    reply.headers.emplace_back("x-ratelimit-remaining-" + kind, "499999999");
    reply.headers.emplace_back("x-ratelimit-reset-" + kind, "6ms");
  }
  return reply;
}

// So many that no call ever waits.
pilling::RateLimiterOptions wide_limits() {
  return {.requests_per_minute = 1e12, .tokens_per_minute = 1e15, .ramp = std::chrono::milliseconds(0)};
}

void breaker(benchmark::State& state) {
  static pilling::CircuitBreaker breaker("api.example.org");
  for (auto _ : state) breaker.begin().succeeded(std::chrono::milliseconds(1));
}
BENCHMARK(breaker)->Threads(1)->Threads(2)->UseRealTime();

void limiter(benchmark::State& state) {
  static pilling::RateLimiter limiter("api.example.org", wide_limits());
  for (auto _ : state) benchmark::DoNotOptimize(limiter.acquire({}, 1000));
}
BENCHMARK(limiter)->Threads(1)->Threads(2)->UseRealTime();

void limiter_and_breaker(benchmark::State& state) {
  static pilling::RateLimiter limiter("api.example.org", wide_limits());
  static pilling::CircuitBreaker breaker("api.example.org");
  for (auto _ : state) {
    benchmark::DoNotOptimize(limiter.acquire({}, 1000));
    breaker.begin().succeeded(std::chrono::milliseconds(1));
  }
}
BENCHMARK(limiter_and_breaker)->Threads(1)->Threads(2)->UseRealTime();

void send(benchmark::State& state, const std::shared_ptr<pilling::HttpTransport>& transport) {
  for (auto _ : state) benchmark::DoNotOptimize(transport->send(request(), {}));
}

void transport_alone(benchmark::State& state) { send(state, std::make_shared<InstantTransport>(plain_reply())); }
BENCHMARK(transport_alone);

void resilient_transport(benchmark::State& state) {
  send(state, pilling::make_resilient_transport(std::make_shared<InstantTransport>(plain_reply()),
                                                {.limiter = wide_limits()}));
}
BENCHMARK(resilient_transport);

void transport_alone_with_limits(benchmark::State& state) {
  send(state, std::make_shared<InstantTransport>(reply_with_limits()));
}
BENCHMARK(transport_alone_with_limits);

void resilient_transport_with_limits(benchmark::State& state) {
  send(state, pilling::make_resilient_transport(std::make_shared<InstantTransport>(reply_with_limits()),
                                                {.limiter = wide_limits()}));
}
BENCHMARK(resilient_transport_with_limits);

void dollar_budget(benchmark::State& state) {
  static pilling::DollarBudget budget(pilling::make_counter_store(), pilling::ModelPrices::bundled(),
                                      {.dollars_per_day = 1e9, .dollars_per_month = 1e9});
  for (auto _ : state) {
    budget.reserve("gpt-5.6-luna", {.input = 1000, .output = 400}).settle({.input = 900, .output = 60});
  }
}
BENCHMARK(dollar_budget);

}  // namespace

BENCHMARK_MAIN();
