#include "sources/permit.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "sources/permit_document.hpp"
#include "support/sample_data.hpp"
#include "unit/sources/scripted_service.hpp"

namespace pilling::sources {
namespace {

constexpr std::string_view service = "permits";

// As the service sends it: XML inside of JSON, with line ends, CDATA and character references.
const std::string detail =
    R"x({"ITEM_SEQ":"209900001","ITEM_NAME":"가상진통정160밀리그램(아세트아미노펜)","ENTP_NAME":"가상제약(주)",)x"
    R"x("ITEM_PERMIT_DATE":"20990101","ETC_OTC_CODE":"전문의약품","STORAGE_METHOD":"밀폐용기, 실온(1~30℃)보관",)x"
    R"x("CANCEL_DATE":null,"CANCEL_NAME":"정상","MAKE_MATERIAL_FLAG":"완제의약품","CHANGE_DATE":"20990201",)x"
    R"x("EE_DOC_DATA":"<DOC title=\"효능효과\" type=\"EE\">\r\n  <SECTION title=\"\">\r\n    <ARTICLE title=\"1. 성인\">\r\n)x"
    R"x(      <PARAGRAPH tagName=\"p\" textIndent=\"\"><![CDATA[두통,&nbsp;발열]]><\/PARAGRAPH>\r\n)x"
    R"x(      <PARAGRAPH tagName=\"p\"><![CDATA[10<sup>2<\/sup> 미만]]><\/PARAGRAPH>\r\n    <\/ARTICLE>\r\n  <\/SECTION>\r\n<\/DOC>",)x"
    R"x("UD_DOC_DATA":"<DOC title=\"용법용량\" type=\"UD\"\/>","NB_DOC_DATA":null,"PN_DOC_DATA":null,)x"
    R"x("MAIN_ITEM_INGR":"[M999999]아세트아미노펜과립|[M999998]카페인무수물","ITEM_ENG_NAME":"Gasang Tab. 160mg"})x";

std::string reply_of(const std::string& rows, int total) {
  return R"({"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"pageNo":1,"totalCount":)" +
         std::to_string(total) + R"(,"numOfRows":10,"items":[)" + rows + "]}}";
}

TEST(Permit, GivesWhatTheDetailsSay) {
  const SourcePage<Medicine> page = read_permit_reply(reply_of(detail, 1), 200, service);

  ASSERT_EQ(page.rows.size(), 1u);
  const Medicine& medicine = page.rows[0];
  EXPECT_EQ(medicine.id.value, "209900001");
  EXPECT_EQ(medicine.name, "가상진통정160밀리그램(아세트아미노펜)");
  EXPECT_EQ(medicine.english_name, "Gasang Tab. 160mg");
  EXPECT_EQ(medicine.company, "가상제약(주)");
  EXPECT_EQ(medicine.ingredients, "아세트아미노펜과립,카페인무수물");
  EXPECT_EQ(medicine.dispensing, "prescription");
  EXPECT_EQ(medicine.efficacy, "1. 성인\n두통, 발열\n10² 미만");
  EXPECT_EQ(medicine.usage, "");
  EXPECT_EQ(medicine.precautions, "");
  EXPECT_EQ(medicine.storage, "밀폐용기, 실온(1~30℃)보관");
  EXPECT_EQ(medicine.updated_on, "2099-02-01");
}

TEST(Permit, GivesWhatTheListSays) {
  const SourcePage<Medicine> page = read_permit_reply(
      reply_of(
          R"({"ITEM_SEQ":"209900001","ITEM_NAME":"가상정","ITEM_ENG_NAME":null,"SPCLTY_PBLC":"일반의약품",)"
          R"("ITEM_INGR_NAME":"Acetaminophen Granules/Caffeine Anhydrous","BIG_PRDT_IMG_URL":"https:\/\/a.test\/1",)"
          R"("CANCEL_NAME":"정상"})",
          43064),
      200, service);

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.total, 43'064u);
  EXPECT_EQ(page.rows[0].ingredients, "Acetaminophen Granules,Caffeine Anhydrous");
  EXPECT_EQ(page.rows[0].dispensing, "otc");
  EXPECT_EQ(page.rows[0].images, std::vector<std::string>{"https://a.test/1"});
  EXPECT_EQ(page.rows[0].efficacy, "");
}

