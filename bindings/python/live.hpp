#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <string>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/source.hpp"
#include "pilling/summarizer.hpp"

/// What goes out of the process: transports, limits, sources, and those that are written in Python.
namespace pilling::python {

namespace py = pybind11;

/// Something written in Python that the engine asks, on threads of its own. Whoever opened the engine drops it when the
/// engine closes, with the GIL: so the engine may die later without it.
class PythonPart {
 public:
  PythonPart(py::object object, std::string name) : object_(std::move(object)), name_(std::move(name)) {}

  const std::string& name() const noexcept { return name_; }

  /// Needs the GIL.
  void drop();

  /// What `ask` makes of the object, with the GIL. What Python raises becomes an Error: its own words are shown only
  /// when it is an error of Pilling, for other messages may hold secrets. Throws Refused when it was dropped.
  template <class Ask>
  auto call(const Ask& ask) const;

 private:
  py::object object_;
  std::string name_;
  std::atomic<bool> is_dropped_ = false;
};

/// A source of C++ as it is, or one of Python, which is added to `parts`. Needs the GIL.
std::shared_ptr<MedicineSource> to_source(const py::handle& source, std::vector<std::shared_ptr<PythonPart>>& parts);
std::shared_ptr<Summarizer> to_summarizer(const py::handle& summarizer,
                                          std::vector<std::shared_ptr<PythonPart>>& parts);

/// A call that ends after so many seconds.
CallOptions to_call(std::optional<double> timeout);

void bind_limits(py::module_& core);
void bind_spending(py::module_& core);
void bind_transports(py::module_& core);
void bind_sources(py::module_& core);
void bind_parts(py::module_& core);
void bind_summaries(py::module_& core);

}  // namespace pilling::python
