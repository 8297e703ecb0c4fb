#include <chrono>
#include <gtest/gtest.h>
#include <stop_token>
#include <string>
#include <thread>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "support/fake_server.hpp"

namespace pilling {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using support::FakeReply;
using support::FakeServer;
using support::SilentServer;
using Ending = FakeReply::Ending;

constexpr milliseconds short_time(40);

/// Options under which nothing but the phase of a test ever ends a call.
CurlOptions patient() { return {.connect_timeout = hours(1), .silence_timeout = hours(1), .total_timeout = hours(1)}; }

std::string lateness_of(const CurlOptions& options, const std::string& url) {
  try {
    make_curl_transport(options)->send({.url = url, .query = {{"key", "SECRET"}}}, {});
  } catch (const Timeout& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(CurlPhases, EndWhenNoFirstByteComesInTime) {
  FakeServer server;
  server.on("/never", {.ending = Ending::never});
  CurlOptions options = patient();
  options.first_byte_timeout = short_time;

  EXPECT_EQ(lateness_of(options, server.url() + "/never"), "no first byte within 40 ms from 127.0.0.1");
}

TEST(CurlPhases, EndWhenAReplyFallsSilent) {
  FakeServer server;
  server.on("/half", {.body = std::string(1000, 'x'), .ending = Ending::stalls});
  CurlOptions options = patient();
  options.silence_timeout = short_time;

  EXPECT_EQ(lateness_of(options, server.url() + "/half"), "no further byte within 40 ms from 127.0.0.1");
}

TEST(CurlPhases, CountTlsToTheConnection) {
  const SilentServer server;
  CurlOptions options = patient();
  options.connect_timeout = short_time;

  const std::string message = lateness_of(options, "https://" + server.address() + "/");

  EXPECT_TRUE(message.starts_with("no connection to 127.0.0.1 within ")) << message;
}

TEST(CurlPhases, LeaveTheFirstByteToTheWholeByDefault) {
  FakeServer server;
  server.on("/never", {.ending = Ending::never});
  CurlOptions options = patient();
  options.silence_timeout = short_time;
  options.total_timeout = milliseconds(200);

  const std::string message = lateness_of(options, server.url() + "/never");

  EXPECT_TRUE(message.starts_with("no whole reply from 127.0.0.1 within ")) << message;
}

TEST(CurlPhases, BeginAnewForEachCall) {
  FakeServer server;
  server.on("/never", {.ending = Ending::never});
  server.on("/fine", {.body = "fine"});
  CurlOptions options = patient();
  options.first_byte_timeout = std::chrono::seconds(20);
  const auto http = make_curl_transport(options);

  EXPECT_THROW(http->send({.url = server.url() + "/never"},
                          {.deadline = std::chrono::steady_clock::now() + short_time, .stop = {}}),
               Timeout);
  EXPECT_EQ(http->send({.url = server.url() + "/fine"}, {}).body, "fine");
}

TEST(CurlPhases, MustNotBeBelowZero) {
  EXPECT_THROW(make_curl_transport({.first_byte_timeout = milliseconds(-1)}), InvalidArgument);
  EXPECT_THROW(make_curl_transport({.silence_timeout = milliseconds(-1)}), InvalidArgument);
}

TEST(CurlPhases, EndAtAStopEvenBeforeTheConnectionStands) {
  const SilentServer server;
  std::stop_source stop;
  std::jthread stopping([&] {
    (void)server.received();
    stop.request_stop();
  });

  EXPECT_THROW(
      make_curl_transport(patient())->send({.url = "https://" + server.address() + "/"}, {.stop = stop.get_token()}),
      Timeout);
}

TEST(CurlPhases, OfferHttp2BesideHttp1OverTls) {
  const SilentServer server;
  CurlOptions options = patient();
  options.connect_timeout = milliseconds(200);

  EXPECT_THROW(make_curl_transport(options)->send({.url = "https://" + server.address() + "/"}, {}), Timeout);

  // The names of ALPN in the first message of TLS, each behind its length.
  EXPECT_NE(server.received().find("\x02h2\x08http/1.1"), std::string::npos);
}

}  // namespace
}  // namespace pilling
