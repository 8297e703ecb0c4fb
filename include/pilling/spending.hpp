#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"
#include "pilling/retry.hpp"

namespace pilling {

/// Keeps sums by name and day. Thread-safe, and for all processes that use the same store. Throws StorageError when it
/// cannot be used.
class PILLING_API CounterStore {
 public:
  virtual ~CounterStore();

  /// Adds `amount`, which may be below 0, and returns the sum with it, in one step: no two calls get the same sum from
  /// the same additions. Days more than two months before the newest may be forgotten.
  virtual std::int64_t add(std::string_view name, std::chrono::year_month_day day, std::int64_t amount) = 0;

  /// 0 for what was never added to.
  virtual std::int64_t get(std::string_view name, std::chrono::year_month_day day) = 0;
};

/// Counters that end with the process.
PILLING_API std::shared_ptr<CounterStore> make_counter_store();

/// How many calls a DailyQuota gives.
struct DailyQuotaOptions {
  /// Calls a day of one operation. 1,000 is the least that data.go.kr gives a key of a development account.
  std::int64_t calls_per_day = 1'000;
  std::string name = "calls";  ///< of the counters: one for each key
};

/// One operation today.
struct DailyQuotaStats {
  std::string name{};              ///< of the counters
  std::string operation{};         ///< as `DailyQuota::take` was given it
  std::int64_t calls_per_day = 0;  ///< in all
  std::int64_t remaining = 0;      ///< 0 when the service said that it is gone
};

/// Counts the calls of each operation of a service whose quota begins anew at midnight in Korea (UTC+9), as those of
/// data.go.kr. Thread-safe, throws StorageError where the counters do, and exact between processes as far as the
/// counters are.
class PILLING_API DailyQuota {
 public:
  /// Throws InvalidArgument without counters and for fewer than 0 calls.
  explicit DailyQuota(std::shared_ptr<CounterStore> counters, DailyQuotaOptions options = {},
                      ResilienceHooks hooks = {});
  ~DailyQuota();
  DailyQuota(const DailyQuota&) = delete;
  DailyQuota& operator=(const DailyQuota&) = delete;

  /// Counts one call, to be made now, and returns the Korean day that it counts for. Throws Refused, saying how long it
  /// is until midnight, when the quota is used up.
  std::chrono::year_month_day take(std::string_view operation);

  void give_back(std::string_view operation, std::chrono::year_month_day day);  ///< the call was not made

  /// The service said that the quota is gone: no more calls on the day that the call counted for, in any process.
  void close(std::string_view operation, std::chrono::year_month_day day);

  /// How many calls are left today.
  std::int64_t remaining(std::string_view operation) const;

  /// By operation, of those that this object was asked for a call of.
  std::vector<DailyQuotaStats> stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The statistics of quotas in the Prometheus text exposition format, version 0.0.4: to stand beside
/// `Engine::metrics_text`. Empty without any.
PILLING_API std::string metrics_text(const std::vector<DailyQuotaStats>& quotas);

/// How many tokens a call to a language model used.
struct TokenUsage {
  std::uint64_t input = 0;         ///< as OpenAI reports it: with the two kinds that follow
  std::uint64_t cached_input = 0;  ///< read from the service's cache
  std::uint64_t cache_write = 0;   ///< written to it
  std::uint64_t output = 0;        ///< what a model thinks to itself included
  bool operator==(const TokenUsage&) const = default;
};

/// US dollars for a million tokens, from a day on.
struct ModelPrice {
  std::string model{};  ///< as its server names it
  double input = 0;
  std::optional<double> cached_input{};  ///< none: as input
  std::optional<double> cache_write{};   ///< none: as input
  double output = 0;
  std::chrono::year_month_day since{};  ///< the first day on which it holds
  std::string source{};                 ///< where it was read, for people
};

/// List prices of language models. A value; may be shared by threads once it is not changed any more.
class PILLING_API ModelPrices {
 public:
  ModelPrices();  ///< knows no model

  /// Those that come with the library, as `data/model_prices.txt` lists them.
  static ModelPrices bundled();

