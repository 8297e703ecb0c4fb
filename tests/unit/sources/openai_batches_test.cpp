// Many summaries at once: what is sent, what comes back in which order, what it costs.

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/sources/openai_fixture.hpp"

namespace pilling::sources {
namespace {

using support::FakeTransport;
using support::value_of;

std::string batch(std::string_view status, std::string_view more = {}) {
  return R"({"id":"batch_1","object":"batch","status":")" + std::string(status) +
         R"(","metadata":{"pilling_label":"job 7"},"request_counts":{"total":3,"completed":2,"failed":1})" +
         std::string(more) + "}";
}

std::string line(std::string_view id, std::string_view reply) {
  return R"({"id":"r","custom_id":")" + std::string(id) + R"(","response":{"status_code":200,"body":)" +
         std::string(reply) + R"(},"error":null})" + "\n";
}

struct OpenAiBatches : OpenAiFixture {
  std::vector<BatchEntry> entries = {{.id = "a", .text = "이 약은 두통에 사용합니다."},
                                     {.id = "b", .text = "이 약은 기침에 사용합니다."},
                                     {.id = "c-3_", .text = "이 약은 설사에 사용합니다."}};

  SummaryBatches& batches() { return *summarizer().batches(); }
  std::string submit(std::string_view label = "job 7") { return batches().submit(entries, label, {}); }
  void accept_upload() { http->then(200, R"({"id":"file-1","object":"file"})"); }
  void end_with(const std::string& output, const std::string& errors = {}) {
    const std::string error_file = errors.empty() ? "null" : "\"file-3\"";
    http->then(200, batch("completed", R"(,"output_file_id":"file-2","error_file_id":)" + error_file));
    http->then(200, output);
    if (!errors.empty()) http->then(200, errors);
  }
};

TEST_F(OpenAiBatches, AreUploadedAndCreatedUnderTheirLabel) {
  accept_upload();
  http->then(200, batch("validating"));

  EXPECT_EQ(submit(), "batch_1");

  ASSERT_EQ(http->requests().size(), 2u);
  const HttpRequest upload = http->requests()[0];
  EXPECT_EQ(upload.url, "https://api.openai.com/v1/files");
  EXPECT_EQ(value_of(upload.headers, "authorization"), "Bearer sk-SECRET");
  const std::string type = value_of(upload.headers, "content-type");
  ASSERT_TRUE(type.starts_with("multipart/form-data; boundary=pilling-")) << type;
  const std::string boundary = type.substr(type.find('=') + 1);
  EXPECT_TRUE(upload.body.starts_with("--" + boundary +
                                      "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--"));
  EXPECT_NE(upload.body.find("name=\"file\"; filename=\"summaries.jsonl\""), std::string::npos);
  EXPECT_NE(upload.body.find("\r\n\r\n{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\","
                             "\"body\":{\"model\":\"gpt-5.6-luna\","),
            std::string::npos);
  EXPECT_TRUE(upload.body.ends_with("\r\n--" + boundary + "--\r\n"));
  for (const char* id : {"{\"custom_id\":\"a\"", "\n{\"custom_id\":\"b\"", "\n{\"custom_id\":\"c-3_\""}) {
    EXPECT_NE(upload.body.find(id), std::string::npos) << id;
  }

  const HttpRequest create = http->requests()[1];
  EXPECT_EQ(create.url, "https://api.openai.com/v1/batches");
  EXPECT_EQ(create.body, R"({"input_file_id":"file-1","endpoint":"/v1/chat/completions","completion_window":"24h",)"
                         R"("metadata":{"pilling_label":"job 7"}})");
  EXPECT_FALSE(create.is_repeatable);
}

TEST_F(OpenAiBatches, AreNotCreatedTwiceWhenTheReplyIsLost) {
  accept_upload();
  http->then_throw(Timeout("lost", "api.openai.com"));

  EXPECT_THROW(submit(), Timeout);

  EXPECT_EQ(http->requests().size(), 2u);
}

