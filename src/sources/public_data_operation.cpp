#include "sources/public_data_operation.hpp"

#include "http/reply_advice.hpp"
#include "pilling/error.hpp"
#include "sources/service_key.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
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

}  // namespace

PublicDataOperation::PublicDataOperation(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                         core::RetryHooks hooks, std::string_view path, std::size_t maximum_rows)
    : http_(std::move(http)),
      key_(plain_service_key(options.service_key)),
      url_(options.base_url),
      operation_(path.substr(path.rfind('/') + 1)),
      quota_(options.quota),
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

HttpRequest PublicDataOperation::make_request(std::size_t number, std::size_t rows, Parameters parameters) const {
  if (number == 0) throw InvalidArgument("pages are counted from 1");
  if (rows == 0 || rows > maximum_rows_) {
    throw InvalidArgument("this service gives 1 to " + std::to_string(maximum_rows_) + " rows a page, not " +
                          std::to_string(rows));
  }
  HttpRequest request{.url = url_, .query = std::move(parameters)};
  request.query.insert(request.query.begin(),
                       {{"serviceKey", key_}, {"pageNo", std::to_string(number)}, {"numOfRows", std::to_string(rows)}});
  return request;
}

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

}  // namespace pilling::sources
