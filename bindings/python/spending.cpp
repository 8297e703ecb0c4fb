#include "pilling/spending.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <utility>

#include "arguments.hpp"
#include "casters.hpp"
#include "gil.hpp"
#include "live.hpp"
#include "pilling/store.hpp"

namespace pilling::python {
namespace {

using std::chrono::year_month_day;

year_month_day to_day(const py::handle& date) {
  return std::chrono::year(date.attr("year").cast<int>()) / date.attr("month").cast<int>() /
         date.attr("day").cast<int>();
}

TokenUsage to_usage(std::uint64_t input, std::uint64_t output, std::uint64_t cached_input, std::uint64_t cache_write) {
  return {.input = input, .cached_input = cached_input, .cache_write = cache_write, .output = output};
}

void bind_quota(py::module_& core) {
  py::class_<CounterStore, std::shared_ptr<CounterStore>>(
      core, "CounterStore",
      "Sums by name and day, in memory, or with ``open`` in a database of Pilling. May be shared between threads, and\n"
      "``open`` ones between processes. Raises StorageError when the database cannot be used.")
      .def(py::init([] { return make_counter_store(); }))
      .def_static(
          "open",
          [](const std::filesystem::path& path) {
            return without_gil([&] { return make_counter_store(make_sqlite_store(path)); });
          },
          "path"_a, "Counters that survive a restart, for all processes that open the database.")
      .def(
          "add",
          [](CounterStore& self, const py::str& name, const py::object& day, std::int64_t amount) {
            return without_gil([&, key = to_utf8(name), date = to_day(day)] { return self.add(key, date, amount); });
          },
          "name"_a, "day"_a, "amount"_a,
          "Adds an amount, which may be below 0, and returns the sum with it, in one step.")
      .def(
          "get",
          [](CounterStore& self, const py::str& name, const py::object& day) {
            return without_gil([&, key = to_utf8(name), date = to_day(day)] { return self.get(key, date); });
          },
          "name"_a, "day"_a, "The sum; 0 for what was never added to.");

  const DailyQuotaOptions quota;
  py::class_<DailyQuota, std::shared_ptr<DailyQuota>>(
      core, "DailyQuota",
      "Counts the calls of each operation of a service whose quota begins anew at midnight in Korea, as those of\n"
      "data.go.kr. May be shared between threads.\n\n"
      "``calls_per_day`` is that of one operation. ``name`` names the sums in ``counters``: one for each key.")
      .def(py::init([](std::shared_ptr<CounterStore> counters, std::int64_t calls_per_day, const py::str& name) {
             return std::make_shared<DailyQuota>(
                 std::move(counters), DailyQuotaOptions{.calls_per_day = calls_per_day, .name = to_utf8(name)});
           }),
           "counters"_a.none(false), py::kw_only(), "calls_per_day"_a = quota.calls_per_day, "name"_a = quota.name)
      .def(
          "take",
          [](DailyQuota& self, const py::str& operation) {
            return to_python(without_gil([&, key = to_utf8(operation)] { return self.take(key); }));
          },
          "operation"_a, "The Korean day for which the call counts. Raises Refused when none is left.")
      .def(
          "give_back",
          [](DailyQuota& self, const py::str& operation, const py::object& day) {
            without_gil([&, key = to_utf8(operation), date = to_day(day)] { self.give_back(key, date); });
          },
          "operation"_a, "day"_a, "The call that counted for that day was not made.")
      .def(
          "close",
          [](DailyQuota& self, const py::str& operation, const py::object& day) {
            without_gil([&, key = to_utf8(operation), date = to_day(day)] { self.close(key, date); });
          },
          "operation"_a, "day"_a, "The service said that nothing is left on that day.")
      .def(
          "remaining",
          [](const DailyQuota& self, const py::str& operation) {
            return without_gil([&, key = to_utf8(operation)] { return self.remaining(key); });
          },
          "operation"_a, "How many calls are left today.")
      .def(
          "stats", [](const DailyQuota& self) { return to_tuple(without_gil([&] { return self.stats(); })); },
          "Today, by operation, of those that it was asked for a call of.");
}

void bind_prices(py::module_& core) {
  py::class_<ModelPrices>(core, "ModelPrices",
                          "List prices of language models: US dollars for a million tokens. Knows none at first.\n\n"
                          "May be shared between threads once it is not changed any more.")
      .def(py::init<>())
      .def_static("bundled", &ModelPrices::bundled, "Those that come with Pilling, by ``data/model_prices.txt``.")
      .def_static(
          "read",
          [](const std::filesystem::path& path) { return without_gil([&] { return ModelPrices::read(path); }); },
          "path"_a, "Reads such a file. Raises StorageError when it cannot be read, and BadData naming the line.")
      .def(
          "set",
          [](ModelPrices& self, const py::str& model, double input, double output, const py::object& since,
             std::optional<double> cached_input, std::optional<double> cache_write, const py::str& source) {
            self.set({.model = to_utf8(model),
                      .input = input,
                      .cached_input = cached_input,
                      .cache_write = cache_write,
                      .output = output,
                      .since = to_day(since),
                      .source = to_utf8(source)});
          },
          "model"_a, py::kw_only(), "input"_a, "output"_a, "since"_a, "cached_input"_a = py::none(),
          "cache_write"_a = py::none(), "source"_a = "",
          "Adds a price from the day ``since`` on, or replaces the one of that model and day.")
      .def(
          "find",
          [](const ModelPrices& self, const py::str& model, const py::object& day) {
            return to_python(self.find(to_utf8(model), to_day(day)));
          },
          "model"_a, "day"_a,
          "The newest price at that day, or the oldest when all came later; nothing for an unknown model.")
      .def(
          "dollars",
          [](const ModelPrices& self, const py::str& model, const py::object& day, std::uint64_t input,
             std::uint64_t output, std::uint64_t cached_input, std::uint64_t cache_write, bool batch) {
            const auto usage = to_usage(input, output, cached_input, cache_write);
            return static_cast<double>(self.micro_dollars(to_utf8(model), usage, to_day(day), batch)) / 1e6;
          },
          "model"_a, "day"_a, py::kw_only(), "input"_a = 0, "output"_a = 0, "cached_input"_a = 0, "cache_write"_a = 0,
          "batch"_a = false,
          "What a call of so many tokens costs, in US dollars, rounded up to a millionth. ``input`` includes the two\n"
          "other kinds of input. Raises InvalidArgument for a model without a price.")
      .def("__len__", [](const ModelPrices& self) { return self.all().size(); });
}

/// Money that is set aside. It holds the budget, and gives back without the GIL, for that may be a write to a database.
class ReservationHandle {
 public:
  ReservationHandle(std::shared_ptr<DollarBudget> budget, DollarBudget::Reservation reservation)
      : budget_(std::move(budget)), reservation_(std::move(reservation)) {}
  ReservationHandle(const ReservationHandle&) = delete;
  ReservationHandle& operator=(const ReservationHandle&) = delete;
  ~ReservationHandle() { release(); }

