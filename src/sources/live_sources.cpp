#include "sources/live_sources.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "pilling/error.hpp"
#include "sources/public_data_operation.hpp"
#include "sources/reply.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace sources {
namespace {

class EasyDrugSource final : public MedicineSource {
 public:
  EasyDrugSource(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options, core::RetryHooks hooks)
      : operation_(std::move(http), options, std::move(hooks), "/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList",
                   maximum_rows) {}

  std::string name() const override { return "e약은요 of data.go.kr"; }
  std::string identity() const override { return operation_.url(); }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) override {
    if (!text::is_valid_utf8(query.name)) throw InvalidArgument("the name asked for is not valid UTF-8");
    Parameters parameters = {{"type", "json"}};
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
  MedicalCenterPharmacySource(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                              core::RetryHooks hooks)
      : operation_(std::move(http), options, std::move(hooks),
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

std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http,
                                                      const PublicDataOptions& options, core::RetryHooks hooks) {
  return std::make_shared<EasyDrugSource>(std::move(http), options, std::move(hooks));
}

std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                    const PublicDataOptions& options,
                                                                    core::RetryHooks hooks) {
  return std::make_shared<MedicalCenterPharmacySource>(std::move(http), options, std::move(hooks));
}

}  // namespace sources

std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http,
                                                      const PublicDataOptions& options) {
  return sources::make_easy_drug_source(std::move(http), options, core::default_retry_hooks());
}

std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                    const PublicDataOptions& options) {
  return sources::make_medical_center_pharmacy_source(std::move(http), options, core::default_retry_hooks());
}

}  // namespace pilling