TEST(Permit, GivesTheSameInXml) {
  const std::string document =
      "<DOC title=\"효능효과\"><SECTION title=\"\"><ARTICLE title=\"\"><PARAGRAPH>"
      "<![CDATA[두통, 발열]]></PARAGRAPH></ARTICLE></SECTION></DOC>";
  std::string escaped;
  std::string split;  // a section cannot hold the end of another one
  for (const char c : document) {
    escaped += c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    split += c == '>' ? "]]><![CDATA[>" : std::string(1, c);
  }
  const auto reply = [](const std::string& field) {
    return "<response><header><resultCode>00</resultCode></header><body><items><item><ITEM_SEQ>209900001</ITEM_SEQ>"
           "<ITEM_NAME>가상정</ITEM_NAME><ITEM_ENG_NAME/><EE_DOC_DATA>" +
           field + "</EE_DOC_DATA></item></items><totalCount>1</totalCount></body></response>";
  };

  EXPECT_EQ(read_permit_reply(reply(escaped), 200, service).rows.at(0).efficacy, "두통, 발열");
  EXPECT_EQ(read_permit_reply(reply("<![CDATA[" + split + "]]>"), 200, service).rows.at(0).efficacy, "두통, 발열");
}

TEST(Permit, RefusesWhatNobodyIsHanded) {
  const SourcePage<Medicine> page = read_permit_reply(
      reply_of(R"({"ITEM_SEQ":"209900001","ITEM_NAME":"가","CANCEL_NAME":"취하"},)"
               R"({"ITEM_SEQ":"209900002","ITEM_NAME":"나","CANCEL_NAME":"정상","MAKE_MATERIAL_FLAG":"원료의약품"},)"
               R"({"ITEM_NAME":"다"},{"ITEM_SEQ":"209900004"})",
               4),
      200, service);

  EXPECT_TRUE(page.rows.empty());
  EXPECT_EQ(page.skipped, (std::vector<SkippedRow>{{1, "has a permit that does not hold: \"취하\""},
                                                   {2, "is a raw material"},
                                                   {3, "has no ITEM_SEQ"},
                                                   {4, "has no ITEM_NAME"}}));
}

TEST(PermitIngredients, LoseTheirCodes) {
  EXPECT_EQ(permit_ingredients("[M040702]포도당|[M040420]염화나트륨"), "포도당,염화나트륨");
  EXPECT_EQ(permit_ingredients("포도당 | | [M1]"), "포도당");
  EXPECT_EQ(permit_ingredients(""), "");
}

TEST(PermitDocument, IsReadLineByLine) {
  EXPECT_EQ(permit_document_text("<DOC title=\"사용상의주의사항\" type=\"NB\"><SECTION title=\"경고\">"
                                 "<ARTICLE title=\"1. 다음\"><PARAGRAPH><![CDATA[가 &lt; 나]]></PARAGRAPH>"
                                 "<PARAGRAPH><![CDATA[<table><tr><td>다</td><td>라</td></tr></table>]]></PARAGRAPH>"
                                 "</ARTICLE></SECTION></DOC>"),
            "경고\n1. 다음\n가 < 나\n다 라");
}

TEST(PermitDocument, IsCleanedWhenItIsBroken) {
  // A reference that XML does not know, outside of CDATA, and an end that is missing.
  EXPECT_EQ(permit_document_text("<DOC title=\"효능\"><PARAGRAPH tagName=\"p\">두통,&nbsp;발열</PARAGRAPH><DOCUMENT>"),
            "두통, 발열\n<DOCUMENT>");
  EXPECT_EQ(permit_document_text("두통"), "두통");
  EXPECT_EQ(permit_document_text(" "), "");
}

TEST(PermitDocument, IsNotExpandedByItsOwnDefinitions) {
  const std::string text = permit_document_text(
      "<!DOCTYPE DOC [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><DOC><PARAGRAPH>&b;</PARAGRAPH></DOC>");

  EXPECT_EQ(text.find("aaaaaaaaaaaaaaaaaaaa"), std::string::npos);
}

