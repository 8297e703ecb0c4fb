#pragma once

#include <curl/curl.h>
#include <memory>
#include <string>

#include "pilling/http.hpp"

namespace pilling::http {

/// Where a request goes. The address may hold secrets; only the host may be shown to people.
class RequestUrl {
 public:
  /// Throws InvalidArgument, without repeating the URL, when it is not one of http or https.
  explicit RequestUrl(const HttpRequest& request);

  CURLU* handle() const noexcept { return url_.get(); }
  const std::string& host() const noexcept { return host_; }

 private:
  struct Close {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  };

  std::string part(CURLUPart part) const;

  std::unique_ptr<CURLU, Close> url_;
  std::string host_;
};

/// Throws InvalidArgument, without repeating it, for what is neither empty nor the address of a proxy.
void check_proxy(const std::string& proxy);

}  // namespace pilling::http
