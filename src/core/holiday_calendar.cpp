#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/holidays_kr.hpp"
#include "core/table_line.hpp"
#include "pilling/error.hpp"
#include "pilling/hours.hpp"

namespace pilling {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

using core::take_word;
using core::trim;

// A number of exactly `digits` digits.
std::optional<int> read_number(std::string_view text, std::size_t digits) {
  if (text.size() != digits || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<year> read_year(std::string_view text) {
  const std::optional<int> number = read_number(text, 4);
  return number ? std::optional(year(*number)) : std::nullopt;
}

std::optional<year_month_day> read_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::optional<int> year_number = read_number(text.substr(0, 4), 4);
  const std::optional<int> month = read_number(text.substr(5, 2), 2);
  const std::optional<int> day = read_number(text.substr(8), 2);
  if (!year_number || !month || !day) return std::nullopt;
  const auto date = year(*year_number) / *month / *day;
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::string to_text(year_month_day day) {
  const auto padded = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return std::to_string(static_cast<int>(day.year())) + padded(static_cast<unsigned>(day.month())) +
         padded(static_cast<unsigned>(day.day()));
}

std::string to_text(year first, year last) {
  return std::to_string(static_cast<int>(first)) + " to " + std::to_string(static_cast<int>(last));
}

// Reads the lines of a holiday file one after the other.
class HolidayReader {
 public:
  explicit HolidayReader(std::string source) : source_(std::move(source)) {}

  void take(std::string_view line) {
    ++line_number_;
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (line_number_ == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    std::string_view rest = trim(line.substr(0, line.find('#')));
    if (rest.empty()) return;
    const std::string_view word = take_word(rest);
    word == "years" ? take_years(rest) : take_day(word, rest);
  }

  HolidayCalendar finish() {
    if (!has_years_) fail("ends without \"years FIRST LAST\"");
    return {std::move(holidays_), first_, last_};
  }

 private:
  void take_years(std::string_view rest) {
    const std::optional<year> first = read_year(take_word(rest));
    const std::optional<year> last = read_year(rest);
    if (has_years_) fail("names the years again");
    if (!first || !last || *first > *last) fail("should read \"years FIRST LAST\", as in \"years 2023 2026\"");
    first_ = *first;
    last_ = *last;
    has_years_ = true;
  }

  void take_day(std::string_view word, std::string_view name) {
    if (!has_years_) fail("comes before \"years FIRST LAST\"");
    const std::optional<year_month_day> day = read_day(word);
    if (!day) fail("begins with no day as in \"2026-01-01 1월1일\"");
    if (day->year() < first_ || day->year() > last_) fail("lies outside of the years " + to_text(first_, last_));
    holidays_.push_back({.day = *day, .name = std::string(name)});
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw BadData(source_ + ": line " + std::to_string(line_number_) + " " + what, source_);
  }

  std::string source_;
  std::size_t line_number_ = 0;
  bool has_years_ = false;
  year first_{};
  year last_{};
  std::vector<HolidayCalendar::Holiday> holidays_;
};

HolidayCalendar read_holidays(std::istream& lines, const std::string& source) {
  HolidayReader reader(source);
  for (std::string line; std::getline(lines, line);) reader.take(line);
  // A folder opens like a file, but cannot be read.
  if (lines.bad()) throw StorageError("cannot read holidays from " + source, source);
  return reader.finish();
}

void require_within(const HolidayCalendar::Holiday& holiday, year first, year last) {
  const year_month_day day = holiday.day;
  if (!day.ok()) throw InvalidArgument("holiday " + to_text(day) + " is no day of the calendar");
  if (day.year() < first || day.year() > last) {
    throw InvalidArgument("holiday " + to_text(day) + " lies outside of the years " + to_text(first, last));
  }
}

// Makes one of those that fall on the same day: "어린이날, 부처님오신날".
void join_same_days(std::vector<HolidayCalendar::Holiday>& holidays) {
  std::ranges::stable_sort(holidays, {}, &HolidayCalendar::Holiday::day);
  std::vector<HolidayCalendar::Holiday> joined;
  std::string_view last_name;
  for (HolidayCalendar::Holiday& holiday : holidays) {
    if (joined.empty() || joined.back().day != holiday.day) {
      joined.push_back(holiday);
    } else if (last_name != holiday.name && !holiday.name.empty()) {
      joined.back().name += (joined.back().name.empty() ? "" : ", ") + holiday.name;
    }
    last_name = holiday.name;
  }
  holidays = std::move(joined);
}

}  // namespace

struct HolidayCalendar::Data {
  std::vector<Holiday> holidays;  // by day
  std::vector<bool> flags;        // of each covered day
  sys_days first;
};

HolidayCalendar::HolidayCalendar() = default;

HolidayCalendar::HolidayCalendar(std::vector<Holiday> holidays, year first, year last) {
  if (!first.ok() || !last.ok() || first > last) {
    throw InvalidArgument("the holidays of the years " + to_text(first, last) +
                          " cannot be: name the first year first");
  }
  for (const Holiday& holiday : holidays) require_within(holiday, first, last);
  join_same_days(holidays);

  const sys_days begin = first / 1 / 1;
  const sys_days end = sys_days(last / 12 / 31) + std::chrono::days(1);
  std::vector<bool> flags(static_cast<std::size_t>((end - begin).count()));
  for (const Holiday& holiday : holidays) {
    flags[static_cast<std::size_t>((sys_days(holiday.day) - begin).count())] = true;
  }
  data_ =
      std::make_shared<const Data>(Data{.holidays = std::move(holidays), .flags = std::move(flags), .first = begin});
}

HolidayCalendar HolidayCalendar::bundled() {
  std::istringstream lines{std::string(core::holidays_kr)};
  return read_holidays(lines, "the holidays that come with Pilling");
}

HolidayCalendar HolidayCalendar::read(const std::filesystem::path& file) {
  const std::string path = file.string();
  std::ifstream lines(file, std::ios::binary);
  if (!lines) throw StorageError("cannot open the holidays " + path + "; is it there?", path);
  return read_holidays(lines, path);
}

HolidayCalendar HolidayCalendar::with_year(year changed, std::vector<Holiday> holidays) const {
  const std::string name = std::to_string(static_cast<int>(changed));
  if (holidays.empty()) throw InvalidArgument("the year " + name + " has no holidays; have they been announced?");
  for (const Holiday& holiday : holidays) require_within(holiday, changed, changed);
  year first = changed;
  year last = changed;
  if (data_) {
    first = year_month_day(data_->first).year();
    last = year_month_day(data_->first + std::chrono::days(data_->flags.size() - 1)).year();
    if (changed + std::chrono::years(1) < first || changed > last + std::chrono::years(1)) {
      throw InvalidArgument("the year " + name + " does not adjoin the years " + to_text(first, last));
    }
  }
  for (const Holiday& holiday : this->holidays()) {
    if (holiday.day.year() != changed) holidays.push_back(holiday);
  }
  return {std::move(holidays), std::min(first, changed), std::max(last, changed)};
}

std::optional<bool> HolidayCalendar::is_holiday(sys_days day) const noexcept {
  if (!data_ || day < data_->first) return std::nullopt;
  const auto index = static_cast<std::size_t>((day - data_->first).count());
  return index < data_->flags.size() ? std::optional<bool>(data_->flags[index]) : std::nullopt;
}

const std::vector<HolidayCalendar::Holiday>& HolidayCalendar::holidays() const noexcept {
  static const std::vector<Holiday> none;
  return data_ ? data_->holidays : none;
}

}  // namespace pilling
