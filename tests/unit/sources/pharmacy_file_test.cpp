#include <gtest/gtest.h>
#include <map>

#include "pilling/error.hpp"
#include "sources/file_contents.hpp"
#include "support/sample_data.hpp"
#include "unit/sources/written_file.hpp"

namespace pilling::sources {
namespace {

constexpr std::size_t sunday = 6;

const std::string hira_header =
    "암호화요양기호,요양기관명,종별코드,종별코드명,시도코드,시도코드명,시군구코드,시군구코드명,읍면동,우편번호,주소,"
    "전화번호,개설일자,좌표(x),좌표(y)\n";

std::string hira_row(std::string_view id, std::string_view x, std::string_view y) {
  return std::string(id) + ",가상약국,81,약국,310000,경기,311901,고양덕양구,,10275,\"경기도 가상로 9, 2층 (가상동)\"," +
         "031-000-0000,20110421," + std::string(x) + "," + std::string(y) + "\n";
}

const std::string derived_header =
    "hpid,dutyName,dutyAddr,dutyTel1,wgs84Lon,wgs84Lat,dutyTime1s,dutyTime1c,dutyTime7s,dutyTime7c,dutyTime8s,"
    "dutyTime8c,sun_suspect,hol_suspect\n";

const std::string raw_header =
    "\"약국ID\",\"약국명\",\"주소\",\"대표전화1\",\"진료시간(월요일)C\",\"진료시간(일요일)C\",\"진료시간(공휴일)C\","
    "\"진료시간(월요일)S\",\"진료시간(일요일)S\",\"진료시간(공휴일)S\",\"병원경도\",\"병원위도\"\n";

std::string raw_row(std::string_view id, std::string_view sunday_hours, std::string_view holiday_hours) {
  const auto part = [](std::string_view hours, std::size_t begin) {
    return "\"" + std::string(hours.empty() ? "" : hours.substr(begin, 4)) + "\",";
  };
  return "\"" + std::string(id) + "\",\"가상약국\",\"서울\",\"02\",\"1900\"," + part(sunday_hours, 4) +
         part(holiday_hours, 4) + "\"0900\"," + part(sunday_hours, 0) + part(holiday_hours, 0) + "\"127.0\",\"37.5\"\n";
}

FileContents<Pharmacy> read(std::string_view bytes) {
  const WrittenFile file(bytes);
  return read_pharmacy_file(file.path());
}

std::string refusal(std::string_view bytes) {
  try {
    read(bytes);
  } catch (const BadData& error) {
    return error.what();
  }
  return "";
}

TEST(PharmacyFile, ReadsTheTableOfHira) {
  const FileContents<Pharmacy> contents =
      read("\xef\xbb\xbf" + hira_header + hira_row("JDQ4", "126.9015817", "37.70152680"));

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].line, 2U);
  const Pharmacy& pharmacy = contents.rows[0].row;
  EXPECT_EQ(pharmacy.id.value, "JDQ4");
  EXPECT_EQ(pharmacy.name, "가상약국");
  EXPECT_EQ(pharmacy.address, "경기도 가상로 9, 2층 (가상동)");
  EXPECT_EQ(pharmacy.telephone, "031-000-0000");
  EXPECT_DOUBLE_EQ(pharmacy.position.longitude, 126.9015817);
  EXPECT_DOUBLE_EQ(pharmacy.position.latitude, 37.7015268);
  EXPECT_EQ(pharmacy.hours, OpeningHours{});
}

TEST(PharmacyFile, SkipsPharmaciesWithoutAUsablePosition) {
  const FileContents<Pharmacy> contents =
      read(hira_header + hira_row("A", "", "") + hira_row("B", "37.5", "127.0") + hira_row("C", "0", "0") +
           hira_row("D", "127,1", "x") + hira_row("E", "127.0", "37.5"));

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].row.id.value, "E");
  ASSERT_EQ(contents.skipped.size(), 4U);
  EXPECT_EQ(contents.skipped[0], (SkippedRow{2, "has no coordinates"}));
  EXPECT_TRUE(says(contents.skipped[1].reason, "swapped"));
  EXPECT_TRUE(says(contents.skipped[2].reason, "outside Korea"));
  EXPECT_TRUE(says(contents.skipped[3].reason, "columns"));
}

