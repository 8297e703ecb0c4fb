#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "pilling/error.hpp"
#include "sources/easy_drug.hpp"
#include "sources/live_sources.hpp"
#include "sources/page_walk.hpp"
#include "sources/public_data_operation.hpp"
#include "sources/reply.hpp"
#include "sources/trim.hpp"
#include "text/clean.hpp"

namespace pilling {
namespace sources {
namespace {

using Holiday = HolidayCalendar::Holiday;

constexpr std::string_view service = "특일정보 of data.go.kr";
constexpr std::size_t rows_of_a_year = 100;  // there are about 20; without a number, ten come
constexpr std::size_t most_pages = 10;

/// A row of the service: also days that are named but not free.
struct SpecialDay {
  Holiday holiday;
  bool is_free = false;
};

RowReading<SpecialDay> read_special_day(const JsonRow& row) {
  RowReading<SpecialDay> reading;
  const std::string date = iso_date(row["locdate"]);
  const std::string_view is_holiday = trim(row["isHoliday"]);
  if (date.empty()) {
    reading.refusal = "has no date: " + quoted(row["locdate"]);
  } else if (is_holiday != "Y" && is_holiday != "N") {
    reading.refusal = "does not say whether it is free: " + quoted(is_holiday);
  }
  if (!reading.refusal.empty()) return reading;
  reading.value.holiday.day =
      std::chrono::year(std::stoi(date.substr(0, 4))) / std::stoi(date.substr(5, 2)) / std::stoi(date.substr(8, 2));
  reading.value.holiday.name = text::clean_text(row["dateName"]);
  reading.value.is_free = is_holiday == "Y";
  return reading;
}

// Several holidays may fall on one day.
std::string key_of(const SpecialDay& day) {
  const auto days = std::chrono::sys_days(day.holiday.day).time_since_epoch().count();
  return std::to_string(days) + ' ' + day.holiday.name;
}

[[noreturn]] void refuse(const std::string& what) {
  throw BadData(std::string(service) + ": " + what, std::string(service));
}

void require_all(const AllRows<SpecialDay>& all) {
  if (!all.skipped.empty()) {
    const SkippedRow& first = all.skipped.front();
    refuse("row " + std::to_string(first.line) + " " + first.reason);
  }
  if (!all.is_complete) {
    refuse("only " + std::to_string(all.rows.size()) + " of " + std::to_string(all.total) + " rows came");
  }
}

}  // namespace

std::vector<Holiday> fetch_holidays(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                    std::chrono::year year, const CallOptions& call, core::RetryHooks hooks) {
  const int number = static_cast<int>(year);
  if (number < 1000 || number > 9999) throw InvalidArgument("a year has four digits, not " + std::to_string(number));
  const PublicDataOperation operation(std::move(http), options, std::move(hooks),
                                      "/B090041/openapi/service/SpcdeInfoService/getRestDeInfo", rows_of_a_year);
  const auto fetch = [&](std::size_t page, std::size_t rows) {
    return operation.page(page, rows, {{"_type", "json"}, {"solYear", std::to_string(number)}}, call,
                          [](std::string_view body, int status) {
                            return read_page<SpecialDay>(body, status, service, &read_special_day);
                          });
  };
  const AllRows<SpecialDay> all = walk_pages<SpecialDay>(
      {.rows = rows_of_a_year, .page_limit = most_pages}, call, fetch, &key_of,
      [](SpecialDay& kept, const SpecialDay& again) { kept.is_free = kept.is_free || again.is_free; });
  require_all(all);
  std::vector<Holiday> holidays;
  for (const SpecialDay& day : all.rows) {
    if (day.holiday.day.year() != year) refuse("a holiday of another year came");
    if (day.is_free) holidays.push_back(day.holiday);
  }
  return holidays;
}

}  // namespace sources

std::vector<HolidayCalendar::Holiday> fetch_holidays(std::shared_ptr<HttpTransport> http,
                                                     const PublicDataOptions& options, std::chrono::year year,
                                                     const CallOptions& call) {
  return sources::fetch_holidays(std::move(http), options, year, call, core::default_retry_hooks());
}

}  // namespace pilling
