#include <gtest/gtest.h>

#include "pilling/error.hpp"
#include "sources/easy_drug.hpp"
#include "sources/file_contents.hpp"
#include "support/gzip.hpp"
#include "support/sample_data.hpp"
#include "unit/sources/written_file.hpp"

namespace pilling::sources {
namespace {

using support::gzip;

const std::string first_row =
    R"({"itemSeq":"209900001","itemName":"가상정","entpName":"가상제약","mainIngr":"가상펜,모의산",)"
    R"("efcyQesitm":"이 약은 두통에 사용합니다.\n","useMethodQesitm":"1회 1정 복용합니다.","atpnWarnQesitm":null,)"
    R"("atpnQesitm":"과민증 환자는 피하십시오.","intrcQesitm":"","seQesitm":"발진","depositMethodQesitm":"실온 보관",)"
    R"("openDe":"2020-12-24","updateDe":"20241231","itemImage":"https://example.invalid/1.jpg"})";
const std::string second_row = R"({"itemSeq":"209900002","itemName":"가상시럽","updateDe":"2021-01-29 00:00:00"})";

FileContents<Medicine> read(std::string_view bytes) {
  const WrittenFile file(bytes);
  return read_medicine_file(file.path());
}

std::string refusal(std::string_view bytes) {
  const WrittenFile file(bytes);
  try {
    read_medicine_file(file.path());
  } catch (const BadData& error) {
    EXPECT_EQ(error.source(), file.path().string());
    EXPECT_NE(std::string(error.what()).find(file.path().string()), std::string::npos);
    return error.what();
  }
  return "";
}

TEST(MedicineFile, ReadsEveryFieldOfARow) {
  const FileContents<Medicine> contents = read(first_row + "\n");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].line, 1U);
  const Medicine& medicine = contents.rows[0].row;
  EXPECT_EQ(medicine.id.value, "209900001");
  EXPECT_EQ(medicine.name, "가상정");
  EXPECT_EQ(medicine.company, "가상제약");
  EXPECT_EQ(medicine.ingredients, "가상펜,모의산");
  EXPECT_EQ(medicine.efficacy, "이 약은 두통에 사용합니다.");
  EXPECT_EQ(medicine.usage, "1회 1정 복용합니다.");
  EXPECT_EQ(medicine.warnings, "");
  EXPECT_EQ(medicine.precautions, "과민증 환자는 피하십시오.");
  EXPECT_EQ(medicine.interactions, "");
  EXPECT_EQ(medicine.side_effects, "발진");
  EXPECT_EQ(medicine.storage, "실온 보관");
  EXPECT_EQ(medicine.images, std::vector<std::string>{"https://example.invalid/1.jpg"});
  EXPECT_EQ(medicine.published_on, "2020-12-24");
  EXPECT_EQ(medicine.updated_on, "2024-12-31");
  EXPECT_EQ(medicine.summary, std::nullopt);
  EXPECT_TRUE(contents.notes.empty());
}

class MedicineFileShapes : public testing::TestWithParam<std::string> {};

TEST_P(MedicineFileShapes, HoldTheSameTwoRows) {
  for (const std::string& bytes : {GetParam(), gzip(GetParam()), "\xef\xbb\xbf" + GetParam()}) {
    const FileContents<Medicine> contents = read(bytes);

    ASSERT_EQ(contents.rows.size(), 2U);
    EXPECT_EQ(contents.rows[0].row.name, "가상정");
    EXPECT_EQ(contents.rows[1].row.id.value, "209900002");
    EXPECT_EQ(contents.rows[1].row.updated_on, "2021-01-29");
    EXPECT_TRUE(contents.skipped.empty());
  }
}

const std::string header = R"("header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."})";