TEST(PharmacyFile, SkipsCoordinatesThatAreNoNumbers) {
  const FileContents<Pharmacy> contents = read(hira_header + hira_row("A", "nan", "37.5") +
                                               hira_row("B", "127.0east", "37.5") + hira_row("C", "127.0", "37.5"));

  EXPECT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.skipped.size(), 2U);
}

TEST(PharmacyFile, CountsLinesOverQuotedBreaks) {
  const FileContents<Pharmacy> contents =
      read(derived_header + "C1,\"가상\n약국\",\"서울,\r\n1층\",02,127.0,37.5,0900,1900,,,,,0,0\r\n" +
           "C2,가상약국,서울,02,,,0900,1900,,,,,0,0\r\n");

  ASSERT_EQ(contents.rows.size(), 1U);
  ASSERT_EQ(contents.skipped.size(), 1U);
  EXPECT_EQ(contents.skipped[0].line, 5U);
}

TEST(PharmacyFile, ReadsHoursUnderTheNamesOfTheApi) {
  const FileContents<Pharmacy> contents =
      read(derived_header + "C1,가상약국,서울,02,127.0,37.5,0900,1900,1000,2500,,,0,0\n");

  ASSERT_EQ(contents.rows.size(), 1U);
  const OpeningHours& hours = contents.rows[0].row.hours;
  EXPECT_EQ(hours.days[0], (OpenInterval{540, 1140}));
  EXPECT_EQ(hours.days[1], std::nullopt);
  EXPECT_EQ(hours.days[sunday], (OpenInterval{600, 1500}));
  EXPECT_EQ(hours.days[OpeningHours::holiday], std::nullopt);
}

TEST(PharmacyFile, TakesHoursThatMakeNoSenseAsUnknownAndSaysSo) {
  const FileContents<Pharmacy> contents =
      read(derived_header + "C1,가상약국,서울,02,127.0,37.5,0900,9960,1000,,1830,1330,0,0\n");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_FALSE(contents.rows[0].row.hours.is_known());
  ASSERT_EQ(contents.notes.size(), 3U);
  EXPECT_EQ(contents.notes[0].line, 2U);
  EXPECT_TRUE(says(contents.notes[0].reason, "Monday"));
  EXPECT_TRUE(says(contents.notes[1].reason, "Sunday"));
  EXPECT_TRUE(says(contents.notes[2].reason, "holiday"));
}

TEST(PharmacyFile, KeepsHoursThatAreHardToBelieveAndSaysSo) {
  const FileContents<Pharmacy> contents =
      read(derived_header + "C1,가상약국,서울,02,127.0,37.5,0900,1900,0900,1100,0900,1059,0,0\n");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].row.hours.days[OpeningHours::holiday], (OpenInterval{540, 659}));
  ASSERT_EQ(contents.notes.size(), 1U);
  EXPECT_EQ(contents.notes[0].line, 2U);
  EXPECT_TRUE(says(contents.notes[0].reason, "holiday hours \"0900\" to \"1059\""));
}

TEST(PharmacyFile, HonoursTheMarksOfSuspectHours) {
  const FileContents<Pharmacy> contents =
      read(derived_header + "C1,가상약국,서울,02,127.0,37.5,0900,1900,1000,1600,0900,1300,1,0\n" +
           "C2,가상약국,서울,02,127.0,37.5,0900,1900,1000,1600,0900,1300,1,1\n");

  ASSERT_EQ(contents.rows.size(), 2U);
  EXPECT_EQ(contents.rows[0].row.hours.days[sunday], std::nullopt);
  EXPECT_EQ(contents.rows[0].row.hours.days[OpeningHours::holiday], (OpenInterval{540, 780}));
  EXPECT_EQ(contents.rows[1].row.hours.days[OpeningHours::holiday], std::nullopt);
  ASSERT_EQ(contents.notes.size(), 2U);
  EXPECT_EQ(contents.notes[0].line, 0U);
  EXPECT_TRUE(says(contents.notes[0].reason, "2 Sunday"));
  EXPECT_TRUE(says(contents.notes[1].reason, "1 holiday"));
}

