#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "http/reply_advice.hpp"
#include "pilling/error.hpp"
#include "sources/live_sources.hpp"
#include "sources/openfda_label.hpp"
#include "sources/public_data_operation.hpp"
#include "sources/trim.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace sources {
namespace {

constexpr std::size_t maximum_rows = 1000;
constexpr std::size_t maximum_skip = 25'000;

bool has_only_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 0x7e) return false;
  }
  return true;
}

class OpenFdaSource final : public MedicineSource {
 public:
  OpenFdaSource(std::shared_ptr<HttpTransport> http, const OpenFdaOptions& options, core::RetryHooks hooks)
      : http_(std::move(http)),
        key_(trim(options.api_key)),
        url_(trim(options.base_url)),
        hooks_(core::complete(std::move(hooks))),
        policy_(core::shared_retry_policy(options.retry, hooks_)) {
    if (!http_) throw InvalidArgument("a source needs an HTTP transport");
    if (http_->repeats()) policy_.options.attempts = 1;
    policy_.service = http::host_of(url_);
    while (url_.ends_with('/')) url_.pop_back();
    url_ += "/drug/label.json";
  }

  std::string name() const override { return "openFDA"; }

  bool lists_all() const override { return false; }

  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) override {
    if (!text::is_valid_utf8(query.name)) throw InvalidArgument("the name asked for is not valid UTF-8");
    const HttpRequest request = make_request(query);
    if (!has_only_ascii(query.name) || !has_only_ascii(query.id.value)) return {};
    const bool is_restricted = !query.name.empty() || !query.id.value.empty();
    if (is_restricted && openfda_search(query.name, query.id.value).empty()) return {};
    auto page = core::retry(policy_, call, hooks_, [&] { return ask(request, call); });
    keep_matching(page, query);
    return page;
  }

 private:
  // Any parameter that openFDA does not know is an error there; so the key goes into a header.
  HttpRequest make_request(const MedicineQuery& query) const {
    if (query.page == 0) throw InvalidArgument("pages are counted from 1");
    if (query.rows == 0 || query.rows > maximum_rows) {
      throw InvalidArgument("openFDA gives 1 to 1000 rows a page, not " + std::to_string(query.rows));
    }
    if (query.page - 1 > maximum_skip / query.rows) throw InvalidArgument("openFDA gives no rows beyond the 26,000th");
    HttpRequest request{.url = url_};
    std::string search = openfda_search(query.name, query.id.value);
    if (!search.empty()) request.query.emplace_back("search", std::move(search));
    request.query.emplace_back("limit", std::to_string(query.rows));
    request.query.emplace_back("skip", std::to_string((query.page - 1) * query.rows));
    if (!key_.empty()) request.headers.emplace_back("x-api-key", key_);
    return request;
  }

  SourcePage<Medicine> ask(const HttpRequest& request, const CallOptions& call) const {
    const HttpResponse response = http_->send(request, call);
    return read_openfda_reply(response.body, response.status, name());
  }

  std::shared_ptr<HttpTransport> http_;
  std::string key_;
  std::string url_;
  core::RetryHooks hooks_;
  core::RetryPolicy policy_;
};

}  // namespace

std::shared_ptr<MedicineSource> make_openfda_source(std::shared_ptr<HttpTransport> http, const OpenFdaOptions& options,
                                                    core::RetryHooks hooks) {
  return std::make_shared<OpenFdaSource>(std::move(http), options, std::move(hooks));
}

}  // namespace sources

std::shared_ptr<MedicineSource> make_openfda_source(std::shared_ptr<HttpTransport> http,
                                                    const OpenFdaOptions& options) {
  return sources::make_openfda_source(std::move(http), options, core::default_retry_hooks());
}

}  // namespace pilling
