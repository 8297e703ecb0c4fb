#include "sources/openai_summarizer.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/resilient_transport.hpp"
#include "sources/chat_completion.hpp"
#include "support/fake_transport.hpp"

namespace pilling::sources {
namespace {

using std::chrono::milliseconds;
using support::FakeTransport;
using support::value_of;

constexpr std::string_view key = "sk-SECRET";
constexpr std::string_view text = "이 약은 두통과 발열에 씁니다.";

std::string reply(std::string_view content, std::string_view finish_reason = "stop") {
  return R"({"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":")" +
         std::string(content) + R"(","refusal":null},"finish_reason":")" + std::string(finish_reason) +
         R"("}],"usage":{"total_tokens":9}})";
}

struct OpenAiSummarizer : testing::Test {
  std::shared_ptr<FakeTransport> http = std::make_shared<FakeTransport>();
  std::vector<milliseconds> waits;

  core::RetryHooks hooks() {
    return {.wait = [this](milliseconds wait, const CallOptions&) { waits.push_back(wait); },
            .random = [] { return 0.0; },
            .now = &std::chrono::steady_clock::now};
  }
  std::shared_ptr<Summarizer> make(OpenAiOptions options) {
    return make_openai_summarizer(http, std::move(options), hooks());
  }
  std::shared_ptr<Summarizer> make() { return make({.model = "small-model", .api_key = std::string(key)}); }

  std::optional<Summary> summarize_reply(std::string_view content, std::string_view keyword = {}) {
    http = std::make_shared<FakeTransport>();
    http->then(200, reply(content));
    return make()->summarize({.text = text, .keyword = keyword}, {});
  }
};

TEST_F(OpenAiSummarizer, ReturnsWhatTheModelWrote) {
  const auto summary = summarize_reply("두통, 발열 완화");

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "두통, 발열 완화");
  EXPECT_EQ(summary->maker, "small-model/prompt-1");
  EXPECT_GT(summary->made_at, std::chrono::sys_seconds());
}

TEST_F(OpenAiSummarizer, PostsTheTextUnderARule) {
  summarize_reply("두통 완화");

  const HttpRequest request = http->requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.openai.com/v1/chat/completions");
  EXPECT_EQ(value_of(request.headers, "content-type"), "application/json");
  EXPECT_EQ(value_of(request.headers, "authorization"), "Bearer sk-SECRET");
  EXPECT_TRUE(request.body.starts_with(R"({"model":"small-model","temperature":0,"messages":[{"role":"system",)"));
  EXPECT_NE(request.body.find(R"({"role":"user","content":"이 약은 두통과 발열에 씁니다."}]})"), std::string::npos);
}

TEST_F(OpenAiSummarizer, AsksForTheKeywordWhenTheTextSpeaksOfIt) {
  const auto summary = summarize_reply("두통 완화", "두통");

  EXPECT_EQ(summary->text, "두통 완화");
  EXPECT_NE(http->requests().at(0).body.find("'두통'"), std::string::npos);
}

