#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <string>
#include <utility>
#include <vector>

#include "casters.hpp"

/// The pharmacies near many points as arrays. All of it needs the GIL.
namespace pilling::python {

/// An array that owns the values: nothing is copied.
template <class Value>
py::object to_array(std::vector<Value> values, std::size_t rows, std::size_t columns) {
  auto owned = std::make_unique<std::vector<Value>>(std::move(values));
  const Value* const data = owned->data();
  const py::capsule owner(owned.get(), [](void* vector) { delete static_cast<std::vector<Value>*>(vector); });
  static_cast<void>(owned.release());
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

inline py::object to_python_table(NearbyTable table, std::size_t rows) {
  return types().nearby_table(PharmacyList{std::move(table.found)},
                              to_array(std::move(table.pharmacies), rows, table.columns),
                              to_array(std::move(table.distances_meters), rows, table.columns));
}

}  // namespace pilling::python
