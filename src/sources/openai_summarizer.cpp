#include "sources/openai_summarizer.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "http/reply_advice.hpp"
#include "pilling/error.hpp"
#include "pilling/resilient_transport.hpp"
#include "sources/chat_completion.hpp"
#include "sources/trim.hpp"
#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling {
namespace sources {
namespace {

constexpr std::size_t maximum_characters = 60;

// Summaries are kept under this version: whoever changes a word of the prompt changes it, too.
constexpr std::string_view prompt_version = "prompt-1";
constexpr std::string_view prompt_rules =
    "당신은 의약품의 효능 설명을 줄여 쓰는 편집자입니다. 설명에 있는 말만 쓰고 새로운 효능을 덧붙이지 마십시오. "
    "인사, 따옴표, 줄바꿈 없이 한국어 한 줄로만 답하십시오.";
constexpr std::string_view prompt_for_text = "이 약이 무엇에 쓰이는지 두세 낱말로 쓰십시오.";
constexpr std::string_view prompt_for_keyword_begin = "이 약이 '";
constexpr std::string_view prompt_for_keyword_end =
    "'에 어떻게 쓰이는지 두세 낱말로 쓰되, 따옴표 안의 말을 그대로 넣으십시오.";

bool contains(std::string_view text, std::string_view keyword) {
  const std::string wanted = text::normalize(keyword).text;
  return !wanted.empty() && text::normalize(text).text.find(wanted) != std::string::npos;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == text::replacement_character;
}
bool is_hangul_syllable(char32_t c) { return c >= 0xac00 && c <= 0xd7a3; }

// Why people should not see what the model wrote; empty when they may.
std::string find_fault(std::string_view answer, std::string_view keyword) {
  if (!text::is_valid_utf8(answer)) return "is not valid UTF-8";
  std::size_t characters = 0;
  bool has_hangul = false;
  for (std::size_t at = 0; at < answer.size(); ++characters) {
    const text::Character character = text::decode(answer, at);
    if (is_control(character.value)) return "is not one line of text";
    has_hangul = has_hangul || is_hangul_syllable(character.value);
    at += character.size;
  }
  if (characters > maximum_characters) return "has more than " + std::to_string(maximum_characters) + " characters";
  if (!has_hangul) return "is not Korean";
  if (!keyword.empty() && !contains(answer, keyword)) return "does not speak of the keyword";
  return {};
}

std::string advice_for(const HttpResponse& response, std::optional<std::chrono::milliseconds> retry_after) {
  const int status = response.status;
  if (is_quota_gone(response)) return "; the account's quota is used up, so no waiting helps";
  if (retry_after) return "; try again in " + std::to_string(retry_after->count()) + " ms";
  if (status == 401 || status == 403) return "; check the API key";
  if (status == 404) return "; check the base URL and the model";
  if (status == 429) return "; slow down, or check the account's quota";
  return {};
}

class OpenAiSummarizer final : public Summarizer {
 public:
  OpenAiSummarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options, core::RetryHooks hooks)
      : http_(std::move(http)),
        options_(std::move(options)),
        hooks_(core::complete(std::move(hooks))),
        policy_(core::shared_retry_policy(options_.retry, hooks_)) {
    if (!http_) throw InvalidArgument("a summarizer needs an HTTP transport");
    if (http_->repeats()) policy_.options.attempts = 1;
    for (std::string* given : {&options_.base_url, &options_.model, &options_.api_key}) {
      *given = trim(std::string(*given));
    }
    if (options_.model.empty()) throw InvalidArgument("name a model: there is no default one");
    if (!text::is_valid_utf8(options_.model)) throw InvalidArgument("the name of the model is not valid UTF-8");
    while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
    service_ = http::host_of(options_.base_url) + " (" + options_.model + ")";
    policy_.service = service_;
  }

  std::string maker() const override { return options_.model + '/' + std::string(prompt_version); }
  bool is_free() const override { return false; }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) override {
    if (!text::is_valid_utf8(request.text) || !text::is_valid_utf8(request.keyword)) {
      throw InvalidArgument("cannot summarise: the text or the keyword is not valid UTF-8");
    }
    const std::string_view text = trim(request.text);
    if (text.empty()) return std::nullopt;
    const std::string_view keyword = trim(request.keyword);
    // Told to write a word that the text does not have, a model would make up an effect.
    if (!keyword.empty() && !contains(text, keyword)) return std::nullopt;

    const HttpRequest question = make_request(text, keyword);
    std::string answer = core::retry(policy_, call, hooks_, [&] { return ask(question, call); });
    if (const std::string fault = find_fault(answer, keyword); !fault.empty()) {
      throw BadData("the answer of " + service_ + " " + fault, service_);
    }
    return Summary{.text = std::move(answer),
                   .indications = {},
                   .maker = maker(),
                   .made_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  }

 private:
  HttpRequest make_request(std::string_view text, std::string_view keyword) const {
    std::string rules = std::string(prompt_rules) + ' ';
    if (keyword.empty()) {
      rules += prompt_for_text;
    } else {
      ((rules += prompt_for_keyword_begin) += keyword) += prompt_for_keyword_end;
    }
    HttpRequest request{.method = "POST",
                        .url = options_.base_url + "/chat/completions",
                        .headers = {{"content-type", "application/json"}}};
    if (!options_.api_key.empty()) request.headers.emplace_back("authorization", "Bearer " + options_.api_key);
    // Asked twice, a model costs twice and does no other harm.
    request.is_repeatable = true;
    request.body = chat_request_body({.model = options_.model, .system = std::move(rules), .user = std::string(text)});
    return request;
  }

  std::string ask(const HttpRequest& request, const CallOptions& call) const {
    constexpr int ok = 200;
    const HttpResponse response = http_->send(request, call);
    if (response.status != ok) refuse(response);
    return read_chat_reply(response.body, service_);
  }

  [[noreturn]] void refuse(const HttpResponse& response) const {
    const auto wait = http::retry_after(response, hooks_.utc_now());
    const std::string what =
        service_ + " answered with HTTP status " + std::to_string(response.status) + advice_for(response, wait);
    if (is_quota_gone(response)) throw core::QuotaGone(what, service_, response.status, wait);
    throw ServiceError(what, service_, response.status, wait);
  }

  std::shared_ptr<HttpTransport> http_;
  OpenAiOptions options_;
  std::string service_;
  core::RetryHooks hooks_;
  core::RetryPolicy policy_;
};

}  // namespace

std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options,
                                                   core::RetryHooks hooks) {
  return std::make_shared<OpenAiSummarizer>(std::move(http), std::move(options), std::move(hooks));
}

}  // namespace sources

std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options) {
  return sources::make_openai_summarizer(std::move(http), std::move(options), core::default_retry_hooks());
}

}  // namespace pilling
