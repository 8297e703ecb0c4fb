#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "casters.hpp"
#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "pilling/version.hpp"

namespace pilling::python {
namespace {

using namespace py::literals;

/// Runs C++ work while other Python threads continue. Arguments are converted before it and results after it: no
/// Python object may be touched inside.
template <class Work>
auto without_gil(Work&& work) {
  const py::gil_scoped_release release;
  return work();
}

std::string to_utf8(const py::str& text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    throw InvalidArgument("the text holds half of a surrogate pair; decode it before it is searched");
  }
  return std::string(bytes, static_cast<std::size_t>(size));
}

// The engine refuses 0 itself; below 0 there is no C++ value to hand it.
std::size_t to_count(std::int64_t number, std::string_view name) {
  if (number >= 0) return static_cast<std::size_t>(number);
  throw InvalidArgument(std::string(name) + " is " + std::to_string(number) + "; it cannot be negative");
}

std::chrono::nanoseconds to_duration(double seconds, std::string_view name) {
  if (!(seconds >= 0)) throw InvalidArgument(std::string(name) + " is not a number of seconds from 0 on");
  constexpr double longest = 9e9;
  if (seconds > longest) return std::chrono::nanoseconds::max();
  return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

// A single `str` is a sequence of its letters, which nobody means.
void require_no_str(const py::handle& object, std::string_view what) {
  if (!py::isinstance<py::str>(object)) return;
  throw InvalidArgument(std::string(what) + " are one str; put it into a list");
}

py::str require_str(const py::handle& object, std::string_view what) {
  if (py::isinstance<py::str>(object)) return py::reinterpret_borrow<py::str>(object);
  throw InvalidArgument(std::string(what) + " is no str");
}

/// Company, form and dispensing.
using FilterTexts = std::array<std::string, 3>;

NameFilter to_filter(const FilterTexts& texts) {
  return {.company = texts[0], .form = texts[1], .dispensing = texts[2]};
}

/// The Python function behind `on_slow_call`. The handle drops the function while it holds the GIL, so that the
/// engine may die later without it.
struct SlowCallListener {
  py::object function;

  void tell(const SlowCall& call) const {
    const py::gil_scoped_acquire gil;
    const py::object listener = function;
    if (!listener || listener.is_none()) return;
    try {
      listener(to_python(call));
    } catch (py::error_already_set& error) {
      error.discard_as_unraisable(listener);
    }
  }
};

/// Tells Python how far a long job is, and lets Ctrl-C or an exception of the listener end it.
auto progress_hook(const py::object& listener) {
  return [&listener](std::uint64_t done, std::uint64_t total) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!listener.is_none()) listener(done, total);
  };
}

using Floats = py::array_t<double, py::array::c_style | py::array::forcecast>;

std::vector<Coordinate> to_coordinates(const Floats& latitudes, const Floats& longitudes) {
  if (latitudes.ndim() != 1 || longitudes.ndim() != 1 || latitudes.size() != longitudes.size()) {
    throw InvalidArgument("latitudes and longitudes are not two one-dimensional arrays of the same length");
  }
  std::vector<Coordinate> centers(static_cast<std::size_t>(latitudes.size()));
  for (std::size_t i = 0; i < centers.size(); ++i) {
    centers[i] = {.latitude = latitudes.data()[i], .longitude = longitudes.data()[i]};
  }
  return centers;
}

/// An array that owns the values: nothing is copied.
template <class Value>
py::object to_array(std::vector<Value> values, std::size_t rows, std::size_t columns) {
  auto owned = std::make_unique<std::vector<Value>>(std::move(values));
  const Value* const data = owned->data();
  const py::capsule owner(owned.get(), [](void* vector) { delete static_cast<std::vector<Value>*>(vector); });
  owned.release();
  return py::array_t<Value>({rows, columns}, data, owner);
}

/// Pharmacies that become Python objects one by one, as they are looked at.
struct PharmacyList {
  std::vector<std::shared_ptr<const Pharmacy>> pharmacies;

  py::object at(std::int64_t index) const {
    const auto size = static_cast<std::int64_t>(pharmacies.size());
    // -1 stands in a table where there are no more; it must not lead to the last one.
    if (index < 0 || index >= size) throw py::index_error("no pharmacy has the number " + std::to_string(index));
    return to_python(*pharmacies[static_cast<std::size_t>(index)]);
  }
};

