#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <pybind11/pybind11.h>
#include <thread>
#include <utility>

/// Who holds Python's lock, and when.
namespace pilling::python {

namespace py = pybind11;

/// Somebody without the GIL who will want it. The interpreter must not end meanwhile: it would end the thread in the
/// middle of C++.
class WantsGil {
 public:
  WantsGil() noexcept { ++count(); }
  ~WantsGil() { --count(); }
  WantsGil(const WantsGil&) = delete;
  WantsGil& operator=(const WantsGil&) = delete;

  static std::atomic<int>& count() noexcept {
    static std::atomic<int> wanting = 0;
    return wanting;
  }
};

/// The GIL, for a thread of the engine.
struct GilTurn {
  WantsGil wants{};
  py::gil_scoped_acquire gil{};
};

/// When the interpreter is about to end. Whoever takes longer than `at_most` is given up.
inline void wait_for_threads(std::chrono::milliseconds at_most) {
  const py::gil_scoped_release release;
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (WantsGil::count() > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Runs C++ work while other Python threads continue. Arguments are converted before it and results after it: no
/// Python object may be touched inside.
template <class Work>
auto without_gil(Work&& work) {
  const WantsGil wants;
  const py::gil_scoped_release release;
  return work();
}

/// A Python object that C++ threads may drop.
inline std::shared_ptr<py::object> droppable(py::object object) {
  return {new py::object(std::move(object)), [](py::object* dropped) {
            const GilTurn turn;
            delete dropped;
          }};
}

}  // namespace pilling::python
