#include "sources/pharmacy_fields.hpp"

#include <charconv>
#include <system_error>
#include <unordered_map>

#include "sources/trim.hpp"
#include "text/clean.hpp"

namespace pilling::sources {
namespace {

// Korea with its waters and islands. A pharmacy elsewhere is a slip, and would never be found anyway.
constexpr double southmost = 32, northmost = 39.5, westmost = 123, eastmost = 133;

constexpr std::array<std::string_view, 8> day_names = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                       "Friday", "Saturday", "Sunday",    "holiday"};

using FieldNames = std::unordered_map<std::string, std::size_t>;

void add_hours(FieldNames& names) {
  constexpr std::array<std::string_view, 8> korean_days = {"월요일", "화요일", "수요일", "목요일",
                                                           "금요일", "토요일", "일요일", "공휴일"};
  for (std::size_t day = 0; day < korean_days.size(); ++day) {
    const std::string api = "dutyTime" + std::to_string(day + 1);
    const std::string korean = "진료시간(" + std::string(korean_days[day]) + ")";
    names.emplace(api + "s", pharmacy_field::open + day);
    names.emplace(api + "c", pharmacy_field::close + day);
    names.emplace(korean + "S", pharmacy_field::open + day);
    names.emplace(korean + "C", pharmacy_field::close + day);
  }
}

FieldNames make_field_names() {
  FieldNames names = {
      {"hpid", pharmacy_field::id},
      {"약국ID", pharmacy_field::id},
      {"암호화요양기호", pharmacy_field::id},
      {"ykiho", pharmacy_field::id},
      {"dutyName", pharmacy_field::name},
      {"약국명", pharmacy_field::name},
      {"요양기관명", pharmacy_field::name},
      {"yadmNm", pharmacy_field::name},
      {"dutyAddr", pharmacy_field::address},
      {"주소", pharmacy_field::address},
      {"addr", pharmacy_field::address},
      {"dutyTel1", pharmacy_field::telephone},
      {"대표전화1", pharmacy_field::telephone},
      {"전화번호", pharmacy_field::telephone},
      {"telno", pharmacy_field::telephone},
      {"wgs84Lat", pharmacy_field::latitude},
      {"latitude", pharmacy_field::latitude},
      {"병원위도", pharmacy_field::latitude},
      {"좌표(y)", pharmacy_field::latitude},
      {"좌표(Y)", pharmacy_field::latitude},
      {"YPos", pharmacy_field::latitude},
      {"yPos", pharmacy_field::latitude},
      {"wgs84Lon", pharmacy_field::longitude},
      {"longitude", pharmacy_field::longitude},
      {"병원경도", pharmacy_field::longitude},
      {"좌표(x)", pharmacy_field::longitude},
      {"좌표(X)", pharmacy_field::longitude},
      {"XPos", pharmacy_field::longitude},
      {"xPos", pharmacy_field::longitude},
      {"sun_suspect", pharmacy_field::sunday_is_suspect},
      {"hol_suspect", pharmacy_field::holiday_is_suspect},
  };
  add_hours(names);
  return names;
}

std::optional<double> read_degrees(std::string_view text) {
  text = trim(text);
  double degrees = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), degrees);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(degrees) : std::nullopt;
}

bool is_in_korea(double latitude, double longitude) {
  return latitude >= southmost && latitude <= northmost && longitude >= westmost && longitude <= eastmost;
}

void read_position(const PharmacyFields& fields, RowReading<Pharmacy>& reading) {
  const std::string_view latitude_text = trim(fields[pharmacy_field::latitude]);
  const std::string_view longitude_text = trim(fields[pharmacy_field::longitude]);
  if (latitude_text.empty() || longitude_text.empty()) {
    reading.refusal = "has no coordinates";
    return;
  }
  const std::optional<double> latitude = read_degrees(latitude_text);
  const std::optional<double> longitude = read_degrees(longitude_text);
  const std::string both = "latitude " + quoted(latitude_text) + ", longitude " + quoted(longitude_text);
  if (!latitude || !longitude) {
    reading.refusal = both + " are not two numbers";
  } else if (is_in_korea(*latitude, *longitude)) {
    reading.value.position = {.latitude = *latitude, .longitude = *longitude};
  } else if (is_in_korea(*longitude, *latitude)) {
    reading.refusal = both + " are swapped";
  } else {
    reading.refusal = both + " lie outside Korea";
  }
}

bool is_suspect(const PharmacyFields& fields, std::size_t day) {
  constexpr std::size_t sunday = 6;
  if (day == sunday) return trim(fields[pharmacy_field::sunday_is_suspect]) == "1";
  return day == OpeningHours::holiday && trim(fields[pharmacy_field::holiday_is_suspect]) == "1";
}

void read_hours(const PharmacyFields& fields, RowReading<Pharmacy>& reading) {
  for (std::size_t day = 0; day < day_names.size(); ++day) {
    const std::string_view open = trim(fields[pharmacy_field::open + day]);
    const std::string_view close = trim(fields[pharmacy_field::close + day]);
    if ((open.empty() && close.empty()) || is_suspect(fields, day)) continue;
    const auto note = [&](const std::string& what) {
      reading.notes.push_back(std::string(day_names[day]) + " hours " + quoted(open) + " to " + quoted(close) + " " +
                              what);
    };
    const std::optional<OpenInterval> interval = parse_open_interval(open, close);
    if (!interval) {
      note("make no sense; taken as unknown");
    } else if (is_suspicious(*interval)) {
      note("are hard to believe; taken as they are");
    }
    reading.value.hours.days[day] = interval;
  }
}

}  // namespace

std::optional<std::size_t> find_pharmacy_field(std::string_view name) {
  static const FieldNames names = make_field_names();
  const auto found = names.find(std::string(trim(name)));
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

PharmacyFields pharmacy_fields(const JsonRow& row) {
  PharmacyFields fields{};
  for (const auto& [name, text] : row.fields()) {
    if (const auto field = find_pharmacy_field(name)) fields[*field] = text;
  }
  return fields;
}

RowReading<Pharmacy> read_pharmacy(const PharmacyFields& fields) {
  RowReading<Pharmacy> reading;
  reading.value.id.value = trim(fields[pharmacy_field::id]);
  reading.value.name = text::clean_text(fields[pharmacy_field::name]);
  if (reading.value.id.value.empty()) {
    reading.refusal = "has no id";
  } else if (reading.value.name.empty()) {
    reading.refusal = "has no name";
  } else {
    read_position(fields, reading);
  }
  if (!reading.refusal.empty()) return reading;
  reading.value.address = text::clean_text(fields[pharmacy_field::address]);
  reading.value.telephone = text::clean_text(fields[pharmacy_field::telephone]);
  read_hours(fields, reading);
  return reading;
}

}  // namespace pilling::sources