py::object to_python_table(NearbyTable table, std::size_t rows) {
  return types().nearby_table(PharmacyList{std::move(table.found)},
                              to_array(std::move(table.pharmacies), rows, table.columns),
                              to_array(std::move(table.distances_meters), rows, table.columns));
}

/// What `Engine.pharmacies_near` and its like are asked for.
NearbyOptions to_nearby(std::optional<double> radius_meters, std::optional<std::int64_t> limit,
                        std::optional<std::int64_t> open_at, bool include_unknown_hours, const py::str& name,
                        const py::object& ids, const py::object& after) {
  NearbyOptions options;
  options.radius_meters = radius_meters;
  if (limit) options.limit = to_count(*limit, "limit");
  if (open_at) options.open_at = std::chrono::sys_seconds(std::chrono::seconds(*open_at));
  options.include_unknown_hours = include_unknown_hours;
  options.name = to_utf8(name);
  if (!ids.is_none()) {
    require_no_str(ids, "the ids");
    std::unordered_set<std::string> wanted;
    for (const py::handle id : ids) wanted.insert(to_utf8(require_str(id, "an id")));
    options.accepts = [wanted = std::move(wanted)](const Pharmacy& pharmacy) {
      return wanted.contains(pharmacy.id.value);
    };
  }
  if (!after.is_none()) {
    try {
      options.after = {.distance_meters = after.attr("distance_meters").cast<double>(),
                       .id = {to_utf8(require_str(after.attr("id"), "the id of a cursor"))},
                       .version = after.attr("version").cast<std::uint64_t>()};
    } catch (const py::cast_error&) {
      throw InvalidArgument("after is no cursor that a result gave");
    }
  }
  return options;
}

/// Asks Python for the distances by which results are put in order.
auto rerank_hook(const py::object& rerank, std::chrono::sys_seconds instant) {
  return [&rerank, instant](const std::vector<NearbyPharmacy>& pharmacies) {
    const py::gil_scoped_acquire gil;
    std::vector<double> distances;
    for (const py::handle distance : rerank(to_python(pharmacies, instant))) {
      try {
        distances.push_back(distance.cast<double>());
      } catch (const py::cast_error&) {
        throw InvalidArgument("rerank returned something else than a number at position " +
                              std::to_string(distances.size()));
      }
    }
    return distances;
  };
}

std::string status_in_words(const py::object& status, bool korean) {
  const auto minutes = [&](const char* member) -> std::optional<std::chrono::minutes> {
    const py::object duration = status.attr(member);
    if (duration.is_none()) return std::nullopt;
    return std::chrono::minutes(std::llround(duration.attr("total_seconds")().cast<double>() / 60));
  };
  const py::object today = status.attr("today");
  OpenStatus parts;
  const auto state = status.attr("state").attr("value").cast<std::string>();
  parts.state = state == "open" ? OpenState::open : state == "closed" ? OpenState::closed : OpenState::unknown;
  if (!today.is_none()) parts.today = {today.attr("open").cast<int>(), today.attr("close").cast<int>()};
  parts.may_open_before = status.attr("may_open_before").cast<bool>();
  parts.closes_in = minutes("closes_in");
  parts.opens_in = minutes("opens_in");
  parts.is_holiday = status.attr("is_holiday").cast<bool>();
  parts.is_holiday_known = status.attr("is_holiday_known").cast<bool>();
  const std::chrono::sys_seconds instant(
      std::chrono::seconds(std::llround(status.attr("instant").attr("timestamp")().cast<double>())));
  return in_words(parts, instant, korean ? Language::korean : Language::english);
}

/// An engine that can be closed while other threads are inside calls: each call holds a share of it, and the last
/// one to end destroys it. The members are guarded by the GIL.
class EngineHandle {
 public:
  EngineHandle(EngineOptions options, py::object on_slow_call)
      : listener_(std::make_shared<SlowCallListener>(SlowCallListener{std::move(on_slow_call)})) {
    options.on_slow_call = [listener = listener_](const SlowCall& call) { listener->tell(call); };
    engine_ = without_gil([&] { return std::make_shared<Engine>(std::move(options)); });
  }
  EngineHandle(const EngineHandle&) = delete;
  EngineHandle& operator=(const EngineHandle&) = delete;
  ~EngineHandle() { close(); }

