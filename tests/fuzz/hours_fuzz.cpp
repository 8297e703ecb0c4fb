#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "pilling/pharmacy.hpp"

namespace {

void require(bool condition) {
  if (!condition) __builtin_trap();
}

// The interval on a Thursday, and on no other day: 1 January 1970 in Korea begins nine hours before the epoch.
void check_state(pilling::OpenInterval interval, std::chrono::seconds offset) {
  using pilling::OpenState;
  constexpr std::size_t thursday = 3;
  constexpr std::chrono::sys_seconds midnight{std::chrono::hours(-9)};
  pilling::OpeningHours hours;
  hours.days[thursday] = interval;

  const auto minute = std::chrono::floor<std::chrono::minutes>(offset).count();
  const bool is_inside = interval.open <= minute && minute < interval.close;
  const OpenState state = open_state(hours, midnight + offset);
  require((state == OpenState::open) == is_inside);
  require(hours_on_day(hours, midnight + offset).has_value() == (minute < 24 * 60));
}

}  // namespace

// The first four bytes choose an instant; the rest is "open,close".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t instant_size = 4;
  if (size < instant_size) return 0;
  std::uint32_t instant = 0;
  for (std::size_t i = 0; i < instant_size; ++i) instant = instant << 8 | data[i];
  const std::string_view text(reinterpret_cast<const char*>(data) + instant_size, size - instant_size);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return 0;

  const auto interval = pilling::parse_open_interval(text.substr(0, comma), text.substr(comma + 1));
  if (!interval) return 0;
  require(interval->open >= 0 && interval->open < 24 * 60);
  require(interval->open < interval->close && interval->close - interval->open <= 24 * 60);
  require(!to_string(*interval).empty());
  constexpr std::uint32_t two_days = 2 * 86'400;
  check_state(*interval, std::chrono::seconds(instant % two_days));
  return 0;
}
