#include "engine/staged_source.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "core/deadline.hpp"
#include "core/failure.hpp"
#include "core/number_in.hpp"
#include "engine/medicine_rows.hpp"
#include "engine/netstrings.hpp"
#include "pilling/error.hpp"

namespace pilling::engine {
namespace {

// When the first page came, in seconds since 1970 in UTC.
constexpr std::string_view begun_at = "begun";

std::string key_of(const MedicineQuery& query) {
  return "page/" + std::to_string(query.rows) + '/' + std::to_string(query.page);
}

// The total, the number of rows, the rows, and what was skipped, line by line.
std::string encode_page(const SourcePage<Medicine>& page) {
  std::string bytes;
  append_field(bytes, std::to_string(page.total));
  append_field(bytes, std::to_string(page.rows.size()));
  for (const Medicine& row : page.rows) append_field(bytes, encode_row(row));
  for (const SkippedRow& skipped : page.skipped) {
    append_field(bytes, std::to_string(skipped.line));
    append_field(bytes, skipped.reason);
  }
  return bytes;
}

SourcePage<Medicine> decode_page(std::string_view bytes) {
  const auto fields = fields_of(bytes, 2);
  SourcePage<Medicine> page;
  page.total = core::number_in<std::uint64_t>(fields[0]);
  const std::size_t rows = core::number_in<std::uint64_t>(fields[1]);
  if (rows > fields.size() - 2) throw BadData("a page that was fetched before is damaged", "store");
  for (std::size_t i = 2; i < 2 + rows; ++i) page.rows.push_back(decode_row(fields[i]));
  for (std::size_t i = 2 + rows; i + 1 < fields.size(); i += 2) {
    page.skipped.push_back({.line = core::number_in<std::uint64_t>(fields[i]), .reason = std::string(fields[i + 1])});
  }
  return page;
}

}  // namespace

StagedSource::StagedSource(refresh::Work& work, std::shared_ptr<MedicineSource> source)
    : work_(work), source_(std::move(source)), job_("pages/" + source_->identity()) {
  const auto begun = work_.store().note(job_, begun_at);
  const auto age =
      work_.now().time_since_epoch() - std::chrono::seconds(begun ? core::number_in<std::uint64_t>(*begun) : 0);
  if (begun && (age < std::chrono::seconds(0) || age > work_.options.page_lifetime)) forget();
}

SourcePage<Medicine> StagedSource::fetch(const MedicineQuery& query, const CallOptions& call) {
  const std::string key = key_of(query);
  if (auto page = staged_page(key)) {
    if (seen_.insert(key).second) ++taken_up_;
    return *std::move(page);
  }
  SourcePage<Medicine> page = fetch_page(query, call);
  seen_.insert(key);
  ++fetched_;
  work_.commit([&](StoreTransaction& transaction) {
    if (!transaction.note(job_, begun_at)) {
      transaction.put(JobNote{
          .job = job_, .key = std::string(begun_at), .text = std::to_string(work_.now().time_since_epoch().count())});
    }
    transaction.put(JobNote{.job = job_, .key = key, .text = encode_page(page)});
  });
  return page;
}

// Whatever a source of the host throws, which may hold a secret, is the trouble of that source alone.
SourcePage<Medicine> StagedSource::fetch_page(const MedicineQuery& query, const CallOptions& call) const {
  try {
    return source_->fetch(query, core::within(call, work_.options.call_timeout));
  } catch (const Error&) {
    throw;
  } catch (...) {
    throw BadData(core::reason_of_failure(), source_->name());
  }
}

// Nothing when it was not fetched, or is damaged: it is fetched again then.
std::optional<SourcePage<Medicine>> StagedSource::staged_page(const std::string& key) const {
  const auto bytes = work_.store().note(job_, key);
  if (!bytes) return std::nullopt;
  try {
    return decode_page(*bytes);
  } catch (const BadData&) {
    return std::nullopt;
  }
}

void StagedSource::forget() {
  work_.commit([this](StoreTransaction& transaction) { forget(transaction); });
}

void StagedSource::forget(StoreTransaction& transaction) const {
  for (const JobNote& note : work_.store().notes(job_)) transaction.erase_note(job_, note.key);
}

}  // namespace pilling::engine
