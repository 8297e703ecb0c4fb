#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/export.hpp"

namespace pilling {

/// Opening time of one day in minutes after its midnight, half-open. `close` may pass midnight (1500 is 01:00 of
/// the next day). Open round the clock is 0 … 1440.
struct OpenInterval {
  int open = 0;   ///< 540 is 09:00
  int close = 0;  ///< 1140 is 19:00
  bool operator==(const OpenInterval&) const = default;
};

/// A week of opening times. A day without an interval is *unknown*: the sources leave out closed days and days that
/// nobody entered alike.
struct OpeningHours {
  static constexpr std::size_t holiday = 7;  ///< index of public holidays; 0 … 6 are Monday … Sunday
  std::array<std::optional<OpenInterval>, 8> days;
  bool operator==(const OpeningHours&) const = default;

  PILLING_API bool is_known() const noexcept;  ///< whether any day has an interval
};

/// What opening hours say of an instant. *Unknown* is not closed: nobody said.
enum class OpenState { unknown, closed, open };

/// Reads one day as the sources write it: HHMM as text or number ("0900", "900", "900.0", "30" is 00:30).
/// A close beyond 2400 is of the next day; 0000–0000 and 0000–2400 are round the clock; a close before the open is
/// of the next day when it is at most 06:00. Nothing when either part makes no sense: a wrong hour is worse than none.
/// That includes an open at or after 2400, a close after 3059, and more than 24 hours.
PILLING_API std::optional<OpenInterval> parse_open_interval(std::string_view open, std::string_view close);

/// Whether an interval is kept but hard to believe: shorter than two hours.
PILLING_API bool is_suspicious(OpenInterval interval) noexcept;

/// Which days are public holidays in Korea. A value: copies share what they hold. Thread-safe.
class PILLING_API HolidayCalendar {
 public:
  /// One holiday and what it is called.
  struct Holiday {
    std::chrono::year_month_day day;
    std::string name;
    bool operator==(const Holiday&) const = default;
  };

  /// Knows no year, as does a calendar that was moved from.
  HolidayCalendar();

  /// All public holidays of the years from `first` to `last`, substitute and temporary ones too, in any order. Throws
  /// InvalidArgument for a day that is none or lies outside of these years, and for years in the wrong order.
  HolidayCalendar(std::vector<Holiday> holidays, std::chrono::year first, std::chrono::year last);

  /// The years that come with the library, as `data/holidays_kr.txt` lists them.
  static HolidayCalendar bundled();

  /// Reads such a file: "years FIRST LAST", then a day a line, "2026-01-01 1월1일"; "#" begins a comment. Throws
  /// StorageError when it cannot be read, and BadData naming the line.
  static HolidayCalendar read(const std::filesystem::path& file);

  /// A copy in which that year has these holidays, whether or not it was covered before: what `fetch_holidays` gives.
  /// Throws InvalidArgument for none at all, for a day of another year, and for a year that would leave a gap.
  HolidayCalendar with_year(std::chrono::year year, std::vector<Holiday> holidays) const;

  /// Nothing outside of the covered years. A `year_month_day` will do.
  std::optional<bool> is_holiday(std::chrono::sys_days day) const noexcept;

  /// Of the covered years, by day; several on the same day are one, their names joined by ", ".
  const std::vector<Holiday>& holidays() const noexcept;

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

/// What opening hours say about an instant, in Korean time (UTC+9, no daylight saving).
struct OpenStatus {
  OpenState state = OpenState::unknown;
  std::optional<OpenInterval> today = std::nullopt;  ///< of the Korean calendar day: on a public holiday, its own hours
  /// While open: until it closes, over midnight when the next day goes on without a gap; a begun minute counts. None
  /// when that is more than a week off, or at a midnight where a day begins of which nothing is known.
  std::optional<std::chrono::minutes> closes_in = std::nullopt;
  /// While closed or unknown: until the next opening that is known, within eight days; a begun minute counts.
  std::optional<std::chrono::minutes> opens_in = std::nullopt;
  bool may_open_before = false;  ///< while closed: nothing is known of some day before `opens_in`
  bool is_holiday = false;       ///< today
  /// False when today, yesterday in the small hours, or the day when it closes or opens, lies outside of the calendar's
  /// years: then ordinary hours were taken.
  bool is_holiday_known = false;

  /// Whether it is open and known to close within that time.
  bool is_closing_soon(std::chrono::minutes within = std::chrono::minutes(30)) const noexcept {
    return closes_in && *closes_in <= within;
  }
  bool operator==(const OpenStatus&) const = default;
};

/// Also asks yesterday's interval, which may reach past midnight and is that of a holiday when yesterday was one.
/// Unknown all through a day without an interval, and in the early morning after it for as long as an interval could
/// have lasted (06:59), unless the other day's says open.
PILLING_API OpenStatus open_status(const OpeningHours& hours, std::chrono::sys_seconds instant,
                                   const HolidayCalendar& holidays);

/// `open_status` for those who want no more.
PILLING_API OpenState open_state(const OpeningHours& hours, std::chrono::sys_seconds instant,
                                 const HolidayCalendar& holidays);

/// "09:00-19:00"; past midnight as "09:00-01:00 (+1)"; "24 hours".
PILLING_API std::string to_string(OpenInterval interval);

/// Of what is said for people.
enum class Language { english, korean };

/// A day's hours for people: "09:00 to 01:00 the next day", "round the clock", "hours unknown";
/// "09:00부터 다음 날 01:00까지", "24시간", "시간 미확인".
PILLING_API std::string in_words(const std::optional<OpenInterval>& hours, Language language);

/// A state for people: "open until 19:00, closing in 20 min", "open until 24:00 at least" where `closes_in` is not
/// known, "closed, opens tomorrow at 09:00", "closed, known to open on Monday at 09:00" where days before
/// are unknown, "hours unknown; known to open on Monday at 09:00", "hours unknown"; "영업
/// 중, 19:00까지 (20분 뒤 마감)", "영업 중, 최소 24:00까지", "영업 종료, 내일 09:00부터", "영업 종료, 확인된 다음
/// 영업은 월요일 09:00부터", "영업 전, 오늘 09:00부터", "시간 미확인, 월요일 09:00부터 영업", "시간 미확인". Followed
/// by "(public holidays unknown)", "(공휴일 여부 미확인)" when they are. `instant` is the one that it was asked for.
PILLING_API std::string in_words(const OpenStatus& status, std::chrono::sys_seconds instant, Language language);

}  // namespace pilling