  bool is_closed() const noexcept { return engine_ == nullptr; }

  void close() {
    const py::object dropped = std::exchange(listener_->function, py::object());
    auto engine = std::exchange(engine_, nullptr);
    without_gil([&] { engine.reset(); });
  }

  template <class Work>
  auto call(Work&& work) const {
    auto shared = engine_;
    if (!shared) throw py::value_error("the engine is closed; open another one");
    return without_gil([&] {
      const auto engine = std::move(shared);
      return work(*engine);
    });
  }

  py::object search(const py::str& text, std::int64_t limit, const FilterTexts& filter) const {
    return to_python(call([&filter, query = to_utf8(text), count = to_count(limit, "limit")](const Engine& engine) {
      return engine.search(query, count, to_filter(filter));
    }));
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

  py::object search_symptom(const py::str& text, std::int64_t limit) const {
    return to_python(call([query = to_utf8(text), count = to_count(limit, "limit")](const Engine& engine) {
      return engine.search_symptom(query, count);
    }));
  }

  py::object medicine(const py::str& id) const {
    return to_python(call([key = MedicineId{to_utf8(id)}](const Engine& engine) { return engine.medicine(key); }));
  }

  py::object summarize(const py::str& id, const py::str& keyword) const {
    return to_python(call([key = MedicineId{to_utf8(id)}, word = to_utf8(keyword)](const Engine& engine) {
      return engine.summarize(key, word);
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

  py::object refresh(std::int64_t commit_every, const py::object& on_progress) const {
    const RefreshOptions options{.commit_every = to_count(commit_every, "commit_every")};
    const auto hook = [tell = progress_hook(on_progress)](const RefreshProgress& progress) {
      tell(progress.done, progress.total);
    };
    return to_python(call([&](Engine& engine) { return engine.refresh(options, hook); }));
  }

  py::object stats() const {
    return to_python(call([](const Engine& engine) { return engine.stats(); }));
  }

  py::str metrics_text() const {
    return call([](const Engine& engine) { return engine.metrics_text(); });
  }

 private:
  std::shared_ptr<SlowCallListener> listener_;
  std::shared_ptr<Engine> engine_;
};

std::uint32_t to_popularity(const py::handle& number) {
  const auto value = number.cast<std::int64_t>();
  if (value >= 0 && value <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(value);
  throw InvalidArgument("popularity " + std::to_string(value) + " is not between 0 and 4294967295");
}

/// A `str`, or an object with the members of `pilling.NameEntry`.
NameEntry to_entry(const py::handle& object) {
  if (py::isinstance<py::str>(object)) return {.name = to_utf8(py::reinterpret_borrow<py::str>(object))};
  const auto text = [&](const char* member) { return to_utf8(py::str(object.attr(member))); };
  NameEntry entry{.name = text("name"),
                  .ingredients = text("ingredients"),
                  .english_name = text("english_name"),
                  .aliases = {},
                  .company = text("company"),
                  .form = text("form"),
                  .dispensing = text("dispensing"),
                  .popularity = to_popularity(object.attr("popularity"))};
  require_no_str(object.attr("aliases"), "the aliases");
  for (const py::handle alias : object.attr("aliases")) entry.aliases.push_back(to_utf8(py::str(alias)));
  return entry;
}

std::vector<NameEntry> to_entries(const py::iterable& objects) {
  require_no_str(objects, "the names");
  std::vector<NameEntry> entries;
  for (const py::handle object : objects) {
    try {
      entries.push_back(to_entry(object));
    } catch (const InvalidArgument& error) {
      throw InvalidArgument("name " + std::to_string(entries.size()) + ": " + error.what());
    }
  }
  return entries;
}

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

std::unique_ptr<EngineHandle> open_engine(const std::filesystem::path& database,
                                          const std::vector<std::pair<std::string, std::string>>& aliases,
                                          const py::dict& popularity,
                                          const std::optional<std::filesystem::path>& holidays,
                                          std::int64_t cache_bytes, double busy_timeout, double watch_interval,
                                          double slow_call_threshold, py::object on_slow_call) {
  EngineOptions options;
  for (const auto& [alias, name] : aliases) options.aliases.push_back({.alias = alias, .name = name});
  for (const auto& [id, number] : popularity) {
    options.popularity.emplace(to_utf8(py::str(id)), to_popularity(number));
  }
  options.database = database;
  if (holidays) options.holidays = HolidayCalendar::read(*holidays);
  options.cache_bytes = to_count(cache_bytes, "cache_bytes");
  options.busy_timeout = std::chrono::ceil<std::chrono::milliseconds>(to_duration(busy_timeout, "busy_timeout"));
  options.watch_interval = std::chrono::ceil<std::chrono::milliseconds>(to_duration(watch_interval, "watch_interval"));
  options.slow_call_threshold = to_duration(slow_call_threshold, "slow_call_threshold");
  return std::make_unique<EngineHandle>(std::move(options), std::move(on_slow_call));
}

void raise(const char* name, const Error& error, const py::dict& details = {}) {
  const py::object type = py::module_::import("pilling._errors").attr(name);
  const py::object exception = type(decoded(error.what(), "replace"), **details);
  PyErr_SetObject(type.ptr(), exception.ptr());
}

py::object in_seconds(std::optional<std::chrono::milliseconds> duration) {
  if (!duration) return py::none();
  return py::float_(std::chrono::duration<double>(*duration).count());
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
  } catch (const BadData& error) {
    raise("BadData", error, py::dict("source"_a = to_python(error.source()), "byte_offset"_a = error.byte_offset()));
  } catch (const Error& error) {
    raise("Error", error);
  }
}

}  // namespace

PYBIND11_MODULE(_core, core) {
  types();
  core.attr("__version__") = PILLING_VERSION;
  py::register_local_exception_translator(&translate);

  core.def(
      "compass_word",
      [](double bearing, bool korean) { return compass_word(bearing, korean ? Language::korean : Language::english); },
      "bearing_degrees"_a, "korean"_a);
  core.def(
      "hours_in_words",
      [](int open, int close, bool korean) {
        return in_words(OpenInterval{open, close}, korean ? Language::korean : Language::english);
      },
      "open"_a, "close"_a, "korean"_a);
  core.def("status_in_words", &status_in_words, "status"_a, "korean"_a);

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

  py::class_<EngineHandle>(core, "Engine")
      .def(py::init(&open_engine), "database"_a, "aliases"_a, "popularity"_a, "holidays"_a, "cache_bytes"_a,
           "busy_timeout"_a, "watch_interval"_a, "slow_call_threshold"_a, "on_slow_call"_a)
      .def_property_readonly("closed", &EngineHandle::is_closed)
      .def("close", &EngineHandle::close)
      .def("search", &EngineHandle::search, "text"_a, "limit"_a, "filter"_a)
      .def("suggest", &EngineHandle::suggest, "text"_a, "limit"_a, "filter"_a)
      .def("confusable_names", &EngineHandle::confusable_names, "name"_a, "limit"_a)
      .def("search_symptom", &EngineHandle::search_symptom, "text"_a, "limit"_a)
      .def("medicine", &EngineHandle::medicine, "id"_a)
      .def("summarize", &EngineHandle::summarize, "id"_a, "keyword"_a)
      .def("pharmacies_near", &EngineHandle::pharmacies_near, "latitude"_a, "longitude"_a, "wanted"_a, "rerank"_a,
           "rerank_first"_a)
      .def("count_pharmacies_near", &EngineHandle::count_pharmacies_near, "latitude"_a, "longitude"_a, "wanted"_a)
      .def("pharmacies_near_many", &EngineHandle::pharmacies_near_many, "latitudes"_a, "longitudes"_a, "wanted"_a)
      .def("import_medicines", &EngineHandle::import_medicines, "path"_a, "on_progress"_a)
      .def("import_pharmacies", &EngineHandle::import_pharmacies, "path"_a, "on_progress"_a)
      .def("refresh", &EngineHandle::refresh, "commit_every"_a, "on_progress"_a)
      .def("stats", &EngineHandle::stats)
      .def("metrics_text", &EngineHandle::metrics_text);
}

}  // namespace pilling::python
