#include <map>
#include <mutex>
#include <utility>

#include "pilling/spending.hpp"

namespace pilling {
namespace {

class MemoryCounterStore final : public CounterStore {
 public:
  std::int64_t add(std::string_view name, std::chrono::year_month_day day, std::int64_t amount) override {
    const std::scoped_lock lock(mutex_);
    const auto [counter, is_new] = counters_.try_emplace({day, std::string(name)}, 0);
    counter->second += amount;
    const std::int64_t sum = counter->second;
    if (is_new) forget_old_days();
    return sum;
  }

  std::int64_t get(std::string_view name, std::chrono::year_month_day day) override {
    const std::scoped_lock lock(mutex_);
    const auto counter = counters_.find({day, std::string(name)});
    return counter == counters_.end() ? 0 : counter->second;
  }

 private:
  // A month's sum is kept under its first day, so that two months are enough for whoever settles late.
  void forget_old_days() {
    const std::chrono::sys_days oldest = std::chrono::sys_days(counters_.rbegin()->first.first) - std::chrono::days(62);
    while (std::chrono::sys_days(counters_.begin()->first.first) < oldest) counters_.erase(counters_.begin());
  }

  std::mutex mutex_;
  std::map<std::pair<std::chrono::year_month_day, std::string>, std::int64_t> counters_;
};

}  // namespace

// Anchors the type information here, so that implementations elsewhere can be cast and caught.
CounterStore::~CounterStore() = default;

std::shared_ptr<CounterStore> make_counter_store() { return std::make_shared<MemoryCounterStore>(); }

}  // namespace pilling
