// What a model costs: set aside before, settled after, never paid twice by itself.

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

#include "pilling/resilient_transport.hpp"
#include "unit/sources/openai_fixture.hpp"

namespace pilling::sources {
namespace {

using support::FakeTransport;

struct OpenAiMoney : OpenAiFixture {
  std::shared_ptr<CounterStore> counters = make_counter_store();
  std::shared_ptr<DollarBudget> budget;

  void SetUp() override { allow(1); }
  void allow(double dollars) {
    ModelPrices prices;
    prices.set({.model = "gpt-5.6-luna", .input = 1, .output = 10, .since = std::chrono::year(2026) / 1 / 1});
    budget = std::make_shared<DollarBudget>(counters, prices, DollarBudgetOptions{.dollars_per_day = dollars});
    options.budget = budget;
    options.prices = prices;
    made.reset();
  }
  double spent() { return budget->stats().dollars_today; }
  // Of a question about the headache text: about 2,000 bytes, and 1,000 tokens of output.
  bool is_worst_case(double dollars) { return dollars > 0.011 && dollars < 0.014; }
};

TEST_F(OpenAiMoney, IsSetAsideBeforeTheCallAndSettledByItsUsage) {
  double during = 0;
  http->then([&](const HttpRequest&, const CallOptions&) {
    during = spent();
    return HttpResponse{.status = 200, .headers = {}, .body = chat_reply("두통 완화")};
  });

  summarize();

  EXPECT_TRUE(is_worst_case(during)) << during;
  EXPECT_NEAR(spent(), 0.0011, 1e-9);
  const SummarizerStats stats = summarizer().stats();
  EXPECT_EQ(stats.tokens, (TokenUsage{.input = 1000, .output = 10}));
  EXPECT_NEAR(stats.dollars, 0.0011, 1e-9);
}

TEST_F(OpenAiMoney, IsSpentForBothAnswersWhenTheFirstDoesNotPass) {
  http->then(200, chat_reply("암 치료"));

  summarize();

  EXPECT_NEAR(spent(), 0.0022, 1e-9);
  EXPECT_NEAR(summarizer().stats().dollars, 0.0022, 1e-9);
}

TEST_F(OpenAiMoney, IsRefusedBeforeTheCallIsSent) {
  allow(0.005);

  EXPECT_THROW(summarize(), Refused);

  EXPECT_TRUE(http->requests().empty());
  EXPECT_EQ(spent(), 0.0);
  EXPECT_EQ(summarizer().stats().calls, 0u);
}

TEST_F(OpenAiMoney, NeverPassesItsCeilingHoweverManyCallAtOnce) {
  allow(0.1);
  http->then(200, chat_reply("두통 완화"));
  Summarizer& model = summarizer();
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        try {
          model.summarize({.text = headache}, {});
        } catch (const Refused&) {
          continue;
        }
      }
    });
  }
  threads.clear();

  EXPECT_LE(spent(), 0.1);
  EXPECT_NEAR(spent(), 0.0011 * static_cast<double>(http->requests().size()), 1e-9);
  EXPECT_GT(http->requests().size(), 50u);
}

TEST_F(OpenAiMoney, StaysSpentWhenAReplyIsLost) {
  http->then_throw(Timeout("no reply", "api.openai.com"));
  http->then(200, chat_reply("두통 완화"));

  EXPECT_THROW(summarize(), Timeout);

  // Not asked again: the first request may have been answered, and paid.
  EXPECT_EQ(http->requests().size(), 1u);
  EXPECT_TRUE(is_worst_case(spent())) << spent();
  EXPECT_EQ(summarizer().stats().calls, 1u);
}

TEST_F(OpenAiMoney, ComesBackWhenNothingWasSent) {
  http->then_throw(NetworkError("no connection", "api.openai.com", false));
  http->then(200, chat_reply("두통 완화"));

  EXPECT_TRUE(summarize());

  EXPECT_EQ(http->requests().size(), 2u);
  EXPECT_NEAR(spent(), 0.0011, 1e-9);
  EXPECT_EQ(summarizer().stats().calls, 1u);
}

