#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <pybind11/pybind11.h>
#include <utility>

#include "types.hpp"

/// Fields of dataclasses that are made when they are first looked at, and are ordinary ones from then on. All of it
/// needs the GIL.
namespace pilling::python {

/// What the fields of one object are made of.
class DeferredFields {
 public:
  explicit DeferredFields(const Dataclass& type) : type_(type) {}
  virtual ~DeferredFields() = default;
  DeferredFields(const DeferredFields&) = delete;
  DeferredFields& operator=(const DeferredFields&) = delete;

  virtual py::object make(std::size_t field) = 0;

  const Dataclass& type() const noexcept { return type_; }

 private:
  const Dataclass& type_;
};

constexpr const char* deferred_fields_name = "pilling.DeferredFields";

/// Gives the object the fields that it lacks.
inline py::object deferred(py::object object, std::unique_ptr<DeferredFields> fields) {
  const py::capsule source(fields.get(), deferred_fields_name, [](PyObject* capsule) {
    delete static_cast<DeferredFields*>(PyCapsule_GetPointer(capsule, deferred_fields_name));
  });
  static_cast<void>(fields.release());
  Dataclass::set_slot(object, types().deferred_source, source);
  return object;
}

/// An object of the fields' type with nothing but them.
inline py::object deferred(std::unique_ptr<DeferredFields> fields) {
  py::object object = fields->type().empty();
  return deferred(std::move(object), std::move(fields));
}

/// The field of that name, made now unless it is set; null when the object has no such field, or not from here.
inline py::object look_at(py::handle object, py::handle name) {
  const py::object source = Dataclass::get_slot(object, types().deferred_source);
  if (!source) return {};
  auto* const fields = static_cast<DeferredFields*>(PyCapsule_GetPointer(source.ptr(), deferred_fields_name));
  if (fields == nullptr) throw py::error_already_set();
  const Dataclass& type = fields->type();
  const std::size_t field = type.number_of(name);
  if (field == type.size()) return {};
  py::object made = fields->make(field);
  // Making objects can let other threads run: what is set first stays.
  if (py::object set = type.get(object, field)) return set;
  type.set(object, field, made);
  return made;
}

/// `Deferred.__getattr__`, which Python calls for what is not set. It is bound by hand: pybind11 takes as long to call
/// a function as this one takes.
inline PyObject* deferred_getattr(PyObject* object, PyObject* name) {
  try {
    py::object value = look_at(object, name);
    return value ? value.release().ptr() : PyObject_GenericGetAttr(object, name);
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
  return nullptr;
}

inline void bind_deferred() {
  static PyMethodDef method = {"__getattr__", &deferred_getattr, METH_O, nullptr};
  auto* const type = reinterpret_cast<PyTypeObject*>(types().deferred.ptr());
  types().deferred.attr("__getattr__") = py::reinterpret_steal<py::object>(PyDescr_NewMethod(type, &method));
}

}  // namespace pilling::python
