#include <cstdint>

#include "core/korean_time.hpp"

namespace pilling {
namespace {

using core::minutes_per_day;

bool is_round_the_clock(OpenInterval interval) { return interval == OpenInterval{.open = 0, .close = minutes_per_day}; }

std::string two_digits(int number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 2) digits.insert(digits.begin(), '0');
  return digits;
}

std::string to_clock(int time) { return two_digits(time / 60) + ":" + two_digits(time % 60); }

int time_of_next_day(int time) { return time > minutes_per_day ? time - minutes_per_day : time; }

// A minute of today or of a day to come.
struct Moment {
  std::int64_t days_ahead = 0;
  int weekday = 0;
  int time = 0;
};

// An end at midnight is that of the day before: "24:00".
Moment moment_of(const core::KoreanTime& now, std::chrono::minutes wait, bool is_end) {
  const std::int64_t minute = now.minute + wait.count();
  const std::int64_t day = (minute - (is_end ? 1 : 0)) / minutes_per_day;
  return {.days_ahead = day,
          .weekday = static_cast<int>((now.weekday + day) % 7),
          .time = static_cast<int>(minute - day * minutes_per_day)};
}

// What differs between the languages.
struct Words {
  std::string (*interval)(OpenInterval);
  std::string (*day)(const Moment&);  // nothing for today
  std::string (*until)(const std::string& day, const std::string& time, bool at_least);
  std::string (*opening)(const OpenStatus&, const std::string& day, const std::string& time);
  std::string (*closing_soon)(const std::string& minutes);
  std::string_view round_the_clock, hours_unknown, open, closed, open_round_the_clock, holidays_unknown;
};

std::string english_interval(OpenInterval interval) {
  const bool is_past_midnight = interval.close > minutes_per_day;
  return to_clock(interval.open) + " to " + to_clock(time_of_next_day(interval.close)) +
         (is_past_midnight ? " the next day" : "");
}

std::string english_day(const Moment& moment) {
  constexpr std::string_view names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  if (moment.days_ahead <= 0) return "";
  if (moment.days_ahead == 1) return "tomorrow";
  if (moment.days_ahead < 7) return "on " + std::string(names[moment.weekday]);
  return "in " + std::to_string(moment.days_ahead) + " days";
}

std::string english_until(const std::string& day, const std::string& time, bool at_least) {
  return "open until " + time + (day.empty() ? "" : " " + day) + (at_least ? " at least" : "");
}

std::string english_opening(const OpenStatus& status, const std::string& day, const std::string& time) {
  const std::string when = (day.empty() ? "" : day + " ") + "at " + time;
  if (status.state != OpenState::closed) return "hours unknown; known to open " + when;
  return (status.may_open_before ? "closed, known to open " : "closed, opens ") + when;
}

std::string korean_interval(OpenInterval interval) {
  const bool is_past_midnight = interval.close > minutes_per_day;
  return to_clock(interval.open) + "부터 " + (is_past_midnight ? "다음 날 " : "") +
         to_clock(time_of_next_day(interval.close)) + "까지";
}

std::string korean_day(const Moment& moment) {
  constexpr std::string_view names[] = {"월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"};
  if (moment.days_ahead <= 0) return "";
  if (moment.days_ahead == 1) return "내일";
  if (moment.days_ahead < 7) return std::string(names[moment.weekday]);
  return std::to_string(moment.days_ahead) + "일 뒤";
}

std::string korean_until(const std::string& day, const std::string& time, bool at_least) {
  return "영업 중, " + std::string(at_least ? "최소 " : "") + (day.empty() ? "" : day + " ") + time + "까지";
}

std::string korean_opening(const OpenStatus& status, const std::string& day, const std::string& time) {
  const std::string when = (day.empty() ? "오늘" : day) + " " + time + "부터";
  if (status.state != OpenState::closed) return "시간 미확인, " + when + " 영업";
  if (status.may_open_before) return "영업 종료, 확인된 다음 영업은 " + when;
  return (day.empty() ? "영업 전, " : "영업 종료, ") + when;
}

constexpr Words english = {
    .interval = english_interval,
    .day = english_day,
    .until = english_until,
    .opening = english_opening,
    .closing_soon = [](const std::string& minutes) { return ", closing in " + minutes + " min"; },
    .round_the_clock = "round the clock",
    .hours_unknown = "hours unknown",
    .open = "open",
    .closed = "closed",
    .open_round_the_clock = "open, round the clock today",
    .holidays_unknown = " (public holidays unknown)"};

constexpr Words korean = {.interval = korean_interval,
                          .day = korean_day,
                          .until = korean_until,
                          .opening = korean_opening,
                          .closing_soon = [](const std::string& minutes) { return " (" + minutes + "분 뒤 마감)"; },
                          .round_the_clock = "24시간",
                          .hours_unknown = "시간 미확인",
                          .open = "영업 중",
                          .closed = "영업 종료",
                          .open_round_the_clock = "영업 중, 오늘 24시간",
                          .holidays_unknown = " (공휴일 여부 미확인)"};

const Words& words_of(Language language) { return language == Language::korean ? korean : english; }

std::string open_in_words(const OpenStatus& status, const core::KoreanTime& now, const Words& words) {
  if (status.closes_in) {
    const Moment end = moment_of(now, *status.closes_in, true);
    const std::string until = words.until(words.day(end), to_clock(end.time), false);
    return status.is_closing_soon() ? until + words.closing_soon(std::to_string(status.closes_in->count())) : until;
  }
  if (!status.today) return std::string(words.open);
  if (is_round_the_clock(*status.today)) return std::string(words.open_round_the_clock);
  const Moment end = moment_of(now, std::chrono::minutes(status.today->close) - std::chrono::minutes(now.minute), true);
  return words.until(words.day(end), to_clock(end.time), true);
}

std::string opening_in_words(const OpenStatus& status, const core::KoreanTime& now, const Words& words) {
  if (!status.opens_in) return std::string(status.state == OpenState::closed ? words.closed : words.hours_unknown);
  const Moment begin = moment_of(now, *status.opens_in, false);
  return words.opening(status, words.day(begin), to_clock(begin.time));
}

}  // namespace

std::string to_string(OpenInterval interval) {
  if (is_round_the_clock(interval)) return "24 hours";
  const bool is_past_midnight = interval.close > minutes_per_day;
  return to_clock(interval.open) + "-" + to_clock(time_of_next_day(interval.close)) + (is_past_midnight ? " (+1)" : "");
}

std::string in_words(const std::optional<OpenInterval>& hours, Language language) {
  const Words& words = words_of(language);
  if (!hours) return std::string(words.hours_unknown);
  return is_round_the_clock(*hours) ? std::string(words.round_the_clock) : words.interval(*hours);
}

std::string in_words(const OpenStatus& status, std::chrono::sys_seconds instant, Language language) {
  const Words& words = words_of(language);
  const core::KoreanTime now = core::korean_time(instant, HolidayCalendar());
  const bool is_open = status.state == OpenState::open;
  const bool says_when = status.state != OpenState::unknown || status.opens_in;
  return (is_open ? open_in_words(status, now, words) : opening_in_words(status, now, words)) +
         std::string(says_when && !status.is_holiday_known ? words.holidays_unknown : "");
}

}  // namespace pilling
