#include "store/rows.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <system_error>

#include "pilling/error.hpp"

namespace pilling::store {
namespace {

// What `medicine_in` reads. Statements are kept under the address of their text: made of this, they are static.
constexpr std::string_view select_medicines =
    "select id, name, company, ingredients, efficacy, usage, warnings, precautions, interactions, side_effects,"
    " storage, images, published_on, updated_on, english_name, dispensing, withdrawn_on from medicines";

std::int64_t seconds_of(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

std::chrono::sys_seconds time_of(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

Medicine medicine_in(const Query& row) {
  Medicine medicine;
  medicine.id.value = row.text(0);
  medicine.name = row.text(1);
  medicine.company = row.text(2);
  medicine.ingredients = row.text(3);
  medicine.efficacy = row.text(4);
  medicine.usage = row.text(5);
  medicine.warnings = row.text(6);
  medicine.precautions = row.text(7);
  medicine.interactions = row.text(8);
  medicine.side_effects = row.text(9);
  medicine.storage = row.text(10);
  medicine.images = decode_list(row.text(11));
  medicine.published_on = row.text(12);
  medicine.updated_on = row.text(13);
  medicine.english_name = row.text(14);
  medicine.dispensing = row.text(15);
  medicine.withdrawn_on = row.text(16);
  return medicine;
}

std::vector<Medicine> medicines_in(Query&& rows) {
  std::vector<Medicine> medicines;
  while (rows.next()) medicines.push_back(medicine_in(rows));
  return medicines;
}

Pharmacy pharmacy_in(const Query& row, const Connection& connection) {
  Pharmacy pharmacy;
  pharmacy.id.value = row.text(0);
  pharmacy.name = row.text(1);
  pharmacy.address = row.text(2);
  pharmacy.telephone = row.text(3);
  pharmacy.position = {.latitude = row.real(4), .longitude = row.real(5)};
  const auto hours = decode_hours(row.text(6));
  if (!hours) {
    connection.fail("the hours of pharmacy " + pharmacy.id.value + " cannot be read",
                    "restore a copy, or move the file away and import again");
  }
  pharmacy.hours = *hours;
  return pharmacy;
}

// Who wrote it is said only where that is not who was asked.
Summary summary_in(const Query& row, const std::string& asked) {
  const std::string_view writer = row.text(3);
  return {.text = std::string(row.text(0)),
          .indications = decode_list(row.text(1)),
          .maker = writer.empty() ? asked : std::string(writer),
          .made_at = time_of(row.integer(2))};
}

bool read_number(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc();
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string encode_list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    for (const char c : item) {
      if (c == '\\' || c == '\n') text += '\\';
      text += c == '\n' ? 'n' : c;
    }
    text += '\n';
  }
  return text;
}

std::vector<std::string> decode_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      items.push_back(std::move(item));
      item.clear();
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      item += text[i] == 'n' ? '\n' : text[i];
    } else {
      item += text[i];
    }
  }
  return items;
}

std::string encode_hours(const OpeningHours& hours) {
  std::string text;
  for (const auto& day : hours.days) {
    if (&day != &hours.days.front()) text += ',';
    if (day) text.append(std::to_string(day->open)).append("-").append(std::to_string(day->close));
  }
  return text;
}

std::optional<OpeningHours> decode_hours(std::string_view text) {
  OpeningHours hours;
  for (auto& day : hours.days) {
    if (&day != &hours.days.front() && !take(text, ',')) return std::nullopt;
    if (text.empty() || text.front() == ',') continue;
    OpenInterval interval;
    if (!read_number(text, interval.open) || !take(text, '-') || !read_number(text, interval.close))
      return std::nullopt;
    day = interval;
  }
  return text.empty() ? std::optional(hours) : std::nullopt;
}

// Each bulk read is one statement, which sees one state of the database whatever is committed meanwhile.
std::vector<Medicine> load_medicines(Connection& connection) {
  static const std::string all = std::string(select_medicines).append(" order by id");
  return medicines_in(Query(connection, all));
}

std::optional<std::vector<Medicine>> load_medicines_since(Connection& connection, std::uint64_t since,
                                                          std::size_t limit) {
  // The plus has SQLite look the versions up, rather than walk through all rows in the order of their ids.
  static const std::string changed = std::string(select_medicines).append(" where version > ? order by +id limit ?");
  const auto most = static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
  std::vector<Medicine> medicines =
      medicines_in(Query(connection, changed, static_cast<std::int64_t>(since), most + 1));
  if (medicines.size() > limit) return std::nullopt;
  return medicines;
}

