#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <stop_token>

#include "pilling/error.hpp"
#include "pilling/resilient_transport.hpp"
#include "pilling/spending.hpp"
#include "sources/live_sources.hpp"
#include "support/fake_clock.hpp"
#include "unit/sources/scripted_service.hpp"

namespace pilling::sources {
namespace {

using namespace std::chrono_literals;

constexpr const char* operation = "getDrbEasyDrugList";
constexpr const char* empty_page =
    R"({"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"pageNo":1,"totalCount":0,"items":[]}})";

/// A quota of three calls a day, on a clock that stands at eleven in the evening in Korea.
struct Quota : ScriptedService {
  support::FakeSystemClock clock{std::chrono::sys_days(2026y / 11 / 28) + 14h};
  std::shared_ptr<CounterStore> counters = make_counter_store();
  std::shared_ptr<DailyQuota> quota = std::make_shared<DailyQuota>(counters, DailyQuotaOptions{.calls_per_day = 3},
                                                                   ResilienceHooks{.utc_now = clock.function()});

  PublicDataOptions counted() const {
    PublicDataOptions with_quota = options();
    with_quota.quota = quota;
    return with_quota;
  }
  SourcePage<Medicine> ask(const CallOptions& call = {}) {
    return make_easy_drug_source(http, counted(), hooks())->fetch({.name = "가상정"}, call);
  }
  std::int64_t left() const { return quota->remaining(operation); }
  std::size_t requests() const { return http->requests().size(); }
};

TEST_F(Quota, CountsEachRequestOfAnOperation) {
  http->then(200, empty_page);

  ask();
  ask();

  EXPECT_EQ(left(), 1);
  EXPECT_EQ(quota->remaining("getParmacyFullDown"), 3);
}

TEST_F(Quota, CountsRepetitions) {
  http->then(500, "").then(200, empty_page);

  ask();

  EXPECT_EQ(requests(), 2u);
  EXPECT_EQ(left(), 1);
}

TEST_F(Quota, SendsNothingWhenItIsUsedUpUntilMidnightInKorea) {
  http->then(200, empty_page);
  for (int i = 0; i < 3; ++i) ask();

  EXPECT_THROW(ask(), Refused);
  EXPECT_EQ(requests(), 3u);

  clock.advance(1h);
  ask();
  EXPECT_EQ(requests(), 4u);
  EXPECT_EQ(left(), 2);
}

TEST_F(Quota, IsSharedThroughItsCountersByAllWhoUseTheKey) {
  http->then(200, empty_page);
  ask();

  const DailyQuota after_a_restart(counters, {.calls_per_day = 3}, {.utc_now = clock.function()});

  EXPECT_EQ(after_a_restart.remaining(operation), 2);
}

TEST_F(Quota, ClosesWhenTheServiceSaysThatItIsGone) {
  for (const char* body : {R"({"response":{"header":{"resultCode":"22","resultMsg":"LIMITED"}}})",
                           "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>"
                           "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR</returnAuthMsg><returnReasonCode>22"
                           "</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>",
                           "API token quota exceeded"}) {
    http = std::make_shared<support::FakeTransport>();
    http->then(200, body).then(200, empty_page);

    EXPECT_THROW(ask(), ServiceError) << body;
    EXPECT_EQ(left(), 0) << body;
    EXPECT_THROW(ask(), Refused) << body;
    EXPECT_EQ(requests(), 1u) << body;

    clock.advance(24h);
    EXPECT_EQ(left(), 3) << body;
  }
}

TEST_F(Quota, StaysOpenWhenTheServiceHasOtherTrouble) {
  http->then(200, R"({"response":{"header":{"resultCode":"30","resultMsg":"SERVICE KEY IS NOT REGISTERED ERROR."}}})");

  EXPECT_THROW(ask(), ServiceError);

  EXPECT_EQ(left(), 2);
}

TEST_F(Quota, IsGivenBackWhenNothingWasSent) {
  http->then_throw(Refused("the breaker is open"));
  EXPECT_THROW(ask(), Refused);
  EXPECT_EQ(left(), 3);

  http = std::make_shared<support::FakeTransport>();
  http->then_throw(InvalidArgument("the URL cannot be read"));
  EXPECT_THROW(ask(), InvalidArgument);
  EXPECT_EQ(left(), 3);
}

TEST_F(Quota, IsGivenBackWhenARequestNeverWentOut) {
  http->then_throw(NetworkError("no connection", "fake.test", false));

  EXPECT_THROW(ask(), NetworkError);

  EXPECT_EQ(requests(), 3u);
  EXPECT_EQ(left(), 3);
}

TEST_F(Quota, IsUsedByARequestWithoutReplyForNobodyKnowsWhetherItCame) {
  http->then_throw(Timeout("no reply in time", "fake.test"));
  EXPECT_THROW(ask(), Timeout);

  EXPECT_EQ(left(), 0);  // after three attempts
}

TEST_F(Quota, IsNotUsedByACallWithoutTime) {
  http->then_throw(Timeout("stopped", "fake.test"));
  std::stop_source stop;
  stop.request_stop();

  EXPECT_THROW(ask({.stop = stop.get_token()}), Timeout);

  EXPECT_EQ(left(), 3);
}

TEST_F(Quota, CountsTheRepetitionsOfATransportThatRepeatsByItself) {
  http->then(503, "").then(503, "").then(200, empty_page);
  const auto resilient = make_resilient_transport(http, {.hooks = hooks()});

  make_easy_drug_source(resilient, counted(), hooks())->fetch({.name = "가상정"}, {});

  EXPECT_EQ(requests(), 3u);
  EXPECT_EQ(left(), 0);
}

TEST_F(Quota, EndsTheRepetitionsOfATransportWhenItIsUsedUp) {
  http->then(200, empty_page).then(200, empty_page).then(503, "");
  const auto resilient = make_resilient_transport(http, {.hooks = hooks()});
  const auto source = make_easy_drug_source(resilient, counted(), hooks());
  source->fetch({.name = "가상정"}, {});
  source->fetch({.name = "가상정"}, {});

  EXPECT_THROW(source->fetch({.name = "가상정"}, {}), ServiceError);

  EXPECT_EQ(requests(), 3u);
  EXPECT_EQ(left(), 0);
}

TEST_F(Quota, IsCountedByEveryLookUp) {
  http->then(200, R"({"response":{"header":{"resultCode":"00"},"body":{"items":"","totalCount":0}}})");

  make_permit_source(http, counted(), {}, hooks())->fetch({}, {});
  make_permit_source(http, counted(), {}, hooks())->fetch({.name = "가상정"}, {});
  make_medical_center_pharmacy_source(http, counted(), hooks())->fetch(1, 10, {});
  fetch_pharmacies_near(http, counted(), {37.5, 127.0}, {}, {}, hooks());
  fetch_pharmacy(http, counted(), {"C9990001"}, {}, hooks());
  fetch_holidays(http, counted(), 2027y, {}, hooks());

  for (const char* name : {"getDrugPrdtPrmsnInq08", "getDrugPrdtPrmsnDtlInq08", "getParmacyFullDown",
                           "getParmacyLcinfoInqire", "getParmacyBassInfoInqire", "getRestDeInfo"}) {
    EXPECT_EQ(quota->remaining(name), 2) << name;
  }
  EXPECT_EQ(quota->stats().size(), 6u);
}

}  // namespace
}  // namespace pilling::sources
