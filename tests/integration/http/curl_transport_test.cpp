#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/version.hpp"
#include "support/fake_server.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;
using support::DeafServer;
using support::FakeReply;
using support::FakeServer;
using Ending = FakeReply::Ending;

constexpr std::string_view secret = "k3y+/==SECRET";

struct CurlTransport : testing::Test {
  FakeServer server;
  std::shared_ptr<HttpTransport> http = make_curl_transport();

  HttpResponse get(const std::string& path, const CallOptions& call = {}) {
    return http->send({.url = server.url() + path}, call);
  }
};

CallOptions within(milliseconds time) { return {.deadline = std::chrono::steady_clock::now() + time, .stop = {}}; }

TEST_F(CurlTransport, GetsAReply) {
  server.on("/a", {.status = 200, .body = "안녕하세요"});

  const HttpResponse response = get("/a");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "안녕하세요");
  EXPECT_EQ(server.requests().at(0).method, "GET");
}

TEST_F(CurlTransport, EncodesEveryParameterExactlyOnce) {
  server.on("/search", {});

  http->send({.url = server.url() + "/search",
              .query = {{"itemName", "타이레놀 정"}, {"serviceKey", "a+b/c=="}, {"이름", "100%&x=y#~"}, {"empty", ""}}},
             {});

  EXPECT_EQ(server.requests().at(0).target,
            "/search?itemName=%ED%83%80%EC%9D%B4%EB%A0%88%EB%86%80%20%EC%A0%95&serviceKey=a%2Bb%2Fc%3D%3D"
            "&%EC%9D%B4%EB%A6%84=100%25%26x%3Dy%23~&empty=");
}

TEST_F(CurlTransport, AddsParametersToThoseOfTheUrl) {
  server.on("/search", {});

  http->send({.url = server.url() + "/search?version=2%2B3#part", .query = {{"a", "b"}}}, {});

  EXPECT_EQ(server.requests().at(0).target, "/search?version=2%2B3&a=b");
}

TEST_F(CurlTransport, EncodesWhatIsNotAsciiInThePath) {
  get("/약/a%20b");

  const std::string target = server.requests().at(0).target;
  EXPECT_TRUE(target == "/%ec%95%bd/a%20b" || target == "/%EC%95%BD/a%20b") << target;
}

TEST_F(CurlTransport, SendsBodyAndHeadersAsGiven) {
  server.on("/chat", {.status = 201});
  const std::string body = "{\"text\":\"두통\"}" + std::string(1, '\0') + std::string(2'000'000, 'x');

  const HttpResponse response = http->send({.method = "POST",
                                            .url = server.url() + "/chat",
                                            .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                                            .body = body},
                                           {});

  EXPECT_EQ(response.status, 201);
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.header("expect"), "");
  EXPECT_TRUE(request.body == body);
}

TEST_F(CurlTransport, ClaimsNoContentTypeThatNobodyNamed) {
  http->send({.method = "POST", .url = server.url() + "/", .body = "x"}, {});

  EXPECT_EQ(server.requests().at(0).header("content-type"), "");
}

TEST_F(CurlTransport, SaysWhoAsks) {
  get("/");
  make_curl_transport({.user_agent = "pharmacy-kiosk/2"})->send({.url = server.url() + "/"}, {});

  EXPECT_EQ(server.requests().at(0).header("user-agent"), "pilling/" PILLING_VERSION);
  EXPECT_EQ(server.requests().at(1).header("user-agent"), "pharmacy-kiosk/2");
}

TEST_F(CurlTransport, LowersTheNamesOfReplyHeaders) {
  server.on("/a", {.headers = {{"Retry-After", " 7 "}, {"X-Mixed-CASE", "Kept As Is"}}});

  const HttpResponse response = get("/a");

  EXPECT_EQ(response.header("retry-after"), "7");
  EXPECT_EQ(response.header("x-mixed-case"), "Kept As Is");
  EXPECT_EQ(response.header("absent"), "");
}