std::vector<Pharmacy> load_pharmacies(Connection& connection) {
  Query rows(connection, "select id, name, address, telephone, latitude, longitude, hours from pharmacies order by id");
  std::vector<Pharmacy> pharmacies;
  while (rows.next()) pharmacies.push_back(pharmacy_in(rows, connection));
  return pharmacies;
}

std::vector<std::pair<SummaryKey, Summary>> load_summaries(Connection& connection) {
  Query rows(connection,
             "select summary, indications, made_at, writer, text, maker from summaries order by text, maker");
  std::vector<std::pair<SummaryKey, Summary>> summaries;
  while (rows.next()) {
    SummaryKey key{.text = std::string(rows.text(4)), .keyword = {}, .maker = std::string(rows.text(5))};
    Summary summary = summary_in(rows, key.maker);
    summaries.emplace_back(std::move(key), std::move(summary));
  }
  return summaries;
}

std::optional<Medicine> load_medicine(Connection& connection, const MedicineId& id) {
  static const std::string one = std::string(select_medicines).append(" where id = ?");
  Query row(connection, one, id.value);
  return row.next() ? std::optional(medicine_in(row)) : std::nullopt;
}

std::optional<Pharmacy> load_pharmacy(Connection& connection, const PharmacyId& id) {
  Query row(connection, "select id, name, address, telephone, latitude, longitude, hours from pharmacies where id = ?",
            id.value);
  return row.next() ? std::optional(pharmacy_in(row, connection)) : std::nullopt;
}

std::optional<Summary> load_summary(Connection& connection, const SummaryKey& key) {
  const auto first = [&](Query&& row) { return row.next() ? std::optional(summary_in(row, key.maker)) : std::nullopt; };
  if (key.keyword.empty()) {
    return first(Query(connection,
                       "select summary, indications, made_at, writer from summaries where text = ? and maker = ?",
                       key.text, key.maker));
  }
  return first(Query(connection,
                     "select summary, indications, made_at, writer from keyword_summaries"
                     " where text = ? and keyword = ? and maker = ?",
                     key.text, key.keyword, key.maker));
}

bool has_summary(Connection& connection, const SummaryKey& key) {
  if (key.keyword.empty()) {
    Query row(connection, "select 1 from summaries where text = ? and maker = ?", key.text, key.maker);
    return row.next();
  }
  Query row(connection, "select 1 from keyword_summaries where text = ? and keyword = ? and maker = ?", key.text,
            key.keyword, key.maker);
  return row.next();
}

std::optional<JobProgress> load_job(Connection& connection, std::string_view name) {
  Query row(connection, "select cursor, done, total, is_finished, updated_at from jobs where name = ?", name);
  if (!row.next()) return std::nullopt;
  return JobProgress{.name = std::string(name),
                     .cursor = std::string(row.text(0)),
                     .done = static_cast<std::uint64_t>(row.integer(1)),
                     .total = static_cast<std::uint64_t>(row.integer(2)),
                     .is_finished = row.integer(3) != 0,
                     .updated_at = time_of(row.integer(4))};
}

// The version is the one that the commit will give the catalogue.
bool save(Connection& connection, const Medicine& medicine) {
  const std::string images = encode_list(medicine.images);
  connection.run(
      "insert into medicines (id, name, company, ingredients, efficacy, usage, warnings, precautions, interactions,"
      " side_effects, storage, images, published_on, updated_on, english_name, dispensing, withdrawn_on,"
      " version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " (select value + 1 from meta where key = 'catalogue_version'))"
      " on conflict (id) do update set name = excluded.name, company = excluded.company,"
      " ingredients = excluded.ingredients, efficacy = excluded.efficacy, usage = excluded.usage,"
      " warnings = excluded.warnings, precautions = excluded.precautions, interactions = excluded.interactions,"
      " side_effects = excluded.side_effects, storage = excluded.storage, images = excluded.images,"
      " published_on = excluded.published_on, updated_on = excluded.updated_on,"
      " english_name = excluded.english_name, dispensing = excluded.dispensing,"
      " withdrawn_on = excluded.withdrawn_on, version = excluded.version"
      " where (name, company, ingredients, efficacy, usage, warnings, precautions, interactions, side_effects,"
      " storage, images, published_on, updated_on, english_name, dispensing, withdrawn_on) is not (excluded.name,"
      " excluded.company, excluded.ingredients, excluded.efficacy, excluded.usage, excluded.warnings,"
      " excluded.precautions, excluded.interactions, excluded.side_effects, excluded.storage, excluded.images,"
      " excluded.published_on, excluded.updated_on, excluded.english_name, excluded.dispensing,"
      " excluded.withdrawn_on)",
      medicine.id.value, medicine.name, medicine.company, medicine.ingredients, medicine.efficacy, medicine.usage,
      medicine.warnings, medicine.precautions, medicine.interactions, medicine.side_effects, medicine.storage, images,
      medicine.published_on, medicine.updated_on, medicine.english_name, medicine.dispensing, medicine.withdrawn_on);
  return connection.changes() > 0;
}

