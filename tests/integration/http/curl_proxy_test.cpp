#include <cstdlib>
#include <gtest/gtest.h>
#include <string>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "support/fake_server.hpp"

namespace pilling {
namespace {

using support::DeafServer;
using support::FakeServer;

/// A fake server that plays the proxy: it is asked for whole addresses.
struct CurlProxy : testing::Test {
  FakeServer proxy;

  std::string with_password() const { return "http://reader:pSECRET@" + proxy.url().substr(7); }

  std::string failure_of(const std::string& proxy_url, const std::string& url) {
    try {
      make_curl_transport({.proxy = proxy_url})
          ->send({.url = url, .query = {{"serviceKey", "kSECRET"}}, .headers = {{"Authorization", "Bearer aSECRET"}}},
                 {});
    } catch (const NetworkError& error) {
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }
};

TEST_F(CurlProxy, IsAskedForTheWholeAddress) {
  proxy.on("http://service.invalid/list", {.body = "by proxy"});
  const auto http = make_curl_transport({.proxy = proxy.url()});

  EXPECT_EQ(http->send({.url = "http://service.invalid/list", .query = {{"a", "b"}}}, {}).body, "by proxy");
  EXPECT_EQ(proxy.requests().at(0).target, "http://service.invalid/list?a=b");
  EXPECT_EQ(proxy.requests().at(0).header("proxy-authorization"), "");
}

TEST_F(CurlProxy, GetsItsOwnCredentials) {
  proxy.on("http://service.invalid/", {});

  make_curl_transport({.proxy = with_password()})->send({.url = "http://service.invalid/"}, {});

  EXPECT_EQ(proxy.requests().at(0).header("proxy-authorization"), "Basic cmVhZGVyOnBTRUNSRVQ=");
}

TEST_F(CurlProxy, TunnelsTlsWithoutSeeingTheRequest) {
  const std::string message = failure_of(with_password(), "https://service.invalid/secret");

  const auto request = proxy.requests().at(0);
  EXPECT_EQ(request.method, "CONNECT");
  EXPECT_EQ(request.target, "service.invalid:443");
  EXPECT_EQ(request.header("proxy-authorization"), "Basic cmVhZGVyOnBTRUNSRVQ=");
  EXPECT_EQ(request.header("authorization"), "");
  EXPECT_TRUE(message.starts_with("no reply from service.invalid through the proxy: ")) << message;
}

TEST_F(CurlProxy, IsNeverShownInAnError) {
  const DeafServer deaf;
  proxy.on("half.invalid:443", {.status = 200});
  const std::string deaf_proxy = "http://reader:pSECRET@" + deaf.url().substr(7);

  for (const std::string& message :
       {failure_of(with_password(), "https://refused.invalid/"), failure_of(deaf_proxy, "http://service.invalid/"),
        failure_of(deaf_proxy, "https://service.invalid/"),
        failure_of("socks5h://reader:pSECRET@" + deaf.url().substr(7), "http://a.invalid")}) {
    EXPECT_EQ(message.find("SECRET"), std::string::npos) << message;
    EXPECT_EQ(message.find("reader"), std::string::npos) << message;
  }
}

TEST_F(CurlProxy, MustBeAnAddressOfOne) {
  for (const char* wrong :
       {"proxy:3128", "ftp://pSECRET@proxy", "http://", "http://pSECRET\n@proxy", "file:///pSECRET"}) {
    try {
      make_curl_transport({.proxy = wrong});
      FAIL() << "nothing was thrown for " << wrong;
    } catch (const InvalidArgument& error) {
      EXPECT_EQ(std::string(error.what()).find("SECRET"), std::string::npos) << error.what();
    }
  }
}

/// Variables of the environment for as long as the test runs.
struct CurlEnvironment : CurlProxy {
  CurlEnvironment() {
    setenv("http_proxy", proxy.url().c_str(), 1);
    setenv("no_proxy", "*", 1);
  }
  ~CurlEnvironment() override {
    unsetenv("http_proxy");
    unsetenv("no_proxy");
  }
};

TEST_F(CurlEnvironment, DecidesOnNoProxy) {
  FakeServer server;
  server.on("/a", {.body = "direct"});
  proxy.on(server.url() + "/a", {.body = "by proxy"});

  EXPECT_EQ(make_curl_transport()->send({.url = server.url() + "/a"}, {}).body, "direct");
  EXPECT_EQ(make_curl_transport({.proxy = proxy.url()})->send({.url = server.url() + "/a"}, {}).body, "by proxy");
}

}  // namespace
}  // namespace pilling