TEST_F(CurlTransport, UnpacksACompressedReply) {
  const std::array<unsigned char, 25> packed = {0x1f, 0x8b, 0x08, 0,    0,    0,    0,    0,    0x02,
                                                0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                                0xa6, 0x10, 0x36, 0x05, 0,    0,    0};
  server.on("/a", {.headers = {{"Content-Encoding", "gzip"}}, .body = std::string(packed.begin(), packed.end())});

  const HttpResponse response = get("/a");

  EXPECT_EQ(response.body, "hello");
  EXPECT_NE(server.requests().at(0).header("accept-encoding").find("gzip"), std::string::npos);
}

TEST_F(CurlTransport, TakesAnErrorStatusForAReply) {
  server.on("/broken", {.status = 503, .body = "later"});

  EXPECT_EQ(get("/absent").status, 404);
  EXPECT_EQ(get("/broken").status, 503);
  EXPECT_EQ(get("/broken").body, "later");
}

TEST_F(CurlTransport, DoesNotFollowARedirect) {
  server.on("/old", {.status = 302, .headers = {{"Location", server.url() + "/new"}}});

  const HttpResponse response = get("/old");

  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.header("location"), server.url() + "/new");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(CurlTransport, KeepsItsConnection) {
  server.on("/a", {.body = "a"});

  for (int i = 0; i < 5; ++i) EXPECT_EQ(get("/a").body, "a");

  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(CurlTransport, ForgetsARequestBeforeTheNext) {
  server.on("/a", {});
  http->send({.method = "POST", .url = server.url() + "/a", .headers = {{"X-Secret", "1"}}, .body = "body"}, {});

  get("/a");

  const auto second = server.requests().at(1);
  EXPECT_EQ(second.method, "GET");
  EXPECT_EQ(second.header("x-secret"), "");
  EXPECT_EQ(second.body, "");
}

TEST_F(CurlTransport, ReportsARefusedConnection) {
  const DeafServer deaf;

  try {
    http->send({.url = deaf.url() + "/"}, {});
    FAIL() << "nothing was thrown";
  } catch (const Timeout&) {
    FAIL() << "a refused connection is no timeout";
  } catch (const NetworkError& error) {
    EXPECT_EQ(error.host(), "127.0.0.1");
    EXPECT_FALSE(error.may_have_arrived());
  }
}

TEST_F(CurlTransport, ReportsAReplyThatBreaksOff) {
  server.on("/half", {.body = "0123456789", .ending = Ending::half_sent});
  server.on("/none", {.ending = Ending::no_reply});
  server.on("/fine", {.body = "fine"});

  EXPECT_THROW(get("/half"), NetworkError);
  EXPECT_THROW(get("/none"), NetworkError);
  EXPECT_EQ(get("/fine").body, "fine");
}

TEST_F(CurlTransport, SaysWhetherARequestMayHaveArrived) {
  server.on("/half", {.body = "0123456789", .ending = Ending::half_sent});
  server.on("/none", {.ending = Ending::no_reply});
  server.on("/never", {.ending = Ending::never});
  const auto may_have_arrived = [&](const std::string& path, const CallOptions& call) {
    try {
      get(path, call);
    } catch (const NetworkError& error) {
      return error.may_have_arrived();
    }
    throw std::logic_error("there was a reply from " + path);
  };

  EXPECT_TRUE(may_have_arrived("/half", {}));
  EXPECT_TRUE(may_have_arrived("/none", {}));
  EXPECT_TRUE(may_have_arrived("/never", within(milliseconds(200))));
  EXPECT_FALSE(may_have_arrived("/never", within(milliseconds(-1))));
}

// A service may be paid for both.
TEST_F(CurlTransport, SendsARequestOnceThatMayNotBeRepeatedThoughItsKeptConnectionEnds) {
  server.on("/chat", {});
  server.on("/chat", {.ending = Ending::no_reply});
  server.on("/chat", {});
  const HttpRequest request{.method = "POST", .url = server.url() + "/chat", .body = "{}"};
  http->send(request, {});

  try {
    http->send(request, {});
    FAIL() << "it was sent again";
  } catch (const NetworkError& error) {
    EXPECT_TRUE(error.may_have_arrived());
  }

  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(http->send(request, {}).status, 200);
}

TEST_F(CurlTransport, SendsARequestAgainThatMayBeRepeatedWhenItsKeptConnectionEnds) {
  for (const bool is_get : {true, false}) {
    const std::string path = is_get ? "/rows" : "/files";
    server.on(path, {});
    server.on(path, {.ending = Ending::no_reply});
    server.on(path, {});
    const HttpRequest request{
        .method = is_get ? "GET" : "POST", .url = server.url() + path, .body = "", .is_repeatable = !is_get};
    http->send(request, {});

    EXPECT_EQ(http->send(request, {}).status, 200);
  }
  EXPECT_EQ(server.requests().size(), 6u);
}

TEST_F(CurlTransport, GivesUpAtTheDeadline) {
  server.on("/never", {.ending = Ending::never});

  EXPECT_THROW(get("/never", within(milliseconds(50))), Timeout);
}

TEST_F(CurlTransport, GivesUpAfterItsOwnTotalTimeout) {
  server.on("/never", {.ending = Ending::never});
  const auto hasty = make_curl_transport({.total_timeout = milliseconds(50)});

  EXPECT_THROW(hasty->send({.url = server.url() + "/never"}, {}), Timeout);
}

TEST_F(CurlTransport, SendsNothingAfterTheDeadline) {
  EXPECT_THROW(get("/a", within(milliseconds(-1))), Timeout);

  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(CurlTransport, SendsNothingAfterAStop) {
  std::stop_source stop;
  stop.request_stop();

  EXPECT_THROW(get("/a", {.stop = stop.get_token()}), Timeout);

  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(CurlTransport, EndsACallThatAnotherThreadStops) {
  server.on("/never", {.ending = Ending::never});
  std::stop_source stop;
  std::jthread stopping([&] {
    server.wait_for_requests(1);
    stop.request_stop();
  });
  const auto patient = make_curl_transport({.total_timeout = std::chrono::hours(1)});

  EXPECT_THROW(patient->send({.url = server.url() + "/never"}, {.stop = stop.get_token()}), Timeout);
}

TEST_F(CurlTransport, WorksOnAfterAStoppedCall) {
  server.on("/never", {.ending = Ending::never});
  server.on("/fine", {.body = "fine"});
  std::stop_source stop;
  std::jthread stopping([&] {
    server.wait_for_requests(1);
    stop.request_stop();
  });
  EXPECT_THROW(get("/never", {.stop = stop.get_token()}), Timeout);

  EXPECT_EQ(get("/fine").body, "fine");
}

TEST_F(CurlTransport, RefusesAReplyAboveItsLimit) {
  server.on("/long", {.body = std::string(5000, 'x')});
  server.on("/short", {.body = std::string(100, 'x')});
  const auto modest = make_curl_transport({.maximum_response_bytes = 4096});

  EXPECT_THROW(modest->send({.url = server.url() + "/long"}, {}), BadData);
  EXPECT_EQ(modest->send({.url = server.url() + "/short"}, {}).body.size(), 100u);
}

TEST_F(CurlTransport, RefusesWhatIsNotHttp) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/a", "127.0.0.1/a", "http://", "", "http://a b/",
                          "http://127.0.0.1/a\r\nX-Injected: 1", "javascript:alert(1)"}) {
    EXPECT_THROW(http->send({.url = url}, {}), InvalidArgument) << url;
  }
}

