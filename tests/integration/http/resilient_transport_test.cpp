#include "pilling/resilient_transport.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_server.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::FakeReply;
using support::FakeServer;

// Real sockets, but waits take no time and move the clock.
struct ResilientOverHttp : testing::Test {
  FakeServer server;
  support::FakeSteadyClock clock;
  std::mutex mutex;
  std::vector<milliseconds> waits;
  ResilienceOptions options{.hooks = {.wait =
                                          [this](milliseconds wait, const CallOptions&) {
                                            const std::scoped_lock lock(mutex);
                                            waits.push_back(wait);
                                            clock.advance(wait);
                                          },
                                      .random = [] { return 0.0; },
                                      .now = clock.function()}};
  std::shared_ptr<ResilientTransport> made;

  ResilientTransport& transport() {
    if (!made) made = make_resilient_transport(make_curl_transport(), options);
    return *made;
  }
  HttpResponse get(const std::string& path = "/a") { return transport().send({.url = server.url() + path}, {}); }
};

TEST_F(ResilientOverHttp, WaitsAsLongAsAServerAsks) {
  server.on("/a", {.status = 429, .headers = {{"Retry-After", "7"}}});
  server.on("/a", {.status = 503, .headers = {{"retry-after", "9"}, {"retry-after-ms", "8500"}}});
  server.on("/a", {.body = "fine"});

  EXPECT_EQ(get().body, "fine");

  EXPECT_EQ(waits, (std::vector{milliseconds(7000), milliseconds(8500)}));
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(ResilientOverHttp, HoldsOneCallersRetryAfterForAllPathsOfAHost) {
  server.on("/a", {.status = 429, .headers = {{"Retry-After", "600"}}});
  server.on("/b", {.body = "fine"});

  EXPECT_EQ(get("/a").status, 429);
  EXPECT_THROW(get("/b"), Refused);
  clock.advance(seconds(600));
  EXPECT_EQ(get("/b").body, "fine");
}

TEST_F(ResilientOverHttp, RecoversFromRepliesThatBreakOffOrNeverCome) {
  server.on("/a", {.body = "half of it", .ending = FakeReply::Ending::half_sent});
  server.on("/a", {.ending = FakeReply::Ending::no_reply});
  server.on("/a", {.body = "fine"});

  EXPECT_EQ(get().body, "fine");
}

TEST_F(ResilientOverHttp, SparesAServerInABurstOfFailuresAndComesBack) {
  server.on("/a", {.status = 503});
  int refused = 0;
  for (int call = 0; call < 50; ++call) {
    try {
      EXPECT_EQ(get().status, 503);
    } catch (const Refused&) {
      ++refused;
    }
  }
  const std::size_t requests = server.requests().size();
  EXPECT_EQ(requests, 9u);
  EXPECT_EQ(refused, 47);

  server.on("/a", {.body = "back"});
  // The first reply of the script is the old one still.
  clock.advance(transport().stats().at(0).breaker.open_for);
  EXPECT_EQ(get().status, 503);
  clock.advance(transport().stats().at(0).breaker.open_for);
  for (int call = 0; call < 3; ++call) EXPECT_EQ(get().body, "back");

  EXPECT_EQ(transport().stats().at(0).breaker.state, BreakerState::closed);
  EXPECT_EQ(server.requests().size(), requests + 4);
}

TEST_F(ResilientOverHttp, SparesAServerWhenManyThreadsFailTogether) {
  options.breaker.minimum_calls = 20;
  server.on("/a", {.status = 500});
  transport();
  std::atomic<int> replies = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < 10; ++call) {
          try {
            get();
            ++replies;
          } catch (const Refused&) {
          }
        }
      });
    }
  }

  // Ten retries are in the budget, and a few more come with the time that waits take.
  const HostStats stats = transport().stats().at(0);
  EXPECT_EQ(stats.tries, static_cast<std::uint64_t>(replies) + stats.retries);
  EXPECT_LE(stats.retries, 20u);
  EXPECT_EQ(stats.tries, server.requests().size());
  EXPECT_EQ(stats.breaker.state, BreakerState::open);
}

TEST_F(ResilientOverHttp, LearnsLimitsFromAServer) {
  options.limiter.ramp = milliseconds(0);
  for (const char* const remaining : {"1", "0"}) {
    server.on("/a", {.headers = {{"X-RateLimit-Limit-Requests", "10"},
                                 {"x-ratelimit-remaining-requests", remaining},
                                 {"x-ratelimit-reset-requests", "1m0s"}}});
  }

  get();
  get();
  EXPECT_TRUE(waits.empty());
  get();

  EXPECT_EQ(waits, std::vector{milliseconds(6000)});
}

}  // namespace
}  // namespace pilling