TEST_F(OpenAiBatches, AreUploadedAgainWhenThatReplyIsLost) {
  http->then_throw(Timeout("lost", "api.openai.com"));
  accept_upload();
  http->then(429, "{}");
  http->then(200, batch("validating"));

  EXPECT_EQ(submit(), "batch_1");

  EXPECT_EQ(http->requests().size(), 4u);
}

TEST_F(OpenAiBatches, AreFoundByTheirLabelOnAllPages) {
  const auto page = [](std::string_view id, std::string_view label, bool has_more) {
    return R"({"object":"list","data":[{"id":")" + std::string(id) + R"(","status":"in_progress","metadata":)" +
           (label.empty() ? "null" : R"({"pilling_label":")" + std::string(label) + "\"}") + R"(}],"has_more":)" +
           (has_more ? "true" : "false") + "}";
  };
  http->then(200, page("batch_3", "job 7", true));
  http->then(200, page("batch_2", "", true));
  http->then(200, page("batch_1", "job 7", false));

  const std::vector<BatchStatus> found = batches().find("job 7", {});

  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "batch_3");
  EXPECT_EQ(found[1].id, "batch_1");
  EXPECT_EQ(value_of(http->requests()[0].query, "limit"), "100");
  EXPECT_EQ(value_of(http->requests()[2].query, "after"), "batch_2");
}

TEST_F(OpenAiBatches, SayHowFarTheyAre) {
  http->then(200, batch("in_progress"));
  http->then(200, batch("expired"));

  EXPECT_EQ(batches().status("batch/1", {}),
            (BatchStatus{
                .id = "batch_1", .state = "in_progress", .is_over = false, .total = 3, .completed = 2, .failed = 1}));
  EXPECT_TRUE(batches().status("batch_1", {}).is_over);
  EXPECT_EQ(http->requests()[0].url, "https://api.openai.com/v1/batches/batch%2F1");
}

TEST_F(OpenAiBatches, AnswerEveryTextInItsOrderWhateverTheOrderOfTheFile) {
  end_with(line("c-3_", chat_reply("설사")) + "not json\n" + line("a", chat_reply("두통 완화")),
           R"({"custom_id":"b","response":null,"error":{"code":"batch_expired","message":"SECRET"}})"
           "\n");

  const std::vector<BatchAnswer> answers = batches().answers("batch_1", entries, {});

  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].id, "a");
  EXPECT_EQ(answers[0].summary->text, "두통 완화");
  EXPECT_EQ(answers[0].summary->maker, summarizer().maker());
  EXPECT_GT(answers[0].summary->made_at, std::chrono::sys_seconds());
  EXPECT_EQ(answers[1].summary, std::nullopt);
  EXPECT_EQ(answers[1].failure, "the service did not run it: batch_expired");
  EXPECT_EQ(answers[2].summary->text, "설사");
  EXPECT_EQ(http->requests()[1].url, "https://api.openai.com/v1/files/file-2/content");
  const SummarizerStats stats = summarizer().stats();
  EXPECT_EQ(stats.calls, 2u);
  EXPECT_EQ(stats.made, 2u);
  EXPECT_EQ(stats.tokens, (TokenUsage{.input = 2000, .output = 20}));
}

TEST_F(OpenAiBatches, CheckEachAnswerAsASingleOne) {
  end_with(line("a", chat_reply("암 치료")) + line("b", chat_reply("기침", "length")) + line("c-3_", "{}"));

  const std::vector<BatchAnswer> answers = batches().answers("batch_1", entries, {});

  EXPECT_EQ(answers[0].summary->text, "두통");
  EXPECT_EQ(answers[0].summary->maker, "extractive/1");
  EXPECT_TRUE(answers[0].is_replaced);
  EXPECT_EQ(answers[1].summary->text, "기침");
  EXPECT_TRUE(answers[1].is_replaced);
  EXPECT_EQ(answers[2].summary, std::nullopt);
  EXPECT_FALSE(answers[2].failure.empty());
  const SummarizerStats stats = summarizer().stats();
  EXPECT_EQ(stats.replaced, 2u);
  EXPECT_EQ(stats.faults, (std::vector<std::pair<std::string, std::uint64_t>>{{"grounding", 1}, {"unfinished", 1}}));
}

