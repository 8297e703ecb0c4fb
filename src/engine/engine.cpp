#include "pilling/engine.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/process.hpp"
#include "engine/background_summaries.hpp"
#include "engine/catalogue_watch.hpp"
#include "engine/engine_options.hpp"
#include "engine/finished_answers.hpp"
#include "engine/import.hpp"
#include "engine/live_look_up.hpp"
#include "engine/live_search.hpp"
#include "engine/name_look_up.hpp"
#include "engine/nearby_look_up.hpp"
#include "engine/operations.hpp"
#include "engine/prometheus.hpp"
#include "engine/refresh_job.hpp"
#include "engine/scheduled_refreshes.hpp"
#include "engine/shown_catalogue.hpp"
#include "engine/store_tier.hpp"
#include "engine/summaries.hpp"
#include "engine/symptom_look_up.hpp"
#include "pilling/error.hpp"
#include "search/query.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// Every part in its own length, so that no two questions look the same.
std::string question(std::string_view text, std::size_t limit, const NameFilter& filter = {}) {
  std::string question = std::to_string(limit);
  for (const std::string* part : {&filter.company, &filter.form, &filter.dispensing}) {
    question += '/' + std::to_string(part->size()) + ':' + *part;
  }
  return question.append("/").append(text);
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

}  // namespace

class Engine::Impl {
 public:
  explicit Impl(EngineOptions given)
      : options_(engine::with_defaults(std::move(given))),
        extractive_(make_extractive_summarizer()),
        operations_(options_.slow_call_threshold, options_.on_slow_call, options_.on_span),
        searches_(options_.cache_bytes / 2),
        symptoms_(options_.cache_bytes / 2),
        shown_(options_, extractive_,
               [this] {
                 searches_.clear();
                 symptoms_.clear();
               }),
        pool_(std::make_shared<WorkerPool>(options_.workers)),
        summaries_(options_.summarizer, extractive_, cache_options("summaries", summary_table()),
                   [this](const SummaryRequest& request, const Summary& summary) { shown_.show(request, summary); }),
        background_(options_, summaries_, shown_, *pool_),
        live_(options_.sources, options_.store, extractive_, cache_options("look-ups", options_.store->cache())) {
    summaries_.warm_start();
    live_.warm_start();
    watch_.emplace(options_.watch_interval,
                   [this] { return shown_.load_news({.medicines = true, .pharmacies = true}); });
    if (options_.refresh_schedule) start_schedule(*options_.refresh_schedule);
  }

  SearchResult search(std::string_view text, std::size_t limit, const NameFilter& filter, const CallOptions& call) {
    return operations_.timed(Operation::search, [&](SteadyTime begin) {
      search::check_query(text, limit);
      const auto shown = shown_.medicines();
      const BeforeWork before_work(call);
      const auto still_holds = [&](const SearchResult& kept, std::uint64_t then) {
        return shown->still_holds(kept, then, text, filter);
      };
      SearchResult result = searches_.find(shown->number, question(text, limit, filter), still_holds, [&] {
        before_work();
        SearchResult found = engine::search_names(*shown->catalogue, text, limit, filter);
        background_.ask_for(found);
        return found;
      });
      if (result.answer.origin == Origin::memory_cache) background_.ask_again_for(result, begin);
      if (!options_.sources.empty() && !engine::is_answered(result, *shown->catalogue, text, filter)) {
        before_work();
        result = engine::search_live(options_, *extractive_, live_, shown_, text, limit, filter, call);
        background_.ask_for(result);
      }
      result.answer.elapsed = std::chrono::steady_clock::now() - begin;
      return result;
    });
  }

  std::vector<std::string> suggest(std::string_view text, std::size_t limit, const NameFilter& filter) {
    return operations_.timed(Operation::suggest, [&](SteadyTime) {
      search::check_query(text, limit);
      return engine::suggest_names(*shown_.medicines()->catalogue, text, limit, filter);
    });
  }

  std::vector<ConfusableMedicine> confusable_names(std::string_view name, std::size_t limit) {
    return operations_.timed(Operation::confusable_names, [&](SteadyTime) {
      return engine::confusable_medicines(*shown_.medicines()->catalogue, name, limit);
    });
  }

  SymptomResult search_symptom(std::string_view text, const SymptomOptions& options, const CallOptions& call) {
    return operations_.timed(Operation::search_symptom, [&](SteadyTime begin) {
      search::check_query(text, options.limit);
      const auto shown = shown_.medicines();
      const BeforeWork before_work(call);
      const auto still_holds = [&](const SymptomResult& kept, std::uint64_t then) {
        return shown->still_holds(kept, then, text, options);
      };
      const std::string key = question(text, options.limit, {.dispensing = options.dispensing});
      SymptomResult result = symptoms_.find(shown->number, key, still_holds, [&] {
        before_work();
        SymptomResult found = engine::search_symptoms(*shown->catalogue, text, options);
        background_.use_in(found);
        return found;
      });
      if (result.answer.origin == Origin::memory_cache) background_.ask_again_for(result, begin);
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
      const auto found = shown_.medicines()->catalogue->find(id);
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
      NearbyResult result = engine::pharmacies_near(shown_.pharmacies()->index, center, options, now());
      result.answer.elapsed = std::chrono::steady_clock::now() - begin;
      return result;
    });
  }

