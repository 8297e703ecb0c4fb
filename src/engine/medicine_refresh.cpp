#include "engine/medicine_refresh.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iterator>
#include <utility>

#include "core/calendar.hpp"
#include "core/failure.hpp"
#include "core/retry.hpp"
#include "engine/medicine_rows.hpp"
#include "pilling/error.hpp"

namespace pilling::engine {
namespace {

// So few may vanish from any source without a doubt.
constexpr std::size_t small_loss = 20;
constexpr std::size_t most_asked_for = 300;
constexpr int most_failures_in_a_row = 3;

std::string sentence(const std::string& source, const std::string& what) { return source + ": " + what; }

// What the store is to hold of a medicine that it holds already.
Medicine combined(const Medicine& row, const Medicine& stored, bool adds_only) {
  Medicine newer = adds_only ? stored : row;
  if (adds_only) {
    fill_blanks(newer, row);
  } else if (row.efficacy.empty()) {
    // A list without texts says nothing about them, nor about when they changed.
    fill_blanks(newer, stored);
    if (!newer.efficacy.empty()) {
      newer.published_on = stored.published_on;
      newer.updated_on = stored.updated_on;
    }
  } else {
    keep_what_is_left_out(newer, stored);
  }
  return newer;
}

// The date of a list without texts says nothing about those of another source.
bool is_older_row(const Medicine& row, const Medicine& stored) {
  if (stored.efficacy.empty() && !row.efficacy.empty()) return false;
  return std::is_lt(compare_dates(row, stored));
}

}  // namespace

struct MedicineRefresh::Counts {
  std::uint64_t added = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t older = 0;
  std::uint64_t withdrawn = 0;
};

MedicineRefresh::MedicineRefresh(refresh::Work& work, const std::vector<std::shared_ptr<MedicineSource>>& sources)
    : work_(work) {
  for (const auto& source : sources) {
    if (!source->lists_all()) continue;
    const auto has_its_name = [&](const auto& listing) { return listing->source.name() == source->name(); };
    if (std::ranges::any_of(listings_, has_its_name)) {
      throw InvalidArgument("two sources are called " + source->name() +
                            ", so that nobody could tell which of them listed a medicine; give one another name");
    }
    auto listing = std::make_unique<Listing>(Listing{
        .source = StagedSource(work, source), .job = "listed/" + source->name(), .known = {}, .ids = {}, .gone = {}});
    for (JobNote& note : work.store().notes(listing->job)) listing->known.insert(std::move(note.key));
    listings_.push_back(std::move(listing));
  }
}

void MedicineRefresh::fetch() {
  for (const auto& listing : listings_) {
    if (work_.stop.stop_requested()) break;
    if (auto all = read(*listing)) take(*listing, *std::move(all));
  }
  is_complete_ = std::ranges::all_of(listings_, [](const auto& listing) { return listing->is_read; });
  for (const auto& listing : listings_) work_.report.pages_taken_up += listing->source.taken_up();
  work_.report.rows = rows_.size();
}

// Data that move while they are read make rows come twice or not at all: then all is read once more.
std::optional<AllRows<Medicine>> MedicineRefresh::read(Listing& listing) {
  auto all = walk(listing);
  if (!all || all->is_complete || work_.stop.stop_requested()) return all;
  listing.source.forget();
  auto again = walk(listing);
  if (!again) return again;
  if (!again->is_complete) {
    work_.report.warnings.push_back(sentence(
        listing.source.name(), "its rows changed while they were read; some may be missing until the next refresh"));
  }
  std::ranges::move(all->rows, std::back_inserter(again->rows));
  return again;
}

// As long as each try brings a page, there is another; two that bring none end it.
std::optional<AllRows<Medicine>> MedicineRefresh::walk(Listing& listing) {
  // What the hook throws ends the refresh, not the source.
  std::exception_ptr from_hook;
  const auto on_page = [&](const PagingProgress& progress) {
    try {
      work_.tell(RefreshStage::fetching, rows_.size() + progress.rows, rows_.size() + progress.total);
    } catch (...) {
      from_hook = std::current_exception();
    }
    return !from_hook && !work_.stop.stop_requested();
  };
  constexpr int idle_tries = 2;
  for (int idle = 0; idle < idle_tries;) {
    const std::uint64_t before = listing.source.fetched();
    std::string why;
    try {
      auto all =
          fetch_all(listing.source, {}, {.stop = work_.stop}, {.rows = work_.options.page_rows, .on_page = on_page});
      if (!from_hook) return all;
    } catch (const StorageError&) {
      throw;
    } catch (const core::QuotaGone& error) {
      idle = idle_tries;
      why = error.what();
    } catch (const Refused& error) {
      idle = idle_tries;
      why = error.what();
    } catch (const Error& error) {
      why = error.what();
    }
    if (from_hook) std::rethrow_exception(from_hook);
    if (work_.stop.stop_requested()) return std::nullopt;
    idle = listing.source.fetched() > before ? std::max(idle, 1) : idle + 1;
    if (idle >= idle_tries) work_.add_failure(sentence(listing.source.name(), why));
  }
  return std::nullopt;
}

void MedicineRefresh::take(Listing& listing, AllRows<Medicine> all) {
  if (work_.stop.stop_requested()) return;
  for (Medicine& row : all.rows) {
    if (can_be_kept(row)) {
      add_row(listing, std::move(row));
    } else {
      all.skipped.push_back({.line = 0, .reason = "a row of " + listing.source.name() + " made no sense"});
    }
  }
  std::ranges::move(all.skipped, std::back_inserter(work_.report.skipped));
  listing.is_read = true;
  if (all.is_complete) find_gone(listing);
}

// The first source that lists a medicine describes it; others add what it lacks.
void MedicineRefresh::add_row(Listing& listing, Medicine row) {
  listing.ids.insert(row.id.value);
  const auto [position, is_new] = positions_.try_emplace(row.id.value, rows_.size());
  if (is_new) {
    const bool adds_only = is_described_before(row.id.value, listing);
    rows_.push_back({.medicine = std::move(row), .adds_only = adds_only});
  } else {
    fill_blanks(rows_[position->second].medicine, row);
  }
}

// By a source that could not be read this time.
bool MedicineRefresh::is_described_before(const std::string& id, const Listing& listing) const {
  for (const auto& before : listings_) {
    if (before.get() == &listing) return false;
    if (!before->is_read && before->known.contains(id)) return true;
  }
  return false;
}

// What was listed before and is not now. Each is asked for by its id: a row that moved between two pages is not gone.
void MedicineRefresh::find_gone(Listing& listing) {
  std::vector<std::string> missing;
  std::ranges::copy_if(listing.known, std::back_inserter(missing),
                       [&](const std::string& id) { return !listing.ids.contains(id); });
  const double believable = work_.options.largest_loss * static_cast<double>(listing.known.size());
  const bool is_too_much = static_cast<double>(missing.size()) > std::max(believable, static_cast<double>(small_loss));
  if (is_too_much || (listing.ids.empty() && !missing.empty())) {
    work_.report.warnings.push_back(
        sentence(listing.source.name(), std::to_string(missing.size()) + " of " + std::to_string(listing.known.size()) +
                                            " medicines that it listed are missing, which is too many to be believed; "
                                            "none is marked as withdrawn"));
    return;
  }
  std::ranges::sort(missing);
  ask_for(listing, missing);
}

// As long as the source answers; services count calls by the day. What was not asked for, the next refresh asks for.
void MedicineRefresh::ask_for(Listing& listing, const std::vector<std::string>& missing) {
  std::size_t asked = 0;
  std::string why = "so many are not asked for at once";
  for (int failures = 0; asked < std::min(missing.size(), most_asked_for); ++asked) {
    if (work_.stop.stop_requested()) return;
    work_.tell(RefreshStage::fetching, rows_.size(), rows_.size() + missing.size() - asked);
    try {
      if (is_gone(listing, missing[asked])) listing.gone.insert(missing[asked]);
      failures = 0;
    } catch (const StorageError&) {
      throw;
    } catch (...) {
      why = core::reason_of_failure();
      if (++failures == most_failures_in_a_row) break;
    }
  }
  if (asked < missing.size()) {
    work_.report.warnings.push_back(sentence(listing.source.name(), std::to_string(missing.size() - asked) +
                                                                        " medicines are missing, and whether they "
                                                                        "are withdrawn is not known: " +
                                                                        why));
  }
}

bool MedicineRefresh::is_gone(Listing& listing, const std::string& id) {
  SourcePage<Medicine> page = listing.source.ask({.id = {id}});
  for (Medicine& row : page.rows) {
    if (row.id.value == id && can_be_kept(row)) {
      add_row(listing, std::move(row));
      return false;
    }
  }
  return true;
}

// By a source that was read and has it, or that was not read and had it.
bool MedicineRefresh::is_listed(const std::string& id) const {
  return std::ranges::any_of(listings_, [&](const auto& listing) {
    return listing->ids.contains(id) || (listing->known.contains(id) && !listing->gone.contains(id));
  });
}

std::vector<Medicine> MedicineRefresh::preview() {
  std::vector<Medicine> medicines = work_.store().medicines();
  std::unordered_map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < medicines.size(); ++i) positions.emplace(medicines[i].id.value, i);
  const auto find = [&](const MedicineId& id) {
    const auto found = positions.find(id.value);
    return found == positions.end() ? std::nullopt : std::optional(medicines[found->second]);
  };
  const auto put = [&](const Medicine& medicine) {
    const auto [position, is_new] = positions.try_emplace(medicine.id.value, medicines.size());
    if (is_new) {
      medicines.push_back(medicine);
    } else {
      medicines[position->second] = medicine;
    }
  };
  const Counts counts = compare(find, put);
  if (work_.options.dry_run) tell(counts);
  if (!listings_.empty()) {
    work_.report.not_listed =
        static_cast<std::uint64_t>(std::ranges::count_if(medicines, [&](const Medicine& medicine) {
          return medicine.withdrawn_on.empty() && !is_listed(medicine.id.value);
        }));
  }
  return medicines;
}

