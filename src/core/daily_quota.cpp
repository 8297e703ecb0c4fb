#include <algorithm>
#include <functional>
#include <mutex>
#include <set>
#include <utility>

#include "core/retry.hpp"
#include "pilling/error.hpp"
#include "pilling/spending.hpp"

namespace pilling {
namespace {

using std::chrono::year_month_day;

// Korea keeps the same time all year.
constexpr std::chrono::hours korea_ahead{9};

}  // namespace

class DailyQuota::Impl {
 public:
  Impl(std::shared_ptr<CounterStore> counters, DailyQuotaOptions options, ResilienceHooks hooks)
      : counters_(std::move(counters)), options_(std::move(options)), hooks_(core::complete(std::move(hooks))) {
    if (!counters_) throw InvalidArgument("a daily quota needs counters");
    if (options_.calls_per_day < 0) throw InvalidArgument("a daily quota must not be below 0 calls");
  }

  year_month_day take(std::string_view operation) {
    note(operation);
    const year_month_day today = day();
    if (counters_->get(closed_name(operation), today) > 0) refuse(operation, "is gone, as the service said");
    const std::string name = counter_name(operation);
    // Counted first and looked at after: so no two callers take the last call.
    if (counters_->add(name, today, 1) > options_.calls_per_day) {
      counters_->add(name, today, -1);
      refuse(operation, "of " + std::to_string(options_.calls_per_day) + " calls is used up");
    }
    return today;
  }

  void give_back(std::string_view operation, year_month_day day) { counters_->add(counter_name(operation), day, -1); }

  void close(std::string_view operation, year_month_day day) { counters_->add(closed_name(operation), day, 1); }

  std::int64_t remaining(std::string_view operation) const {
    const year_month_day today = day();
    if (counters_->get(closed_name(operation), today) > 0) return 0;
    return std::max<std::int64_t>(0, options_.calls_per_day - counters_->get(counter_name(operation), today));
  }

  std::vector<DailyQuotaStats> stats() const {
    std::vector<DailyQuotaStats> all;
    for (const std::string& operation : noted()) {
      all.push_back({.name = options_.name,
                     .operation = operation,
                     .calls_per_day = options_.calls_per_day,
                     .remaining = remaining(operation)});
    }
    return all;
  }

 private:
  void note(std::string_view operation) {
    const std::scoped_lock lock(mutex_);
    if (!operations_.contains(operation)) operations_.emplace(operation);
  }

  std::vector<std::string> noted() const {
    const std::scoped_lock lock(mutex_);
    return {operations_.begin(), operations_.end()};
  }

  std::chrono::system_clock::time_point korean_now() const { return hooks_.utc_now() + korea_ahead; }
  year_month_day day() const { return std::chrono::floor<std::chrono::days>(korean_now()); }

  std::string counter_name(std::string_view operation) const { return options_.name + '/' + std::string(operation); }
  std::string closed_name(std::string_view operation) const { return counter_name(operation) + "/closed"; }

  [[noreturn]] void refuse(std::string_view operation, const std::string& why) const {
    const auto now = korean_now();
    const auto midnight = std::chrono::ceil<std::chrono::days>(now + std::chrono::nanoseconds(1));
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(midnight - now).count();
    throw Refused("the quota of today for " + std::string(operation) + " " + why +
                      "; try again after midnight in Korea, in " + std::to_string(minutes) + " minutes",
                  std::chrono::ceil<std::chrono::milliseconds>(midnight - now));
  }

  const std::shared_ptr<CounterStore> counters_;
  const DailyQuotaOptions options_;
  const ResilienceHooks hooks_;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> operations_;  // few: those that the host's sources have
};

DailyQuota::DailyQuota(std::shared_ptr<CounterStore> counters, DailyQuotaOptions options, ResilienceHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(counters), std::move(options), std::move(hooks))) {}
DailyQuota::~DailyQuota() = default;

year_month_day DailyQuota::take(std::string_view operation) { return impl_->take(operation); }
void DailyQuota::give_back(std::string_view operation, year_month_day day) { impl_->give_back(operation, day); }
void DailyQuota::close(std::string_view operation, year_month_day day) { impl_->close(operation, day); }
std::int64_t DailyQuota::remaining(std::string_view operation) const { return impl_->remaining(operation); }
std::vector<DailyQuotaStats> DailyQuota::stats() const { return impl_->stats(); }

}  // namespace pilling
