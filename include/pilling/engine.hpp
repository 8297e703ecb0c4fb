#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/export.hpp"
#include "pilling/geo.hpp"
#include "pilling/medicine.hpp"
#include "pilling/metrics.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/refresh.hpp"
#include "pilling/search.hpp"
#include "pilling/source.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"
#include "pilling/symptoms.hpp"

namespace pilling {

/// Another name that people use for a medicine, such as "tylenol" for 타이레놀.
struct MedicineAlias {
  std::string alias;  ///< what people say
  std::string name;   ///< whole name, brand or product code of the medicines that it means; none is fine
};

/// What the engine is built from. Every member has a working default.
struct EngineOptions {
  std::filesystem::path database = "pilling.db";           ///< made when missing; not looked at when `store` is given
  std::chrono::milliseconds busy_timeout{5000};            ///< how long another process may keep `database` locked
  std::shared_ptr<Store> store{};                          ///< none: SQLite at `database`
  std::vector<std::shared_ptr<MedicineSource>> sources{};  ///< asked in order when a name is not found here
  std::shared_ptr<Summarizer> summarizer{};                ///< of `refresh` and `summarize`; none: extractive
  std::optional<RefreshSchedule> refresh_schedule{};       ///< none: only when `refresh` is called
  /// Have those made by `summarizer` in the background that the first ten matches of a search lack: of their texts, and
  /// of what their texts say of a symptom. While the engine refreshes, none.
  bool background_summaries = true;
  std::shared_ptr<SharedCache> shared_cache{};                  ///< none: memory and store only
  std::vector<MedicineAlias> aliases{};                         ///< found as names are, with NameField::alias
  std::unordered_map<std::string, std::uint32_t> popularity{};  ///< by product code; see `NameEntry::popularity`
  std::shared_ptr<const SymptomConcepts> concepts{};            ///< none: SymptomConcepts::bundled()
  UnansweredSymptomHook on_unanswered_symptom{};                ///< of phrases that the concepts should learn
  HolidayCalendar holidays = HolidayCalendar::bundled();        ///< decide which hours of a pharmacy hold on a day
  std::size_t cache_bytes = std::size_t{32} << 20;  ///< in memory, each: finished answers, summaries, look-ups
  WorkerPoolOptions workers{};                      ///< that ask sources and summarizer
  std::chrono::milliseconds live_timeout = std::chrono::seconds(10);  ///< of one call to sources or summarizer
  /// Between looks whether another process has changed the store, on a thread of the engine; 0: no looks, no thread.
  /// What is new is loaded on that thread while queries go on with what was there before.
  std::chrono::milliseconds watch_interval{250};
  std::chrono::nanoseconds slow_call_threshold = std::chrono::seconds(1);  ///< calls above are told to the hook
  SlowCallHook on_slow_call{};
  SpanHook on_span{};  ///< of calls, loads and operations of cache tiers
  /// What a call of `summarizer` costs on average, in US dollars, for the statistics of one that does not count it
  /// itself.
  double dollars_per_model_call = 0;
  /// For tests; decides what is open now, what day it is, and when what is kept ends.
  std::function<std::chrono::system_clock::time_point()> now = &std::chrono::system_clock::now;
};

/// What an import did. Every row of the file is counted once: repeated ids count as one added, updated, unchanged or
/// older row, and `repeated` says how many rows were joined into another. Of pharmacies, which come in several files
/// and without dates, `older` and `not_in_file` are 0.
struct ImportReport {
  std::uint64_t rows = 0;  ///< of the file, the skipped included
  std::uint64_t added = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t older = 0;          ///< not written, for the store holds a newer row: see `Engine::import_medicines`
  std::uint64_t repeated = 0;       ///< joined into another row of the same id
  std::uint64_t not_in_file = 0;    ///< medicines of the catalogue that the file does not name; they stay
  std::vector<SkippedRow> skipped;  ///< rows that made no sense, and why
  std::vector<SkippedRow> notes;    ///< rows that were kept with a part left out, and why
  std::vector<std::string>
      doubts;  ///< about what the catalogue holds now, when rows were written: see `import_pharmacies`
  std::chrono::nanoseconds elapsed{};
};

/// Called on the importing thread with rows done and rows in all.
using ImportProgressHook = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// What the engine's summarizer was asked for, and what it was spared. Dollars are those of `Summarizer::stats`, at the
/// mean of its calls where they were saved; else those of `EngineOptions::dollars_per_model_call`.
struct ModelStats {
  std::uint64_t calls = 0;
  std::uint64_t calls_saved = 0;  ///< summaries that memory, a tier, or another caller's call answered
  double dollars_spent = 0;
  double dollars_saved = 0;
};

/// What an engine holds and has done since it was opened.
struct EngineStats {
  std::string store;                    ///< `Store::name`
  std::size_t medicines = 0;            ///< in the catalogue
  std::size_t pharmacies = 0;           ///< as searched: a pharmacy that two sources know counts once
  std::uint64_t catalogue_version = 0;  ///< `Store::catalogue_version` of what is loaded
  std::uint64_t watch_loads = 0;        ///< how often something that another process wrote was loaded
  std::uint64_t watch_failures = 0;     ///< looks for it that failed; while it grows, what is loaded may be old
  CacheStats answers;                   ///< finished answers in memory
  TieredCacheStats summaries;           ///< of `summarize`
  TieredCacheStats look_ups;            ///< of names that were looked for at sources
  ModelStats model;
  SummarizerStats summarizer;              ///< as it counts itself, whoever called it
  std::vector<OperationStats> operations;  ///< by name
};

/// Medicine and pharmacy look-ups over a local database, caches and remote sources.
/// Thread-safe: open one per process, after a fork, and share it. Several processes may use one database: what one of
/// them writes, the others load within `EngineOptions::watch_interval` and the time that loading takes. What the
/// options hold, such as sources, summarizer, store, caches, hooks and clock, is called from threads of the engine,
/// too.
///
/// The catalogue is held in memory: queries touch no disk, but for summaries of a model that are not in memory yet, and
/// never wait for an import or a refresh. Two calls may, for as long as they are allowed to take: `search`, when it
/// goes out to sources, and `wait_for_summary`, when the summarizer is not free.
class PILLING_API Engine {
 public:
  /// Throws StorageError when the store cannot be opened or read, and InvalidArgument for an alias that is not valid
  /// UTF-8 or has no letter or digit, a negative `watch_interval`, an empty `now`, or a schedule that makes no sense.
  explicit Engine(EngineOptions options = {});
  /// Calls under way must have ended. Loads under way on the engine's own threads are stopped, or waited for. In a
  /// forked process, nothing happens.
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Medicines by name, best first: see `NameIndex::search`. When no name but similar ones is found and there are
  /// sources, they are asked, for no longer than `call` and `EngineOptions::live_timeout` allow, and what they know is
  /// kept: it adds to the stored medicines and replaces nothing of them. What cannot be kept, or comes too late to be
  /// kept, is answered all the same, and the answer is degraded. When two brands are about equally near to a text that
  /// is no name, the warnings say so. Throws InvalidArgument for invalid UTF-8, a text above
  /// `NameIndex::maximum_query_bytes`, or a limit of 0.
  SearchResult search(std::string_view text, std::size_t limit = 10, const NameFilter& filter = {},
                      const CallOptions& call = {}) const;

