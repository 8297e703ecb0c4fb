#include "sources/live_sources.hpp"

#include <chrono>
#include <cstddef>
#include <gtest/gtest.h>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/resilient_transport.hpp"
#include "sources/service_key.hpp"
#include "support/fake_transport.hpp"

namespace pilling::sources {
namespace {

using support::FakeTransport;
using support::value_of;

constexpr std::string_view plain_key = "a+B/c==SECRET";
constexpr std::string_view shown_key = "a%2BB%2fc%3D%3DSECRET";

std::string drug(std::string_view id, std::string_view name) {
  return R"({"itemSeq":")" + std::string(id) + R"(","itemName":")" + std::string(name) +
         R"(","entpName":"가상제약","efcyQesitm":"이 약은 두통에 사용합니다."})";
}

std::string drug_page(std::initializer_list<std::string> rows, std::size_t total) {
  std::string items;
  for (const std::string& row : rows) items += (items.empty() ? "" : ",") + row;
  return R"({"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"pageNo":1,"totalCount":)" +
         std::to_string(total) + R"(,"numOfRows":10,"items":[)" + items + "]}}";
}

constexpr std::string_view pharmacy_page =
    R"({"response":{"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"items":{"item":
       {"dutyName":"가상약국","dutyAddr":"서울특별시 가상구 모형로 1","dutyTime1s":"0900","dutyTime1c":1900,
        "hpid":"C9990001","wgs84Lat":37.5,"wgs84Lon":127.0}},"numOfRows":1,"pageNo":3,"totalCount":7438}}})";

struct LiveSources : testing::Test {
  std::shared_ptr<FakeTransport> http = std::make_shared<FakeTransport>();
  std::vector<std::chrono::milliseconds> waits;

  core::RetryHooks hooks() {
    return {.wait = [this](std::chrono::milliseconds wait, const CallOptions&) { waits.push_back(wait); },
            .random = [] { return 0.5; },
            .now = &std::chrono::steady_clock::now};
  }
  std::shared_ptr<MedicineSource> drugs() {
    return make_easy_drug_source(http, {.service_key = std::string(shown_key)}, hooks());
  }
  std::shared_ptr<PharmacySource> pharmacies() {
    return make_medical_center_pharmacy_source(http, {.service_key = std::string(shown_key)}, hooks());
  }
};

TEST_F(LiveSources, AskEasyDrugForANameAndAnId) {
  http->then(200, drug_page({drug("209900001", "가상진통정")}, 1));

  const auto page = drugs()->fetch({.name = "진통", .id = {"209900001"}, .page = 2, .rows = 30}, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].id.value, "209900001");
  EXPECT_EQ(page.total, 1u);
  EXPECT_TRUE(page.skipped.empty());
  const HttpRequest request = http->requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://apis.data.go.kr/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList");
  EXPECT_EQ(value_of(request.query, "serviceKey"), plain_key);
  EXPECT_EQ(value_of(request.query, "pageNo"), "2");
  EXPECT_EQ(value_of(request.query, "numOfRows"), "30");
  EXPECT_EQ(value_of(request.query, "type"), "json");
  EXPECT_EQ(value_of(request.query, "itemName"), "진통");
  EXPECT_EQ(value_of(request.query, "itemSeq"), "209900001");
}

TEST_F(LiveSources, DoNotRestrictByWhatIsEmpty) {
  http->then(200, drug_page({drug("209900001", "가"), drug("209900002", "나")}, 4740));

  const auto page = drugs()->fetch({}, {});

  EXPECT_EQ(page.rows.size(), 2u);
  EXPECT_EQ(page.total, 4740u);
  EXPECT_EQ(value_of(http->requests().at(0).query, "itemName"), "(none)");
  EXPECT_EQ(value_of(http->requests().at(0).query, "itemSeq"), "(none)");
}

TEST_F(LiveSources, DropRowsOfAnotherIdWhenTheFilterWasIgnored) {
  http->then(200,
             drug_page({drug("209900001", "가상정"), drug("209900002", "다른정"), drug("209900003", "셋째정")}, 4740));

  const auto page = drugs()->fetch({.id = {"209900002"}}, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].name, "다른정");
  EXPECT_EQ(page.total, 1u);
  ASSERT_EQ(page.skipped.size(), 1u);
  EXPECT_EQ(page.skipped[0].reason, "2 rows were not what was asked for");
}