INSTANTIATE_TEST_SUITE_P(AllShapes, MedicineFileShapes,
                         testing::Values(first_row + "\n" + second_row + "\n", first_row + "\r\n\r\n" + second_row,
                                         "[" + first_row + "," + second_row + "]",
                                         "\n [\n" + first_row + ",\n" + second_row + "\n]\n",
                                         R"([{"item":)" + first_row + R"(},{"item":)" + second_row + "}]",
                                         "{" + header +
                                             R"(,"body":{"pageNo":1,"totalCount":2,"numOfRows":10,"items":[)" +
                                             first_row + "," + second_row + "]}}",
                                         "{" + header + R"(,"body":{"items":[{"item":)" + first_row + R"(},{"item":)" +
                                             second_row + R"(}],"totalCount":2}})",
                                         R"({"response":{)" + header + R"(,"body":{"items":{"item":[)" + first_row +
                                             "," + second_row + R"(]},"totalCount":2}}})",
                                         R"({"response":{"body":{"items":{"item":[)" + first_row + "," + second_row +
                                             R"(]}},)" + header + "}}",
                                         "{\n  " + header + ",\n  \"body\": {\n    \"items\": [\n" + first_row + ",\n" +
                                             second_row + "]\n  }\n}\n"));

TEST(MedicineFile, ReadsTheOnlyItemOfABody) {
  const FileContents<Medicine> contents =
      read(R"({"response":{"body":{"items":{"item":)" + first_row + R"(},"totalCount":1}}})");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].line, 1U);
}

TEST(MedicineFile, ReadsOneObjectThatSpreadsOverLines) {
  const FileContents<Medicine> contents = read("{\n \"itemSeq\": \"209900002\",\n \"itemName\": \"가상시럽\"\n}\n");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].row.name, "가상시럽");
}

TEST(MedicineFile, TakesNumbersAsTheyAreSpelled) {
  const FileContents<Medicine> contents =
      read(R"({"itemSeq":209900003,"itemName":12345678901234567890123,"updateDe":20240418,"seQesitm":true})");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].row.id.value, "209900003");
  EXPECT_EQ(contents.rows[0].row.name, "12345678901234567890123");
  EXPECT_EQ(contents.rows[0].row.updated_on, "2024-04-18");
}

TEST(MedicineFile, SkipsBadRowsWithLineAndReason) {
  const FileContents<Medicine> contents =
      read(first_row + "\n{\"itemSeq\":\"209900009\",\n\n" + R"({"itemName":"이름뿐"})" + "\n" +
           R"({"itemSeq":"209900004","itemName":"  "})" + "\n" + R"({"itemSeq":"20990000A","itemName":"글자"})" + "\n" +
           R"(["209900005"])" + "\n" + R"({"itemSeq":{"a":1},"itemName":"객체"})" + "\n" + second_row + "\n" +
           R"({"itemSeq":"209900006","itemName":"잘린)");

  ASSERT_EQ(contents.rows.size(), 2U);
  EXPECT_EQ(contents.rows[1].line, 9U);
  ASSERT_EQ(contents.skipped.size(), 7U);
  EXPECT_EQ(contents.skipped[0].line, 2U);
  EXPECT_EQ(contents.skipped[1], (SkippedRow{4, "has no itemSeq"}));
  EXPECT_EQ(contents.skipped[2], (SkippedRow{5, "has no itemName"}));
  EXPECT_EQ(contents.skipped[3], (SkippedRow{6, "itemSeq \"20990000A\" is not nine digits"}));
  EXPECT_EQ(contents.skipped[4], (SkippedRow{7, "is not a JSON object"}));
  EXPECT_EQ(contents.skipped[5], (SkippedRow{8, "has no itemSeq"}));
  EXPECT_EQ(contents.skipped[6].line, 10U);
}

TEST(MedicineFile, SkipsTheRowThatIsNotUtf8) {
  const std::string bad = "{\"itemSeq\":\"209900007\",\"itemName\":\"\xb0\xa1\xbb\xf3\"}";

  const FileContents<Medicine> lines = read(first_row + "\n" + bad + "\n" + second_row);
  const FileContents<Medicine> array = read("[" + first_row + "," + bad + "," + second_row + "]");

  for (const FileContents<Medicine>* contents : {&lines, &array}) {
    ASSERT_EQ(contents->rows.size(), 2U);
    EXPECT_EQ(contents->rows[0].row.name, "가상정");
    EXPECT_EQ(contents->rows[1].row.name, "가상시럽");
    ASSERT_EQ(contents->skipped.size(), 1U);
    EXPECT_EQ(contents->skipped[0], (SkippedRow{2, "is not valid UTF-8"}));
  }
}