TEST_F(OpenAiSummarizer, NeverAsksForAKeywordThatTheTextDoesNotHave) {
  const auto summary = summarize_reply("두통과 발열", "위염");

  EXPECT_EQ(summary, std::nullopt);
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(OpenAiSummarizer, SendsNoKeyWhenThereIsNone) {
  http->then(200, reply("두통 완화"));

  make({.base_url = "http://127.0.0.1:11434/v1/", .model = "local"})->summarize({.text = text}, {});

  EXPECT_EQ(http->requests().at(0).url, "http://127.0.0.1:11434/v1/chat/completions");
  EXPECT_EQ(value_of(http->requests().at(0).headers, "authorization"), "(none)");
}

TEST_F(OpenAiSummarizer, TrimsAKeyThatWasPastedWithALineBreak) {
  http->then(200, reply("두통 완화"));

  make({.model = "m", .api_key = " sk-SECRET\n"})->summarize({.text = text}, {});

  EXPECT_EQ(value_of(http->requests().at(0).headers, "authorization"), "Bearer sk-SECRET");
}

TEST_F(OpenAiSummarizer, NeedsAModelAndATransport) {
  EXPECT_THROW(make({}), InvalidArgument);
  EXPECT_THROW(make({.model = " "}), InvalidArgument);
  EXPECT_THROW(make({.model = "\xff"}), InvalidArgument);
  EXPECT_THROW(make_openai_summarizer(nullptr, {.model = "m"}, hooks()), InvalidArgument);
  EXPECT_THROW(pilling::make_openai_summarizer(http, {}), InvalidArgument);
}

TEST_F(OpenAiSummarizer, CostsMoney) { EXPECT_FALSE(make()->is_free()); }

TEST_F(OpenAiSummarizer, AsksNothingAboutAnEmptyText) {
  EXPECT_FALSE(make()->summarize({.text = " \n"}, {}));

  EXPECT_TRUE(http->requests().empty());
}

TEST_F(OpenAiSummarizer, RefusesTextThatIsNotUtf8) {
  EXPECT_THROW(make()->summarize({.text = "\xff"}, {}), InvalidArgument);
  EXPECT_THROW(make()->summarize({.text = text, .keyword = "\xff"}, {}), InvalidArgument);
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(OpenAiSummarizer, ForgivesBlanksAroundAnAnswer) {
  EXPECT_EQ(summarize_reply("\\n 두통 완화 \\n")->text, "두통 완화");
}

TEST_F(OpenAiSummarizer, RefusesAnAnswerThatPeopleShouldNotSee) {
  std::string sixty;
  for (int i = 0; i < 60; ++i) sixty += "통";

  EXPECT_EQ(summarize_reply(sixty)->text, sixty);
  EXPECT_THROW(summarize_reply(sixty + "통"), BadData);
  EXPECT_THROW(summarize_reply(""), BadData);
  EXPECT_THROW(summarize_reply(" \\n"), BadData);
  EXPECT_THROW(summarize_reply("headache"), BadData);
  EXPECT_THROW(summarize_reply("두통\\n발열"), BadData);
  EXPECT_THROW(summarize_reply("두통\\u2028발열"), BadData);
  EXPECT_THROW(summarize_reply("두통\\u0000"), BadData);
  EXPECT_THROW(summarize_reply("두통\\u001b[31m"), BadData);
  EXPECT_THROW(summarize_reply("\\ud800두통"), BadData);
  EXPECT_THROW(summarize_reply("두통\xff"), BadData);
  EXPECT_THROW(summarize_reply("발열 완화", "두통"), BadData);
}

TEST_F(OpenAiSummarizer, RefusesAReplyWithoutAFinishedAnswer) {
  for (const std::string& body :
       {reply("두통 완화", "length"), reply("두통 완화", "content_filter"), std::string("{}"), std::string("[]"),
        std::string(), std::string("<html>"), std::string("null"), std::string(R"({"choices":[]})"),
        std::string(R"({"choices":"두통"})"), std::string(R"({"choices":[{"finish_reason":"stop"}]})"),
        std::string(R"({"choices":[{"finish_reason":"stop","message":{"content":null}}]})"),
        std::string(R"({"choices":[{"message":{"content":"두통"}}]})"),
        std::string(R"({"choices":[{"finish_reason":"stop","message":{"content":["두통"]}}]})"),
        std::string(R"({"error":{"message":"no"}})"), reply("두통 완화").substr(0, 80)}) {
    http = std::make_shared<FakeTransport>();
    http->then(200, body);

    EXPECT_THROW(make()->summarize({.text = text}, {}), BadData) << body;
    EXPECT_EQ(http->requests().size(), 1u);
  }
}

TEST_F(OpenAiSummarizer, ReportsARefusalWithItsStatus) {
  for (const int status : {400, 401, 403, 404, 422}) {
    http = std::make_shared<FakeTransport>();
    http->then(status, R"({"error":{"message":"Incorrect API key provided: sk-SECRET"}})");
    try {
      make()->summarize({.text = text}, {});
      FAIL() << "nothing was thrown for " << status;
    } catch (const ServiceError& error) {
      EXPECT_EQ(error.status(), status);
      EXPECT_EQ(error.service(), "api.openai.com (small-model)");
      EXPECT_EQ(std::string_view(error.what()).find("SECRET"), std::string_view::npos) << error.what();
      EXPECT_EQ(http->requests().size(), 1u);
    }
  }
}

TEST_F(OpenAiSummarizer, NamesTheServiceWithoutItsCredentials) {
  http->then(404, "");
  try {
    make({.base_url = "https://user:SECRET@llm.test/v1?key=SECRET", .model = "m"})->summarize({.text = text}, {});
    FAIL() << "nothing was thrown";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.service(), "llm.test (m)");
    EXPECT_EQ(std::string_view(error.what()).find("SECRET"), std::string_view::npos) << error.what();
  }
}

TEST_F(OpenAiSummarizer, WaitsAsLongAsTheServiceAsks) {
  http->then(429, "{}", {{"retry-after", "1"}, {"retry-after-ms", "494"}});
  http->then(503, "{}", {{"retry-after", "2"}});
  http->then(200, reply("두통 완화"));

  EXPECT_TRUE(make()->summarize({.text = text}, {}));

  ASSERT_EQ(waits.size(), 2u);
  EXPECT_GE(waits[0], milliseconds(494));
  EXPECT_GE(waits[1], milliseconds(2000));
}

TEST_F(OpenAiSummarizer, DoesNotWaitMinutes) {
  http->then(429, "{}", {{"retry-after", "300"}});
  try {
    make()->summarize({.text = text}, {});
    FAIL() << "nothing was thrown";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.retry_after(), std::chrono::seconds(300));
    EXPECT_NE(std::string_view(error.what()).find("try again in 300000 ms"), std::string_view::npos) << error.what();
  }
  EXPECT_TRUE(waits.empty());
}

