#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "cache.hpp"
#include "casters.hpp"
#include "deferred.hpp"
#include "gil.hpp"
#include "listener.hpp"
#include "live.hpp"
#include "nearby_table.hpp"
#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "pilling/version.hpp"
#include "refresh.hpp"

namespace pilling::python {
namespace {

using namespace py::literals;

/// Whoever drops it last, it ends without the GIL: it joins threads, which may be waiting for that.
std::shared_ptr<Engine> make_engine(EngineOptions options) {
  auto engine = without_gil([&] { return std::make_unique<Engine>(std::move(options)); });
  return {engine.release(), [](Engine* dropped) {
            std::optional<py::gil_scoped_release> released;
            if (PyGILState_Check() != 0) released.emplace();
            delete dropped;
          }};
}

SlowCallHook to_slow_call_hook(const std::shared_ptr<Listener>& listener) {
  return [listener](const SlowCall& call) {
    const GilTurn turn;
    listener->tell(to_python(call));
  };
}

SpanHook to_span_hook(const std::shared_ptr<Listener>& listener) {
  return [listener](std::string_view name) -> SpanFinish {
    const GilTurn turn;
    const auto finish = droppable(listener->tell(py::str(name.data(), name.size())));
    if (finish->is_none()) return {};
    return [finish](const SpanEnd& end) {
      const GilTurn finish_turn;
      Listener{*finish}.tell(to_python(end.elapsed), end.failed);
    };
  };
}

UnansweredSymptomHook to_unanswered_hook(const std::shared_ptr<Listener>& listener) {
  return [listener](const UnansweredSymptom& unanswered) {
    const py::gil_scoped_acquire gil;
    listener->tell(to_python(unanswered));
  };
}

/// An engine that can be closed while other threads are inside calls: each call holds a share of it, and the last
/// one to end destroys it. The members are guarded by the GIL.
class EngineHandle {
 public:
  EngineHandle(EngineOptions options, std::vector<std::shared_ptr<PythonPart>> parts,
               std::vector<std::shared_ptr<Listener>> listeners)
      : parts_(std::move(parts)), listeners_(std::move(listeners)), engine_(make_engine(std::move(options))) {}
  EngineHandle(const EngineHandle&) = delete;
  EngineHandle& operator=(const EngineHandle&) = delete;
  ~EngineHandle() { close(); }

  bool is_closed() const noexcept { return engine_ == nullptr; }

  /// For the child of a fork: calls raise from now on, for what is loaded would stay as it is for ever.
  void leave_to_parent() noexcept { is_of_parent_ = true; }

  void close() {
    for (const auto& part : parts_) part->drop();
    std::vector<py::object> functions;
    for (const auto& listener : listeners_) functions.push_back(std::exchange(listener->function, py::object()));
    const auto engine = std::exchange(engine_, nullptr);
    medicine_matches_.clear();
    symptom_matches_.clear();
  }

  std::shared_ptr<Engine> opened() const {
    if (!engine_) throw py::value_error("the engine is closed; open another one");
    if (is_of_parent_) {
      throw py::value_error(
          "the engine was opened before this process was forked, and would never see what changes; "
          "open one in each process, after the fork");
    }
    return engine_;
  }

  /// As `call`, but keeps the GIL when the answer is in memory: to hand it over takes longer than to find that.
  template <class Work>
  auto query(const Work& work) const {
    const WantsGil wants;
    const std::shared_ptr<Engine> engine = opened();
    std::optional<py::gil_scoped_release> released;
    CallOptions options;
    options.before_work = [&] { released.emplace(); };
    return work(*engine, options);
  }

  template <class Work>
  auto call(Work&& work) const {
    const WantsGil wants;  // until the last share of a closed engine is gone, too
    const std::shared_ptr<Engine> engine = opened();
    return without_gil([&] { return work(*engine); });
  }