TEST(PharmacyFile, FindsTheHoursThatWereCopiedFromTheRowAbove) {
  const FileContents<Pharmacy> contents =
      read(raw_header + raw_row("C1", "", "09001300") + raw_row("C2", "10001600", "09001300") +
           raw_row("C3", "10001600", "") + raw_row("C4", "10001700", "09001300"));

  ASSERT_EQ(contents.rows.size(), 4U);
  const auto days = [&](std::size_t row, std::size_t day) { return contents.rows[row].row.hours.days[day]; };
  EXPECT_EQ(days(0, sunday), std::nullopt);
  EXPECT_EQ(days(1, sunday), (OpenInterval{600, 960}));
  EXPECT_EQ(days(2, sunday), std::nullopt);
  EXPECT_EQ(days(3, sunday), (OpenInterval{600, 1020}));
  EXPECT_EQ(days(0, OpeningHours::holiday), (OpenInterval{540, 780}));
  EXPECT_EQ(days(1, OpeningHours::holiday), std::nullopt);
  EXPECT_EQ(days(3, OpeningHours::holiday), (OpenInterval{540, 780}));
  EXPECT_EQ(days(3, 0), (OpenInterval{540, 1140}));
  EXPECT_EQ(contents.notes.size(), 2U);
}

const std::string pharmacy_json =
    R"({"dutyAddr":"서울 가상로 1","dutyName":"가상약국","dutyTel1":"02-000-0000","dutyTime1c":1900,)"
    R"("dutyTime1s":"0900","dutyTime5c":2600,"dutyTime5s":"0900","dutyTime8c":100,"dutyTime8s":30,"hpid":"C9990001",)"
    R"("postCdn1":"045","postCdn2":"20 ","rnum":1,"wgs84Lat":37.5001234567,"wgs84Lon":127})";

class PharmacyJson : public testing::TestWithParam<std::string> {};