TEST_F(LiveSources, DropRowsOfAnotherNameWhenTheFilterWasIgnored) {
  http->then(
      200, drug_page({drug("209900001", "가상진통정"), drug("209900002", "소화제"), drug("209900003", "진 통")}, 4740));

  const auto page = drugs()->fetch({.name = "진통"}, {});

  ASSERT_EQ(page.rows.size(), 2u);
  EXPECT_EQ(page.rows[0].id.value, "209900001");
  EXPECT_EQ(page.rows[1].id.value, "209900003");
  EXPECT_EQ(page.total, 2u);
}

TEST_F(LiveSources, TakeANameOfSignsLiterally) {
  http->then(200, drug_page({drug("209900001", "가상정(수출용)"), drug("209900002", "소화제")}, 2));

  const auto page = drugs()->fetch({.name = "("}, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].id.value, "209900001");
}

TEST_F(LiveSources, AskTheMedicalCenterForAPage) {
  http->then(200, std::string(pharmacy_page));

  const auto page = pharmacies()->fetch(3, 1, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].id.value, "C9990001");
  EXPECT_EQ(page.total, 7438u);
  const HttpRequest request = http->requests().at(0);
  EXPECT_EQ(request.url, "https://apis.data.go.kr/B552657/ErmctInsttInfoInqireService/getParmacyFullDown");
  EXPECT_EQ(value_of(request.query, "_type"), "json");
  EXPECT_EQ(value_of(request.query, "pageNo"), "3");
  EXPECT_EQ(value_of(request.query, "numOfRows"), "1");
}

TEST_F(LiveSources, TakeABaseUrlWithOrWithoutAClosingSlash) {
  http->then(200, drug_page({}, 0));

  make_easy_drug_source(http, {.service_key = "k", .base_url = "http://127.0.0.1:1//"}, hooks())->fetch({}, {});

  EXPECT_EQ(http->requests().at(0).url, "http://127.0.0.1:1/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList");
}

TEST_F(LiveSources, NeedAKeyAndATransport) {
  EXPECT_THROW(make_easy_drug_source(http, {}, hooks()), InvalidArgument);
  EXPECT_THROW(make_easy_drug_source(http, {.service_key = " \n"}, hooks()), InvalidArgument);
  EXPECT_THROW(make_medical_center_pharmacy_source(http, {}, hooks()), InvalidArgument);
  EXPECT_THROW(make_easy_drug_source(nullptr, {.service_key = "k"}, hooks()), InvalidArgument);
  EXPECT_THROW(pilling::make_easy_drug_source(http, {}), InvalidArgument);
  EXPECT_THROW(pilling::make_medical_center_pharmacy_source(http, {}), InvalidArgument);
}

