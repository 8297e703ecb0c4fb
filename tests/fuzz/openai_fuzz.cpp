// Any bytes from a language model's server: a summary, nothing, or one of the errors that are promised. And what a
// model writes about a text is never shown when it says what the text does not say.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/summarizer.hpp"
#include "sources/batch_replies.hpp"
#include "sources/chat_completion.hpp"
#include "sources/summary_check.hpp"
#include "text/normalize.hpp"

namespace {

using namespace pilling;

void require(bool holds) {
  if (!holds) std::abort();
}

class OneReply : public HttpTransport {
 public:
  explicit OneReply(HttpResponse reply) : reply_(std::move(reply)) {}
  HttpResponse send(const HttpRequest&, const CallOptions&) override { return reply_; }

 private:
  HttpResponse reply_;
};

std::shared_ptr<Summarizer> summarizer_with(const std::string& body, int status) {
  const auto transport = std::make_shared<OneReply>(HttpResponse{.status = status, .headers = {}, .body = body});
  return make_openai_summarizer(transport,
                                {.base_url = "http://127.0.0.1:1/v1", .model = "invented", .retry = {.attempts = 1}});
}

template <class Use>
void use(const Use& work) try {
  work();
} catch (const NetworkError&) {
} catch (const ServiceError&) {
} catch (const BadData&) {
}

void summarize(const std::string& body, int status) {
  use([&] {
    const auto summary = summarizer_with(body, status)->summarize({.text = "이 약은 두통에 사용합니다."}, {});
    require(summary.has_value());
    require(summary->text.starts_with("두통"));
  });
}

void read_batches(const std::string& body) {
  const auto summarizer = summarizer_with(body, 200);
  const std::vector<BatchEntry> entries{{.id = "a", .text = "이 약은 두통에 사용합니다."}};
  SummaryBatches& batches = *summarizer->batches();
  use([&] { (void)batches.find("label", {}); });
  use([&] { (void)batches.status("b", {}); });
  use([&] { (void)batches.submit(entries, "label", {}); });
  sources::BatchLines lines;
  sources::read_batch_file(body, "service", lines);
  use([&] { (void)sources::read_file_id(body, "service"); });
}

// The first line is a text, the second what a model says of it.
void check_summary(std::string_view input) {
  static const sources::Synonyms synonyms = sources::Synonyms::bundled();
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos || !text::is_valid_utf8(input)) return;
  const std::string_view text = input.substr(0, end);
  const std::string_view said = input.substr(end + 1);
  const sources::SummaryCheck check(text, {}, synonyms);
  std::string line;
  const auto fault = check.find_fault({.content = std::string(said), .finish_reason = "stop"}, line);
  if (fault != sources::SummaryFault::none) return;
  require(!line.empty() && line.size() <= 4 * sources::longest_summary);
  require(line.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  summarize(body, 200);
  summarize(body, 400);
  read_batches(body);
  check_summary(body);
  return 0;
}
