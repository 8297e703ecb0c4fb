#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"

namespace pilling {

struct HttpRequest {
  std::string method = "GET";
  std::string url{};                                           ///< http or https, without the parameters below
  std::vector<std::pair<std::string, std::string>> query{};    ///< unescaped; may hold secrets, never logged
  std::vector<std::pair<std::string, std::string>> headers{};  ///< may hold secrets, never logged
  std::string body{};
  /// Doing it twice does no harm, though it is neither GET nor HEAD, which never do. A POST to a language model may be
  /// paid for twice.
  bool is_repeatable = false;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  /// The first header of that lower-case name, or empty.
  PILLING_API std::string_view header(std::string_view name) const noexcept;
};

/// Sends requests. Implementations are thread-safe.
class PILLING_API HttpTransport {
 public:
  virtual ~HttpTransport();

  /// Any reply is a response, whatever its status. Throws Timeout when the deadline passes or a stop is requested,
  /// NetworkError when no reply comes, BadData when it is longer than allowed, InvalidArgument for a URL that is not
  /// http(s). Messages name the host, never the parameters or headers.
  virtual HttpResponse send(const HttpRequest& request, const CallOptions& call) = 0;

  /// Whether `send` repeats by itself what is worth it. Its callers then leave that to it.
  virtual bool repeats() const noexcept;
};

struct CurlOptions {
  std::string user_agent{};  ///< empty: "pilling/<version>". data.go.kr refuses requests without one
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds total_timeout = std::chrono::seconds(15);
  std::size_t maximum_response_bytes = std::size_t{64} << 20;
};

/// A transport over libcurl: connections are kept and reused, TLS is verified, redirects are not followed. No
/// proxy is used, whatever the environment says: behind one, hand over a transport of your own.
PILLING_API std::shared_ptr<HttpTransport> make_curl_transport(CurlOptions options = {});

}  // namespace pilling