  py::object search(const py::str& text, std::int64_t limit, const FilterTexts& filter) {
    const auto result = query([&filter, query = to_utf8(text), count = to_count(limit, "limit")](
                                  const Engine& engine, const CallOptions& options) {
      return engine.search(query, count, to_filter(filter), options);
    });
    return medicine_matches_.add(types().search_result(LookedAtLater{}, to_python(result.answer)), result.matches);
  }

  py::list suggest(const py::str& text, std::int64_t limit, const FilterTexts& filter) const {
    return py::cast(call([&filter, query = to_utf8(text), count = to_count(limit, "limit")](const Engine& engine) {
      return engine.suggest(query, count, to_filter(filter));
    }));
  }

  py::tuple confusable_names(const py::str& name, std::int64_t limit) const {
    return to_tuple(call([query = to_utf8(name), count = to_count(limit, "limit")](const Engine& engine) {
      return engine.confusable_names(query, count);
    }));
  }

  py::object search_symptom(const py::str& text, std::int64_t limit, const py::str& dispensing) {
    const std::string phrase = to_utf8(text);
    const SymptomOptions wanted{.limit = to_count(limit, "limit"), .dispensing = to_utf8(dispensing)};
    const auto result = query([&](const Engine& engine, const CallOptions& options) {
      return engine.search_symptom(phrase, wanted, options);
    });
    return symptom_matches_.add(
        types().symptom_result(to_python(result.understood, phrase), to_python(result.absent, phrase),
                               to_python(result.red_flag, phrase), to_tuple(result.notes), to_python(result.reading),
                               LookedAtLater{}, to_python(result.answer)),
        result.matches);
  }

  py::object medicine(const py::str& id) const {
    return to_python(call([key = MedicineId{to_utf8(id)}](const Engine& engine) { return engine.medicine(key); }));
  }

  py::object summarize(const py::str& id, const py::str& keyword) const {
    return to_python(call([key = MedicineId{to_utf8(id)}, word = to_utf8(keyword)](const Engine& engine) {
      return engine.summarize(key, word);
    }));
  }

  py::object wait_for_summary(const py::str& id, const py::str& keyword, const std::optional<double>& seconds) const {
    CallOptions options;
    if (seconds) options.deadline = std::chrono::steady_clock::now() + to_milliseconds(*seconds, "timeout");
    return to_python(call([&, key = MedicineId{to_utf8(id)}, word = to_utf8(keyword)](const Engine& engine) {
      return engine.wait_for_summary(key, word, options);
    }));
  }

  py::object pharmacies_near(double latitude, double longitude, NearbyOptions wanted, const py::object& rerank,
                             std::int64_t rerank_first) const {
    if (!rerank.is_none()) {
      const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
      wanted.rerank = rerank_hook(rerank, wanted.open_at.value_or(now));
    }
    wanted.rerank_first = to_count(rerank_first, "rerank_first");
    return to_python(call([&](const Engine& engine) {
      return engine.pharmacies_near(Coordinate{latitude, longitude}, wanted);
    }));
  }

  std::size_t count_pharmacies_near(double latitude, double longitude, const NearbyOptions& wanted) const {
    return call([&](const Engine& engine) {
      return engine.count_pharmacies_near(Coordinate{latitude, longitude}, wanted);
    });
  }

  py::object pharmacies_near_many(const Floats& latitudes, const Floats& longitudes,
                                  const NearbyOptions& wanted) const {
    const std::vector<Coordinate> centers = to_coordinates(latitudes, longitudes);
    return to_python_table(call([&](const Engine& engine) { return engine.pharmacies_near_many(centers, wanted); }),
                           centers.size());
  }

  py::object import_medicines(const std::filesystem::path& path, const py::object& on_progress) const {
    return to_python(call([&](Engine& engine) { return engine.import_medicines(path, progress_hook(on_progress)); }));
  }

