#pragma once

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "sources/openai_summarizer.hpp"
#include "support/fake_transport.hpp"

namespace pilling::sources {

inline constexpr std::string_view headache = "이 약은 두통과 발열에 씁니다.";

/// A reply of Chat Completions; `content` is put into the JSON as it is.
inline std::string chat_reply(std::string_view content, std::string_view finish_reason = "stop") {
  return R"({"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":")" +
         std::string(content) + R"(","refusal":null},"finish_reason":")" + std::string(finish_reason) +
         R"("}],"usage":{"prompt_tokens":1000,"completion_tokens":10,"total_tokens":1010}})";
}

/// A summarizer whose server answers from a script and whose waits take no time.
struct OpenAiFixture : testing::Test {
  std::shared_ptr<support::FakeTransport> http = std::make_shared<support::FakeTransport>();
  std::vector<std::chrono::milliseconds> waits;
  OpenAiOptions options = openai_options("gpt-5.6-luna", "sk-SECRET");
  std::shared_ptr<Summarizer> made;

  core::RetryHooks hooks() {
    return {.wait = [this](std::chrono::milliseconds wait, const CallOptions&) { waits.push_back(wait); },
            .random = [] { return 0.0; },
            .now = &std::chrono::steady_clock::now};
  }
  Summarizer& summarizer() {
    if (!made) made = make_openai_summarizer(http, options, hooks());
    return *made;
  }
  std::optional<Summary> summarize(std::string_view keyword = {}, std::string_view text = headache) {
    return summarizer().summarize({.text = text, .keyword = keyword}, {});
  }
  std::string body(std::size_t request) { return http->requests().at(request).body; }
  /// A new server that answers all questions like this.
  void answer(std::string_view content, std::string_view finish_reason = "stop") {
    http = std::make_shared<support::FakeTransport>();
    http->then(200, chat_reply(content, finish_reason));
    made.reset();
  }
};

}  // namespace pilling::sources
