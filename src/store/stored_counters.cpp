#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/calendar.hpp"
#include "pilling/error.hpp"
#include "pilling/store.hpp"

namespace pilling {
namespace {

constexpr std::string_view job = "counters";

// Ordered by day.
std::string key_of(std::string_view name, std::chrono::year_month_day day) {
  return core::iso_day(day).append("/").append(name);
}

class StoredCounters final : public CounterStore {
 public:
  explicit StoredCounters(std::shared_ptr<Store> store) : store_(std::move(store)) {
    if (!store_) throw InvalidArgument("counters need a store to be kept in");
  }

  std::int64_t add(std::string_view name, std::chrono::year_month_day day, std::int64_t amount) override {
    const std::string key = key_of(name, day);
    const auto transaction = store_->begin();
    const auto before = transaction->note(job, key);
    if (!before) forget_before(*transaction, day);
    const std::int64_t sum = number_in(before.value_or("0"), key) + amount;
    transaction->put(JobNote{.job = std::string(job), .key = key, .text = std::to_string(sum)});
    transaction->commit();
    return sum;
  }

  std::int64_t get(std::string_view name, std::chrono::year_month_day day) override {
    const std::string key = key_of(name, day);
    return number_in(store_->note(job, key).value_or("0"), key);
  }

 private:
  // A month's sum is kept under its first day, so that two months are enough for whoever settles late.
  void forget_before(StoreTransaction& transaction, std::chrono::year_month_day day) {
    const std::string oldest = key_of("", std::chrono::sys_days(day) - std::chrono::days(62));
    for (const JobNote& note : store_->notes(job)) {
      if (note.key < oldest) transaction.erase_note(job, note.key);
    }
  }

  // Whoever wrote something else there, a budget must not take it for nothing.
  std::int64_t number_in(const std::string& text, const std::string& key) const {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw StorageError("the counter " + key + " in " + store_->name() + " is damaged; restore a copy of the database",
                         store_->name());
    }
    return number;
  }

  const std::shared_ptr<Store> store_;
};

}  // namespace

std::shared_ptr<CounterStore> make_counter_store(std::shared_ptr<Store> store) {
  return std::make_shared<StoredCounters>(std::move(store));
}

}  // namespace pilling
