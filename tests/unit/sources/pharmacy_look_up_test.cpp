#include <gtest/gtest.h>
#include <string>

#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "unit/sources/scripted_service.hpp"

namespace pilling::sources {
namespace {

constexpr std::string_view nearby =
    R"({"response":{"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"items":{"item":[
       {"cnt":7478,"distance":0.14,"dutyAddr":"서울특별시 가상구 모형로 1","dutyDiv":"H","dutyDivName":"약국",
        "dutyName":"가상약국","dutyTel1":"02-000-0000","endTime":1900,"hpid":"C9990001","latitude":37.5001234567,
        "longitude":127.0001234567,"rnum":4425,"startTime":"0900"}]},"numOfRows":3,"pageNo":1,"totalCount":7438}}})";

constexpr std::string_view single =
    R"({"response":{"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"items":{"item":
       {"dutyAddr":"서울특별시 가상구 모형로 1","dutyName":"가상약국","dutyTel1":"02-000-0000","dutyTime1c":1900,
        "dutyTime1s":"0900","dutyTime5c":2500,"dutyTime5s":"0900","hpid":"C9990001","postCdn1":"045","postCdn2":"20 ",
        "wgs84Lat":37.5001234567,"wgs84Lon":127.0001234567}},"numOfRows":1,"pageNo":1,"totalCount":1}}})";

constexpr std::string_view nothing =
    R"({"response":{"header":{"resultCode":"00"},"body":{"items":"","numOfRows":10,"pageNo":1,"totalCount":0}}})";

struct PharmacyLookUp : ScriptedService {
  SourcePage<Pharmacy> near(Coordinate center, PageRequest request = {}) {
    return fetch_pharmacies_near(http, options(), center, request, {}, hooks());
  }
  std::optional<Pharmacy> find(const std::string& id) { return fetch_pharmacy(http, options(), {id}, {}, hooks()); }
};

TEST_F(PharmacyLookUp, AsksForWhatIsNear) {
  http->then(200, std::string(nearby));

  const auto page = near({37.5, 127.000000125}, {.number = 2, .rows = 3});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.total, 7438u);
  EXPECT_EQ(page.rows[0].id.value, "C9990001");
  EXPECT_EQ(page.rows[0].position, (Coordinate{37.5001234567, 127.0001234567}));
  EXPECT_EQ(http->requests().at(0).url,
            "https://apis.data.go.kr/B552657/ErmctInsttInfoInqireService/getParmacyLcinfoInqire");
  EXPECT_EQ(asked("WGS84_LAT"), "37.5000000");
  EXPECT_EQ(asked("WGS84_LON"), "127.0000001");
  EXPECT_EQ(asked("pageNo"), "2");
  EXPECT_EQ(asked("numOfRows"), "3");
  EXPECT_EQ(asked("_type"), "json");
}

TEST_F(PharmacyLookUp, TakesTheHoursOfOneDayForNone) {
  http->then(200, std::string(nearby));

  EXPECT_FALSE(near({37.5, 127}).rows.at(0).hours.is_known());
}

TEST_F(PharmacyLookUp, RefusesImpossiblePositionsAndIds) {
  EXPECT_THROW(near({91, 127}), InvalidArgument);
  EXPECT_THROW(near({37.5, 127}, {.number = 0}), InvalidArgument);
  EXPECT_THROW(near({37.5, 127}, {.rows = 1501}), InvalidArgument);
  EXPECT_THROW(find(""), InvalidArgument);
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(PharmacyLookUp, FindsOneWithItsWeek) {
  http->then(200, std::string(single));

  const auto pharmacy = find("C9990001");

  ASSERT_TRUE(pharmacy);
  EXPECT_EQ(pharmacy->hours.days[0], (OpenInterval{540, 1140}));
  EXPECT_EQ(pharmacy->hours.days[4], (OpenInterval{540, 1500}));
  EXPECT_EQ(pharmacy->hours.days[6], std::nullopt);
  EXPECT_EQ(http->requests().at(0).url,
            "https://apis.data.go.kr/B552657/ErmctInsttInfoInqireService/getParmacyBassInfoInqire");
  EXPECT_EQ(asked("HPID"), "C9990001");
}

TEST_F(PharmacyLookUp, FindsNothingForAnUnknownId) {
  http->then(200, std::string(nothing));

  EXPECT_EQ(find("C0000000"), std::nullopt);
}

TEST_F(PharmacyLookUp, NeverTakesAnotherPharmacyForTheOneAskedFor) {
  http->then(200, std::string(single));

  EXPECT_EQ(find("C9990002"), std::nullopt);
}

TEST_F(PharmacyLookUp, SaysWhyARowIsOfNoUse) {
  http->then(200, R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":{"hpid":"C9990001",)"
                  R"("dutyName":"가상약국"}},"totalCount":1}}})");

  EXPECT_EQ(message_of<BadData>([&] { find("C9990001"); }),
            "국립중앙의료원 pharmacies of data.go.kr: the row has no coordinates");
}

TEST_F(PharmacyLookUp, AsksAgainAndNeverRepeatsTheKey) {
  http->then(200, R"({"response":{"header":{"resultCode":"05","resultMsg":"a+B/c==SECRET"}}})");

  const std::string message = message_of<ServiceError>([&] { find("C9990001"); });

  EXPECT_EQ(http->requests().size(), 3u);
  EXPECT_EQ(message.find("SECRET"), std::string::npos) << message;
}

}  // namespace
}  // namespace pilling::sources