  std::size_t count_pharmacies_near(Coordinate center, const NearbyOptions& options) {
    return operations_.timed(Operation::count_pharmacies_near,
                             [&](SteadyTime) { return shown_.pharmacies()->index.count(center, options, now()); });
  }

  NearbyTable pharmacies_near_many(std::span<const Coordinate> centers, const NearbyOptions& options) {
    return operations_.timed(Operation::pharmacies_near_many,
                             [&](SteadyTime) { return shown_.pharmacies()->index.near_many(centers, options, now()); });
  }

  ImportReport import_medicines(const std::filesystem::path& path, const ImportProgressHook& on_progress) {
    return operations_.timed(Operation::import_medicines, [&](SteadyTime begin) {
      auto [report, changed] = engine::import_medicines(*options_.store, *extractive_, path, on_progress, now());
      live_.forget(changed);
      shown_.load_news({.medicines = true});
      const std::uint64_t named = report.added + report.updated + report.unchanged + report.older;
      report.not_in_file = std::max<std::uint64_t>(shown_.medicines()->catalogue->size(), named) - named;
      report.elapsed = std::chrono::steady_clock::now() - begin;
      return report;
    });
  }

  ImportReport import_pharmacies(const std::filesystem::path& path, const ImportProgressHook& on_progress) {
    return operations_.timed(Operation::import_pharmacies, [&](SteadyTime begin) {
      ImportReport report = engine::import_pharmacies(*options_.store, path, on_progress);
      shown_.load_news({.pharmacies = true});
      if (report.added + report.updated > 0) report.doubts = engine::doubts_about(shown_.pharmacies()->index);
      report.elapsed = std::chrono::steady_clock::now() - begin;
      return report;
    });
  }

  RefreshReport refresh(const RefreshOptions& options, const RefreshProgressHook& on_progress,
                        const std::stop_token& stop) {
    return operations_.timed(Operation::refresh, [&](SteadyTime) {
      const engine::BackgroundSummaries::Pause pause(background_);
      try {
        RefreshReport report = engine::run_refresh(options_, options, on_progress, stop);
        if (!options_.summarizer->is_free() && !options.dry_run) made_by_refreshes_ += report.calls;
        shown_.load_news({.medicines = true});
        return report;
      } catch (...) {
        // What was published before a hook ended the refresh, as the rows are where batches are waited for, is shown.
        try {
          shown_.load_news({.medicines = true});
        } catch (...) {
          // Why it ended is what the caller is to know.
        }
        throw;
      }
    });
  }

  EngineStats stats() {
    const auto medicines_now = shown_.medicines()->catalogue;
    const auto pharmacies_now = shown_.pharmacies();
    EngineStats stats;
    stats.store = options_.store->name();
    stats.medicines = medicines_now->size();
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

  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(options_.now()); }

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

  // Null when there is nothing to summarise.
  std::shared_ptr<const Medicine> medicine_with_text(const MedicineId& id, std::string_view keyword) const {
    if (!text::is_valid_utf8(keyword)) throw InvalidArgument("the keyword is not valid UTF-8");
    // Its summary would be the one of the whole text, as if that spoke of the keyword.
    if (!keyword.empty() && text::normalize(keyword).text.empty()) return nullptr;
    auto medicine = shown_.medicines()->catalogue->find(id);
    return medicine && !medicine->efficacy.empty() ? std::move(medicine) : nullptr;
  }

  TieredCacheOptions cache_options(std::string name, std::shared_ptr<SharedCache> table) const {
    return engine::tiered_options(options_, std::move(name), std::move(table), pool_);
  }
  std::shared_ptr<SharedCache> summary_table() const { return engine::make_store_tier(options_.store, "summaries"); }

  const EngineOptions options_;
  const std::shared_ptr<Summarizer> extractive_;
  engine::Operations operations_;
  engine::FinishedAnswers<SearchResult> searches_;
  engine::FinishedAnswers<SymptomResult> symptoms_;
  std::atomic<std::uint64_t> made_by_refreshes_{0};
  engine::ShownCatalogue shown_;
  // What these load in the background uses all others.
  const std::shared_ptr<WorkerPool> pool_;
  engine::Summaries summaries_;
  engine::BackgroundSummaries background_;
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