  void settle(const TokenUsage& usage) {
    if (reservation_) without_gil([&] { reservation_->settle(usage); });
  }
  void keep() {
    if (reservation_) reservation_->keep();
  }
  void release() {
    without_gil([&] { reservation_.reset(); });
  }

 private:
  std::shared_ptr<DollarBudget> budget_;
  std::optional<DollarBudget::Reservation> reservation_;
};

void bind_budget(py::module_& core) {
  py::class_<ReservationHandle>(
      core, "Reservation",
      "Money that is set aside for a call. It comes back when it is released or left, as by ``with``,\n"
      "unless ``settle`` or ``keep`` was called.")
      .def(
          "settle",
          [](ReservationHandle& self, std::uint64_t input, std::uint64_t output, std::uint64_t cached_input,
             std::uint64_t cache_write) { self.settle(to_usage(input, output, cached_input, cache_write)); },
          py::kw_only(), "input"_a = 0, "output"_a = 0, "cached_input"_a = 0, "cache_write"_a = 0,
          "The call used so many tokens, be it more than was set aside.")
      .def("keep", &ReservationHandle::keep, "Nobody knows what the call used: the worst is assumed.")
      .def("release", &ReservationHandle::release, "The call was not made.")
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](ReservationHandle& self, const py::args&) { self.release(); });

  py::class_<DollarBudget, std::shared_ptr<DollarBudget>>(
      core, "DollarBudget",
      "Keeps what language models cost below a ceiling. What a call costs at worst is set aside before it is made, so\n"
      "calls at the same time cannot pass the ceiling together. May be shared between threads.\n\n"
      "``dollars_per_day`` and ``dollars_per_month`` are US dollars, by days of UTC; without one there is no such "
      "ceiling.\n"
      "``name`` names the sums in ``counters``: one for each account. ``prices`` say what tokens cost.")
      .def(py::init([](std::shared_ptr<CounterStore> counters, const ModelPrices& prices,
                       std::optional<double> dollars_per_day, std::optional<double> dollars_per_month,
                       const py::str& name) {
             return std::make_shared<DollarBudget>(std::move(counters), prices,
                                                   DollarBudgetOptions{.dollars_per_day = dollars_per_day,
                                                                       .dollars_per_month = dollars_per_month,
                                                                       .name = to_utf8(name)});
           }),
           "counters"_a.none(false), "prices"_a, py::kw_only(), "dollars_per_day"_a = py::none(),
           "dollars_per_month"_a = py::none(), "name"_a = DollarBudgetOptions{}.name)
      .def(
          "reserve",
          [](const std::shared_ptr<DollarBudget>& self, const py::str& model, std::uint64_t input, std::uint64_t output,
             std::uint64_t cached_input, std::uint64_t cache_write, bool batch) {
            const auto worst = to_usage(input, output, cached_input, cache_write);
            return without_gil([&, key = to_utf8(model)] {
              return std::make_unique<ReservationHandle>(self, self->reserve(key, worst, batch));
            });
          },
          "model"_a, py::kw_only(), "input"_a = 0, "output"_a = 0, "cached_input"_a = 0, "cache_write"_a = 0,
          "batch"_a = false,
          "Sets aside what a call of so many tokens costs at worst. Raises Refused when a ceiling would be passed, "
          "and\n"
          "InvalidArgument for a model without a price.")
      .def("set_prices", &DollarBudget::set_prices, "prices"_a, "From now on, for what is set aside already, too.")
      .def(
          "stats", [](const DollarBudget& self) { return to_python(without_gil([&] { return self.stats(); })); },
          "Today and this month, of all processes.");
}

}  // namespace

void bind_spending(py::module_& core) {
  bind_quota(core);
  bind_prices(core);
  bind_budget(core);
}

}  // namespace pilling::python
