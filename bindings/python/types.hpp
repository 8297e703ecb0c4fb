#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <pybind11/pybind11.h>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pilling/engine.hpp"

/// The types of `pilling._types`, and how objects of them are made. All of it needs the GIL.
namespace pilling::python {

namespace py = pybind11;

/// Stands for a field that is made when it is looked at: see `DeferredFields`.
struct LookedAtLater {};

/// A frozen dataclass with slots. Called with the values of all fields in their order, it gives an object: as its own
/// `__init__` would, which asks Python to set each field, and takes ten times as long for it.
class Dataclass {
 public:
  Dataclass(const py::module_& module, const char* name) : type_(module.attr(name)) {
    const py::object fields = py::module_::import("dataclasses").attr("fields");
    for (const py::handle field : fields(type_)) {
      names_.emplace_back(field.attr("name"));
      slots_.emplace_back(type_.attr(names_.back()));
    }
  }

  template <class... Values>
  py::object operator()(Values&&... values) const {
    check_count(sizeof...(Values));
    py::object made = empty();
    std::size_t field = 0;
    (set_value(made, field++, std::forward<Values>(values)), ...);
    return made;
  }

  /// As above; `make_field` is given the number of each field.
  template <class MakeField>
  py::object from_each(const MakeField& make_field) const {
    py::object made = empty();
    for (std::size_t field = 0; field < slots_.size(); ++field) set(made, field, make_field(field));
    return made;
  }

  /// An object none of whose fields is set.
  py::object empty() const {
    auto* const type = reinterpret_cast<PyTypeObject*>(type_.ptr());
    PyObject* const made = type->tp_alloc(type, 0);
    if (made == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(made);
  }

  /// The number of the field of that name, or of fields when there is none.
  std::size_t number_of(py::handle name) const {
    const auto is_name = [&](const py::str& own) {
      return own.is(name) || PyUnicode_Compare(own.ptr(), name.ptr()) == 0;
    };
    return static_cast<std::size_t>(std::ranges::find_if(names_, is_name) - names_.begin());
  }
  std::size_t size() const noexcept { return slots_.size(); }

  /// The field as it is set, or nothing.
  py::object get(py::handle object, std::size_t field) const { return get_slot(object, slots_[field]); }
  void set(py::handle object, std::size_t field, const py::object& value) const {
    set_slot(object, slots_[field], value);
  }

  operator py::handle() const noexcept { return type_; }  // NOLINT(google-explicit-constructor): it is that type

  static py::object get_slot(py::handle object, py::handle slot) {
    PyObject* const value = Py_TYPE(slot.ptr())->tp_descr_get(slot.ptr(), object.ptr(), nullptr);
    if (value == nullptr) PyErr_Clear();
    return py::reinterpret_steal<py::object>(value);
  }
  static void set_slot(py::handle object, py::handle slot, py::handle value) {
    if (Py_TYPE(slot.ptr())->tp_descr_set(slot.ptr(), object.ptr(), value.ptr()) != 0) throw py::error_already_set();
  }

 private:
  void check_count(std::size_t values) const {
    if (values == slots_.size()) return;
    throw py::type_error(std::string(py::str(type_)) + " has " + std::to_string(slots_.size()) + " fields, but " +
                         std::to_string(values) + " were given");
  }

  template <class Value>
  void set_value(py::handle object, std::size_t field, Value&& value) const {
    if constexpr (std::is_convertible_v<Value, py::object>) {
      set(object, field, value);
    } else {
      set(object, field, py::cast(std::forward<Value>(value)));
    }
  }
  void set_value(py::handle, std::size_t, LookedAtLater) const {}

  py::object type_;
  std::vector<py::str> names_;
  std::vector<py::object> slots_;  // the descriptors, which write past the frozen `__setattr__`
};

/// The members of an enumeration of Python, which has those of the one in C++.
template <class Kind>
class Enumeration {
 public:
  Enumeration(const py::module_& module, const char* name, std::initializer_list<const char*> values) {
    const py::object type = module.attr(name);
    for (const char* const value : values) members_.push_back(type(value));
  }
  template <class NameOf>
  Enumeration(const py::module_& module, const char* name, const NameOf& name_of) {
    const py::object type = module.attr(name);
    for (std::size_t kind = 0; kind < py::len(type); ++kind) {
      const std::string_view value = name_of(static_cast<Kind>(kind));
      members_.push_back(type(py::str(value.data(), value.size())));
    }
  }

