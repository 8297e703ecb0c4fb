#include "http/request_url.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>

#include "pilling/error.hpp"

namespace pilling::http {
namespace {

bool is_unreserved(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

[[noreturn]] void refuse(const std::string& why) {
  throw InvalidArgument("the URL of a request " + why + "; it must look like https://host/path");
}

// All bytes but letters, digits and "-._~" as %XX, so that the server decodes the same bytes.
std::string percent_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(bytes.size() * 3);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 0x0fU];
    }
  }
  return encoded;
}

// The URL without its fragment, which is for browsers, and with the parameters.
std::string whole_address(const HttpRequest& request) {
  std::string address = request.url.substr(0, request.url.find('#'));
  char border = address.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : request.query) {
    address += border + percent_encode(name) + '=' + percent_encode(value);
    border = '&';
  }
  return address;
}

}  // namespace

RequestUrl::RequestUrl(const HttpRequest& request) : url_(curl_url()) {
  if (!url_) throw std::bad_alloc();
  if (has_control_character(request.url)) refuse("holds a control character");
  const std::string address = whole_address(request);
  const CURLUcode error = curl_url_set(url_.get(), CURLUPART_URL, address.c_str(), CURLU_URLENCODE);
  if (error == CURLUE_UNSUPPORTED_SCHEME) refuse("is neither http nor https");
  if (error != CURLUE_OK) refuse("cannot be read");
  const std::string scheme = part(CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") refuse("is neither http nor https");
  host_ = part(CURLUPART_HOST);
  if (host_.empty()) refuse("names no host");
}

std::string RequestUrl::part(CURLUPart part) const {
  char* text = nullptr;
  if (curl_url_get(url_.get(), part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  return text;
}

void check_proxy(const std::string& proxy) {
  constexpr std::array known = {"http://", "https://", "socks5://", "socks5h://"};
  if (proxy.empty()) return;
  const bool is_known = std::ranges::any_of(known, [&](const char* scheme) { return proxy.starts_with(scheme); });
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (!url) throw std::bad_alloc();
  const bool is_url = !has_control_character(proxy) &&
                      curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  if (is_known && is_url) return;
  throw InvalidArgument("the proxy cannot be read; it must look like http://host:3128 or socks5h://host:1080");
}

}  // namespace pilling::http
