#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/http.hpp"

namespace pilling::support {

/// Answers from a script and records what was asked. The last answer of the script repeats. Thread-safe.
class FakeTransport final : public HttpTransport {
 public:
  using Answer = std::function<HttpResponse(const HttpRequest& request, const CallOptions& call)>;

  FakeTransport& then(Answer answer) {
    const std::scoped_lock lock(mutex_);
    script_.push_back(std::move(answer));
    return *this;
  }

  FakeTransport& then(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpResponse response{.status = status, .headers = std::move(headers), .body = std::move(body)};
    return then([response = std::move(response)](const HttpRequest&, const CallOptions&) { return response; });
  }

  template <class Exception>
  FakeTransport& then_throw(Exception exception) {
    return then([exception = std::move(exception)](const HttpRequest&, const CallOptions&) -> HttpResponse {
      throw Exception(exception);
    });
  }

  HttpResponse send(const HttpRequest& request, const CallOptions& call) override {
    Answer answer;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
      if (script_.empty()) throw NetworkError("the fake transport has no answer", "fake.test");
      answer = script_.front();
      if (script_.size() > 1) script_.pop_front();
    }
    return answer(request, call);
  }

  std::vector<HttpRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Answer> script_;
  std::vector<HttpRequest> requests_;
};

/// The value of a query parameter or header of a recorded request; "(none)" when it is absent.
inline std::string value_of(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return "(none)";
}

}  // namespace pilling::support
