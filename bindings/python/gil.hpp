#pragma once

#include <memory>
#include <pybind11/pybind11.h>
#include <utility>

/// Who holds Python's lock, and when.
namespace pilling::python {

namespace py = pybind11;

/// Runs C++ work while other Python threads continue. Arguments are converted before it and results after it: no
/// Python object may be touched inside.
template <class Work>
auto without_gil(Work&& work) {
  const py::gil_scoped_release release;
  return work();
}

/// A Python object that C++ threads may drop.
inline std::shared_ptr<py::object> droppable(py::object object) {
  return {new py::object(std::move(object)), [](py::object* dropped) {
            const py::gil_scoped_acquire gil;
            delete dropped;
          }};
}

}  // namespace pilling::python
