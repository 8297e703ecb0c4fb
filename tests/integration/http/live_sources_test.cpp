#include "sources/live_sources.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/source.hpp"
#include "pilling/summarizer.hpp"
#include "support/fake_server.hpp"

namespace pilling {
namespace {

using support::FakeReply;
using support::FakeServer;

const std::string drug_path = "/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList";
const std::string pharmacy_path = "/B552657/ErmctInsttInfoInqireService/getParmacyFullDown";
const std::string drug_page =
    R"({"header":{"resultCode":"00"},"body":{"pageNo":1,"totalCount":1,"numOfRows":100,"items":[)"
    R"({"itemSeq":"209900001","itemName":"가상진통정","entpName":"가상제약","efcyQesitm":"두통에 씁니다."}]}})";

struct LiveSourcesOverHttp : testing::Test {
  FakeServer server;
  std::shared_ptr<HttpTransport> http = make_curl_transport();
};

TEST_F(LiveSourcesOverHttp, EncodeKeyAndKoreanNameExactlyOnce) {
  server.on(drug_path, {.body = drug_page});
  const auto plain = make_easy_drug_source(http, {.service_key = "a+b/c==", .base_url = server.url()});
  const auto shown = make_easy_drug_source(http, {.service_key = "a%2Bb%2Fc%3D%3D", .base_url = server.url()});

  EXPECT_EQ(plain->fetch({.name = "진통"}, {}).rows.size(), 1u);
  EXPECT_EQ(shown->fetch({.name = "진통"}, {}).rows.size(), 1u);

  const auto requests = server.requests();
  EXPECT_EQ(requests.at(0).target, drug_path +
                                       "?serviceKey=a%2Bb%2Fc%3D%3D&pageNo=1&numOfRows=100&type=json"
                                       "&itemName=%EC%A7%84%ED%86%B5");
  EXPECT_EQ(requests.at(1).target, requests.at(0).target);
  EXPECT_NE(requests.at(0).header("user-agent"), "");
}

TEST_F(LiveSourcesOverHttp, ReadPharmacies) {
  server.on(pharmacy_path,
            {.body = R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":[{"hpid":"C9990001",)"
                     R"("dutyName":"가상약국","wgs84Lat":37.5,"wgs84Lon":127.0}]},"totalCount":1}}})"});

  const auto page =
      make_medical_center_pharmacy_source(http, {.service_key = "k", .base_url = server.url()})->fetch(1, 10, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].name, "가상약국");
}

TEST_F(LiveSourcesOverHttp, RecoverFromAReplyThatBreaksOff) {
  server.on(drug_path, {.body = drug_page, .ending = FakeReply::Ending::half_sent});
  server.on(drug_path, {.body = drug_page});
  core::RetryHooks hooks = core::default_retry_hooks();
  hooks.wait = [](std::chrono::milliseconds, const CallOptions&) {};
  const auto source = sources::make_easy_drug_source(http, {.service_key = "k", .base_url = server.url()}, hooks);

  EXPECT_EQ(source->fetch({}, {}).rows.size(), 1u);

  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(LiveSourcesOverHttp, GiveUpAtTheDeadline) {
  server.on(drug_path, {.ending = FakeReply::Ending::never});
  const auto source = make_easy_drug_source(http, {.service_key = "k", .base_url = server.url()});

  EXPECT_THROW(
      source->fetch({}, {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50), .stop = {}}),
      Timeout);

  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(LiveSourcesOverHttp, LetAModelSummarise) {
  server.on("/v1/chat/completions",
            {.body = R"({"choices":[{"message":{"content":"두통 완화"},"finish_reason":"stop"}]})"});
  const auto summarizer =
      make_openai_summarizer(http, {.base_url = server.url() + "/v1", .model = "m", .api_key = "sk-SECRET"});

  const auto summary = summarizer->summarize({.text = "이 약은 \"두통\"에 씁니다."}, {});

  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->text, "두통 완화");
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.header("authorization"), "Bearer sk-SECRET");
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_NE(request.body.find(R"(\"두통\"에 씁니다.)"), std::string::npos);
}

}  // namespace
}  // namespace pilling
