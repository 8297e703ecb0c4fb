#pragma once

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "casters.hpp"
#include "pilling/engine.hpp"
#include "pilling/error.hpp"

/// What Python calls with, as C++ values and hooks. All of it needs the GIL; the hooks take it themselves.
namespace pilling::python {

inline std::string to_utf8(const py::str& text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    throw InvalidArgument("the text holds half of a surrogate pair; decode it before it is searched");
  }
  return std::string(bytes, static_cast<std::size_t>(size));
}

// The engine refuses 0 itself; below 0 there is no C++ value to hand it.
inline std::size_t to_count(std::int64_t number, std::string_view name) {
  if (number >= 0) return static_cast<std::size_t>(number);
  throw InvalidArgument(std::string(name) + " is " + std::to_string(number) + "; it cannot be negative");
}

inline std::chrono::nanoseconds to_duration(double seconds, std::string_view name) {
  if (!(seconds >= 0)) throw InvalidArgument(std::string(name) + " is not a number of seconds from 0 on");
  constexpr double longest = 9e9;
  if (seconds > longest) return std::chrono::nanoseconds::max();
  return std::chrono::nanoseconds(std::llround(seconds * 1e9));
}

inline std::chrono::milliseconds to_milliseconds(double seconds, std::string_view name) {
  return std::chrono::ceil<std::chrono::milliseconds>(to_duration(seconds, name));
}

// A single `str` is a sequence of its letters, which nobody means.
inline void require_no_str(const py::handle& object, std::string_view what) {
  if (!py::isinstance<py::str>(object)) return;
  throw InvalidArgument(std::string(what) + " are one str; put it into a list");
}

inline py::str require_str(const py::handle& object, std::string_view what) {
  if (py::isinstance<py::str>(object)) return py::reinterpret_borrow<py::str>(object);
  throw InvalidArgument(std::string(what) + " is no str");
}

/// Company, form and dispensing.
using FilterTexts = std::array<std::string, 3>;

inline NameFilter to_filter(const FilterTexts& texts) {
  return {.company = texts[0], .form = texts[1], .dispensing = texts[2]};
}

/// Tells Python how far a long job is, and lets Ctrl-C or an exception of the listener end it.
inline auto progress_hook(const py::object& listener) {
  return [&listener](std::uint64_t done, std::uint64_t total) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!listener.is_none()) listener(done, total);
  };
}

using Floats = py::array_t<double, py::array::c_style | py::array::forcecast>;

inline std::vector<Coordinate> to_coordinates(const Floats& latitudes, const Floats& longitudes) {
  if (latitudes.ndim() != 1 || longitudes.ndim() != 1 || latitudes.size() != longitudes.size()) {
    throw InvalidArgument("latitudes and longitudes are not two one-dimensional arrays of the same length");
  }
  std::vector<Coordinate> centers(static_cast<std::size_t>(latitudes.size()));
  for (std::size_t i = 0; i < centers.size(); ++i) {
    centers[i] = {.latitude = latitudes.data()[i], .longitude = longitudes.data()[i]};
  }
  return centers;
}

/// What `Engine.pharmacies_near` and its like are asked for.
inline NearbyOptions to_nearby(std::optional<double> radius_meters, std::optional<std::int64_t> limit,
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
inline auto rerank_hook(const py::object& rerank, std::chrono::sys_seconds instant) {
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

inline Language to_language(bool korean) { return korean ? Language::korean : Language::english; }

/// A `datetime` with a time zone.
inline std::chrono::sys_seconds to_instant(const py::object& time) {
  return std::chrono::sys_seconds(std::chrono::seconds(std::llround(time.attr("timestamp")().cast<double>())));
}

inline OpenStatus to_open_status(const py::object& status) {
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
  return parts;
}

inline std::uint32_t to_popularity(const py::handle& number) {
  try {
    const auto value = number.cast<std::int64_t>();
    if (value >= 0 && value <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(value);
  } catch (const py::cast_error&) {
    // Refused below, like a number that is out of range.
  }
  throw InvalidArgument("popularity " + to_utf8(py::repr(number)) + " is not between 0 and 4294967295");
}

/// A `str`, or an object with the members of `pilling.NameEntry`.
inline NameEntry to_entry(const py::handle& object) {
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

inline std::vector<NameEntry> to_entries(const py::iterable& objects) {
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

}  // namespace pilling::python