TEST_F(OpenAiMoney, ComesBackWhenTheServerRefuses) {
  for (const int status : {400, 401, 404, 429}) {
    http = std::make_shared<FakeTransport>();
    http->then(status, R"({"error":{"message":"m"}})", {{"retry-after", "300"}});
    made.reset();

    EXPECT_THROW(summarize(), ServiceError);

    EXPECT_EQ(spent(), 0.0) << status;
    EXPECT_EQ(summarizer().stats().calls, 0u);
  }
}

TEST_F(OpenAiMoney, IsAskedForAgainOnlyWhenAReplySaysThatNothingWasDone) {
  for (const int status : {500, 503}) {
    http = std::make_shared<FakeTransport>();
    http->then(status, "{}").then(200, chat_reply("두통 완화"));
    made.reset();
    EXPECT_TRUE(summarize()) << status;
    EXPECT_EQ(http->requests().size(), 2u) << status;
  }
  for (const int status : {408, 502, 504}) {
    http = std::make_shared<FakeTransport>();
    http->then(status, "<html>").then(200, chat_reply("두통 완화"));
    made.reset();
    const double before = spent();
    EXPECT_THROW(summarize(), ServiceError) << status;
    EXPECT_EQ(http->requests().size(), 1u) << status;
    EXPECT_TRUE(is_worst_case(spent() - before)) << status;
  }
}

TEST_F(OpenAiMoney, IsNotSpentTwiceByATransportThatRepeatsEither) {
  const auto calls_of = [&](auto script) {
    http = std::make_shared<FakeTransport>();
    script(*http);
    http->then(200, chat_reply("두통 완화"));
    const auto resilient = make_resilient_transport(http, {.hooks = hooks()});
    try {
      make_openai_summarizer(resilient, options, hooks())->summarize({.text = headache}, {});
    } catch (const Error&) {
    }
    return http->requests().size();
  };

  EXPECT_EQ(calls_of([](FakeTransport& server) { server.then(503, "{}"); }), 2u);
  EXPECT_EQ(calls_of([](FakeTransport& server) { server.then(504, "{}"); }), 1u);
  EXPECT_EQ(calls_of([](FakeTransport& server) { server.then(504, "{}", {{"x-should-retry", "true"}}); }), 2u);
  EXPECT_EQ(calls_of([](FakeTransport& server) { server.then_throw(Timeout("lost", "h")); }), 1u);
  EXPECT_EQ(calls_of([](FakeTransport& server) { server.then_throw(NetworkError("no way", "h", false)); }), 2u);
}

TEST_F(OpenAiMoney, StaysSpentWhenTheReplyTellsNoUsageOrIsNone) {
  http->then(200, R"({"choices":[{"message":{"content":"두통"},"finish_reason":"stop"}]})");
  EXPECT_TRUE(summarize());
  EXPECT_TRUE(is_worst_case(spent())) << spent();
  EXPECT_EQ(summarizer().stats().dollars, 0.0);

  http = std::make_shared<FakeTransport>();
  http->then(200, "<html>");
  made.reset();
  EXPECT_THROW(summarize(), BadData);
  EXPECT_TRUE(is_worst_case(spent() / 2)) << spent();
}

TEST_F(OpenAiMoney, NeedsAPriceOfTheModel) {
  options.model = "unheard-of";

  EXPECT_THROW(summarizer(), InvalidArgument);
}

TEST_F(OpenAiMoney, IsToldBeforeAnythingIsAsked) {
  const SummaryCost before = summarizer().cost({.text = headache}, false);
  EXPECT_GT(before.tokens.input, 100u);
  ASSERT_TRUE(before.dollars);
  EXPECT_NEAR(*summarizer().cost({.text = headache}, true).dollars, *before.dollars / 2, 1e-6);

  http->then(200, chat_reply("두통 완화"));
  summarize();
  // As long as the answers so far.
  EXPECT_EQ(summarizer().cost({.text = headache}, false).tokens.output, 10u);

  options.model = "unheard-of";
  options.budget = nullptr;
  made.reset();
  EXPECT_EQ(summarizer().cost({.text = headache}, false).dollars, std::nullopt);
}

}  // namespace
}  // namespace pilling::sources
