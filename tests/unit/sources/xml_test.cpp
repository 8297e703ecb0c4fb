#include "sources/xml.hpp"

#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "sources/xml_rows.hpp"

namespace pilling::sources {
namespace {

using Row = std::vector<std::pair<std::string, std::string>>;

struct Read {
  std::vector<Row> rows;
  ApiEnvelope envelope;
  std::optional<std::string> fault;
};

Read read(std::string_view xml) {
  Read result;
  const JsonRowVisitor visit{.row =
                                 [&](std::uint64_t number, const JsonRow& row) {
                                   EXPECT_EQ(number, result.rows.size() + 1);
                                   Row& fields = result.rows.emplace_back();
                                   for (const auto& [name, text] : row.fields()) fields.emplace_back(name, text);
                                 },
                             .broken = [](std::uint64_t, const std::string& reason) { ADD_FAILURE() << reason; }};
  result.fault = read_xml_body(xml, visit, result.envelope);
  return result;
}

TEST(XmlRows, AreReadWithTheirCounters) {
  const Read result = read(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<response>\n <header>\n  <resultCode> 00 "
      "</resultCode><resultMsg>NORMAL SERVICE.</resultMsg></header><body><numOfRows>10</numOfRows><items>\n"
      "<item><hpid>C9990001</hpid><dutyTime1s>0900</dutyTime1s><dutyEtc/></item>\n<item><hpid>C9990002</hpid></item>"
      "</items><totalCount>7438</totalCount></body></response>\n");

  EXPECT_FALSE(result.fault);
  EXPECT_EQ(result.rows, (std::vector<Row>{{{"hpid", "C9990001"}, {"dutyTime1s", "0900"}, {"dutyEtc", ""}},
                                           {{"hpid", "C9990002"}}}));
  EXPECT_TRUE(result.envelope.is_envelope);
  EXPECT_FALSE(result.envelope.is_gateway_error);
  EXPECT_EQ(result.envelope.code, "00");
  EXPECT_EQ(result.envelope.total, 7438u);
  EXPECT_EQ(result.envelope.rows, 2u);
}

TEST(XmlRows, KeepReferencesSectionsAndLineEnds) {
  const Read result = read(
      "<response><body><items><item><a>1 &lt; 2 &amp; &#xAC00;</a><b><![CDATA[<p>가&nbsp;나</p>]]> 다\n</b>"
      "</item></items></body></response>");

  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_EQ(result.rows[0], (Row{{"a", "1 < 2 & 가"}, {"b", "<p>가&nbsp;나</p> 다\n"}}));
}

TEST(XmlRows, LeaveOutWhatHoldsElements) {
  const Read result =
      read("<response><body><items><item><a>1</a><b>2<c>3</c>4</b><d>5</d></item></items></body></response>");

  EXPECT_EQ(result.rows.at(0), (Row{{"a", "1"}, {"d", "5"}}));
}

TEST(XmlRows, TakeNoStatementFromARow) {
  const Read result = read(
      "<response><header><resultCode>00</resultCode></header><body><items><item><resultCode>22</resultCode>"
      "<totalCount>9</totalCount></item></items></body></response>");

  EXPECT_EQ(result.envelope.code, "00");
  EXPECT_EQ(result.envelope.total, std::nullopt);
}

TEST(XmlRows, KnowAGatewayErrorThatIsCutOff) {
  const Read result = read("<OpenAPI_ServiceResponse><errMsg>SERVICE KEY IS NOT REGISTERED ERROR</errMsg>");

  EXPECT_EQ(result.fault, "is cut off XML");
  EXPECT_TRUE(result.envelope.is_gateway_error);
  EXPECT_EQ(result.envelope.message, "SERVICE KEY IS NOT REGISTERED ERROR\n");
}

TEST(Xml, SaysWhatIsWrong) {
  EXPECT_EQ(read("<a><b></a>").fault, "is broken XML");
  EXPECT_EQ(read("<a>").fault, "is cut off XML");
  EXPECT_EQ(read("").fault, "is cut off XML");
  EXPECT_EQ(read("<a>&nbsp;</a>").fault, "is broken XML");
  EXPECT_EQ(read("<a>\xff</a>").fault, "is broken XML");
  EXPECT_EQ(read("<?xml version=\"1.0\" encoding=\"EUC-KR\"?><a/>").fault, "is XML in an encoding that is not known");
  EXPECT_EQ(read("<!DOCTYPE html><html/>").fault, "has a document type declaration");
  EXPECT_EQ(read("<a/><b/>").fault, "is broken XML");
}

TEST(Xml, StandsAnyDepth) {
  const std::size_t depth = 200'000;
  std::string xml;
  for (std::size_t i = 0; i < depth; ++i) xml += "<a>";
  for (std::size_t i = 0; i < depth; ++i) xml += "</a>";

  EXPECT_FALSE(read(xml).fault);
}

TEST(Xml, LetsExceptionsOfItsVisitorThrough) {
  struct Thrower final : XmlVisitor {
    void begin(std::string_view element, const XmlAttributes&) override {
      ++elements;
      if (element == "b") throw std::out_of_range("b");
    }
    void text(std::string_view) override {}
    void end(std::string_view) override {}
    int elements = 0;
  } visitor;

  EXPECT_THROW(read_xml("<a><b/><c/></a>", visitor), std::out_of_range);
  EXPECT_EQ(visitor.elements, 2);
}

}  // namespace
}  // namespace pilling::sources
