#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "http/curl_session.hpp"
#include "http/request_url.hpp"
#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/version.hpp"

namespace pilling {
namespace http {
namespace {

using std::chrono::milliseconds;

void check_times(const CurlOptions& options) {
  if (options.connect_timeout <= milliseconds(0) || options.total_timeout <= milliseconds(0)) {
    throw InvalidArgument("the timeouts of a transport must be above 0 ms");
  }
  if (options.first_byte_timeout < milliseconds(0) || options.silence_timeout < milliseconds(0)) {
    throw InvalidArgument("the timeouts of a transport must not be below 0 ms");
  }
}

void check_certificates(const std::filesystem::path& file) {
  if (file.empty() || std::ifstream(file).peek() != std::ifstream::traits_type::eof()) return;
  throw StorageError("cannot read the certificates of " + file.string(), file.string());
}

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {
    check_times(options_);
    check_proxy(options_.proxy);
    check_certificates(options_.ca_file);
    if (options_.user_agent.empty()) options_.user_agent = "pilling/" PILLING_VERSION;
    idle_.reserve(maximum_idle);
    give_back(std::make_unique<CurlSession>());
  }

  HttpResponse send(const HttpRequest& request, const CallOptions& call) override {
    const Lease lease(*this);
    return lease.session->send(request, call, options_);
  }

 private:
  struct Lease {
    explicit Lease(CurlTransport& owner) : transport(owner), session(owner.take()) {}
    ~Lease() { transport.give_back(std::move(session)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    CurlTransport& transport;
    std::unique_ptr<CurlSession> session;
  };

  // The session that was used last has the freshest connection.
  std::unique_ptr<CurlSession> take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        auto session = std::move(idle_.back());
        idle_.pop_back();
        return session;
      }
    }
    return std::make_unique<CurlSession>();
  }

  // A session above the limit closes its connections after the lock is gone.
  void give_back(std::unique_ptr<CurlSession> session) {
    const std::scoped_lock lock(mutex_);
    if (idle_.size() < maximum_idle) idle_.push_back(std::move(session));
  }

  static constexpr std::size_t maximum_idle = 16;
  CurlOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CurlSession>> idle_;
};

}  // namespace
}  // namespace http

std::shared_ptr<HttpTransport> make_curl_transport(CurlOptions options) {
  return std::make_shared<http::CurlTransport>(std::move(options));
}

}  // namespace pilling
