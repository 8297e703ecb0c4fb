#include "cache/failure_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

// Of the newest failures: keys come from outside, and there is no end of them.
constexpr std::size_t maximum_troubles = 10'000;

// Whatever options and services ask for, so that no sum overflows and no key is lost for good.
constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24);

std::chrono::nanoseconds wish_of(const std::exception_ptr& reason) {
  try {
    std::rethrow_exception(reason);
  } catch (const ServiceError& error) {
    return std::min(error.retry_after().value_or(std::chrono::milliseconds(0)), longest_wait);
  } catch (...) {
    return std::chrono::nanoseconds(0);
  }
}

}  // namespace

FailureMemory::FailureMemory(BackOff back_off, std::function<Time()> now, std::function<double()> random)
    : back_off_(back_off), now_(std::move(now)), random_(std::move(random)) {}

void FailureMemory::remember(const std::string& key, const std::exception_ptr& reason) {
  const Time now = now_();
  const std::scoped_lock lock(mutex_);
  if (troubles_.size() >= maximum_troubles && !troubles_.contains(key)) {
    std::erase_if(troubles_, [&](const auto& trouble) { return trouble.second.try_again_at <= now; });
    if (troubles_.size() >= maximum_troubles) troubles_.clear();
  }
  Trouble& trouble = troubles_[key];
  trouble.reason = reason;
  trouble.try_again_at = now + wait_after(++trouble.failures, reason);
}

void FailureMemory::forget(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  troubles_.erase(key);
}

std::optional<FailureMemory::Failure> FailureMemory::find(const std::string& key) const {
  const std::scoped_lock lock(mutex_);
  const auto trouble = troubles_.find(key);
  if (trouble == troubles_.end()) return std::nullopt;
  const std::chrono::nanoseconds remaining = trouble->second.try_again_at - now_();
  return remaining.count() > 0 ? std::optional(Failure{trouble->second.reason, remaining}) : std::nullopt;
}

// Between half of the wait and all of it: those who failed together do not come back together.
std::chrono::nanoseconds FailureMemory::wait_after(int failures, const std::exception_ptr& reason) const {
  const int doublings = std::min(failures - 1, 20);
  const auto limited = [](std::chrono::milliseconds wait) {
    return std::clamp(wait, std::chrono::milliseconds(0), longest_wait);
  };
  const std::chrono::nanoseconds wait =
      std::min(limited(back_off_.first) * (1 << doublings), limited(back_off_.maximum));
  const double share = 0.5 + 0.5 * random_();
  const auto jittered = std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * share));
  return std::max(jittered, wish_of(reason));
}

}  // namespace pilling::cache