TEST_F(CurlTransport, RefusesHeadersAndMethodsThatCouldSmuggleAnother) {
  const std::string url = server.url() + "/";

  EXPECT_THROW(http->send({.url = url, .headers = {{"A", "b\r\nC: d"}}}, {}), InvalidArgument);
  EXPECT_THROW(http->send({.url = url, .headers = {{"A: b\nC", "d"}}}, {}), InvalidArgument);
  EXPECT_THROW(http->send({.url = url, .headers = {{"", "d"}}}, {}), InvalidArgument);
  EXPECT_THROW(http->send({.method = "GET / HTTP/1.1\r\n", .url = url}, {}), InvalidArgument);
  EXPECT_THROW(http->send({.method = "", .url = url}, {}), InvalidArgument);
  EXPECT_EQ(server.connections(), 0u);
}

TEST(CurlOptions, NeedTimeoutsAboveZero) {
  EXPECT_THROW(make_curl_transport({.connect_timeout = milliseconds(0)}), InvalidArgument);
  EXPECT_THROW(make_curl_transport({.total_timeout = milliseconds(-1)}), InvalidArgument);
}

TEST_F(CurlTransport, NeverRepeatsASecretInAnError) {
  const DeafServer deaf;
  server.on("/half", {.body = "0123456789", .ending = Ending::half_sent});
  server.on("/none", {.ending = Ending::no_reply});
  server.on("/never", {.ending = Ending::never});
  server.on("/long", {.body = std::string(5000, 'x')});
  server.on("/strange", {.headers = {{"Content-Encoding", "gzip"}}, .body = "not gzip"});
  const auto strict = make_curl_transport({.total_timeout = milliseconds(50), .maximum_response_bytes = 4096});
  const std::string key(secret);
  const std::vector<std::string> addresses = {server.url() + "/half",
                                              server.url() + "/none",
                                              server.url() + "/never",
                                              server.url() + "/long",
                                              server.url() + "/strange",
                                              deaf.url() + "/",
                                              "file:///" + key,
                                              "http://a b/" + key,
                                              "http://\n/" + key,
                                              "https://" + server.url().substr(7) + "/",
                                              "http://user:" + key + "@" + deaf.url().substr(7)};

  for (const std::string& address : addresses) {
    const HttpRequest request{
        .url = address, .query = {{"serviceKey", key}}, .headers = {{"Authorization", "Bearer " + key}}, .body = key};
    try {
      strict->send(request, {});
      FAIL() << "nothing was thrown for " << address;
    } catch (const Error& error) {
      EXPECT_EQ(std::string_view(error.what()).find("SECRET"), std::string_view::npos) << error.what();
    }
  }
  try {
    strict->send({.url = server.url(), .headers = {{"Authorization", "Bearer " + key + "\n"}}}, {});
    FAIL() << "nothing was thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(std::string_view(error.what()).find("SECRET"), std::string_view::npos) << error.what();
  }
}

TEST_F(CurlTransport, ServesSixteenCallsAtOnce) {
  constexpr std::size_t calls = 16;
  std::array<std::string, calls> answers;
  for (std::size_t i = 0; i < calls; ++i) {
    server.on("/" + std::to_string(i), {.body = "answer " + std::to_string(i), .after_requests = calls});
  }

  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < calls; ++i) {
      threads.emplace_back([&, i] { answers[i] = get("/" + std::to_string(i)).body; });
    }
  }

  for (std::size_t i = 0; i < calls; ++i) EXPECT_EQ(answers[i], "answer " + std::to_string(i));
  EXPECT_EQ(server.connections(), calls);
}

TEST_F(CurlTransport, KeepsCallsApartWhenManyThreadsShareIt) {
  constexpr int threads = 8;
  constexpr int calls = 25;
  for (int i = 0; i < threads; ++i) server.on("/" + std::to_string(i), {.body = std::to_string(i)});
  std::atomic<int> wrong = 0;

  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        for (int call = 0; call < calls; ++call) {
          if (get("/" + std::to_string(i)).body != std::to_string(i)) ++wrong;
        }
      });
    }
  }

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(server.requests().size(), static_cast<std::size_t>(threads * calls));
}

}  // namespace
}  // namespace pilling