  /// Reads such a file. Throws StorageError when it cannot be read, and BadData naming the line.
  static ModelPrices read(const std::filesystem::path& file);
  /// The same of a text; `source` stands for it in errors.
  static ModelPrices parse(std::string_view text, const std::string& source);

  /// Adds a price, or replaces the one of that model and day. Throws InvalidArgument for one below 0, without a model
  /// or without a day.
  void set(ModelPrice price);

  /// The newest price at that day, or the oldest when all came later; nothing for an unknown model. A model is also
  /// known by its name with a date behind: "gpt-5.4-mini-2026-03-17".
  std::optional<ModelPrice> find(std::string_view model, std::chrono::year_month_day day) const;

  /// In millionths of a dollar, rounded up. Long prompts cost more, a batch half. Throws InvalidArgument for an unknown
  /// model, saying how to add its price.
  std::int64_t micro_dollars(std::string_view model, const TokenUsage& usage, std::chrono::year_month_day day,
                             bool is_batch = false) const;

  const std::vector<ModelPrice>& all() const noexcept { return prices_; }  ///< by model and day

 private:
  friend class PriceReader;
  std::vector<ModelPrice> prices_;
  double batch_factor_ = 0.5;
  std::uint64_t long_input_ = UINT64_MAX;  ///< prompts above are long
  double long_input_factor_ = 1;
  double long_output_factor_ = 1;
};

/// The ceilings of a DollarBudget, in US dollars.
struct DollarBudgetOptions {
  std::optional<double> dollars_per_day{};    ///< none: no such ceiling. Days and months are those of UTC
  std::optional<double> dollars_per_month{};  ///< none: no such ceiling
  std::string name = "dollars";               ///< of the counters: one for each account
};

/// What a DollarBudget has spent, of all processes, in US dollars.
struct DollarBudgetStats {
  std::string name{};             ///< of the counters
  double dollars_today = 0;       ///< settled and reserved
  double dollars_this_month = 0;  ///< as above
  std::uint64_t refused = 0;      ///< calls, of this object
};

/// Keeps what language models cost below a ceiling. The worst case of a call is reserved before it is made, so calls at
/// the same time cannot pass the ceiling together. Thread-safe, and so between processes as far as the counters are;
/// throws StorageError where they do.
class PILLING_API DollarBudget {
 public:
  /// Money that is set aside for a call. Comes back when it is destroyed, unless `settle` or `keep` was called: for
  /// calls that were not made. Must not outlive the budget.
  class PILLING_API Reservation {
   public:
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation();

    /// The call used so much. That may be more than was reserved: it is paid all the same.
    void settle(const TokenUsage& usage);
    /// Nobody knows what the call used, such as one that ended without a reply: the worst is assumed.
    void keep() noexcept { budget_ = nullptr; }

   private:
    friend class DollarBudget;
    Reservation() = default;
    void release() noexcept;

    DollarBudget* budget_ = nullptr;
    std::string model_;
    std::chrono::year_month_day day_{};
    std::int64_t micro_dollars_ = 0;
    bool is_batch_ = false;
  };

  /// Throws InvalidArgument without counters, and for a ceiling below 0 or endless.
  DollarBudget(std::shared_ptr<CounterStore> counters, ModelPrices prices, DollarBudgetOptions options,
               ResilienceHooks hooks = {});
  ~DollarBudget();
  DollarBudget(const DollarBudget&) = delete;
  DollarBudget& operator=(const DollarBudget&) = delete;

  /// Throws Refused when the ceiling would be passed, and InvalidArgument for a model without a price.
  Reservation reserve(std::string_view model, const TokenUsage& worst, bool is_batch = false);

  /// From now on. Reservations that were made before are settled at the new prices, too.
  void set_prices(ModelPrices prices);

  DollarBudgetStats stats() const;  ///< today and this month

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// As that of quotas.
PILLING_API std::string metrics_text(const std::vector<DollarBudgetStats>& budgets);

}  // namespace pilling
