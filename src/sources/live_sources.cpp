#include "sources/live_sources.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/reply_advice.hpp"
#include "pilling/error.hpp"
#include "sources/reply.hpp"
#include "sources/service_key.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace sources {
namespace {

// Result codes of data.go.kr for trouble at the agency and for too many calls a second. The used-up quota of a day,
// 22, is not among them.
bool is_transient(int status) {
  constexpr int unknown_error = 99;
  switch (status) {
    case 1:
    case 2:
    case 4:
    case 5:
    case 23:
    case unknown_error:
      return true;
    default:
      return core::is_transient_http_status(status);
  }
}

/// One operation of a service of data.go.kr.
class PublicDataOperation {
 public:
  PublicDataOperation(std::shared_ptr<HttpTransport> http, PublicDataOptions options, core::RetryHooks hooks,
                      std::string_view path, std::size_t maximum_rows)
      : http_(std::move(http)),
        key_(plain_service_key(options.service_key)),
        url_(std::move(options.base_url)),
        hooks_(core::complete(std::move(hooks))),
        policy_(core::shared_retry_policy(options.retry, hooks_)),
        maximum_rows_(maximum_rows) {
    if (!http_) throw InvalidArgument("a source needs an HTTP transport");
    while (url_.ends_with('/')) url_.pop_back();
    policy_.service = http::host_of(url_);
    url_ += path;
    // A transport that repeats by itself has seen the HTTP status, and not the codes inside of the reply.
    const bool is_status_repeated = !http_->repeats();
    policy_.is_network_repeated = is_status_repeated;
    policy_.is_transient = [is_status_repeated](int status) {
      constexpr int first_http_error = 400;
      return is_transient(status) && (is_status_repeated || status < first_http_error);
    };
  }

  /// Asks for one page, again where that helps, and hands each reply to `read`.
  template <class Read>
  auto page(std::size_t number, std::size_t rows, std::vector<std::pair<std::string, std::string>> parameters,
            const CallOptions& call, const Read& read) const {
    if (number == 0) throw InvalidArgument("pages are counted from 1");
    if (rows == 0 || rows > maximum_rows_) {
      throw InvalidArgument("this service gives 1 to " + std::to_string(maximum_rows_) + " rows a page, not " +
                            std::to_string(rows));
    }
    HttpRequest request{.url = url_, .query = std::move(parameters)};
    request.query.insert(
        request.query.begin(),
        {{"serviceKey", key_}, {"pageNo", std::to_string(number)}, {"numOfRows", std::to_string(rows)}});
    return core::retry(policy_, call, hooks_, [&] {
      const HttpResponse response = http_->send(request, call);
      return read(response.body, response.status);
    });
  }

 private:
  std::shared_ptr<HttpTransport> http_;
  std::string key_;
  std::string url_;
  core::RetryHooks hooks_;
  core::RetryPolicy policy_;
  std::size_t maximum_rows_;
};

// The services ignore parameters that they do not know, and then return the whole table. A row of another product
// must never pass for the one that was asked for.
void keep_matching(SourcePage<Medicine>& page, const MedicineQuery& query) {
  const std::string wanted = text::normalize(query.name).text;
  const auto has_the_name = [&](const std::string& name) {
    if (name.find(query.name) != std::string::npos) return true;
    return !wanted.empty() && text::normalize(name).text.find(wanted) != std::string::npos;
  };
  const std::size_t others = std::erase_if(page.rows, [&](const Medicine& medicine) {
    return (!query.id.value.empty() && medicine.id != query.id) || !has_the_name(medicine.name);
  });
  if (others == 0) return;
  page.total = page.rows.size();
  page.skipped.push_back({.line = 0, .reason = std::to_string(others) + " rows were not what was asked for"});
}

class EasyDrugSource final : public MedicineSource {
 public:
  EasyDrugSource(std::shared_ptr<HttpTransport> http, PublicDataOptions options, core::RetryHooks hooks)
      : operation_(std::move(http), std::move(options), std::move(hooks),
                   "/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList", maximum_rows) {}

  std::string name() const override { return "e약은요 of data.go.kr"; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) override {
    if (!text::is_valid_utf8(query.name)) throw InvalidArgument("the name asked for is not valid UTF-8");
    std::vector<std::pair<std::string, std::string>> parameters = {{"type", "json"}};
    if (!query.name.empty()) parameters.emplace_back("itemName", query.name);
    if (!query.id.value.empty()) parameters.emplace_back("itemSeq", query.id.value);
    auto page = operation_.page(
        query.page, query.rows, std::move(parameters), call,
        [this](std::string_view body, int status) { return read_medicine_reply(body, status, name()); });
    keep_matching(page, query);
    return page;
  }

 private:
  static constexpr std::size_t maximum_rows = 500;  // more gives an empty body
  PublicDataOperation operation_;
};

class MedicalCenterPharmacySource final : public PharmacySource {
 public:
  MedicalCenterPharmacySource(std::shared_ptr<HttpTransport> http, PublicDataOptions options, core::RetryHooks hooks)
      : operation_(std::move(http), std::move(options), std::move(hooks),
                   "/B552657/ErmctInsttInfoInqireService/getParmacyFullDown", maximum_rows) {}

  std::string name() const override { return "국립중앙의료원 pharmacies of data.go.kr"; }

  SourcePage<Pharmacy> fetch(std::size_t page, std::size_t rows, const CallOptions& call) override {
    return operation_.page(page, rows, {{"_type", "json"}}, call, [this](std::string_view body, int status) {
      return read_pharmacy_reply(body, status, name());
    });
  }

 private:
  static constexpr std::size_t maximum_rows = 1500;  // the most that anybody is known to have got
  PublicDataOperation operation_;
};

}  // namespace

std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http, PublicDataOptions options,
                                                      core::RetryHooks hooks) {
  return std::make_shared<EasyDrugSource>(std::move(http), std::move(options), std::move(hooks));
}

std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                    PublicDataOptions options, core::RetryHooks hooks) {
  return std::make_shared<MedicalCenterPharmacySource>(std::move(http), std::move(options), std::move(hooks));
}

}  // namespace sources

std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http, PublicDataOptions options) {
  return sources::make_easy_drug_source(std::move(http), std::move(options), core::default_retry_hooks());
}

std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                    PublicDataOptions options) {
  return sources::make_medical_center_pharmacy_source(std::move(http), std::move(options), core::default_retry_hooks());
}

}  // namespace pilling
