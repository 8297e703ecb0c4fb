#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"

namespace pilling {

/// What an HttpTransport sends.
struct HttpRequest {
  std::string method = "GET";                                  ///< in capitals
  std::string url{};                                           ///< http or https, without the parameters below
  std::vector<std::pair<std::string, std::string>> query{};    ///< unescaped; may hold secrets, never logged
  std::vector<std::pair<std::string, std::string>> headers{};  ///< may hold secrets, never logged
  std::string body{};                                          ///< any bytes; may hold secrets, never logged
  /// Doing it twice does no harm, though it is neither GET nor HEAD, which never do. A POST to a language model may be
  /// paid for twice: what is not repeatable goes out once, even when the connection that was kept for it ends.
  bool is_repeatable = false;
  /// It may be sent again after a reply that says that nothing was done, such as HTTP status 429 or 503, or when it
  /// never went out; not when its reply was lost.
  bool is_repeatable_when_refused = false;
  /// Called by a transport that repeats, before each repetition. `Refused` out of it ends the call with what came last.
  std::function<void()> before_repeat{};
};

/// What came back, be it an error or not.
struct HttpResponse {
  int status = 0;                                            ///< of HTTP
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;                                          ///< unpacked

  /// The first header of that lower-case name, or empty.
  PILLING_API std::string_view header(std::string_view name) const noexcept;
};

/// Sends requests. Implementations are thread-safe.
class PILLING_API HttpTransport {
 public:
  virtual ~HttpTransport();

  /// Any reply is a response, whatever its status. Throws Timeout when the deadline passes or a stop is requested,
  /// NetworkError when no reply comes, BadData when it is longer than allowed, InvalidArgument for a URL that is not
  /// http(s), a method that is no word in capitals, and a header with a line break. Messages name the host, never the
  /// parameters or headers.
  virtual HttpResponse send(const HttpRequest& request, const CallOptions& call) = 0;

  /// Whether `send` repeats by itself what is worth it, and tells `HttpRequest::before_repeat`. Its callers then leave
  /// that to it. False unless overridden.
  virtual bool repeats() const noexcept;
};

/// How a transport over libcurl connects, and how long it waits.
struct CurlOptions {
  std::string user_agent{};  ///< empty: "pilling/<version>". data.go.kr refuses requests without one
  /// "http://proxy:3128" or "socks5h://proxy:1080", with a user and password where it wants them: a secret, which no
  /// message shows. Empty: none, whatever the environment says.
  std::string proxy{};
  /// Certificates in PEM of those who are trusted, in place of the system's: for a private authority.
  std::filesystem::path ca_file{};
  /// Until the connection stands: name, TCP, proxy and TLS.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  /// From then until the first byte of the reply. 0: as long as the whole may take, for a model says nothing before it
  /// has thought.
  std::chrono::milliseconds first_byte_timeout{0};
  /// From each piece of the reply until the next: a connection that has died says nothing any more. 0: as above.
  std::chrono::milliseconds silence_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds total_timeout = std::chrono::seconds(15);  ///< of a call; its deadline holds besides
  std::size_t maximum_response_bytes = std::size_t{64} << 20;          ///< headers and unpacked body
};

/// A transport over libcurl: connections are kept and reused, by HTTP/2 where a server offers it over TLS; TLS is
/// verified. Redirects are not followed, for they would take the key along: the reply says where it points to. Throws
/// InvalidArgument for timeouts below what makes sense and a proxy that cannot be read, and StorageError when `ca_file`
/// cannot be.
PILLING_API std::shared_ptr<HttpTransport> make_curl_transport(CurlOptions options = {});

}  // namespace pilling