  py::object import_pharmacies(const std::filesystem::path& path, const py::object& on_progress) const {
    return to_python(call([&](Engine& engine) { return engine.import_pharmacies(path, progress_hook(on_progress)); }));
  }

  py::object refresh(const py::object& wanted, const py::object& on_progress) const {
    const RefreshOptions options = to_refresh_options(wanted);
    return to_python(WatchedRefresh(opened(), options).run(on_progress));
  }

  py::object stats() const {
    return to_python(call([](const Engine& engine) { return engine.stats(); }));
  }

  py::str metrics_text() const {
    return call([](const Engine& engine) { return engine.metrics_text(); });
  }

 private:
  std::vector<std::shared_ptr<PythonPart>> parts_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::shared_ptr<Engine> engine_;
  bool is_of_parent_ = false;
  DeferredMatches<MedicineMatch> medicine_matches_{types().search_result};
  DeferredMatches<SymptomMatch> symptom_matches_{types().symptom_result};
};

/// The index itself is safe to share between threads.
class NameIndexHandle {
 public:
  explicit NameIndexHandle(NameIndex index) : index_(std::move(index)) {}

  py::tuple search(const py::str& text, std::int64_t limit, const FilterTexts& filter, bool is_unfinished) const {
    const auto matches = without_gil([&, query = to_utf8(text), count = to_count(limit, "limit")] {
      return is_unfinished ? index_.suggest(query, count, to_filter(filter))
                           : index_.search(query, count, to_filter(filter));
    });
    return to_tuple(matches);
  }

  py::tuple confusable_names(const py::str& name, std::int64_t limit) const {
    return to_tuple(without_gil([&, query = to_utf8(name), count = to_count(limit, "limit")] {
      return index_.confusable_names(query, count);
    }));
  }

  std::size_t add(const py::iterable& objects) {
    return without_gil([&, entries = to_entries(objects)] { return index_.add_all(entries); });
  }
  bool remove(std::int64_t index) {
    return index >= 0 && without_gil([&] { return index_.remove(static_cast<std::size_t>(index)); });
  }
  std::optional<std::string> name(std::int64_t index) const {
    if (index < 0) return std::nullopt;
    return without_gil([&] { return index_.name(static_cast<std::size_t>(index)); });
  }
  void save(const std::filesystem::path& file) const {
    without_gil([&] { index_.save(file); });
  }
  std::size_t size() const { return index_.size(); }
  std::size_t bytes() const { return index_.bytes(); }

