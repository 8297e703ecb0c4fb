#pragma once

#include <chrono>
#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/resilient_transport.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_transport.hpp"

namespace pilling {

/// A world in which waiting takes no time but moves the clock.
struct Resilient : testing::Test {
  support::FakeSteadyClock clock;
  std::vector<std::chrono::milliseconds> waits;
  std::shared_ptr<support::FakeTransport> http = std::make_shared<support::FakeTransport>();
  ResilienceOptions options{.breaker = {.first_open = std::chrono::seconds(5)}};
  std::shared_ptr<ResilientTransport> made;
  CallOptions call;

  ResilienceHooks hooks() {
    return {.wait =
                [this](std::chrono::milliseconds wait, const CallOptions&) {
                  waits.push_back(wait);
                  clock.advance(wait);
                },
            .random = [] { return 0.0; },
            .now = clock.function()};
  }
  ResilientTransport& transport() {
    options.hooks = hooks();
    if (!made) made = make_resilient_transport(http, options);
    return *made;
  }
  HttpResponse get(std::string url = "https://example.test/a?key=SECRET") {
    return transport().send({.url = std::move(url)}, call);
  }
  HttpResponse post(bool is_repeatable) {
    return transport().send({.method = "POST", .url = "https://example.test/a", .is_repeatable = is_repeatable}, call);
  }
  HttpResponse post_once() {
    return transport().send({.method = "POST", .url = "https://example.test/a", .is_repeatable_when_refused = true},
                            call);
  }
  HostStats stats() { return transport().stats().at(0); }
  std::size_t tries() { return http->requests().size(); }
  void take_down() {
    for (int i = 0; i < options.breaker.minimum_calls; ++i) get();
  }
  // An answer after so long.
  support::FakeTransport::Answer after(std::chrono::milliseconds time, int status) {
    return [this, time, status](const HttpRequest&, const CallOptions&) -> HttpResponse {
      clock.advance(time);
      if (status == 0) throw Timeout("no answer in time", "example.test");
      return {.status = status, .headers = {}, .body = {}};
    };
  }
};

}  // namespace pilling
