#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

#include "core/retry.hpp"
#include "pilling/error.hpp"
#include "pilling/spending.hpp"

namespace pilling {
namespace {

using std::chrono::year_month_day;

constexpr double micro = 1e-6;

std::optional<std::int64_t> micro_dollars(std::optional<double> dollars) {
  if (!dollars) return std::nullopt;
  if (!(*dollars >= 0 && *dollars < 1e12)) throw InvalidArgument("a ceiling must not be below 0 dollars, nor endless");
  return std::llround(*dollars / micro);
}

std::string in_words(std::int64_t amount) {
  // Not of a double, which is written with a decimal comma where the host's locale has one.
  constexpr std::int64_t millionths = 1'000'000;
  const std::string fraction = std::to_string(millionths + amount % millionths);
  return std::to_string(amount / millionths) + "." + fraction.substr(1) + " dollars";
}

}  // namespace

class DollarBudget::Impl {
 public:
  Impl(std::shared_ptr<CounterStore> counters, ModelPrices prices, DollarBudgetOptions options, ResilienceHooks hooks)
      : counters_(std::move(counters)),
        options_(std::move(options)),
        per_day_(micro_dollars(options_.dollars_per_day)),
        per_month_(micro_dollars(options_.dollars_per_month)),
        hooks_(core::complete(std::move(hooks))),
        prices_(std::make_shared<const ModelPrices>(std::move(prices))) {
    if (!counters_) throw InvalidArgument("a budget needs counters");
  }

  year_month_day today() const { return std::chrono::floor<std::chrono::days>(hooks_.utc_now()); }

  std::int64_t price(std::string_view model, const TokenUsage& usage, year_month_day day, bool is_batch) const {
    return current_prices()->micro_dollars(model, usage, day, is_batch);
  }

  // Added first and looked at after: so calls at the same time never pass the ceiling together. At worst they are all
  // refused where one of them would have fitted.
  void reserve(std::int64_t amount, year_month_day day) {
    const std::int64_t spent_today = counters_->add(day_name(), day, amount);
    if (per_day_ && spent_today > *per_day_) {
      counters_->add(day_name(), day, -amount);
      refuse(amount, *per_day_, "a day", "after midnight UTC");
    }
    const std::int64_t spent_this_month = counters_->add(month_name(), first_of(day), amount);
    if (per_month_ && spent_this_month > *per_month_) {
      add(-amount, day);
      refuse(amount, *per_month_, "a month", "next month");
    }
  }

  // To the day on which the money was set aside, though it may be another by now.
  void add(std::int64_t amount, year_month_day day) {
    if (amount == 0) return;
    counters_->add(day_name(), day, amount);
    counters_->add(month_name(), first_of(day), amount);
  }

  void set_prices(ModelPrices prices) {
    auto made = std::make_shared<const ModelPrices>(std::move(prices));
    const std::scoped_lock lock(mutex_);
    prices_ = std::move(made);
  }

  DollarBudgetStats stats() const {
    const year_month_day day = today();
    return {.name = options_.name,
            .dollars_today = static_cast<double>(counters_->get(day_name(), day)) * micro,
            .dollars_this_month = static_cast<double>(counters_->get(month_name(), first_of(day))) * micro,
            .refused = refused_};
  }

 private:
  static year_month_day first_of(year_month_day day) { return day.year() / day.month() / 1; }
  std::string day_name() const { return options_.name + "/day"; }
  std::string month_name() const { return options_.name + "/month"; }

  std::shared_ptr<const ModelPrices> current_prices() const {
    const std::scoped_lock lock(mutex_);
    return prices_;
  }

  [[noreturn]] void refuse(std::int64_t amount, std::int64_t ceiling, const char* time, const char* when) {
    ++refused_;
    throw Refused("the call may cost " + in_words(amount) + ", which would pass the ceiling of " + in_words(ceiling) +
                  " " + time + "; raise it, or try again " + when);
  }

  const std::shared_ptr<CounterStore> counters_;
  const DollarBudgetOptions options_;
  const std::optional<std::int64_t> per_day_;
  const std::optional<std::int64_t> per_month_;
  const ResilienceHooks hooks_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ModelPrices> prices_;
  std::atomic<std::uint64_t> refused_ = 0;
};

DollarBudget::DollarBudget(std::shared_ptr<CounterStore> counters, ModelPrices prices, DollarBudgetOptions options,
                           ResilienceHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(counters), std::move(prices), std::move(options), std::move(hooks))) {}
DollarBudget::~DollarBudget() = default;

DollarBudget::Reservation DollarBudget::reserve(std::string_view model, const TokenUsage& worst, bool is_batch) {
  Reservation reservation;
  reservation.model_ = model;
  reservation.day_ = impl_->today();
  reservation.is_batch_ = is_batch;
  reservation.micro_dollars_ = impl_->price(model, worst, reservation.day_, is_batch);
  impl_->reserve(reservation.micro_dollars_, reservation.day_);
  reservation.budget_ = this;
  return reservation;
}

void DollarBudget::set_prices(ModelPrices prices) { impl_->set_prices(std::move(prices)); }
DollarBudgetStats DollarBudget::stats() const { return impl_->stats(); }

DollarBudget::Reservation::Reservation(Reservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      model_(std::move(other.model_)),
      day_(other.day_),
      micro_dollars_(other.micro_dollars_),
      is_batch_(other.is_batch_) {}

DollarBudget::Reservation& DollarBudget::Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  release();
  budget_ = std::exchange(other.budget_, nullptr);
  model_ = std::move(other.model_);
  day_ = other.day_;
  micro_dollars_ = other.micro_dollars_;
  is_batch_ = other.is_batch_;
  return *this;
}

DollarBudget::Reservation::~Reservation() { release(); }

void DollarBudget::Reservation::settle(const TokenUsage& usage) {
  if (!budget_) return;
  // Gone before the counters are asked: if they fail, the worst case stays counted, and nothing is given back twice.
  Impl& budget = *std::exchange(budget_, nullptr)->impl_;
  budget.add(budget.price(model_, usage, day_, is_batch_) - micro_dollars_, day_);
}

void DollarBudget::Reservation::release() noexcept {
  if (!budget_) return;
  try {
    std::exchange(budget_, nullptr)->impl_->add(-micro_dollars_, day_);
  } catch (...) {
    // Counters that cannot be used keep the money as spent, which is the safe side.
  }
}

}  // namespace pilling