 private:
  NameIndex index_;
};

std::unique_ptr<NameIndexHandle> make_name_index(const py::iterable& objects) {
  return without_gil([entries = to_entries(objects)] { return std::make_unique<NameIndexHandle>(NameIndex(entries)); });
}

std::unique_ptr<NameIndexHandle> open_name_index(const std::filesystem::path& file) {
  return without_gil([&] { return std::make_unique<NameIndexHandle>(NameIndex::open(file)); });
}

std::unique_ptr<EngineHandle> open_engine(
    const std::filesystem::path& database, const std::vector<std::pair<std::string, std::string>>& aliases,
    const py::dict& popularity, const std::optional<std::filesystem::path>& holidays,
    const std::optional<std::filesystem::path>& concepts, std::int64_t cache_bytes, double busy_timeout,
    double watch_interval, const py::iterable& sources, const py::object& summarizer, bool background_summaries,
    const py::object& refresh_schedule, double live_timeout, double slow_call_threshold, const py::object& on_slow_call,
    const py::object& on_span, const py::object& on_unanswered_symptom) {
  EngineOptions options;
  std::vector<std::shared_ptr<PythonPart>> parts;
  for (const py::handle source : sources) options.sources.push_back(to_source(source, parts));
  if (!summarizer.is_none()) options.summarizer = to_summarizer(summarizer, parts);
  options.background_summaries = background_summaries;
  options.live_timeout = to_milliseconds(live_timeout, "live_timeout");
  for (const auto& [alias, name] : aliases) options.aliases.push_back({.alias = alias, .name = name});
  for (const auto& [id, number] : popularity) {
    options.popularity.emplace(to_utf8(py::str(id)), to_popularity(number));
  }
  options.database = database;
  if (holidays) options.holidays = HolidayCalendar::read(*holidays);
  if (concepts) options.concepts = SymptomConcepts::read(*concepts);
  options.cache_bytes = to_count(cache_bytes, "cache_bytes");
  options.busy_timeout = to_milliseconds(busy_timeout, "busy_timeout");
  options.watch_interval = to_milliseconds(watch_interval, "watch_interval");
  options.slow_call_threshold = to_duration(slow_call_threshold, "slow_call_threshold");
  std::vector<std::shared_ptr<Listener>> listeners;
  if (!on_slow_call.is_none()) options.on_slow_call = to_slow_call_hook(add_listener(listeners, on_slow_call));
  if (!on_span.is_none()) options.on_span = to_span_hook(add_listener(listeners, on_span));
  if (!on_unanswered_symptom.is_none()) {
    options.on_unanswered_symptom = to_unanswered_hook(add_listener(listeners, on_unanswered_symptom));
  }
  if (!refresh_schedule.is_none()) options.refresh_schedule = to_refresh_schedule(refresh_schedule, listeners);
  return std::make_unique<EngineHandle>(std::move(options), std::move(parts), std::move(listeners));
}

void raise(const char* name, const Error& error, const py::dict& details = {}) {
  const py::object type = py::module_::import("pilling._errors").attr(name);
  const py::object exception = type(decoded(error.what(), "replace"), **details);
  PyErr_SetObject(type.ptr(), exception.ptr());
}

void translate(std::exception_ptr pointer) {
  try {
    if (pointer) std::rethrow_exception(pointer);
  } catch (const InvalidArgument& error) {
    raise("InvalidArgument", error);
  } catch (const StorageError& error) {
    raise("StorageError", error, py::dict("location"_a = to_python(error.location())));
  } catch (const Timeout& error) {
    raise("Timeout", error, py::dict("host"_a = error.host()));
  } catch (const NetworkError& error) {
    raise("NetworkError", error, py::dict("host"_a = error.host()));
  } catch (const ServiceError& error) {
    raise("ServiceError", error,
          py::dict("service"_a = error.service(), "status"_a = error.status(),
                   "retry_after"_a = in_seconds(error.retry_after())));
  } catch (const Refused& error) {
    raise("Refused", error, py::dict("retry_after"_a = in_seconds(error.retry_after())));
  } catch (const BadData& error) {
    raise("BadData", error, py::dict("source"_a = to_python(error.source()), "byte_offset"_a = error.byte_offset()));
  } catch (const Error& error) {
    raise("Error", error);
  }
}

}  // namespace

PYBIND11_MODULE(_core, core) {
  bind_deferred();
  core.attr("__version__") = PILLING_VERSION;
  py::register_local_exception_translator(&translate);

  core.def(
      "compass_word", [](double bearing, bool korean) { return compass_word(bearing, to_language(korean)); },
      "bearing_degrees"_a, "korean"_a);
  core.def(
      "hours_text",
      [](int open, int close) {
        return to_string(OpenInterval{open, close});
      },
      "open"_a, "close"_a);
  core.def(
      "hours_in_words",
      [](int open, int close, bool korean) {
        return in_words(OpenInterval{open, close}, to_language(korean));
      },
      "open"_a, "close"_a, "korean"_a);
  core.def(
      "status_in_words",
      [](const py::object& status, bool korean) {
        return in_words(to_open_status(status), to_instant(status.attr("instant")), to_language(korean));
      },
      "status"_a, "korean"_a);

  py::class_<PharmacyList>(core, "PharmacyList")
      .def("__len__", [](const PharmacyList& list) { return list.pharmacies.size(); })
      .def("__getitem__", &PharmacyList::at, "index"_a);

  py::class_<NearbyOptions>(core, "Nearby")
      .def(py::init(&to_nearby), "radius_meters"_a, "limit"_a, "open_at"_a, "include_unknown_hours"_a, "name"_a,
           "ids"_a, "after"_a);

  py::class_<NameIndexHandle>(core, "NameIndex")
      .def(py::init(&make_name_index), "names"_a)
      .def_static("open", &open_name_index, "path"_a)
      .def("search", &NameIndexHandle::search, "text"_a, "limit"_a, "filter"_a, "is_unfinished"_a)
      .def("confusable_names", &NameIndexHandle::confusable_names, "name"_a, "limit"_a)
      .def("add", &NameIndexHandle::add, "names"_a)
      .def("remove", &NameIndexHandle::remove, "index"_a)
      .def("name", &NameIndexHandle::name, "index"_a)
      .def("save", &NameIndexHandle::save, "path"_a)
      .def_property_readonly("bytes", &NameIndexHandle::bytes)
      .def("__len__", &NameIndexHandle::size);

  core.def(
      "wait_for_threads", [](double at_most) { wait_for_threads(to_milliseconds(at_most, "at_most")); }, "at_most"_a);

  bind_memory_cache(core);
  bind_limits(core);
  bind_spending(core);
  bind_transports(core);
  bind_sources(core);
  bind_parts(core);
  bind_summaries(core);

  py::class_<EngineHandle>(core, "Engine")
      .def(py::init(&open_engine), "database"_a, "aliases"_a, "popularity"_a, "holidays"_a, "concepts"_a,
           "cache_bytes"_a, "busy_timeout"_a, "watch_interval"_a, "sources"_a, "summarizer"_a, "background_summaries"_a,
           "refresh_schedule"_a, "live_timeout"_a, "slow_call_threshold"_a, "on_slow_call"_a, "on_span"_a,
           "on_unanswered_symptom"_a)
      .def_property_readonly("closed", &EngineHandle::is_closed)
      .def("close", &EngineHandle::close)
      .def("leave_to_parent", &EngineHandle::leave_to_parent)
      .def("require_usable", [](const EngineHandle& engine) { static_cast<void>(engine.opened()); })
      .def("search", &EngineHandle::search, "text"_a, "limit"_a, "filter"_a)
      .def("suggest", &EngineHandle::suggest, "text"_a, "limit"_a, "filter"_a)
      .def("confusable_names", &EngineHandle::confusable_names, "name"_a, "limit"_a)
      .def("search_symptom", &EngineHandle::search_symptom, "text"_a, "limit"_a, "dispensing"_a)
      .def("medicine", &EngineHandle::medicine, "id"_a)
      .def("summarize", &EngineHandle::summarize, "id"_a, "keyword"_a)
      .def("wait_for_summary", &EngineHandle::wait_for_summary, "id"_a, "keyword"_a, "timeout"_a)
      .def("pharmacies_near", &EngineHandle::pharmacies_near, "latitude"_a, "longitude"_a, "wanted"_a, "rerank"_a,
           "rerank_first"_a)
      .def("count_pharmacies_near", &EngineHandle::count_pharmacies_near, "latitude"_a, "longitude"_a, "wanted"_a)
      .def("pharmacies_near_many", &EngineHandle::pharmacies_near_many, "latitudes"_a, "longitudes"_a, "wanted"_a)
      .def("import_medicines", &EngineHandle::import_medicines, "path"_a, "on_progress"_a)
      .def("import_pharmacies", &EngineHandle::import_pharmacies, "path"_a, "on_progress"_a)
      .def("refresh", &EngineHandle::refresh, "options"_a, "on_progress"_a)
      .def("stats", &EngineHandle::stats)
      .def("metrics_text", &EngineHandle::metrics_text);
}

}  // namespace pilling::python
