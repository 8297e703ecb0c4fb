#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/korean_time.hpp"
#include "pilling/hours.hpp"

namespace {

using pilling::OpenState;

constexpr int minutes_per_day = pilling::core::minutes_per_day;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

// The interval on a Thursday, and on no other day: 1 January 1970 in Korea begins nine hours before the epoch.
void check_state(pilling::OpenInterval interval, std::chrono::seconds offset) {
  constexpr std::size_t thursday = 3;
  constexpr std::chrono::sys_seconds midnight{std::chrono::hours(-9)};
  pilling::OpeningHours hours;
  hours.days[thursday] = interval;

  const auto minute = static_cast<int>(std::chrono::floor<std::chrono::minutes>(offset).count());
  const bool is_inside = interval.open <= minute && minute < interval.close;
  const pilling::OpenStatus status = open_status(hours, midnight + offset, {});
  require((status.state == OpenState::open) == is_inside);
  require(status.today.has_value() == (minute < minutes_per_day));
  if (is_inside && interval.close != minutes_per_day) {
    require(status.closes_in == std::chrono::minutes(interval.close - minute));
  }
  require(!status.opens_in || (!is_inside && status.opens_in->count() > 0));
}

// Interval and calendar of any kind, at any instant: the status fits the state, and the state holds until it changes.
void check_status(const pilling::OpeningHours& hours, std::chrono::sys_seconds instant) {
  static const auto holidays = pilling::HolidayCalendar::bundled();
  const pilling::OpenStatus status = open_status(hours, instant, holidays);
  require(status.state == open_state(hours, instant, holidays));
  require(!status.closes_in || (status.state == OpenState::open && status.closes_in->count() > 0));
  require(!status.opens_in || (status.state != OpenState::open && status.opens_in->count() > 0));
  for (const auto language : {pilling::Language::english, pilling::Language::korean}) {
    require(!in_words(status, instant, language).empty());
    require(!in_words(status.today, language).empty());
  }

  const pilling::core::KoreanTime time = pilling::core::korean_time(instant, holidays);
  const auto& today = hours.days[time.today];
  const auto& yesterday = hours.days[time.yesterday];
  const int change = pilling::core::next_change(today, yesterday, time.minute);
  require(change > time.minute && change <= minutes_per_day);
  for (int minute = time.minute; minute < change; ++minute) {
    require(pilling::core::open_state(today, yesterday, minute) == status.state);
  }
}

}  // namespace

// The first eight bytes choose an instant, one more the days that have the hours; the rest is "open,close".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t instant_size = 8;
  if (size <= instant_size) return 0;
  std::uint64_t instant = 0;
  for (std::size_t i = 0; i < instant_size; ++i) instant = instant << 8 | data[i];
  const unsigned days = data[instant_size];
  const std::string_view text(reinterpret_cast<const char*>(data) + instant_size + 1, size - instant_size - 1);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return 0;

  const auto interval = pilling::parse_open_interval(text.substr(0, comma), text.substr(comma + 1));
  pilling::OpeningHours hours;
  for (std::size_t day = 0; day < hours.days.size(); ++day) {
    if ((days >> day & 1U) != 0) hours.days[day] = interval;
  }
  // At any instant, and at one of the years that the calendar covers.
  constexpr std::uint64_t four_years = 4 * 365 * std::uint64_t{86'400};
  constexpr std::chrono::sys_seconds covered = std::chrono::sys_days(std::chrono::year(2023) / 1 / 1);
  check_status(hours, std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(instant))));
  check_status(hours, covered + std::chrono::seconds(instant % four_years));

  if (!interval) return 0;
  require(interval->open >= 0 && interval->open < minutes_per_day);
  require(interval->open < interval->close && interval->close - interval->open <= minutes_per_day);
  require(!to_string(*interval).empty());
  constexpr std::uint64_t two_days = 2 * 86'400;
  check_state(*interval, std::chrono::seconds(instant % two_days));
  return 0;
}
