#pragma once

#include <chrono>
#include <string>

#include "core/deadline.hpp"
#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "pilling/spending.hpp"

namespace pilling::sources {

/// One call of an operation with a quota, and its requests. Without a quota it counts nothing.
class CountedCall {
 public:
  /// The request tells of its repetitions from now on; it must not outlive the call.
  CountedCall(DailyQuota* quota, const std::string& operation, HttpRequest& request, const CallOptions& call)
      : quota_(quota), operation_(operation), call_(call) {
    if (quota_ != nullptr) request.before_repeat = [this] { day_ = quota_->take(operation_); };
  }
  CountedCall(const CountedCall&) = delete;
  CountedCall& operator=(const CountedCall&) = delete;

  /// Counts one request that `send` sends and judges. Throws Refused instead when none is left.
  template <class Send>
  auto run(const Send& send) {
    // Without time the transport sends nothing.
    if (quota_ == nullptr || core::is_over(call_)) return send();
    day_ = quota_->take(operation_);
    try {
      return send();
    } catch (const Refused&) {
      quota_->give_back(operation_, day_);  // by a breaker or limiter on the way: nothing was sent
      throw;
    } catch (const InvalidArgument&) {
      quota_->give_back(operation_, day_);
      throw;
    } catch (const NetworkError& error) {
      if (!error.may_have_arrived()) quota_->give_back(operation_, day_);
      throw;
    } catch (const ServiceError& error) {
      if (error.status() == quota_is_gone) quota_->close(operation_, day_);
      throw;
    }
  }

 private:
  static constexpr int quota_is_gone = 22;  // of data.go.kr; the reader of replies knows its other forms

  DailyQuota* quota_;
  const std::string& operation_;
  const CallOptions& call_;
  std::chrono::year_month_day day_{};
};

}  // namespace pilling::sources