TEST(MedicineFile, SkipsTheRowWithABrokenEscape) {
  const std::string bad = R"({"itemSeq":"209900007","itemName":"\ud800"})";

  const FileContents<Medicine> contents = read("[" + bad + "," + second_row + "]");

  ASSERT_EQ(contents.rows.size(), 1U);
  ASSERT_EQ(contents.skipped.size(), 1U);
  EXPECT_EQ(contents.skipped[0].line, 1U);
}

TEST(MedicineFile, NumbersTheRecordsOfAList) {
  const FileContents<Medicine> contents = read("[" + first_row + ",\n 7,\n{},\n" + second_row + "]");

  ASSERT_EQ(contents.rows.size(), 2U);
  EXPECT_EQ(contents.rows[1].line, 4U);
  ASSERT_EQ(contents.skipped.size(), 2U);
  EXPECT_EQ(contents.skipped[0], (SkippedRow{2, "is not a JSON object"}));
  EXPECT_EQ(contents.skipped[1], (SkippedRow{3, "has no itemSeq"}));
}

TEST(MedicineFile, PutsTheLeadingZeroOfACodeBackAndSaysSo) {
  const FileContents<Medicine> contents = read(R"({"itemSeq":"52400490","itemName":"가상정"})");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].row.id.value, "052400490");
  ASSERT_EQ(contents.notes.size(), 1U);
  EXPECT_EQ(contents.notes[0].line, 1U);
  EXPECT_TRUE(says(contents.notes[0].reason, "leading zero"));
}

TEST(MedicineFile, SkipsACodeThatIsMuchTooShortOrTooLong) {
  const FileContents<Medicine> contents = read(second_row + "\n" + R"({"itemSeq":"2400490","itemName":"짧음"})" + "\n" +
                                               R"({"itemSeq":"2099000010","itemName":"긺"})");

  EXPECT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.skipped.size(), 2U);
}

TEST(MedicineFile, LeavesOutADateThatIsNoneAndSaysSo) {
  const FileContents<Medicine> contents =
      read(R"({"itemSeq":"209900001","itemName":"가상정","openDe":"2023-02-30","updateDe":"어제"})");

  ASSERT_EQ(contents.rows.size(), 1U);
  EXPECT_EQ(contents.rows[0].row.published_on, "");
  EXPECT_EQ(contents.rows[0].row.updated_on, "");
  EXPECT_EQ(contents.notes.size(), 2U);
}

TEST(MedicineFile, KeepsRepeatedCodesApart) {
  const FileContents<Medicine> contents = read(second_row + "\n" + second_row);

  EXPECT_EQ(contents.rows.size(), 2U);
}

TEST(MedicineFile, RefusesWhatIsNotMedicines) {
  EXPECT_TRUE(says(refusal(""), "found nothing"));
  EXPECT_TRUE(says(refusal(" \n\t"), "found nothing"));
  EXPECT_TRUE(says(refusal("<!DOCTYPE html><html><body>점검 중</body></html>"), "HTML"));
  EXPECT_TRUE(says(refusal("itemSeq,itemName\n209900001,가상정\n"), "CSV"));
  EXPECT_TRUE(says(refusal(std::string("{\"itemSeq\"\0:1}", 14)), "NUL"));
  EXPECT_TRUE(says(refusal(std::string("PK\3\4\0\0", 6)), "zip"));
  EXPECT_TRUE(says(refusal(R"({"hpid":"C9990001","dutyName":"가상약국"})"), "without any of its fields"));
  EXPECT_TRUE(says(refusal("[]"), "no rows"));
  EXPECT_TRUE(says(refusal("{" + header + R"(,"body":{"pageNo":1,"totalCount":0}})"), "no rows"));
  EXPECT_TRUE(says(refusal(R"({"response":{"body":{"items":""}}})"), "no rows"));
  EXPECT_TRUE(says(refusal(R"({"itemSeq":"x","itemName":"가상정"})"), "no usable row among 1"));
  EXPECT_TRUE(says(refusal("{{{{"), "no usable row"));
  EXPECT_TRUE(says(refusal("\xff\xfe\xb0"),
                   "not all UTF-8; if it is CP949, convert it first: iconv -f CP949 -t UTF-8 FILE > NEW"));
}

