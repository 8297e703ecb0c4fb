#include <algorithm>
#include <mutex>
#include <utility>

#include "core/retry.hpp"
#include "pilling/error.hpp"
#include "pilling/retry.hpp"

namespace pilling {

class RetryBudget::Impl {
 public:
  Impl(RetryBudgetOptions options, ResilienceHooks hooks)
      : options_(options),
        hooks_(core::complete(std::move(hooks))),
        tokens_(options.capacity),
        filled_at_(hooks_.now()) {
    if (!(options.per_success >= 0 && options.per_second >= 0 && options.capacity >= 0)) {
      throw InvalidArgument("the options of a retry budget must not be below 0");
    }
  }

  void succeeded() {
    const std::scoped_lock lock(mutex_);
    tokens_ = std::min(options_.capacity, tokens_ + options_.per_success);
  }

  bool take() {
    const std::scoped_lock lock(mutex_);
    const auto now = std::max(hooks_.now(), filled_at_);
    const std::chrono::duration<double> elapsed = now - filled_at_;
    tokens_ = std::min(options_.capacity, tokens_ + elapsed.count() * options_.per_second);
    filled_at_ = now;
    // Ten tenths do not add up to one.
    constexpr double one = 1 - 1e-9;
    if (tokens_ < one) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  const RetryBudgetOptions options_;
  const ResilienceHooks hooks_;
  std::mutex mutex_;
  double tokens_;
  std::chrono::steady_clock::time_point filled_at_;
};

RetryBudget::RetryBudget(RetryBudgetOptions options, ResilienceHooks hooks)
    : impl_(std::make_unique<Impl>(options, std::move(hooks))) {}
RetryBudget::~RetryBudget() = default;

void RetryBudget::succeeded() { impl_->succeeded(); }
bool RetryBudget::take() { return impl_->take(); }

}  // namespace pilling