TEST_F(OpenAiBatches, CountWhatTheyCostOnceAndAtHalfThePrice) {
  const std::string output = line("a", chat_reply("두통"));
  end_with(output);
  end_with(output);

  (void)batches().answers("batch_1", entries, {});
  (void)batches().answers("batch_1", entries, {});

  const SummarizerStats stats = summarizer().stats();
  EXPECT_EQ(stats.made, 1u);
  EXPECT_EQ(stats.tokens.input, 1000u);
  // gpt-5.6-luna: 0.20 and 1.20 dollars for a million tokens, halved.
  EXPECT_NEAR(stats.dollars, (1000 * 0.2e-6 + 10 * 1.2e-6) / 2, 1.1e-6);
}

TEST_F(OpenAiBatches, AnswerNothingWhenAllLinesFailed) {
  http->then(200, batch("completed", R"(,"output_file_id":null,"error_file_id":"file-3")"));
  http->then(200, R"({"custom_id":"a","response":{"status_code":500,"body":{"error":{"message":"SECRET"}}}})"
                  "\n");

  const std::vector<BatchAnswer> answers = batches().answers("batch_1", entries, {});

  EXPECT_EQ(answers[0].failure, "the service answered it with HTTP status 500");
  EXPECT_EQ(answers[1].failure, "the batch holds no answer to it (completed)");
  EXPECT_EQ(summarizer().stats().calls, 0u);
}

TEST_F(OpenAiBatches, TeachTheSummarizerWhatTheServerRefuses) {
  options.temperature = 0;
  http->then(200, batch("completed", R"(,"output_file_id":null,"error_file_id":"file-3")"));
  http->then(200, R"({"custom_id":"a","response":{"status_code":400,"body":{"error":{"param":"temperature"}}}})"
                  "\n");
  http->then(200, chat_reply("두통"));

  (void)batches().answers("batch_1", entries, {});
  summarize();

  EXPECT_EQ(body(2).find("temperature"), std::string::npos);
}

TEST_F(OpenAiBatches, AnswerOnlyWhenTheyAreOver) {
  http->then(200, batch("finalizing"));

  EXPECT_THROW((void)batches().answers("batch_1", entries, {}), InvalidArgument);
}

TEST_F(OpenAiBatches, AreCancelled) {
  http->then(200, batch("cancelling"));

  batches().cancel("batch_1", {});

  EXPECT_EQ(http->requests()[0].url, "https://api.openai.com/v1/batches/batch_1/cancel");
  EXPECT_EQ(http->requests()[0].method, "POST");
}