bool MedicineRefresh::publish(StoreTransaction& transaction) {
  bool has_changed = false;
  const Counts counts = compare([&](const MedicineId& id) { return transaction.medicine(id); },
                                [&](const Medicine& medicine) {
                                  transaction.put(medicine);
                                  has_changed = true;
                                });
  for (const auto& listing : listings_) {
    if (!listing->is_read) continue;
    for (const std::string& id : listing->ids) {
      if (!listing->known.contains(id)) transaction.put(JobNote{.job = listing->job, .key = id, .text = {}});
    }
    for (const std::string& id : listing->gone) transaction.erase_note(listing->job, id);
    listing->source.forget(transaction);
  }
  tell(counts);
  return has_changed;
}

MedicineRefresh::Counts MedicineRefresh::compare(const Find& find, const Put& put) const {
  Counts counts;
  for (const Row& row : rows_) compare_row(row, find, put, counts);
  const std::string today = core::iso_day(core::korean_day(work_.now()));
  for (const auto& listing : listings_) {
    for (const std::string& id : listing->gone) {
      auto stored = is_listed(id) ? std::nullopt : find({id});
      if (!stored || !stored->withdrawn_on.empty()) continue;
      stored->withdrawn_on = today;
      put(*stored);
      ++counts.withdrawn;
    }
  }
  return counts;
}

void MedicineRefresh::compare_row(const Row& row, const Find& find, const Put& put, Counts& counts) const {
  const auto stored = find(row.medicine.id);
  if (!stored) {
    ++counts.added;
    return put(row.medicine);
  }
  const bool is_older = is_older_row(row.medicine, *stored);
  Medicine newer = is_older ? *stored : combined(row.medicine, *stored, row.adds_only);
  newer.withdrawn_on.clear();
  const bool has_changed = newer != *stored;
  ++(is_older ? counts.older : has_changed ? counts.updated : counts.unchanged);
  if (has_changed) put(newer);
}

void MedicineRefresh::tell(const Counts& counts) const {
  work_.report.added = counts.added;
  work_.report.updated = counts.updated;
  work_.report.unchanged = counts.unchanged;
  work_.report.older = counts.older;
  work_.report.withdrawn = counts.withdrawn;
}

}  // namespace pilling::engine