  py::object operator()(Kind kind) const { return members_.at(static_cast<std::size_t>(kind)); }

 private:
  std::vector<py::object> members_;
};

/// What results are made of. The first call must come while the module is imported: later ones never wait.
struct Types {
  py::module_ python = py::module_::import("pilling._types");
  Dataclass answer{python, "Answer"};
  Dataclass cache_stats{python, "CacheStats"};
  Dataclass cache_tier_stats{python, "CacheTierStats"};
  Dataclass coordinate{python, "Coordinate"};
  Dataclass engine_stats{python, "EngineStats"};
  Dataclass import_report{python, "ImportReport"};
  Dataclass latency_summary{python, "LatencySummary"};
  Enumeration<MatchKind> match_kind{python, "MatchKind", [](auto value) { return to_string(value); }};
  Dataclass medicine{python, "Medicine"};
  Dataclass model_stats{python, "ModelStats"};
  Dataclass confusable_medicine{python, "ConfusableMedicine"};
  Dataclass confusable_name{python, "ConfusableName"};
  Dataclass medicine_match{python, "MedicineMatch"};
  Dataclass mentioned_symptom{python, "MentionedSymptom"};
  Enumeration<NameField> name_field{python, "NameField", [](auto value) { return to_string(value); }};
  Dataclass name_match{python, "NameMatch"};
  Enumeration<TextReading> text_reading{python, "TextReading", [](auto value) { return to_string(value); }};
  Dataclass nearby_cursor{python, "NearbyCursor"};
  Dataclass nearby_pharmacy{python, "NearbyPharmacy"};
  Dataclass nearby_result{python, "NearbyResult"};
  Dataclass nearby_table{python, "NearbyTable"};
  Dataclass open_interval{python, "OpenInterval"};
  Enumeration<OpenState> open_state{python, "OpenState", {"unknown", "closed", "open"}};
  Dataclass open_status{python, "OpenStatus"};
  Dataclass opening_hours{python, "OpeningHours"};
  Dataclass operation_stats{python, "OperationStats"};
  Enumeration<Origin> origin{python, "Origin", {"memory_cache", "index", "store", "shared_cache", "live"}};
  Dataclass pharmacy{python, "Pharmacy"};
  Dataclass red_flag{python, "RedFlag"};
  py::object refresh_report = python.attr("RefreshReport");
  Dataclass refresh_progress{python, "RefreshProgress"};
  Dataclass search_result{python, "SearchResult"};
  Dataclass skipped_row{python, "SkippedRow"};
  Dataclass slow_call{python, "SlowCall"};
  Dataclass summarizer_stats{python, "SummarizerStats"};
  Dataclass summary{python, "Summary"};
  Dataclass summary_cost{python, "SummaryCost"};
  Dataclass symptom_match{python, "SymptomMatch"};
  Dataclass symptom_note{python, "SymptomNote"};
  Dataclass symptom_result{python, "SymptomResult"};
  Dataclass token_usage{python, "TokenUsage"};
  Dataclass unanswered_symptom{python, "UnansweredSymptom"};
  Dataclass tiered_cache_stats{python, "TieredCacheStats"};
  Dataclass all_rows{python, "AllRows"};
  Dataclass breaker_stats{python, "BreakerStats"};
  Dataclass batch_answer{python, "BatchAnswer"};
  Dataclass batch_status{python, "BatchStatus"};
  Dataclass budget_stats{python, "BudgetStats"};
  Dataclass holiday{python, "Holiday"};
  Dataclass host_stats{python, "HostStats"};
  Dataclass http_response{python, "HttpResponse"};
  Dataclass limiter_stats{python, "LimiterStats"};
  Dataclass medicine_query{python, "MedicineQuery"};
  Dataclass model_price{python, "ModelPrice"};
  Dataclass quota_stats{python, "QuotaStats"};
  Dataclass source_page{python, "SourcePage"};
  py::object deferred = python.attr("Deferred");
  py::object deferred_source = deferred.attr("_source");
  py::object date = py::module_::import("datetime").attr("date");
  py::object from_timestamp = py::module_::import("datetime").attr("datetime").attr("fromtimestamp");
  py::object timedelta = py::module_::import("datetime").attr("timedelta");
  py::object utc = py::module_::import("datetime").attr("timezone").attr("utc");
};

inline const Types& types() {
  static const Types& types = *new Types;  // never destroyed: static destructors run after the interpreter
  return types;
}

}  // namespace pilling::python
