#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "sources/permit.hpp"
#include "sources/public_data_operation.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace sources {
namespace {

constexpr std::size_t maximum_list_rows = 500;    // more gives an empty body
constexpr std::size_t maximum_detail_rows = 100;  // one row may have a hundred kilobytes

// Rows of the list are short and hold no texts; those of the details hold everything, and are slow. A whole catalogue
// is therefore fetched by the list, and what somebody asks for by the details.
class PermitSource final : public MedicineSource {
 public:
  PermitSource(const std::shared_ptr<HttpTransport>& http, const PublicDataOptions& options,
               const PermitOperations& operations, const core::RetryHooks& hooks)
      : list_(http, options, hooks, "/1471000/" + operations.list, maximum_list_rows),
        details_(http, options, hooks, "/1471000/" + operations.details, maximum_detail_rows) {}

  std::string name() const override { return "의약품 제품 허가정보 of data.go.kr"; }
  std::string identity() const override { return list_.url(); }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) override {
    if (!text::is_valid_utf8(query.name)) throw InvalidArgument("the name asked for is not valid UTF-8");
    const bool is_restricted = !query.name.empty() || !query.id.value.empty();
    Parameters parameters = {{"type", "json"}};
    if (!query.name.empty()) parameters.emplace_back("item_name", query.name);
    if (!query.id.value.empty()) parameters.emplace_back("item_seq", query.id.value);
    const PublicDataOperation& operation = is_restricted ? details_ : list_;
    auto page =
        operation.page(query.page, query.rows, std::move(parameters), call,
                       [this](std::string_view body, int status) { return read_permit_reply(body, status, name()); });
    keep_matching(page, query);
    return page;
  }

 private:
  PublicDataOperation list_;
  PublicDataOperation details_;
};

}  // namespace

std::shared_ptr<MedicineSource> make_permit_source(const std::shared_ptr<HttpTransport>& http,
                                                   const PublicDataOptions& options, const PermitOperations& operations,
                                                   const core::RetryHooks& hooks) {
  return std::make_shared<PermitSource>(http, options, operations, hooks);
}

}  // namespace sources

std::shared_ptr<MedicineSource> make_permit_source(const std::shared_ptr<HttpTransport>& http,
                                                   const PublicDataOptions& options,
                                                   const PermitOperations& operations) {
  return sources::make_permit_source(http, options, operations, core::default_retry_hooks());
}

}  // namespace pilling
