#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/korean_time.hpp"

namespace pilling {
namespace {

using core::latest_close;
using core::minutes_per_day;

// A close before the open is taken for the next morning's up to this time; a later one is a slip.
constexpr int latest_wrapped_close = 6 * 60;

// Minutes after midnight of "HHMM" or "HMM", "30" or "0", also as a decimal number whose fraction is zero.
std::optional<int> parse_time(std::string_view text) {
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
    text = text.substr(0, point);
  }
  constexpr std::string_view digits = "0123456789";
  if (text.empty() || text.size() > 4 || text.find_first_not_of(digits) != std::string_view::npos) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  // "30" is 0030 without its zeros. Any other number this short may as well be an hour: "9" is hardly 00:09.
  if (text.size() <= 2 && number != 0 && number != 30) return std::nullopt;
  const int minute = number % 100;
  const int time = number / 100 * 60 + minute;
  return minute < 60 && time <= latest_close ? std::optional(time) : std::nullopt;
}

}  // namespace

bool OpeningHours::is_known() const noexcept {
  return std::ranges::any_of(days, [](const auto& interval) { return interval.has_value(); });
}

std::optional<OpenInterval> parse_open_interval(std::string_view open, std::string_view close) {
  const std::optional<int> begin = parse_time(open);
  const std::optional<int> end = parse_time(close);
  if (!begin || !end || *begin >= minutes_per_day) return std::nullopt;
  if (*begin == 0 && *end == 0) return OpenInterval{.open = 0, .close = minutes_per_day};

  OpenInterval interval{.open = *begin, .close = *end};
  if (interval.close < interval.open) {
    if (interval.close > latest_wrapped_close) return std::nullopt;
    interval.close += minutes_per_day;
  }
  const int length = interval.close - interval.open;
  return length > 0 && length <= minutes_per_day ? std::optional(interval) : std::nullopt;
}

bool is_suspicious(OpenInterval interval) noexcept {
  constexpr int shortest = 2 * 60;
  return std::int64_t{interval.close} - interval.open < shortest;
}

}  // namespace pilling