TEST_F(LiveSources, RefusePagesThatTheServicesDoNotGive) {
  EXPECT_THROW(drugs()->fetch({.page = 0}, {}), InvalidArgument);
  EXPECT_THROW(drugs()->fetch({.rows = 0}, {}), InvalidArgument);
  EXPECT_THROW(drugs()->fetch({.rows = 501}, {}), InvalidArgument);
  EXPECT_THROW(pharmacies()->fetch(1, 1501, {}), InvalidArgument);
  EXPECT_THROW(drugs()->fetch({.name = "\xff"}, {}), InvalidArgument);
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(LiveSources, AskAgainWhenNoReplyCame) {
  http->then_throw(NetworkError("connection reset", "apis.data.go.kr"));
  http->then(503, "Error receiving response from backend server");
  http->then(200, drug_page({drug("209900001", "가")}, 1));

  EXPECT_EQ(drugs()->fetch({}, {}).rows.size(), 1u);

  EXPECT_EQ(http->requests().size(), 3u);
  EXPECT_EQ(waits.size(), 2u);
}

TEST_F(LiveSources, AskAgainAfterResultCodesThatPass) {
  for (const std::string code : {"01", "02", "04", "05", "23", "99"}) {
    http = std::make_shared<FakeTransport>();
    http->then(200, R"({"header":{"resultCode":")" + code + R"(","resultMsg":"ERROR"},"body":{}})");
    http->then(200, drug_page({}, 0));

    EXPECT_NO_THROW(drugs()->fetch({}, {})) << code;
  }
}

TEST_F(LiveSources, DoNotAskAgainAfterAnAnswerThatStays) {
  for (const std::string code : {"10", "12", "20", "22", "30", "31"}) {
    http = std::make_shared<FakeTransport>();
    http->then(200, R"({"header":{"resultCode":")" + code + R"(","resultMsg":"ERROR"},"body":{}})");

    EXPECT_THROW(drugs()->fetch({}, {}), ServiceError) << code;
    EXPECT_EQ(http->requests().size(), 1u) << code;
  }
  http = std::make_shared<FakeTransport>();
  http->then(429, "API token quota exceeded");
  EXPECT_THROW(drugs()->fetch({}, {}), ServiceError);
  EXPECT_EQ(http->requests().size(), 1u);
  http = std::make_shared<FakeTransport>();
  http->then(200, "<html>maintenance</html>");
  EXPECT_THROW(drugs()->fetch({}, {}), BadData);
  EXPECT_EQ(http->requests().size(), 1u);
}

TEST_F(LiveSources, LeaveToATransportWhatItRepeatsItself) {
  const std::string busy = R"({"header":{"resultCode":"05","resultMsg":"ERROR"},"body":{}})";
  const auto requests_of = [this](const std::shared_ptr<FakeTransport>& inner) {
    const auto resilient = make_resilient_transport(inner, {.hooks = hooks()});
    try {
      make_easy_drug_source(resilient, {.service_key = "k"}, hooks())->fetch({}, {});
    } catch (const Error&) {
    }
    return inner->requests().size();
  };
  const auto fake = [] { return std::make_shared<FakeTransport>(); };
  const auto reset = fake();
  reset->then_throw(NetworkError("connection reset", "apis.data.go.kr"));
  const auto down = fake();
  down->then(503, "Error receiving response from backend server");
  const auto troubled = fake();
  troubled->then(200, busy);

  EXPECT_EQ(requests_of(reset), 3u);
  EXPECT_EQ(requests_of(down), 3u);
  EXPECT_EQ(requests_of(troubled), 3u);
}

TEST_F(LiveSources, TryAsOftenAsTheyAreTold) {
  http->then(503, "Error receiving response from backend server");

  EXPECT_THROW(make_easy_drug_source(http, {.service_key = "k", .retry = {.attempts = 5}}, hooks())->fetch({}, {}),
               ServiceError);
  EXPECT_EQ(http->requests().size(), 5u);

  EXPECT_THROW(make_easy_drug_source(http, {.service_key = "k", .retry = {.attempts = 0}}, hooks()), InvalidArgument);
}

TEST_F(LiveSources, NeverRepeatTheKeyInAnError) {
  const std::string key(plain_key);
  for (const auto& [status, body] : std::initializer_list<std::pair<int, std::string>>{
           {401, "Unauthorized " + key},
           {403, R"({"OpenAPI_ServiceResponse":{"cmmMsgHeader":{"errMsg":")" + key + R"(","returnReasonCode":"30"}}})"},
           {200, R"({"header":{"resultCode":"10","resultMsg":")" + key + R"("}})"},
           {200, "<html>" + key},
           {500, key},
           {200, ""}}) {
    http = std::make_shared<FakeTransport>();
    http->then(status, body);
    try {
      drugs()->fetch({.name = "두통"}, {});
      FAIL() << "nothing was thrown for " << body;
    } catch (const Error& error) {
      EXPECT_EQ(std::string_view(error.what()).find("SECRET"), std::string_view::npos) << error.what();
    }
  }
}

TEST(ServiceKey, IsTheSameHoweverThePortalShowsIt) {
  EXPECT_EQ(plain_service_key("a+B/c=="), "a+B/c==");
  EXPECT_EQ(plain_service_key("a%2BB%2Fc%3D%3D"), "a+B/c==");
  EXPECT_EQ(plain_service_key("a%2bB%2fc%3d%3d"), "a+B/c==");
  EXPECT_EQ(plain_service_key(" \ta+B/c==\r\n"), "a+B/c==");
  EXPECT_EQ(plain_service_key("0123456789abcdef"), "0123456789abcdef");
}

TEST(ServiceKey, IsDecodedOnceOnly) {
  EXPECT_EQ(plain_service_key("a%252B"), "a%2B");
  EXPECT_EQ(plain_service_key("100%"), "100%");
  EXPECT_EQ(plain_service_key("%zz%2"), "%zz%2");
}

TEST(ServiceKey, MustNotBeEmpty) {
  EXPECT_THROW(plain_service_key(""), InvalidArgument);
  EXPECT_THROW(plain_service_key(" \n"), InvalidArgument);
}

}  // namespace
}  // namespace pilling::sources