bool save(Connection& connection, const Pharmacy& pharmacy) {
  const auto [latitude, longitude] = pharmacy.position;
  if (!std::isfinite(latitude) || !std::isfinite(longitude)) {
    throw InvalidArgument("the position of pharmacy " + pharmacy.id.value + " is not a number; leave the pharmacy out");
  }
  const std::string hours = encode_hours(pharmacy.hours);
  connection.run(
      "insert into pharmacies (id, name, address, telephone, latitude, longitude, hours)"
      " values (?, ?, ?, ?, ?, ?, ?)"
      " on conflict (id) do update set name = excluded.name, address = excluded.address,"
      " telephone = excluded.telephone, latitude = excluded.latitude, longitude = excluded.longitude,"
      " hours = excluded.hours"
      " where (name, address, telephone, latitude, longitude, hours) is not (excluded.name,"
      " excluded.address, excluded.telephone, excluded.latitude, excluded.longitude, excluded.hours)",
      pharmacy.id.value, pharmacy.name, pharmacy.address, pharmacy.telephone, latitude, longitude, hours);
  return connection.changes() > 0;
}

void save(Connection& connection, const SummaryKey& key, const Summary& summary) {
  const std::string indications = encode_list(summary.indications);
  const std::int64_t made_at = seconds_of(summary.made_at);
  const std::string_view writer = summary.maker == key.maker ? std::string_view() : summary.maker;
  if (key.keyword.empty()) {
    connection.run(
        "insert or replace into summaries (text, maker, summary, indications, made_at, writer)"
        " values (?, ?, ?, ?, ?, ?)",
        key.text, key.maker, summary.text, indications, made_at, writer);
  } else {
    connection.run(
        "insert or replace into keyword_summaries (text, keyword, maker, summary, indications, made_at, writer)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        key.text, key.keyword, key.maker, summary.text, indications, made_at, writer);
  }
}

void save(Connection& connection, const JobProgress& progress) {
  // Counts above 2^63 wrap around on the way in and back on the way out.
  connection.run(
      "insert or replace into jobs (name, cursor, done, total, is_finished, updated_at)"
      " values (?, ?, ?, ?, ?, ?)",
      progress.name, progress.cursor, static_cast<std::int64_t>(progress.done),
      static_cast<std::int64_t>(progress.total), static_cast<std::int64_t>(progress.is_finished),
      seconds_of(progress.updated_at));
}

std::vector<JobNote> load_notes(Connection& connection, std::string_view job) {
  Query rows(connection, "select key, text from notes where job = ? order by key", job);
  std::vector<JobNote> notes;
  while (rows.next()) {
    notes.push_back({.job = std::string(job), .key = std::string(rows.text(0)), .text = std::string(rows.text(1))});
  }
  return notes;
}

std::optional<std::string> load_note(Connection& connection, std::string_view job, std::string_view key) {
  Query row(connection, "select text from notes where job = ? and key = ?", job, key);
  return row.next() ? std::optional(std::string(row.text(0))) : std::nullopt;
}

void save(Connection& connection, const JobNote& note) {
  connection.run("insert or replace into notes (job, key, text) values (?, ?, ?)", note.job, note.key,
                 Bytes{note.text});
}

void erase_note(Connection& connection, std::string_view job, std::string_view key) {
  connection.run("delete from notes where job = ? and key = ?", job, key);
}

}  // namespace pilling::store
