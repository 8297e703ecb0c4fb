#include "sources/reply.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <optional>

#include "pilling/error.hpp"
#include "support/sample_data.hpp"

namespace pilling::sources {
namespace {

constexpr std::string_view service = "easy drug";
constexpr std::string_view secret = "Zm9vYmFy";

struct Failure {
  std::string kind;
  int status = 0;
  std::string message;
};

std::optional<Failure> failure(std::string_view body, int http_status) {
  try {
    read_medicine_reply(body, http_status, service);
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.service(), service);
    return Failure{"service", error.status(), error.what()};
  } catch (const BadData& error) {
    EXPECT_EQ(error.source(), service);
    return Failure{"data", 0, error.what()};
  }
  return std::nullopt;
}

void expect_service_error(std::string_view body, int http_status, int status) {
  const auto found = failure(body, http_status);
  ASSERT_TRUE(found) << body;
  EXPECT_EQ(found->kind, "service") << body;
  EXPECT_EQ(found->status, status) << body;
  EXPECT_EQ(found->message.find(secret), std::string::npos) << found->message;
}

void expect_bad_data(std::string_view body, int http_status) {
  const auto found = failure(body, http_status);
  ASSERT_TRUE(found) << body;
  EXPECT_EQ(found->kind, "data") << body;
  EXPECT_EQ(found->message.find(secret), std::string::npos) << found->message;
}

TEST(Reply, GivesRowsTotalAndSkipped) {
  const SourcePage<Medicine> page = read_medicine_reply(
      R"({"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"pageNo":1,"totalCount":7,"numOfRows":3,)"
      R"("items":[{"itemName":"가상정","itemSeq":"209900001"},{"itemName":"가상시럽"},3]}})",
      200, service);

  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].name, "가상정");
  EXPECT_EQ(page.total, 7U);
  EXPECT_EQ(page.skipped, (std::vector<SkippedRow>{{2, "has no itemSeq"}, {3, "is not a JSON object"}}));
}

TEST(Reply, TakesXmlWhereJsonWasAskedFor) {
  const SourcePage<Medicine> page = read_medicine_reply(
      "<?xml version=\"1.0\"?><response><header><resultCode>00</resultCode></header><body><items><item>"
      "<itemName>가상정</itemName><itemSeq>209900001</itemSeq><efcyQesitm>두통에 &lt;p&gt;씁니다.</efcyQesitm></item>"
      "<item><itemName>가상시럽</itemName></item></items><totalCount>7</totalCount></body></response>",
      200, service);

  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].efficacy, "두통에\n씁니다.");
  EXPECT_EQ(page.total, 7U);
  EXPECT_EQ(page.skipped, (std::vector<SkippedRow>{{2, "has no itemSeq"}}));
}

TEST(Reply, TakesNoRowsForAnEmptyPage) {
  for (const std::string_view body : {
           R"({"header":{"resultCode":"00"},"body":{"pageNo":1,"totalCount":0,"numOfRows":3}})",
           R"({"response":{"header":{"resultCode":"0000"},"body":{"items":"","totalCount":0}}})",
           R"({"response":{"header":{"resultCode":"03","resultMsg":"NODATA_ERROR"}}})",
           R"({"response":{"header":{"resultCode":"00"},"body":{"items":{},"totalCount":0}}})",
           R"({"response":{"header":{"resultCode":"00"},"body":{"items":null,"totalCount":0}}})",
           "<response><header><resultCode>03</resultCode></header></response>",
           "<response><header><resultCode>000</resultCode></header><body><items/><totalCount>0</totalCount></body>"
           "</response>",
       }) {
    const SourcePage<Medicine> page = read_medicine_reply(body, 200, service);

    EXPECT_TRUE(page.rows.empty()) << body;
    EXPECT_EQ(page.total, 0U) << body;
  }
}

TEST(Reply, KnowsGatewayErrorsInJson) {
  expect_service_error(R"({"OpenAPI_ServiceResponse":{"cmmMsgHeader":{"errMsg":"SERVICE_KEY_IS_NOT_REGISTERED_ERROR",)"
                       R"("returnAuthMsg":"key Zm9vYmFy","returnReasonCode":"30"}}})",
                       401, 30);
  expect_service_error(
      R"({"OpenAPI_ServiceResponse":{"cmmMsgHeader":{"errMsg":"SERVICETIMEOUT_ERROR","returnReasonCode":"05"}}})", 200,
      5);
  expect_service_error(R"({"response":{"cmmMsgHeader":{"returnReasonCode":22}}})", 200, 22);
  expect_service_error(R"({"cmmMsgHeader":{"errMsg":"SERVICE_KEY_IS_NULL"}})", 401, 20);
}

TEST(Reply, KnowsGatewayErrorsInXml) {
  expect_service_error(
      "<OpenAPI_ServiceResponse>\n <cmmMsgHeader>\n <errMsg>SERVICE ERROR</errMsg>\n"
      "<returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg>\n"
      "<returnReasonCode> 30 </returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>",
      200, 30);
  expect_service_error("<OpenAPI_ServiceResponse><errMsg>SERVICE KEY IS NOT REGISTERED ERROR</errMsg>", 200, 30);
  expect_service_error(
      "<?xml version=\"1.0\"?><response><header><resultCode>22</resultCode>"
      "<resultMsg>LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS</resultMsg></header></response>",
      200, 22);
}