  /// Names for typing ahead, best first, each once: see `NameIndex::suggest`. Throws as `search`.
  std::vector<std::string> suggest(std::string_view text, std::size_t limit = 10, const NameFilter& filter = {}) const;

  /// Medicines of other brands that a name may be mistaken for, nearest first: see `NameIndex::confusable_names`.
  /// Throws as `search`.
  std::vector<ConfusableMedicine> confusable_names(std::string_view name, std::size_t limit = 5) const;

  /// Medicines for what a phrase complains of, in the words of patients: "콧물은 없는데 목이 칼칼해요". The answer says
  /// which concepts were understood, and which were denied, over or set aside; matches are those medicines whose
  /// efficacy texts speak of the former. More of the concepts come first; then how well the text fits, in three steps;
  /// then what is sold over the counter, where known; then how well it fits within its step, popularity and product
  /// code. A phrase that nothing is understood of finds texts that hold its words, marked as approximate, or nothing.
  ///
  /// When the phrase holds a sign of an emergency, there is a red flag to show, and no match. That there is none does
  /// not mean that all is well. Throws as `search`, and what `EngineOptions::on_unanswered_symptom` throws.
  SymptomResult search_symptom(std::string_view text, const SymptomOptions& options = {},
                               const CallOptions& call = {}) const;

