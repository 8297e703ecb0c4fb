// Any bytes from a language model's server: a summary, nothing, or one of the errors that are promised.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/summarizer.hpp"
#include "text/normalize.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

class OneReply : public pilling::HttpTransport {
 public:
  explicit OneReply(pilling::HttpResponse reply) : reply_(std::move(reply)) {}
  pilling::HttpResponse send(const pilling::HttpRequest&, const pilling::CallOptions&) override { return reply_; }

 private:
  pilling::HttpResponse reply_;
};

void summarize(const std::string& body, int status) try {
  const auto transport =
      std::make_shared<OneReply>(pilling::HttpResponse{.status = status, .headers = {}, .body = body});
  const auto summarizer = pilling::make_openai_summarizer(
      transport, {.base_url = "http://127.0.0.1:1/v1", .model = "invented", .api_key = ""});
  const auto summary = summarizer->summarize({.text = "이 약은 두통에 사용합니다.", .keyword = ""}, {});
  if (summary) require(!summary->text.empty() && pilling::text::is_valid_utf8(summary->text));
} catch (const pilling::NetworkError&) {
} catch (const pilling::ServiceError&) {
} catch (const pilling::BadData&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  summarize(body, 200);
  summarize(body, 400);
  return 0;
}