TEST(Reply, KnowsErrorsOfTheAgency) {
  expect_service_error(R"({"header":{"resultCode":"10","resultMsg":"INVALID"},"body":{}})", 200, 10);
  expect_service_error(R"({"header":{"resultCode":"1"}})", 200, 1);
  expect_service_error(R"({"header":{"resultCode":"77","resultMsg":"url?serviceKey=Zm9vYmFy"}})", 200, 77);
  expect_service_error(R"({"header":{"resultCode":"ERROR","resultMsg":"DB_ERROR"}})", 200, 2);
}

TEST(Reply, KnowsErrorsInPlainText) {
  expect_service_error("Unauthorized", 401, 401);
  expect_service_error("Forbidden\n", 403, 403);
  expect_service_error("API not found", 404, 404);
  expect_service_error("API rate limit exceeded", 429, 429);
  expect_service_error("API token quota exceeded", 200, 22);
  expect_service_error("Unexpected errors", 500, 500);
  expect_service_error("Error forwarding request to backend server: ?serviceKey=Zm9vYmFy", 503, 502);
}

TEST(Reply, TellsTheQuotaOfTheDayFromTooManyAtOnce) {
  EXPECT_NE(failure("API token quota exceeded", 429)->message.find("midnight"), std::string::npos);
  EXPECT_NE(failure("API rate limit exceeded", 429)->message.find("slow down"), std::string::npos);
}

TEST(Reply, FallsBackToTheHttpStatus) {
  expect_service_error("", 503, 503);
  expect_service_error("<html>Zm9vYmFy</html>", 502, 502);
  expect_service_error("something else", 418, 418);
  expect_service_error(R"({"error":"Zm9vYmFy"})", 500, 500);
  expect_service_error(R"({"header":{"resultCode":"00"},"body":{"totalCount":0}})", 500, 500);
}

TEST(Reply, RefusesWhatIsNeitherRowsNorAnError) {
  expect_bad_data("", 200);
  expect_bad_data(" \r\n", 200);
  expect_bad_data("<html>Zm9vYmFy</html>", 200);
  expect_bad_data("Zm9vYmFy", 200);
  expect_bad_data(R"({"other":"Zm9vYmFy"})", 200);
  expect_bad_data(R"({"header":{"resultCode":"00"},"body":{"items":[{"itemSeq":"2099)", 200);
  expect_bad_data("<response><header><resultCode>00</resultCode></header><body><items>", 200);
  expect_bad_data("<other><header><resultCode>00</resultCode></header></other>", 200);
  expect_bad_data("<!DOCTYPE html><html><body>Zm9vYmFy</body></html>", 200);
  expect_bad_data("[]", 200);
}

TEST(Reply, ReadsPharmaciesOfOnePageAndOne) {
  const std::string row = R"({"hpid":"C9990001","dutyName":"가상약국","wgs84Lat":37.5,"wgs84Lon":127,)"
                          R"("dutyTime1s":"0900","dutyTime1c":1900})";
  const std::string many = R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":[)" + row +
                           R"(,{"hpid":"C9990002","dutyName":"섬약국"}]},"totalCount":23413}}})";
  const std::string one =
      R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":)" + row + R"(},"totalCount":1}}})";

  const SourcePage<Pharmacy> page = read_pharmacy_reply(many, 200, "pharmacies");
  const SourcePage<Pharmacy> single = read_pharmacy_reply(one, 200, "pharmacies");

  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].hours.days[0], (OpenInterval{540, 1140}));
  EXPECT_EQ(page.total, 23'413U);
  EXPECT_EQ(page.skipped, (std::vector<SkippedRow>{{2, "has no coordinates"}}));
  EXPECT_EQ(single.rows, page.rows);
}

std::string whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Reply, ReadsTheRealBodies) {
  const auto medicines = support::real_data("api_samples/mermaid_2026-07/easydrug.json");
  const auto pharmacies = support::real_data("api_samples/mermaid_2026-07/pharmacy.json");
  if (!medicines || !pharmacies) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  EXPECT_EQ(read_medicine_reply(whole(*medicines), 200, service).total, 7U);
  EXPECT_EQ(read_pharmacy_reply(whole(*pharmacies), 200, service).rows.size(), 3U);
}

TEST(Reply, ReadsARealPageInXml) {
  const auto pharmacies = support::real_data("api_samples/nmc_pharmacy_list_xml_sample.xml");
  if (!pharmacies) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  const SourcePage<Pharmacy> page = read_pharmacy_reply(whole(*pharmacies), 200, service);

  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.total, 23'413U);
  EXPECT_EQ(page.rows[0].hours.days[5], (OpenInterval{540, 780}));
}

TEST(Reply, NeverTakesARealErrorForRows) {
  const auto folder = support::real_data("api_samples/errors");
  if (!folder) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_empty_page =
        name.find("empty_items_is_string") != std::string::npos || name.find("ok_000") != std::string::npos;

    EXPECT_EQ(failure(whole(entry.path()), 200).has_value(), !is_empty_page) << name;
  }
}

}  // namespace
}  // namespace pilling::sources