  /// The medicine, or nothing when the catalogue does not hold it.
  std::optional<Medicine> medicine(const MedicineId& id) const;

  /// The summary of a medicine's efficacy, for a keyword when one is given: the one of the engine's summarizer when it
  /// was made before, else the extractive one at once, while the other is made in the background and kept. Nothing when
  /// the medicine or its text is not there, or when no indication speaks of the keyword, as of one without a letter or
  /// digit. Throws InvalidArgument for a keyword that is not UTF-8.
  std::optional<Summary> summarize(const MedicineId& id, std::string_view keyword = {}) const;

  /// As `summarize`, but waits for the engine's summarizer, for no longer than `call` and `EngineOptions::live_timeout`
  /// allow. When it fails, in whichever way, or takes longer, the extractive summary.
  std::optional<Summary> wait_for_summary(const MedicineId& id, std::string_view keyword = {},
                                          const CallOptions& call = {}) const;

  /// Pharmacies around a point: see `PharmacyIndex::near`. With a limit, `NearbyResult::next` leads to the next page,
  /// for `NearbyOptions::after`; when the data have changed between the two, the answer says so. It warns when public
  /// holidays of the day, or of days to come that a state speaks of, are not known.
  NearbyResult pharmacies_near(Coordinate center, const NearbyOptions& options = {}) const;

  /// How many pharmacies `pharmacies_near` would give without a limit. Throws as it does.
  std::size_t count_pharmacies_near(Coordinate center, const NearbyOptions& options = {}) const;

  /// The pharmacies nearest to each of many points, several times faster than one by one; `options.limit` must be set.
  /// Throws as `pharmacies_near`.
  NearbyTable pharmacies_near_many(std::span<const Coordinate> centers, const NearbyOptions& options) const;

  /// Reads e약은요 rows: JSON lines, a JSON array, or an API response body; plain or gzip. Products of the same code
  /// become one: the newest row's text wins, or the last one's, and all images are kept. A bad row is reported and
  /// skipped; a file that is not what it claims throws BadData. One transaction: after a crash the old data is whole.
  /// Queries see the new data at once when it returns.
  ///
  /// A row whose `Medicine::updated_on` is before the stored row's is not written. Nor is another row of the same date
  /// when the file is an older edition, that is, when it holds such older rows and no newer one: companies and
  /// ingredients are corrected without a new date. A row without a date replaces and is replaced: the last import wins.
  ImportReport import_medicines(const std::filesystem::path& path, const ImportProgressHook& on_progress = {});

  /// Reads pharmacies: HIRA CSV, Seoul hours CSV, or NMC JSON; plain or gzip. As `import_medicines`. Doubts are
  /// points that hold pharmacies of different districts, whichever file they came from.
  ImportReport import_pharmacies(const std::filesystem::path& path, const ImportProgressHook& on_progress = {});

  /// Fetches all rows of the sources that list all they have, writes what is new or changed, marks what they no longer
  /// list as withdrawn, and has the texts summarised that have no summary of the engine's summarizer, each once.
  ///
  /// Queries go on with what was there before and see all of it at once, in the end, in every process that has the
  /// store open; with batches, the rows first. When it is stopped, killed or cut off, the next refresh goes on from
  /// there: no call is made again whose answer had come, and pages are not fetched again. A source that cannot be read
  /// changes nothing, and a summarizer that cannot be reached or may spend no more leaves texts to the next refresh:
  /// the report tells. Medicines that no source ever listed, such as imported ones, are left as they are.
  ///
  /// Throws Refused while another refresh of the store runs, in whichever process, or when one has taken over;
  /// InvalidArgument for options that make no sense and for sources of the same name; and what `on_progress` throws.
  RefreshReport refresh(const RefreshOptions& options = {}, const RefreshProgressHook& on_progress = {},
                        const std::stop_token& stop = {});

  /// Since it was opened.
  EngineStats stats() const;

  /// The statistics in the Prometheus text exposition format, version 0.0.4.
  std::string metrics_text() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling
