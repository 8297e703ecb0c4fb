#include "pilling/engine.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <utility>

#include "core/deadline.hpp"
#include "core/process.hpp"
#include "engine/catalogue.hpp"
#include "engine/catalogue_watch.hpp"
#include "engine/finished_answers.hpp"
#include "engine/import.hpp"
#include "engine/live_look_up.hpp"
#include "engine/name_look_up.hpp"
#include "engine/nearby_look_up.hpp"
#include "engine/operations.hpp"
#include "engine/prometheus.hpp"
#include "engine/refresh_job.hpp"
#include "engine/scheduled_refreshes.hpp"
#include "engine/store_tier.hpp"
#include "engine/summaries.hpp"
#include "engine/symptom_look_up.hpp"
#include "pilling/error.hpp"
#include "search/query.hpp"
#include "text/fingerprint.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

void check_alias(const MedicineAlias& alias) {
  if (!text::is_valid_utf8(alias.alias) || !text::is_valid_utf8(alias.name)) {
    throw InvalidArgument("an alias in EngineOptions::aliases is not valid UTF-8");
  }
  if (text::normalize(alias.alias).text.empty() || text::normalize(alias.name).text.empty()) {
    throw InvalidArgument("an alias in EngineOptions::aliases has no letter or digit: \"" + alias.alias + "\" for \"" +
                          alias.name + "\"");
  }
}

// Every part in its own length, so that no two questions look the same.
std::string question(std::string_view text, std::size_t limit, const NameFilter& filter = {}) {
  std::string question = std::to_string(limit);
  for (const std::string* part : {&filter.company, &filter.form, &filter.dispensing}) {
    question += '/' + std::to_string(part->size()) + ':' + *part;
  }
  return question.append("/").append(text);
}

EngineOptions with_defaults(EngineOptions options) {
  if (!options.store) options.store = make_sqlite_store(options.database, options.busy_timeout);
  if (!options.summarizer) options.summarizer = make_extractive_summarizer();
  if (!options.concepts) options.concepts = SymptomConcepts::bundled();
  for (const MedicineAlias& alias : options.aliases) check_alias(alias);
  if (options.watch_interval.count() < 0) {
    throw InvalidArgument("EngineOptions::watch_interval is negative; 0 switches the watch off");
  }
  if (options.refresh_schedule) engine::check(*options.refresh_schedule);
  if (!options.now) throw InvalidArgument("EngineOptions::now is empty; leave it out to use the system's clock");
  return options;
}

// Calls `CallOptions::before_work` once.
class BeforeWork {
 public:
  explicit BeforeWork(const CallOptions& call) : call_(call) {}
  void operator()() const {
    if (call_.before_work && !std::exchange(was_called_, true)) call_.before_work();
  }

 private:
  const CallOptions& call_;
  mutable bool was_called_ = false;
};

// How many of what one search shows are summarised by the model for that.
constexpr std::size_t most_summaries = 10;

// Counts as long as it lives.
class UnderWay {
 public:
  explicit UnderWay(std::atomic<int>& count) : count_(count) { ++count_; }
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  std::atomic<int>& count_;
};

// Of a cache whose first tier is in the store. On one machine, a table is faster than Redis is.
TieredCacheOptions tiered_options(const EngineOptions& options, std::string name, std::shared_ptr<SharedCache> table,
                                  std::shared_ptr<WorkerPool> pool) {
  TieredCacheOptions tiered;
  tiered.name = std::move(name);
  tiered.memory_bytes = options.cache_bytes;
  // A writer that takes long is not waited for by those who load: what it kept from being written is made up for.
  constexpr std::chrono::milliseconds patience(500);
  tiered.tiers.push_back(
      {.cache = std::move(table), .is_local = true, .timeout = std::min(options.busy_timeout, patience)});
  if (options.shared_cache) tiered.tiers.push_back({.cache = options.shared_cache});
  tiered.pool = std::move(pool);
  tiered.hard_timeout = options.live_timeout;
  tiered.now = options.now;
  tiered.on_span = options.on_span;
  return tiered;
}

}  // namespace

class Engine::Impl {
 public:
  explicit Impl(EngineOptions given)
      : options_(with_defaults(std::move(given))),
        extractive_(make_extractive_summarizer()),
        operations_(options_.slow_call_threshold, options_.on_slow_call, options_.on_span),
        searches_(options_.cache_bytes / 2),
        symptoms_(options_.cache_bytes / 2),
        pool_(std::make_shared<WorkerPool>(options_.workers)),
        summaries_(options_.summarizer, extractive_,
                   tiered_options(options_, "summaries", engine::make_store_tier(options_.store, "summaries"), pool_),
                   [this](const SummaryRequest& request, const Summary& summary) { show(request, summary); }),
        live_(options_.sources, options_.store, extractive_,
              tiered_options(options_, "look-ups", options_.store->cache(), pool_)) {
    replace_medicines();
    replace_pharmacies();
    summaries_.warm_start();
    live_.warm_start();
    watch_.emplace(options_.watch_interval,
                   [this] { return load_news({.of_medicines = true, .of_pharmacies = true}); });
    if (options_.refresh_schedule) start_schedule(*options_.refresh_schedule);
  }

  SearchResult search(std::string_view text, std::size_t limit, const NameFilter& filter, const CallOptions& call) {
    return operations_.timed(Operation::search, [&](SteadyTime begin) {
      search::check_query(text, limit);
      const auto [catalogue, generation] = medicines();
      const BeforeWork before_work(call);
      SearchResult result = searches_.find(generation, question(text, limit, filter), [&] {
        before_work();
        SearchResult found = engine::search_names(*catalogue, text, limit, filter);
        ask_for_summaries(found);
        return found;
      });
      if (!options_.sources.empty() && !has_answer(result)) {
        before_work();
        if (!is_only_filtered_out(*catalogue, text, filter)) result = search_live(text, limit, filter, call);
      }
      result.answer.elapsed = std::chrono::steady_clock::now() - begin;
      return result;
    });
  }

  std::vector<std::string> suggest(std::string_view text, std::size_t limit, const NameFilter& filter) {
    return operations_.timed(Operation::suggest, [&](SteadyTime) {
      search::check_query(text, limit);
      return engine::suggest_names(*medicines().catalogue, text, limit, filter);
    });
  }

  std::vector<ConfusableMedicine> confusable_names(std::string_view name, std::size_t limit) {
    return operations_.timed(Operation::confusable_names, [&](SteadyTime) {
      return engine::confusable_medicines(*medicines().catalogue, name, limit);
    });
  }

  SymptomResult search_symptom(std::string_view text, const SymptomOptions& options, const CallOptions& call) {
    return operations_.timed(Operation::search_symptom, [&](SteadyTime begin) {
      search::check_query(text, options.limit);
      const auto [catalogue, generation] = medicines();
      const BeforeWork before_work(call);
      const std::string key = question(text, options.limit, {.dispensing = options.dispensing});
      SymptomResult result = symptoms_.find(generation, key, [&] {
        before_work();
        SymptomResult found = engine::search_symptoms(*catalogue, text, options);
        use_summaries_of_keywords(found);
        return found;
      });
      if (options_.on_unanswered_symptom && engine::is_unanswered(result)) {
        before_work();
        options_.on_unanswered_symptom(engine::unanswered(text, result));
      }
      result.answer.elapsed = std::chrono::steady_clock::now() - begin;
      return result;
    });
  }

  std::optional<Medicine> medicine(const MedicineId& id) {
    return operations_.timed(Operation::medicine, [&](SteadyTime) -> std::optional<Medicine> {
      const auto found = medicines().catalogue->find(id);
      return found ? std::optional(*found) : std::nullopt;
    });
  }

  std::optional<Summary> summarize(const MedicineId& id, std::string_view keyword) {
    return operations_.timed(Operation::summarize, [&](SteadyTime) -> std::optional<Summary> {
      const auto medicine = medicine_with_text(id, keyword);
      if (!medicine) return std::nullopt;
      return summaries_.at_hand({.text = medicine->efficacy, .keyword = keyword});
    });
  }

  std::optional<Summary> wait_for_summary(const MedicineId& id, std::string_view keyword, const CallOptions& call) {
    return operations_.timed(Operation::wait_for_summary, [&](SteadyTime) -> std::optional<Summary> {
      const auto medicine = medicine_with_text(id, keyword);
      if (!medicine) return std::nullopt;
      return summaries_.wait_for({.text = medicine->efficacy, .keyword = keyword}, call);
    });
  }

  NearbyResult pharmacies_near(Coordinate center, const NearbyOptions& options) {
    return operations_.timed(Operation::pharmacies_near, [&](SteadyTime begin) {
      NearbyResult result = engine::pharmacies_near(pharmacies()->index, center, options, now());
      result.answer.elapsed = std::chrono::steady_clock::now() - begin;
      return result;
    });
  }

  std::size_t count_pharmacies_near(Coordinate center, const NearbyOptions& options) {
    return operations_.timed(Operation::count_pharmacies_near,
                             [&](SteadyTime) { return pharmacies()->index.count(center, options, now()); });
  }

  NearbyTable pharmacies_near_many(std::span<const Coordinate> centers, const NearbyOptions& options) {
    return operations_.timed(Operation::pharmacies_near_many,
                             [&](SteadyTime) { return pharmacies()->index.near_many(centers, options, now()); });
  }

  ImportReport import_medicines(const std::filesystem::path& path, const ImportProgressHook& on_progress) {
    return operations_.timed(Operation::import_medicines, [&](SteadyTime begin) {
      auto [report, changed] = engine::import_medicines(*options_.store, *extractive_, path, on_progress, now());
      live_.forget(changed);
      load_news({.of_medicines = true});
      const std::uint64_t named = report.added + report.updated + report.unchanged + report.older;
      report.not_in_file = std::max<std::uint64_t>(medicines().catalogue->medicines.size(), named) - named;
      report.elapsed = std::chrono::steady_clock::now() - begin;
      return report;
    });
  }

  ImportReport import_pharmacies(const std::filesystem::path& path, const ImportProgressHook& on_progress) {
    return operations_.timed(Operation::import_pharmacies, [&](SteadyTime begin) {
      ImportReport report = engine::import_pharmacies(*options_.store, path, on_progress);
      load_news({.of_pharmacies = true});
      if (report.added + report.updated > 0) report.doubts = engine::doubts_about(pharmacies()->index);
      report.elapsed = std::chrono::steady_clock::now() - begin;
      return report;
    });
  }

  RefreshReport refresh(const RefreshOptions& options, const RefreshProgressHook& on_progress,
                        const std::stop_token& stop) {
    return operations_.timed(Operation::refresh, [&](SteadyTime) {
      const UnderWay under_way(refreshes_under_way_);
      try {
        RefreshReport report = engine::run_refresh(options_, options, on_progress, stop);
        if (!options_.summarizer->is_free() && !options.dry_run) made_by_refreshes_ += report.calls;
        load_news({.of_medicines = true});
        return report;
      } catch (...) {
        // What was published before a hook ended the refresh, as the rows are where batches are waited for, is shown.
        try {
          load_news({.of_medicines = true});
        } catch (...) {
          // Why it ended is what the caller is to know.
        }
        throw;
      }
    });
  }

  EngineStats stats() {
    const auto medicines_now = medicines().catalogue;
    const auto pharmacies_now = pharmacies();
    EngineStats stats;
    stats.store = options_.store->name();
    stats.medicines = medicines_now->medicines.size();
    stats.pharmacies = pharmacies_now->index.size();
    stats.catalogue_version = std::max(medicines_now->version.catalogue, pharmacies_now->version);
    const engine::CatalogueWatch::Counts watch = watch_->counts();
    stats.watch_loads = watch.loads;
    stats.watch_failures = watch.failures;
    stats.answers = engine::together(searches_.stats(), symptoms_.stats());
    stats.summaries = summaries_.stats();
    stats.look_ups = live_.stats();
    stats.summarizer = options_.summarizer->stats();
    stats.model = model_stats(stats.summaries, stats.summarizer);
    stats.operations = operations_.stats();
    return stats;
  }

  const core::HomeProcess home;

 private:
  void start_schedule(const RefreshSchedule& schedule) {
    schedule_.emplace(schedule, engine::ScheduledRefreshes::Hooks{
                                    .refresh = [this, options = schedule.options](
                                                   const std::stop_token& stop) { return refresh(options, {}, stop); },
                                    .history = [this] { return engine::read_history(*options_.store); },
                                    .now = [this] { return now(); }});
  }

  using Operation = engine::Operation;

  // A catalogue and the number of its load.
  struct Medicines {
    std::shared_ptr<const engine::MedicineCatalogue> catalogue;
    std::uint64_t generation = 0;
  };

  // Whether the store holds something that the engine does not.
  struct News {
    bool of_medicines = false;
    bool of_pharmacies = false;
    explicit operator bool() const { return of_medicines || of_pharmacies; }
  };

  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(options_.now()); }

  Medicines medicines() const {
    const std::scoped_lock lock(swap_mutex_);
    return medicines_;
  }

  std::shared_ptr<const engine::PharmacyCatalogue> pharmacies() const {
    const std::scoped_lock lock(swap_mutex_);
    return pharmacies_;
  }

  ModelStats model_stats(const TieredCacheStats& summaries, const SummarizerStats& summarizer) const {
    ModelStats model;
    model.calls = summarizer.calls > 0 ? summarizer.calls : summaries.loads + made_by_refreshes_;
    model.calls_saved = summaries.memory.hits + summaries.loads_saved;
    for (const CacheTierStats& tier : summaries.tiers) model.calls_saved += tier.hits;
    const auto calls = static_cast<double>(model.calls);
    const double each = summarizer.calls > 0 ? summarizer.dollars / calls : options_.dollars_per_model_call;
    model.dollars_spent = calls * each;
    model.dollars_saved = static_cast<double>(model.calls_saved) * each;
    return model;
  }

  // What the store holds and the engine does not, whoever wrote it. Whether something was loaded.
  //
  // Compared twice: without waiting for a load under way, which is most often enough; and when it is this one's turn,
  // for an import and the watch see the same news at the same time, and one of them has loaded it by then.
  bool load_news(const News& wanted) {
    if (!find_news(wanted)) return false;
    const std::scoped_lock turn(load_mutex_);
    const News news = find_news(wanted);
    if (news.of_medicines) replace_medicines();
    if (news.of_pharmacies) replace_pharmacies();
    return static_cast<bool>(news);
  }

  News find_news(const News& wanted) const {
    const engine::StoredVersions stored = engine::stored_versions(options_);
    return {.of_medicines = wanted.of_medicines && engine::has_news(stored.medicines, medicines().catalogue->version),
            .of_pharmacies = wanted.of_pharmacies && stored.pharmacies != pharmacies()->version};
  }

  // Under `load_mutex_`, unless nobody else is there yet. Loads take turns: otherwise one that read the store before an
  // import could replace one that read it after.
  void replace_medicines() { replace(engine::load_medicines(options_, *extractive_, now())); }

  void replace(std::shared_ptr<const engine::MedicineCatalogue> catalogue) {
    {
      // What was there before is destroyed behind the lock.
      const std::scoped_lock lock(swap_mutex_);
      medicines_.catalogue.swap(catalogue);
      ++medicines_.generation;
    }
    searches_.clear();
    symptoms_.clear();
  }

  // As above.
  void replace_pharmacies() {
    auto catalogue = engine::load_pharmacies(options_);
    const std::scoped_lock lock(swap_mutex_);
    pharmacies_.swap(catalogue);
  }

  // Similar names are no answer while there is somebody to ask for the name itself.
  static bool has_answer(const SearchResult& result) {
    return std::ranges::any_of(result.matches, [](const MedicineMatch& match) { return !match.approximate; });
  }

  // What is known here and not wanted is no reason to ask elsewhere.
  static bool is_only_filtered_out(const engine::MedicineCatalogue& catalogue, std::string_view text,
                                   const NameFilter& filter) {
    return filter != NameFilter{} && has_answer(engine::search_names(catalogue, text, 1, {}));
  }

  // Null when there is nothing to summarise.
  std::shared_ptr<const Medicine> medicine_with_text(const MedicineId& id, std::string_view keyword) const {
    if (!text::is_valid_utf8(keyword)) throw InvalidArgument("the keyword is not valid UTF-8");
    // Its summary would be the one of the whole text, as if that spoke of the keyword.
    if (!keyword.empty() && text::normalize(keyword).text.empty()) return nullptr;
    auto medicine = medicines().catalogue->find(id);
    return medicine && !medicine->efficacy.empty() ? std::move(medicine) : nullptr;
  }

  // What a refresh under way has summarised is not to be paid for twice.
  bool wants_summaries() const {
    return options_.background_summaries && !summaries_.are_free() && refreshes_under_way_ == 0;
  }

  // The better summaries of what is shown. Those that are at hand are shown from the next search on.
  void ask_for_summaries(const SearchResult& result) {
    if (!wants_summaries()) return;
    std::size_t shown = 0;
    for (const MedicineMatch& match : result.matches) {
      if (++shown > most_summaries) return;
      const Medicine& medicine = *match.medicine;
      const bool is_wanted = !medicine.efficacy.empty() && medicine.withdrawn_on.empty() &&
                             (!medicine.summary || medicine.summary->maker != options_.summarizer->maker());
      if (!is_wanted) continue;
      const SummaryRequest request{.text = medicine.efficacy, .keyword = {}};
      const auto made = summaries_.made(request);
      // A load under way brings it, and queries wait for none.
      std::unique_lock turn(load_mutex_, std::defer_lock);
      if (made && turn.try_lock()) show_locked(request, *made);
    }
  }

  // What the model has written of the symptom that was asked for, in the words that the text has for it. The others are
  // shown from the next search on.
  void use_summaries_of_keywords(SymptomResult& result) {
    if (!wants_summaries()) return;
    std::size_t shown = 0;
    std::vector<SymptomMatch> matches(result.matches.begin(), result.matches.end());
    for (SymptomMatch& match : matches) {
      if (++shown > most_summaries) break;
      if (match.approximate || match.spans.empty() || match.concepts.size() != 1) continue;
      const std::string& text = match.medicine->efficacy;
      const ByteSpan& span = match.spans.front();
      const auto made = summaries_.made({.text = text, .keyword = text.substr(span.begin, span.end - span.begin)});
      if (made && made->maker == options_.summarizer->maker()) match.summary = made->text;
    }
    result.matches = std::move(matches);
  }

  void show(const SummaryRequest& request, const Summary& summary) {
    if (!request.keyword.empty()) return forget_finished_answers();
    const std::scoped_lock turn(load_mutex_);
    show_locked(request, summary);
  }

  void forget_finished_answers() {
    {
      const std::scoped_lock lock(swap_mutex_);
      ++medicines_.generation;
    }
    symptoms_.clear();
  }

  void show_locked(const SummaryRequest& request, const Summary& summary) {
    auto catalogue = medicines().catalogue->with_summary(text::fingerprint(request.text), summary);
    if (catalogue) replace(std::move(catalogue));
  }

  // What the sources know of the name is in the store when they have been asked, unless it could not be kept.
  SearchResult search_live(std::string_view text, std::size_t limit, const NameFilter& filter,
                           const CallOptions& call) {
    if (text::normalize(text).text.empty()) return {};
    CallOptions own = core::within(call, options_.live_timeout);
    own.before_work = nullptr;  // that is the engine's own affair
    auto outcome = live_.look_up(std::string(text), own);
    try {
      load_news({.of_medicines = true});
    } catch (const StorageError& error) {
      outcome.warnings.push_back(std::string("the catalogue could not be loaded anew: ") + error.what());
    }
    // Again in any case: another caller may have brought the name in since the search that found nothing.
    const auto catalogue = medicines().catalogue;
    SearchResult result = engine::search_names(*catalogue, text, limit, filter);
    if (outcome.found) add_found(result, outcome.found->rows, *catalogue, text, limit, filter);
    ask_for_summaries(result);
    if (outcome.was_asked && has_answer(result)) result.answer.origin = Origin::live;
    result.answer.degraded = !outcome.warnings.empty();
    std::ranges::move(outcome.warnings, std::back_inserter(result.answer.warnings));
    return result;
  }

  // Adds the rows of sources that the catalogue does not hold: the store was busy or out of order, or holds the product
  // under another name, which a source does not change.
  void add_found(SearchResult& result, const std::vector<Medicine>& found, const engine::MedicineCatalogue& catalogue,
                 std::string_view text, std::size_t limit, const NameFilter& filter) {
    std::vector<Medicine> rows;
    for (const Medicine& row : found) {
      const auto is_same = [&](const MedicineMatch& match) { return match.medicine->id == row.id; };
      const auto held = catalogue.find(row.id);
      const bool is_held = held && held->name == row.name;
      if (!is_held && std::ranges::none_of(result.matches, is_same)) rows.push_back(row);
    }
    if (rows.empty()) return;
    const auto index = engine::index_medicines(options_, std::move(rows), *extractive_, now());
    SearchResult more = engine::search_names(*index, text, limit, filter);
    if (more.matches.empty()) return;
    engine::merge(result, std::move(more), limit);
    result.answer.origin = Origin::memory_cache;
  }

  const EngineOptions options_;
  const std::shared_ptr<Summarizer> extractive_;
  engine::Operations operations_;
  engine::FinishedAnswers<SearchResult> searches_;
  engine::FinishedAnswers<SymptomResult> symptoms_;
  std::atomic<std::uint64_t> made_by_refreshes_{0};
  std::atomic<int> refreshes_under_way_{0};
  std::mutex load_mutex_;
  mutable std::mutex swap_mutex_;
  Medicines medicines_;
  std::shared_ptr<const engine::PharmacyCatalogue> pharmacies_;
  // What these load in the background uses all others.
  const std::shared_ptr<WorkerPool> pool_;
  engine::Summaries summaries_;
  engine::LiveLookUp live_;
  // The last members: their threads use all others until they have ended.
  std::optional<engine::CatalogueWatch> watch_;
  std::optional<engine::ScheduledRefreshes> schedule_;
};

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
// In a forked process, not only threads are left alone, but locks that another one held, and the database, which SQLite
// must not close there.
Engine::~Engine() {
  if (impl_) impl_->home.leave_if_forked(impl_);
}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&& other) noexcept {
  Engine moved(std::move(other));
  impl_.swap(moved.impl_);
  return *this;
}

SearchResult Engine::search(std::string_view text, std::size_t limit, const NameFilter& filter,
                            const CallOptions& call) const {
  return impl_->search(text, limit, filter, call);
}

std::vector<std::string> Engine::suggest(std::string_view text, std::size_t limit, const NameFilter& filter) const {
  return impl_->suggest(text, limit, filter);
}

std::vector<ConfusableMedicine> Engine::confusable_names(std::string_view name, std::size_t limit) const {
  return impl_->confusable_names(name, limit);
}

SymptomResult Engine::search_symptom(std::string_view text, const SymptomOptions& options,
                                     const CallOptions& call) const {
  return impl_->search_symptom(text, options, call);
}

std::optional<Medicine> Engine::medicine(const MedicineId& id) const { return impl_->medicine(id); }

std::optional<Summary> Engine::summarize(const MedicineId& id, std::string_view keyword) const {
  return impl_->summarize(id, keyword);
}

std::optional<Summary> Engine::wait_for_summary(const MedicineId& id, std::string_view keyword,
                                                const CallOptions& call) const {
  return impl_->wait_for_summary(id, keyword, call);
}

NearbyResult Engine::pharmacies_near(Coordinate center, const NearbyOptions& options) const {
  return impl_->pharmacies_near(center, options);
}

std::size_t Engine::count_pharmacies_near(Coordinate center, const NearbyOptions& options) const {
  return impl_->count_pharmacies_near(center, options);
}

NearbyTable Engine::pharmacies_near_many(std::span<const Coordinate> centers, const NearbyOptions& options) const {
  return impl_->pharmacies_near_many(centers, options);
}

ImportReport Engine::import_medicines(const std::filesystem::path& path, const ImportProgressHook& on_progress) {
  return impl_->import_medicines(path, on_progress);
}

ImportReport Engine::import_pharmacies(const std::filesystem::path& path, const ImportProgressHook& on_progress) {
  return impl_->import_pharmacies(path, on_progress);
}

RefreshReport Engine::refresh(const RefreshOptions& options, const RefreshProgressHook& on_progress,
                              const std::stop_token& stop) {
  return impl_->refresh(options, on_progress, stop);
}

EngineStats Engine::stats() const { return impl_->stats(); }

std::string Engine::metrics_text() const { return engine::prometheus_text(impl_->stats()); }

}  // namespace pilling