std::string whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Permit, ReadsTheRealBodies) {
  const auto list = support::real_data("api_samples/mermaid_2026-07/permission.json");
  const auto details = support::real_data("api_samples/mermaid_2026-07/permission_detail.json");
  const auto injection = support::real_data("api_samples/medi_meta_2025-06/single-medi-product-details.json");
  if (!list || !details || !injection) GTEST_SKIP() << "the real data is not there; PILLING_DATA_DIR names its folder";

  const Medicine listed = read_permit_reply(whole(*list), 200, service).rows.at(0);
  const Medicine detailed = read_permit_reply(whole(*details), 200, service).rows.at(0);
  const Medicine injected = read_permit_reply(whole(*injection), 200, service).rows.at(0);

  EXPECT_EQ(listed.id, detailed.id);
  EXPECT_EQ(listed.dispensing, "otc");
  EXPECT_EQ(detailed.dispensing, "otc");
  EXPECT_EQ(injected.dispensing, "prescription");
  EXPECT_EQ(injected.ingredients.substr(0, std::string("포도당,").size()), "포도당,");
  for (const Medicine& medicine : {detailed, injected}) {
    for (const std::string& text : {medicine.efficacy, medicine.usage, medicine.precautions}) {
      EXPECT_FALSE(text.empty());
      for (const std::string mark : {"CDATA", "PARAGRAPH", "&nbsp;", "\r", "<DOC"}) {
        EXPECT_EQ(text.find(mark), std::string::npos) << mark;
      }
    }
  }
}

struct PermitSource : ScriptedService {
  std::shared_ptr<MedicineSource> permits(const PermitOperations& operations = {}) {
    return make_permit_source(http, options(), operations, hooks());
  }
};

TEST_F(PermitSource, AsksTheDetailsForAName) {
  http->then(200, reply_of(detail, 1));

  const auto page = permits()->fetch({.name = "가상진통"}, {});

  EXPECT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(http->requests().at(0).url,
            "https://apis.data.go.kr/1471000/DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnDtlInq08");
  EXPECT_EQ(asked("item_name"), "가상진통");
  EXPECT_EQ(asked("item_seq"), "(none)");
  EXPECT_EQ(asked("type"), "json");
}

TEST_F(PermitSource, AsksTheDetailsForAnIdAndDropsOthers) {
  http->then(200, reply_of(detail + R"(,{"ITEM_SEQ":"209900002","ITEM_NAME":"다른정"})", 43064));

  const auto page = permits()->fetch({.id = {"209900002"}}, {});

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].name, "다른정");
  EXPECT_EQ(page.total, 1u);
  EXPECT_EQ(asked("item_seq"), "209900002");
}

TEST_F(PermitSource, AsksTheListForEverything) {
  http->then(200, reply_of(detail, 43064));

  const auto page = permits()->fetch({.page = 2, .rows = 500}, {});

  EXPECT_EQ(page.total, 43'064u);
  EXPECT_EQ(http->requests().at(0).url,
            "https://apis.data.go.kr/1471000/DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnInq08");
  EXPECT_EQ(asked("numOfRows"), "500");
}

TEST_F(PermitSource, StandsWhereItIsToldTo) {
  http->then(200, reply_of(detail, 1));

  permits({.list = "L/l", .details = "DrugPrdtPrmsnInfoService07/getDrugPrdtPrmsnDtlInq06"})
      ->fetch({.id = {"209900001"}}, {});

  EXPECT_EQ(http->requests().at(0).url,
            "https://apis.data.go.kr/1471000/DrugPrdtPrmsnInfoService07/getDrugPrdtPrmsnDtlInq06");
}

TEST_F(PermitSource, RefusesWhatCannotBeAsked) {
  EXPECT_THROW(permits()->fetch({.name = "가", .rows = 101}, {}), InvalidArgument);
  EXPECT_THROW(permits()->fetch({.rows = 501}, {}), InvalidArgument);
  EXPECT_THROW(permits()->fetch({.name = "\xff"}, {}), InvalidArgument);
  EXPECT_THROW(make_permit_source(http, {}, {}, hooks()), InvalidArgument);
  EXPECT_THROW(make_permit_source(nullptr, options(), {}, hooks()), InvalidArgument);
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(PermitSource, AsksAgainAndNeverRepeatsTheKey) {
  http->then(503, "Error receiving response from backend server a+B/c==SECRET");

  const std::string message = message_of<ServiceError>([&] { permits()->fetch({}, {}); });

  EXPECT_EQ(http->requests().size(), 3u);
  EXPECT_EQ(message.find("SECRET"), std::string::npos) << message;
}

}  // namespace
}  // namespace pilling::sources
