#pragma once

#include <pybind11/pybind11.h>

namespace pilling::python {

namespace py = pybind11;

/// A Python function that the engine calls. The handle drops the function while it holds the GIL, so that the engine
/// may die later without it.
struct Listener {
  py::object function;

  /// What the function returns; nothing when it is gone or raises, which is reported as unraisable.
  template <class... Arguments>
  py::object tell(const Arguments&... arguments) const {
    const py::object listener = function;
    if (!listener || listener.is_none()) return py::none();
    try {
      return listener(arguments...);
    } catch (py::error_already_set& error) {
      error.discard_as_unraisable(listener);
      return py::none();
    }
  }
};

}  // namespace pilling::python
