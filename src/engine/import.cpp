#include "engine/import.hpp"

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "engine/medicine_rows.hpp"
#include "sources/file_contents.hpp"
#include "text/fingerprint.hpp"

namespace pilling::engine {
namespace {

constexpr std::uint64_t rows_between_progress = 256;

// Of medicines; those of pharmacies below would hide them.
using engine::compare_dates;
using engine::join;
using engine::keep_what_is_left_out;

std::partial_ordering compare_dates(const Pharmacy&, const Pharmacy&) { return std::partial_ordering::unordered; }

void join(Pharmacy& joined, Pharmacy row) { joined = std::move(row); }

void keep_what_is_left_out(Pharmacy&, const Pharmacy&) {}

std::optional<Medicine> find(StoreTransaction& transaction, const MedicineId& id) { return transaction.medicine(id); }
std::optional<Pharmacy> find(StoreTransaction& transaction, const PharmacyId& id) { return transaction.pharmacy(id); }

void put_summary(StoreTransaction& transaction, Summarizer& extractive, const std::string& efficacy,
                 std::chrono::sys_seconds now) {
  if (efficacy.empty()) return;
  const SummaryKey key{.text = text::fingerprint(efficacy), .keyword = {}, .maker = extractive.maker()};
  if (transaction.has_summary(key)) return;
  if (auto summary = extractive.summarize({.text = efficacy, .keyword = {}}, {})) {
    summary->made_at = now;
    transaction.put(key, *summary);
  }
}

// Writes the rows that are new or changed and counts all four sorts. `also_put` follows each written row.
template <class Row, class AlsoPut>
void write_changes(Store& store, std::vector<Row> rows, const ImportProgressHook& on_progress, ImportReport& report,
                   const AlsoPut& also_put) {
  const auto transaction = store.begin();
  const auto put = [&](const Row& row, std::uint64_t& counter) {
    ++counter;
    transaction->put(row);
    also_put(*transaction, row);
  };
  std::vector<Row> of_same_date;
  bool has_newer = false;
  std::uint64_t done = 0;
  for (Row& row : rows) {
    const auto stored = find(*transaction, row.id);
    if (stored) keep_what_is_left_out(row, *stored);
    const auto date = stored ? compare_dates(row, *stored) : std::partial_ordering::unordered;
    has_newer = has_newer || std::is_gt(date);
    if (!stored) {
      put(row, report.added);
    } else if (*stored == row) {
      ++report.unchanged;
    } else if (std::is_lt(date)) {
      ++report.older;
    } else if (std::is_eq(date)) {
      of_same_date.push_back(std::move(row));
    } else {
      put(row, report.updated);
    }
    ++done;
    // The last report comes before the commit, too: a hook that throws abandons the import whole.
    const bool is_due = done % rows_between_progress == 0 || done == rows.size();
    if (is_due && on_progress) on_progress(done, rows.size());
  }
  // Which of two rows of one date is the later one, only the other rows of the file can tell.
  const bool is_older_edition = report.older > 0 && !has_newer;
  if (is_older_edition) report.older += of_same_date.size();
  if (!is_older_edition) std::ranges::for_each(of_same_date, [&](const Row& row) { put(row, report.updated); });
  if (report.added + report.updated > 0) transaction->commit();
}

template <class Row, class AlsoPut>
ImportReport import_rows(Store& store, sources::FileContents<Row> contents, const ImportProgressHook& on_progress,
                         const AlsoPut& also_put) {
  ImportReport report;
  report.rows = contents.rows.size() + contents.skipped.size();
  report.skipped = std::move(contents.skipped);
  report.notes = std::move(contents.notes);
  std::vector<Row> rows;
  rows.reserve(contents.rows.size());
  for (auto& numbered : contents.rows) rows.push_back(std::move(numbered.row));
  const std::size_t before = rows.size();
  rows = join_repeated(std::move(rows), [](Row& joined, Row row) { join(joined, std::move(row)); });
  report.repeated = before - rows.size();
  write_changes(store, std::move(rows), on_progress, report, also_put);
  return report;
}

}  // namespace

MedicineImport import_medicines(Store& store, Summarizer& extractive, const std::filesystem::path& path,
                                const ImportProgressHook& on_progress, std::chrono::sys_seconds now) {
  MedicineImport done;
  done.report = import_rows(store, sources::read_medicine_file(path), on_progress,
                            [&](StoreTransaction& transaction, const Medicine& medicine) {
                              put_summary(transaction, extractive, medicine.efficacy, now);
                              done.changed.push_back(medicine.id);
                            });
  return done;
}

ImportReport import_pharmacies(Store& store, const std::filesystem::path& path, const ImportProgressHook& on_progress) {
  return import_rows(store, sources::read_pharmacy_file(path), on_progress, [](StoreTransaction&, const Pharmacy&) {});
}

void adopt_medicines(Store& store, Summarizer& extractive, const std::vector<Medicine>& rows,
                     std::chrono::sys_seconds now, const CallOptions& call) {
  const auto transaction = store.begin(call);
  bool has_changed = false;
  for (const Medicine& row : rows) {
    const auto stored = transaction->medicine(row.id);
    Medicine kept = stored.value_or(row);
    fill_blanks(kept, row);
    if (stored == kept) continue;
    transaction->put(kept);
    put_summary(*transaction, extractive, kept.efficacy, now);
    has_changed = true;
  }
  if (has_changed) transaction->commit();
}

}  // namespace pilling::engine