TEST(MedicineFile, RefusesAListThatBreaksOff) {
  EXPECT_TRUE(says(refusal("[" + first_row + "," + second_row), "cut off"));
  EXPECT_NE(refusal("[" + first_row + ",]"), "");
  EXPECT_NE(refusal("[" + first_row + "] []"), "");
  EXPECT_NE(refusal("{" + header + R"(,"body":{"items":[)" + first_row), "");
}

TEST(MedicineFile, QuotesTheCodeOfAnErrorBody) {
  const std::string gateway =
      R"({"OpenAPI_ServiceResponse":{"cmmMsgHeader":{"errMsg":"SERVICE_KEY_IS_NOT_REGISTERED_ERROR",)"
      R"("returnAuthMsg":"등록되지 않은 서비스키","returnReasonCode":"30"}}})";

  EXPECT_TRUE(says(refusal(gateway), "30 SERVICE_KEY_IS_NOT_REGISTERED_ERROR"));
  EXPECT_TRUE(says(refusal(R"({"header":{"resultCode":"22","resultMsg":"X"},"body":{}})"),
                   "22 LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"));
  EXPECT_TRUE(says(refusal("<OpenAPI_ServiceResponse><cmmMsgHeader><returnReasonCode>12</returnReasonCode>"
                           "</cmmMsgHeader></OpenAPI_ServiceResponse>"),
                   "12 NO_OPENAPI_SERVICE_ERROR"));
}

TEST(MedicineFile, ReadsALargeList) {
  std::string list = "[" + first_row;
  for (int i = 0; i < 20'000; ++i) {
    list += R"(,{"itemSeq":")" + std::to_string(200'000'000 + i) + R"(","itemName":"가상정","efcyQesitm":"두통"})";
  }

  const FileContents<Medicine> contents = read(list + "]");

  ASSERT_EQ(contents.rows.size(), 20'001U);
  EXPECT_EQ(contents.rows.back().line, 20'001U);
  EXPECT_EQ(contents.rows.back().row.id.value, "200019999");
}

TEST(MedicineFile, SurvivesAWrapperInAWrapper) {
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += R"({"item":)";
  deep += "1" + std::string(5'000, '}');

  EXPECT_NE(refusal(deep), "");
  EXPECT_NE(refusal("[" + deep + "]"), "");
}

TEST(IsoDate, ReadsTheSpellingsOfTheService) {
  EXPECT_EQ(iso_date("2020-12-24"), "2020-12-24");
  EXPECT_EQ(iso_date("20241231"), "2024-12-31");
  EXPECT_EQ(iso_date("2021-01-29 00:00:00"), "2021-01-29");
  EXPECT_EQ(iso_date(" 20240229\n"), "2024-02-29");
  EXPECT_EQ(iso_date("20230229"), "");
  EXPECT_EQ(iso_date("2024-1-2"), "");
  EXPECT_EQ(iso_date("202412311"), "");
  EXPECT_EQ(iso_date(""), "");
}

TEST(MedicineFile, ReadsTheRealExports) {
  for (const auto& [name, rows] : {std::pair("easydrug_2024-05", 4660U), std::pair("easydrug_2024-07", 4712U)}) {
    const auto path = support::real_data("easydrug/" + std::string(name) + ".jsonl.gz");
    if (!path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

    const FileContents<Medicine> contents = read_medicine_file(*path);

    EXPECT_EQ(contents.rows.size(), rows);
    EXPECT_TRUE(contents.skipped.empty());
    EXPECT_TRUE(contents.notes.empty());
    for (const auto& numbered : contents.rows) {
      EXPECT_EQ(numbered.row.id.value.size(), 9U);
      EXPECT_FALSE(numbered.row.updated_on.empty());
    }
  }
}

TEST(MedicineFile, ReadsTheRealBodies) {
  const auto path = support::real_data("api_samples/mermaid_2026-07/easydrug_ibuprofen.json");
  if (!path) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  const FileContents<Medicine> contents = read_medicine_file(*path);

  EXPECT_FALSE(contents.rows.empty());
  EXPECT_TRUE(contents.skipped.empty());
}

}  // namespace
}  // namespace pilling::sources