TEST_F(OpenAiSummarizer, NeverAsksAgainWhenTheQuotaIsGone) {
  http->then(429,
             R"({"error":{"message":"m","type":"insufficient_quota","param":null,"code":"credit_balance_exhausted"}})",
             {{"retry-after", "1"}});
  try {
    make()->summarize({.text = text}, {});
    FAIL() << "nothing was thrown";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.status(), 429);
    EXPECT_NE(std::string_view(error.what()).find("quota"), std::string_view::npos) << error.what();
  }
  EXPECT_EQ(http->requests().size(), 1u);
}

TEST_F(OpenAiSummarizer, LeavesRetriesToATransportThatRepeats) {
  http->then(503, "{}");
  const auto resilient = make_resilient_transport(http, {.hooks = hooks()});

  EXPECT_THROW(make_openai_summarizer(resilient, {.model = "m"}, hooks())->summarize({.text = text}, {}), ServiceError);

  EXPECT_EQ(http->requests().size(), 3u);
}

TEST_F(OpenAiSummarizer, HoldsOneCallersRetryAfterForAllOthers) {
  http->then(429, "{}", {{"retry-after", "300"}});
  http->then(200, reply("두통 완화"));
  const auto summarizer = make();

  EXPECT_THROW(summarizer->summarize({.text = text}, {}), ServiceError);
  EXPECT_THROW(summarizer->summarize({.text = text}, {}), Refused);

  EXPECT_EQ(http->requests().size(), 1u);
}

TEST(ChatCompletion, EscapesWhatJsonCannotHold) {
  const std::string body =
      chat_request_body({.model = "m", .system = "\"\\/\b\n", .user = std::string("\0\x1f두통", 8)});

  EXPECT_EQ(body, R"({"model":"m","temperature":0,"messages":[{"role":"system","content":"\"\\/\u0008\u000a"},)"
                  R"({"role":"user","content":"\u0000\u001f두통"}]})");
}

}  // namespace
}  // namespace pilling::sources