TEST_F(OpenAiBatches, RefuseWhatNoBatchCanHold) {
  const auto refuses = [&](std::vector<BatchEntry> wrong, std::string_view label = "l") {
    EXPECT_THROW(batches().submit(wrong, label, {}), InvalidArgument);
  };
  refuses({});
  refuses({{.id = "", .text = "t"}});
  refuses({{.id = "ü", .text = "t"}});
  refuses({{.id = std::string(65, 'a'), .text = "t"}});
  refuses({{.id = "a", .text = "t"}, {.id = "a", .text = "u"}});
  refuses({{.id = "a", .text = "\xff"}});
  refuses(entries, "");
  refuses(entries, std::string(513, 'a'));
  EXPECT_THROW(batches().status("", {}), InvalidArgument);
  EXPECT_THROW(batches().cancel("", {}), InvalidArgument);
  EXPECT_TRUE(http->requests().empty());
  EXPECT_EQ(batches().maximum_entries(), 50'000u);
}

TEST_F(OpenAiBatches, ReportWhatIsNoReply) {
  for (const char* nonsense : {"", "<html>", "[]", "{}", R"({"id":3})", R"({"data":3})"}) {
    http = std::make_shared<FakeTransport>();
    http->then(200, nonsense);
    made.reset();
    EXPECT_THROW(batches().status("b", {}), BadData) << nonsense;
    EXPECT_THROW(batches().find("l", {}), BadData) << nonsense;
    EXPECT_THROW(submit(), BadData) << nonsense;
  }
}

struct OpenAiBatchMoney : OpenAiBatches {
  std::shared_ptr<CounterStore> counters = make_counter_store();
  std::shared_ptr<DollarBudget> budget;

  void SetUp() override { allow(1); }
  void allow(double dollars) {
    ModelPrices prices = ModelPrices::bundled();
    options.model = "invented";
    prices.set({.model = "invented", .input = 1, .output = 10, .since = std::chrono::year(2026) / 1 / 1});
    budget = std::make_shared<DollarBudget>(counters, prices, DollarBudgetOptions{.dollars_per_day = dollars});
    options.budget = budget;
  }
  double spent() { return budget->stats().dollars_today; }
  bool is_worst_case(double dollars) { return dollars > 3 * 0.0055 && dollars < 3 * 0.0075; }
};

TEST_F(OpenAiBatchMoney, IsSetAsideUntilTheAnswersAreThere) {
  accept_upload();
  http->then(200, batch("validating"));
  end_with(line("a", chat_reply("두통")) + line("b", chat_reply("기침")));

  submit();
  EXPECT_TRUE(is_worst_case(spent())) << spent();

  (void)batches().answers("batch_1", entries, {});
  EXPECT_NEAR(spent(), 2 * 0.0011 / 2, 1e-6);
}

TEST_F(OpenAiBatchMoney, IsRefusedBeforeAnythingIsSent) {
  allow(0.01);

  EXPECT_THROW(submit(), Refused);

  EXPECT_TRUE(http->requests().empty());
  EXPECT_EQ(spent(), 0.0);
}

TEST_F(OpenAiBatchMoney, StaysSpentWhenNobodyKnowsWhetherTheBatchWasMade) {
  accept_upload();
  http->then_throw(Timeout("lost", "api.openai.com"));

  EXPECT_THROW(submit(), Timeout);

  EXPECT_TRUE(is_worst_case(spent())) << spent();
}

TEST_F(OpenAiBatchMoney, ComesBackWhenTheBatchWasRefused) {
  accept_upload();
  http->then(400, "{}");

  EXPECT_THROW(submit(), ServiceError);

  EXPECT_EQ(spent(), 0.0);
}

TEST_F(OpenAiBatchMoney, StaysSpentWhenTheSummarizerGoesBeforeItsBatch) {
  accept_upload();
  http->then(200, batch("validating"));
  submit();

  made.reset();

  EXPECT_TRUE(is_worst_case(spent())) << spent();
}

TEST_F(OpenAiBatchMoney, StaysSpentWhenAnswersAreMissing) {
  accept_upload();
  http->then(200, batch("validating"));
  end_with(line("a", chat_reply("두통")));

  submit();
  (void)batches().answers("batch_1", entries, {});

  EXPECT_TRUE(is_worst_case(spent())) << spent();
}

TEST_F(OpenAiBatchMoney, IsThatOfManyShortPromptsAndNotOfOneLongOne) {
  allow(1000);
  entries.clear();
  for (int i = 0; i < 400; ++i) entries.push_back({.id = std::to_string(i), .text = "이 약은 두통에 사용합니다."});
  accept_upload();
  http->then(200, batch("validating"));

  submit();

  EXPECT_TRUE(is_worst_case(spent() / 400 * 3)) << spent();
}

}  // namespace
}  // namespace pilling::sources