TEST_P(PharmacyJson, HoldsTheSamePharmacy) {
  const FileContents<Pharmacy> contents = read(GetParam());

  ASSERT_EQ(contents.rows.size(), 1U);
  const Pharmacy& pharmacy = contents.rows[0].row;
  EXPECT_EQ(pharmacy.id.value, "C9990001");
  EXPECT_EQ(pharmacy.name, "가상약국");
  EXPECT_DOUBLE_EQ(pharmacy.position.latitude, 37.5001234567);
  EXPECT_DOUBLE_EQ(pharmacy.position.longitude, 127.0);
  EXPECT_EQ(pharmacy.hours.days[0], (OpenInterval{540, 1140}));
  EXPECT_EQ(pharmacy.hours.days[4], (OpenInterval{540, 1560}));
  EXPECT_EQ(pharmacy.hours.days[OpeningHours::holiday], (OpenInterval{30, 60}));
  EXPECT_EQ(pharmacy.hours.days[sunday], std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(AllShapes, PharmacyJson,
                         testing::Values(R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":[)" +
                                             pharmacy_json + R"(]},"numOfRows":1,"pageNo":1,"totalCount":1}}})",
                                         R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":)" +
                                             pharmacy_json + R"(},"numOfRows":1,"pageNo":1,"totalCount":1}}})",
                                         "[" + pharmacy_json + "]", pharmacy_json + "\n"));

TEST(PharmacyFile, ReadsRowsByLocationWithoutHours) {
  const FileContents<Pharmacy> contents =
      read(R"({"response":{"header":{"resultCode":"00"},"body":{"items":{"item":[{"cnt":7478,"distance":0.14,)"
           R"("dutyAddr":"서울 가상로 1","dutyName":"가상약국","endTime":1900,"hpid":"C9990001","latitude":37.56,)"
           R"("longitude":126.97,"startTime":"0900"}]},"totalCount":1}}})");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_DOUBLE_EQ(contents.rows[0].row.position.latitude, 37.56);
  EXPECT_FALSE(contents.rows[0].row.hours.is_known());
}

TEST(PharmacyFile, RefusesWhatIsNotPharmacies) {
  EXPECT_TRUE(says(refusal(""), "found nothing"));
  EXPECT_TRUE(says(refusal("<html></html>"), "HTML"));
  EXPECT_TRUE(says(refusal("name,atc\n가상정,N02\n"), "without its columns"));
  EXPECT_TRUE(says(refusal("just some words"), "without its columns"));
  EXPECT_TRUE(says(refusal(hira_header), "no rows"));
  EXPECT_TRUE(says(refusal(hira_header + hira_row("A", "", "")), "no usable row among 1"));
  EXPECT_TRUE(says(refusal(R"({"itemSeq":"209900001","itemName":"가상정"})"), "no usable row"));
  EXPECT_TRUE(says(refusal("\xbe\xcf\xc8\xa3,\xc1\xd6\xbc\xd2\n"),
                   "not all UTF-8; if it is CP949, convert it first: iconv -f CP949 -t UTF-8 FILE > NEW"));
  EXPECT_TRUE(says(refusal(R"({"response":{"header":{"resultCode":"20","resultMsg":"X"}}})"),
                   "20 SERVICE_ACCESS_DENIED_ERROR"));
}

TEST(PharmacyFile, SkipsTheRowThatIsNotUtf8) {
  std::string bad = hira_row("B", "127.0", "37.5");
  bad.replace(bad.find("가상약국"), 3, "\xb0\xa1");

  const FileContents<Pharmacy> contents = read(hira_header + hira_row("A", "127.0", "37.5") + bad);

  EXPECT_EQ(contents.rows.size(), 1U);
  ASSERT_EQ(contents.skipped.size(), 1U);
  EXPECT_EQ(contents.skipped[0], (SkippedRow{3, "is not valid UTF-8"}));
}

TEST(PharmacyFile, ReadsTheRealTableOfHira) {
  const auto path = support::real_data("pharmacy/hira_pharmacy_2023Q1.csv.gz");
  if (!path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  const FileContents<Pharmacy> contents = read_pharmacy_file(*path);

  EXPECT_EQ(contents.rows.size() + contents.skipped.size(), 24'502U);
  EXPECT_EQ(contents.skipped.size(), 117U);
  for (const SkippedRow& skipped : contents.skipped) EXPECT_EQ(skipped.reason, "has no coordinates");
}

TEST(PharmacyFile, FindsInTheRealSeoulFileWhatItsDerivedTwinMarks) {
  const auto raw_path = support::real_data("pharmacy/seoul_pharmacy_hours_raw_2023-05.csv.gz");
  const auto derived_path = support::real_data("pharmacy/seoul_pharmacy_hours_derived_2023-05.csv.gz");
  if (!raw_path || !derived_path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  const FileContents<Pharmacy> raw = read_pharmacy_file(*raw_path);
  const FileContents<Pharmacy> derived = read_pharmacy_file(*derived_path);

  ASSERT_EQ(raw.rows.size(), 5'596U);
  ASSERT_EQ(derived.rows.size(), 5'596U);
  EXPECT_TRUE(raw.skipped.empty());
  std::map<std::string, Pharmacy> marked;
  for (const auto& numbered : derived.rows) marked.emplace(numbered.row.id.value, numbered.row);
  for (const auto& numbered : raw.rows) EXPECT_EQ(numbered.row, marked[numbered.row.id.value]);
  EXPECT_EQ(raw.notes, derived.notes);
}

TEST(PharmacyFile, TrustsNoSundayBelowARowThatWasLost) {
  const FileContents<Pharmacy> contents =
      read(raw_header + raw_row("C0000001", "09001800", "") + "\"C0000002\",\"잘린약국\"\n" +
           raw_row("C0000003", "10001400", "") + raw_row("C0000004", "11001500", ""));

  ASSERT_EQ(contents.rows.size(), 3U);
  EXPECT_TRUE(contents.rows[0].row.hours.days[sunday]);
  EXPECT_FALSE(contents.rows[1].row.hours.days[sunday]);
  EXPECT_TRUE(contents.rows[2].row.hours.days[sunday]);
}

}  // namespace
}  // namespace pilling::sources
