#include <gtest/gtest.h>
#include <string>

#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "sources/openfda_label.hpp"
#include "unit/sources/scripted_service.hpp"

namespace pilling::sources {
namespace {

const std::string label =
    R"({"id":"00000000-invented","set_id":"11111111-invented","version":"3","effective_time":"20990101",)"
    R"("indications_and_usage":["Uses temporarily relieves &lt;minor&gt; aches"],"warnings":["Warnings Liver"],)"
    R"("do_not_use":["Do not use twice"],"ask_doctor":["Ask a doctor"],"stop_use":["Stop use"],)"
    R"("dosage_and_administration":["Directions one tablet","and water"],"storage_and_handling":["Store dry"],)"
    R"("openfda":{"brand_name":["Invented PM"],"generic_name":["INVENTOL"],"manufacturer_name":["Invented Co"],)"
    R"("product_type":["HUMAN OTC DRUG"],"substance_name":["INVENTOL","CAFFEINE"]}})";

std::string reply(const std::string& labels, int total) {
  return R"({"meta":{"disclaimer":"Do not rely","results":{"skip":0,"limit":1,"total":)" + std::to_string(total) +
         R"(}},"results":[)" + labels + "]}";
}

TEST(OpenFdaLabel, GivesItsSections) {
  const SourcePage<Medicine> page = read_openfda_reply(reply(label, 1234), 200, "openFDA");

  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.total, 1234u);
  const Medicine& medicine = page.rows[0];
  EXPECT_EQ(medicine.id.value, "11111111-invented");
  EXPECT_EQ(medicine.name, "Invented PM");
  EXPECT_EQ(medicine.company, "Invented Co");
  EXPECT_EQ(medicine.ingredients, "INVENTOL,CAFFEINE");
  EXPECT_EQ(medicine.dispensing, "otc");
  EXPECT_EQ(medicine.efficacy, "Uses temporarily relieves <minor> aches");
  EXPECT_EQ(medicine.usage, "Directions one tablet\nand water");
  EXPECT_EQ(medicine.warnings, "Warnings Liver");
  EXPECT_EQ(medicine.precautions, "Do not use twice\nAsk a doctor");
  EXPECT_EQ(medicine.interactions, "");
  EXPECT_EQ(medicine.side_effects, "Stop use");
  EXPECT_EQ(medicine.storage, "Store dry");
  EXPECT_EQ(medicine.updated_on, "2099-01-01");
}

TEST(OpenFdaLabel, IsRefusedWithoutABrand) {
  const SourcePage<Medicine> page = read_openfda_reply(
      reply(R"({"set_id":"1","openfda":{}},{"openfda":{"brand_name":["A"]}},3,{"set_id":7,"openfda":[]})", 4), 200,
      "openFDA");

  EXPECT_TRUE(page.rows.empty());
  EXPECT_EQ(page.skipped.size(), 4u);
  EXPECT_EQ(page.skipped[0], (SkippedRow{1, "has no brand name"}));
  EXPECT_EQ(page.skipped[1], (SkippedRow{2, "has no set_id"}));
}

TEST(OpenFdaReply, TakesNoMatchesForAnEmptyPage) {
  const auto page =
      read_openfda_reply(R"({"error":{"code":"NOT_FOUND","message":"No matches found!"}})", 404, "openFDA");

  EXPECT_TRUE(page.rows.empty());
  EXPECT_EQ(page.total, 0u);
}

TEST(OpenFdaReply, TellsErrorsWithoutRepeatingThem) {
  const auto failure = [](const std::string& body, int status) {
    return message_of<ServiceError>([&] { read_openfda_reply(body, status, "openFDA"); });
  };

  EXPECT_EQ(failure(R"({"error":{"code":"API_KEY_INVALID","message":"SECRET"}})", 403),
            "openFDA answered with HTTP status 403 API_KEY_INVALID; check the API key");
  EXPECT_EQ(failure(R"({"error":{"code":"OVER_RATE_LIMIT"}})", 429),
            "openFDA answered with HTTP status 429 OVER_RATE_LIMIT; slow down, or use an API key");
  EXPECT_EQ(failure(R"({"error":{"code":"secret key"}})", 400), "openFDA answered with HTTP status 400");
  EXPECT_EQ(failure("<html>SECRET</html>", 404), "openFDA answered with HTTP status 404");
  EXPECT_EQ(failure("", 500), "openFDA answered with HTTP status 500");
  EXPECT_THROW(read_openfda_reply("<html>", 200, "openFDA"), BadData);
  EXPECT_THROW(read_openfda_reply("", 200, "openFDA"), BadData);
  EXPECT_THROW(read_openfda_reply(R"({"results":{}})", 200, "openFDA"), BadData);
}

TEST(OpenFdaSearch, HoldsOnlyWhatIsAllowed) {
  EXPECT_EQ(openfda_search("Tylenol PM", ""), "openfda.brand_name:\"Tylenol PM\"");
  EXPECT_EQ(openfda_search("a\" OR \"b!;  (c) ", ""), "openfda.brand_name:\"a OR b c\"");
  EXPECT_EQ(openfda_search("", "1-2"), "set_id:\"1-2\"");
  EXPECT_EQ(openfda_search("A", "1"), "openfda.brand_name:\"A\" AND set_id:\"1\"");
  EXPECT_EQ(openfda_search("\"!", ""), "");
}

struct OpenFdaSource : ScriptedService {
  std::shared_ptr<MedicineSource> labels(OpenFdaOptions how = {}) {
    return make_openfda_source(http, std::move(how), hooks());
  }
};

TEST_F(OpenFdaSource, AsksForABrand) {
  http->then(200, reply(label, 1));

  const auto page = labels({.api_key = " SECRET\n"})->fetch({.name = "invented", .page = 3, .rows = 20}, {});

  EXPECT_EQ(page.rows.size(), 1u);
  const HttpRequest request = http->requests().at(0);
  EXPECT_EQ(request.url, "https://api.fda.gov/drug/label.json");
  EXPECT_EQ(request.query,
            (decltype(request.query){{"search", "openfda.brand_name:\"invented\""}, {"limit", "20"}, {"skip", "40"}}));
  EXPECT_EQ(support::value_of(request.headers, "x-api-key"), "SECRET");
}

TEST_F(OpenFdaSource, DropsLabelsOfOtherBrands) {
  http->then(200, reply(label, 1));

  EXPECT_TRUE(labels()->fetch({.name = "Other"}, {}).rows.empty());
  EXPECT_TRUE(labels()->fetch({.id = {"22222222"}}, {}).rows.empty());
  EXPECT_EQ(labels()->fetch({.id = {"11111111-invented"}}, {}).rows.size(), 1u);
}

TEST_F(OpenFdaSource, LooksUpNoNameThatItCannotKnow) {
  EXPECT_TRUE(labels()->fetch({.name = "타이레놀"}, {}).rows.empty());
  EXPECT_TRUE(labels()->fetch({.name = "!!"}, {}).rows.empty());
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(OpenFdaSource, RefusesPagesThatOpenFdaDoesNotGive) {
  EXPECT_THROW(labels()->fetch({.page = 0}, {}), InvalidArgument);
  EXPECT_THROW(labels()->fetch({.rows = 0}, {}), InvalidArgument);
  EXPECT_THROW(labels()->fetch({.rows = 1001}, {}), InvalidArgument);
  EXPECT_THROW(labels()->fetch({.page = 27, .rows = 1000}, {}), InvalidArgument);
  EXPECT_THROW(labels()->fetch({.name = "\xff"}, {}), InvalidArgument);
  EXPECT_THROW(make_openfda_source(nullptr, {}, hooks()), InvalidArgument);
  EXPECT_TRUE(http->requests().empty());
}

TEST_F(OpenFdaSource, AsksAgainWhereThatHelps) {
  http->then(500, R"({"error":{"code":"SERVER_ERROR"}})");
  http->then(200, reply(label, 1));

  EXPECT_EQ(labels()->fetch({}, {}).rows.size(), 1u);

  EXPECT_EQ(http->requests().size(), 2u);
}

}  // namespace
}  // namespace pilling::sources
