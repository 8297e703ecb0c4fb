#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/retry.hpp"
#include "pilling/source.hpp"
#include "sources/counted_call.hpp"

namespace pilling::sources {

/// The parameters of a request, unescaped.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// One operation of a service of data.go.kr. Thread-safe.
class PublicDataOperation {
 public:
  /// `path` begins with the agency. Throws InvalidArgument without a transport or a key.
  PublicDataOperation(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options, core::RetryHooks hooks,
                      std::string_view path, std::size_t maximum_rows);

  /// Asks for one page, again where that helps, and gives what `read` makes of the reply's body and status. Throws
  /// InvalidArgument for a page that the service does not give.
  template <class Read>
  auto page(std::size_t number, std::size_t rows, Parameters parameters, const CallOptions& call,
            const Read& read) const {
    HttpRequest request = make_request(number, rows, std::move(parameters));
    CountedCall counted(quota_.get(), operation_, request, call);
    return core::retry(policy_, call, hooks_, [&] {
      return counted.run([&] {
        const HttpResponse response = http_->send(request, call);
        return read(response.body, response.status);
      });
    });
  }

  const std::string& url() const noexcept { return url_; }

 private:
  HttpRequest make_request(std::size_t number, std::size_t rows, Parameters parameters) const;

  std::shared_ptr<HttpTransport> http_;
  std::string key_;
  std::string url_;
  std::string operation_;
  std::shared_ptr<DailyQuota> quota_;
  core::RetryHooks hooks_;
  core::RetryPolicy policy_;
  std::size_t maximum_rows_;
};

/// Drops the rows that were not asked for. The services ignore parameters that they do not know, and then return the
/// whole table: a row of another product must never pass for the one that was asked for.
void keep_matching(SourcePage<Medicine>& page, const MedicineQuery& query);

}  // namespace pilling::sources
