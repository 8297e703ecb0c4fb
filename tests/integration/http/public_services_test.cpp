#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/source.hpp"
#include "sources/live_sources.hpp"
#include "support/fake_server.hpp"

namespace pilling {
namespace {

using std::chrono::year;
using support::FakeReply;
using support::FakeServer;
using Ending = FakeReply::Ending;

const std::string permits = "/1471000/DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnInq08";
const std::string details = "/1471000/DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnDtlInq08";
const std::string centre = "/B552657/ErmctInsttInfoInqireService/";
const std::string holidays = "/B090041/openapi/service/SpcdeInfoService/getRestDeInfo";

std::string permit(const std::string& id) {
  return R"({"ITEM_SEQ":")" + id + R"(","ITEM_NAME":"가상정 )" + id + R"(","SPCLTY_PBLC":"전문의약품"})";
}

std::string permit_page(const std::vector<std::string>& ids, std::size_t total) {
  std::string rows;
  for (const std::string& id : ids) rows += (rows.empty() ? "" : ",") + permit(id);
  return R"({"header":{"resultCode":"00"},"body":{"pageNo":1,"totalCount":)" + std::to_string(total) +
         R"(,"numOfRows":2,"items":[)" + rows + "]}}";
}

struct PublicServices : testing::Test {
  FakeServer server;
  std::shared_ptr<HttpTransport> http = make_curl_transport();

  PublicDataOptions options() const { return {.service_key = "a%2Bb%2Fc%3D%3D", .base_url = server.url()}; }

  static core::RetryHooks impatient() {
    core::RetryHooks hooks = core::default_retry_hooks();
    hooks.wait = [](std::chrono::milliseconds, const CallOptions&) {};
    return hooks;
  }
};

TEST_F(PublicServices, GiveAllPermitsPageByPage) {
  server.on(permits, {.body = permit_page({"209900001", "209900002"}, 3)});
  server.on(permits, {.body = permit_page({"209900003"}, 3)});
  const auto source = make_permit_source(http, options());

  const auto all = fetch_all(*source, {}, {}, {.rows = 2});

  EXPECT_EQ(all.rows.size(), 3u);
  EXPECT_TRUE(all.is_complete);
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[1].target, permits + "?serviceKey=a%2Bb%2Fc%3D%3D&pageNo=2&numOfRows=2&type=json");
}

TEST_F(PublicServices, GiveAllPermitsDespiteAPageThatBreaksOff) {
  server.on(permits, {.body = permit_page({"209900001", "209900002"}, 3)});
  server.on(permits, {.body = permit_page({"209900003"}, 3), .ending = Ending::half_sent});
  server.on(permits, {.status = 503, .body = "Error receiving response from backend server"});
  server.on(permits, {.body = permit_page({"209900002", "209900003"}, 3)});
  const auto source = sources::make_permit_source(http, options(), {}, impatient());

  const auto all = fetch_all(*source, {}, {}, {.rows = 2});

  EXPECT_EQ(all.rows.size(), 3u);
  EXPECT_EQ(all.repeated, 1u);
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(PublicServices, GiveOnePermitInXml) {
  server.on(details, {.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><header><resultCode>00</resultCode>"
                              "</header><body><items><item><ITEM_SEQ>209900001</ITEM_SEQ><ITEM_NAME>가상정</ITEM_NAME>"
                              "<EE_DOC_DATA>&lt;DOC&gt;&lt;PARAGRAPH&gt;&lt;![CDATA[두통]]&gt;&lt;/PARAGRAPH&gt;"
                              "&lt;/DOC&gt;</EE_DOC_DATA></item></items><totalCount>1</totalCount></body></response>"});

  const auto page = make_permit_source(http, options())->fetch({.id = {"209900001"}}, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].efficacy, "두통");
}

TEST_F(PublicServices, GivePharmaciesNearAndOneWithItsWeek) {
  server.on(centre + "getParmacyLcinfoInqire",
            {.body = R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":{"hpid":"C9990001",)"
                     R"("dutyName":"가상약국","distance":0.14,"latitude":37.5,"longitude":127,"startTime":"0900",)"
                     R"("endTime":1900}},"totalCount":7438}}})"});
  server.on(centre + "getParmacyBassInfoInqire",
            {.body = R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":{"hpid":"C9990001",)"
                     R"("dutyName":"가상약국","wgs84Lat":37.5,"wgs84Lon":127,"dutyTime1s":"0900","dutyTime1c":1900}},)"
                     R"("totalCount":1}}})"});

  const auto near = fetch_pharmacies_near(http, options(), {37.5, 127});
  const auto one = fetch_pharmacy(http, options(), near.rows.at(0).id);

  ASSERT_TRUE(one);
  EXPECT_EQ(one->hours.days[0], (OpenInterval{540, 1140}));
  EXPECT_NE(server.requests()[0].target.find("WGS84_LON=127.0000000&WGS84_LAT=37.5000000"), std::string::npos);
}

TEST_F(PublicServices, GiveTheHolidaysOfAYear) {
  server.on(holidays,
            {.body = R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":{"dateKind":"01",)"
                     R"("dateName":"현충일","isHoliday":"Y","locdate":20270606,"seq":1}},"totalCount":1}}})"});

  const auto calendar = HolidayCalendar::bundled().with_year(year(2027), fetch_holidays(http, options(), year(2027)));

  EXPECT_EQ(calendar.is_holiday(year(2027) / 6 / 6), true);
}

TEST_F(PublicServices, GiveUpAtTheDeadlineOfTheCall) {
  server.on(holidays, {.ending = Ending::never});
  const CallOptions call{.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50), .stop = {}};

  EXPECT_THROW(fetch_holidays(http, options(), year(2027), call), Timeout);
}

TEST_F(PublicServices, GiveLabelsOfTheUnitedStates) {
  server.on("/drug/label.json",
            {.body = R"({"meta":{"results":{"skip":0,"limit":100,"total":1}},"results":[{"set_id":"1-2",)"
                     R"("indications_and_usage":["Uses aches"],"openfda":{"brand_name":["Invented PM"],)"
                     R"("product_type":["HUMAN OTC DRUG"]}}]})"});
  const auto source = make_openfda_source(http, {.api_key = "SECRET", .base_url = server.url()});

  const auto page = source->fetch({.name = "Invented PM"}, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].dispensing, "otc");
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.target, "/drug/label.json?search=openfda.brand_name%3A%22Invented%20PM%22&limit=100&skip=0");
  EXPECT_EQ(request.header("x-api-key"), "SECRET");
}

TEST_F(PublicServices, GiveNoLabelsForAnUnknownBrand) {
  server.on("/drug/label.json",
            {.status = 404, .body = R"({"error":{"code":"NOT_FOUND","message":"No matches found!"}})"});

  EXPECT_TRUE(make_openfda_source(http, {.base_url = server.url()})->fetch({.name = "none"}, {}).rows.empty());
}

}  // namespace
}  // namespace pilling
