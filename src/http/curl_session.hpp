#pragma once

#include <curl/curl.h>
#include <memory>

#include "http/phase_clock.hpp"
#include "http/reply_reader.hpp"
#include "pilling/http.hpp"

namespace pilling::http {

/// One transfer at a time, over connections that stay open for the next. Not thread-safe. Throws Error when libcurl
/// cannot be used.
class CurlSession {
 public:
  CurlSession();

  /// As HttpTransport::send.
  HttpResponse send(const HttpRequest& request, const CallOptions& call, const CurlOptions& options);

 private:
  struct Close {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct CloseMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };
  class Turn;

  CURLcode run(const CallOptions& call, const ReplyReader& reader, PhaseClock& phases);
  CURLcode result();

  std::unique_ptr<CURLM, CloseMulti> multi_;  // holds the connections
  std::unique_ptr<CURL, Close> easy_;
};

}  // namespace pilling::http
