#include "core/model_prices.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>
#include <tuple>
#include <utility>

#include "core/table_line.hpp"
#include "pilling/error.hpp"
#include "pilling/spending.hpp"

namespace pilling {
namespace {

using std::chrono::year_month_day;

using core::take_word;

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && number >= 0 && number < 1e9;
  return is_number ? std::optional(number) : std::nullopt;
}

// "2026-07-30"
std::optional<year_month_day> read_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto part = [&](std::size_t begin, std::size_t size) {
    int number = 0;
    const char* const last = text.data() + begin + size;
    return std::from_chars(text.data() + begin, last, number).ptr == last ? number : -1;
  };
  const int month = part(5, 2);
  const int day = part(8, 2);
  if (part(0, 4) < 0 || month < 0 || day < 0) return std::nullopt;
  const year_month_day date = std::chrono::year(part(0, 4)) / month / day;
  return date.ok() ? std::optional(date) : std::nullopt;
}

// Models are also named with the day that they are from: "gpt-5.4-mini-2026-03-17".
std::string_view without_day(std::string_view model) {
  constexpr std::size_t length = std::string_view("-2026-03-17").size();
  if (model.size() <= length || model[model.size() - length] != '-') return model;
  return read_day(model.substr(model.size() - length + 1)) ? model.substr(0, model.size() - length) : model;
}

auto key(const ModelPrice& price) { return std::tie(price.model, price.since); }

}  // namespace

/// Reads the lines of a price file one after the other.
class PriceReader {
 public:
  explicit PriceReader(std::string source) : source_(std::move(source)) {}

  void take(std::string_view line) {
    ++line_number_;
    line = line.substr(0, line.find('#'));
    line = core::trim(line);
    if (line.empty()) return;
    const std::string_view word = take_word(line);
    if (word == "batch") {
      prices_.batch_factor_ = factor(line);
    } else if (word == "long") {
      prices_.long_input_ = static_cast<std::uint64_t>(factor(line));
      prices_.long_input_factor_ = factor(line);
      prices_.long_output_factor_ = factor(line);
    } else {
      take_model(word, line);
    }
  }

  ModelPrices finish() { return std::move(prices_); }

 private:
  void take_model(std::string_view model, std::string_view line) {
    ModelPrice price{.model = std::string(model)};
    price.input = factor(line);
    price.cached_input = factor_or_none(line);
    price.cache_write = factor_or_none(line);
    price.output = factor(line);
    const auto day = read_day(take_word(line));
    if (!day) fail("has no day as in \"2026-07-30\" after the four prices");
    price.since = *day;
    price.source = line;
    prices_.set(std::move(price));
  }

  double factor(std::string_view& line) const {
    const std::optional<double> number = read_number(take_word(line));
    if (!number) fail("should read \"MODEL INPUT CACHED WRITE OUTPUT DAY SOURCE\", prices in dollars or \"-\"");
    return *number;
  }

  std::optional<double> factor_or_none(std::string_view& line) const {
    if (!line.starts_with('-')) return factor(line);
    take_word(line);
    return std::nullopt;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw BadData(source_ + ": line " + std::to_string(line_number_) + " " + what, source_);
  }

  std::string source_;
  std::size_t line_number_ = 0;
  ModelPrices prices_;
};

ModelPrices::ModelPrices() = default;

ModelPrices ModelPrices::bundled() { return parse(core::model_prices, "data/model_prices.txt"); }

ModelPrices ModelPrices::read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || text.str().empty())
    throw StorageError("cannot read model prices from " + file.string(), file.string());
  return parse(text.str(), file.string());
}

ModelPrices ModelPrices::parse(std::string_view text, const std::string& source) {
  PriceReader reader(source);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

void ModelPrices::set(ModelPrice price) {
  if (price.model.empty()) throw InvalidArgument("a price needs the name of its model");
  if (!price.since.ok()) throw InvalidArgument("the price of " + price.model + " needs the day since which it holds");
  for (const std::optional<double> part :
       {std::optional(price.input), price.cached_input, price.cache_write, std::optional(price.output)}) {
    if (part && !(*part >= 0 && *part < 1e9))
      throw InvalidArgument("the price of " + price.model + " is below 0 or endless");
  }
  const auto place = std::ranges::lower_bound(prices_, key(price), {}, &key);
  if (place != prices_.end() && key(*place) == key(price)) {
    *place = std::move(price);
  } else {
    prices_.insert(place, std::move(price));
  }
}

std::optional<ModelPrice> ModelPrices::find(std::string_view model, year_month_day day) const {
  const auto same = std::ranges::equal_range(prices_, model, {},
                                             [](const ModelPrice& price) { return std::string_view(price.model); });
  if (same.empty()) {
    const std::string_view shorter = without_day(model);
    return shorter.size() < model.size() ? find(shorter, day) : std::nullopt;
  }
  const auto later = std::ranges::upper_bound(same, day, {}, &ModelPrice::since);
  return later == same.begin() ? *later : *(later - 1);
}

std::int64_t ModelPrices::micro_dollars(std::string_view model, const TokenUsage& usage, year_month_day day,
                                        bool is_batch) const {
  const std::optional<ModelPrice> price = find(model, day);
  if (!price) {
    throw InvalidArgument("there is no price for the model " + std::string(model) +
                          "; add a line to a copy of data/model_prices.txt and read it, or call ModelPrices::set");
  }
  const bool is_long = usage.input > long_input_;
  // A dollar for a million tokens is a millionth of a dollar for one. Counts that contradict each other never make a
  // call cheaper.
  const double special = static_cast<double>(usage.cached_input) * price->cached_input.value_or(price->input) +
                         static_cast<double>(usage.cache_write) * price->cache_write.value_or(price->input);
  const std::uint64_t plain = usage.input - std::min(usage.input, usage.cached_input + usage.cache_write);
  const double input = static_cast<double>(plain) * price->input + special;
  const double output = static_cast<double>(usage.output) * price->output;
  const double cost = (input * (is_long ? long_input_factor_ : 1) + output * (is_long ? long_output_factor_ : 1)) *
                      (is_batch ? batch_factor_ : 1);
  // What floating point adds to a whole number is not rounded up. Nothing costs more than all the money there is.
  constexpr double rounding = 1e-6;
  constexpr double all_money = 1e18;
  return static_cast<std::int64_t>(std::ceil(std::min(cost, all_money) - rounding));
}

}  // namespace pilling
