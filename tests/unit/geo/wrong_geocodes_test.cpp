#include "geo/wrong_geocodes.hpp"

#include <gtest/gtest.h>
#include <limits>

#include "unit/geo/nearby_samples.hpp"

namespace pilling::geo {
namespace {

std::shared_ptr<const Pharmacy> at(const std::string& id, const std::string& address, Coordinate position = {37, 127}) {
  Pharmacy made;
  made.id.value = id;
  made.address = address;
  made.position = position;
  return std::make_shared<const Pharmacy>(std::move(made));
}

std::size_t wrong_points(const std::string& address, const std::string& other) {
  return find_wrong_geocodes({at("A", address), at("B", other)}).size();
}

TEST(WrongGeocodes, AreTwoDistrictsOnOnePoint) {
  EXPECT_EQ(wrong_points("서울특별시 강남구 가상로 1", "서울특별시 서초구 가상로 1"), 1u);
  EXPECT_EQ(wrong_points("경기도 고양시 덕양구 가상로 1", "경기도 고양시 일산동구 가상로 1"), 1u);
  EXPECT_EQ(wrong_points("서울특별시 중구 가상로 1", "부산광역시 중구 가상로 1"), 1u);
  EXPECT_EQ(wrong_points("전라남도 가상군 가상읍", "전라남도 견본군 가상읍"), 1u);
}

TEST(WrongGeocodes, AreNotTwoPharmaciesInOneBuilding) {
  EXPECT_EQ(wrong_points("서울특별시 강남구 가상로 1", "서울 강남구  견본로 2"), 0u);
  EXPECT_EQ(wrong_points("경기도 부천시 원미구 가상로 1", "경기 부천시 가상로 1"), 0u);
}

TEST(WrongGeocodes, AreNotSeenWithoutADistrict) {
  EXPECT_EQ(wrong_points("세종특별자치시 가상로 1", "대전광역시 유성구 가상로 1"), 0u);
  EXPECT_EQ(wrong_points("", "서울특별시 강남구 가상로 1"), 0u);
  EXPECT_EQ(wrong_points("서울특별시 구", "서울특별시 강남구"), 0u);
}

TEST(WrongGeocodes, NameEveryPharmacyOnThePoint) {
  const auto found =
      find_wrong_geocodes({at("C", "서울 강남구 가상로 1"), at("B", "서울 서초구 가상로 1"), at("A", "주소 없음"),
                           at("D", "서울 중구 가상로 1", {37, 128}),
                           at("E", "서울 중구 가상로 1", {std::numeric_limits<double>::quiet_NaN(), 0})});

  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(found[0].size(), 3u);
  EXPECT_EQ(found[0][0]->id.value, "A");
  EXPECT_EQ(found[0][2]->id.value, "C");
}

}  // namespace
}  // namespace pilling::geo
