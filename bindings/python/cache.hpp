#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "casters.hpp"
#include "deferred.hpp"
#include "pilling/memory_cache.hpp"
#include "pilling/shared_list.hpp"

/// Python objects in memory caches. All of it needs the GIL, and never gives it back: a cache that holds Python objects
/// lets them die under the GIL only, and a hit is shorter than handing it over.
namespace pilling::python {

/// The matches of one list, which become Python objects together, when they are first looked at.
template <class Match>
class MatchObjects {
 public:
  explicit MatchObjects(std::shared_ptr<const std::vector<Match>> list) : list_(std::move(list)) {}

  bool are_made() const noexcept { return tuple_.has_value(); }

  py::tuple tuple() {
    if (tuple_) return *tuple_;
    py::tuple made = to_tuple(*list_);
    // Making them can let other threads run: what is made first stays.
    if (!tuple_) tuple_ = std::move(made);
    return *tuple_;
  }

 private:
  std::shared_ptr<const std::vector<Match>> list_;  // held, so that its address is no other's meanwhile
  std::optional<py::tuple> tuple_;
};

/// Gives results their matches. The same list gives the same objects.
template <class Match>
class DeferredMatches {
 public:
  explicit DeferredMatches(const Dataclass& result) : result_(result), field_(result.number_of(py::str("matches"))) {}

  py::object add(py::object result, const SharedList<Match>& matches) {
    const auto objects = matches.empty() ? nullptr : objects_of(matches);
    if (objects && !objects->are_made()) return deferred(std::move(result), std::make_unique<Fields>(result_, objects));
    result_.set(result, field_, objects ? objects->tuple() : py::tuple(0));
    return result;
  }

  void clear() { known_.clear(); }

 private:
  using List = std::vector<Match>;
  using Objects = MatchObjects<Match>;

  class Fields final : public DeferredFields {
   public:
    Fields(const Dataclass& type, std::shared_ptr<Objects> objects)
        : DeferredFields(type), objects_(std::move(objects)) {}
    py::object make(std::size_t) override { return objects_->tuple(); }

   private:
    std::shared_ptr<Objects> objects_;
  };

  std::shared_ptr<Objects> objects_of(const SharedList<Match>& matches) {
    const auto list = matches.shared();
    if (const auto known = known_.get(list.get())) return *known;
    auto objects = std::make_shared<Objects>(list);
    known_.put(list.get(), objects, matches.size());
    return objects;
  }

  const Dataclass& result_;
  const std::size_t field_;
  // Weights are matches: each may become some kilobytes of Python.
  MemoryCache<const List*, std::shared_ptr<Objects>> known_{{.maximum_weight = 10'240, .typical_weight = 10}};
};

/// `pilling.MemoryCache`.
class MemoryCacheHandle {
 public:
  MemoryCacheHandle(std::int64_t maximum_weight, std::int64_t typical_weight, const std::optional<double>& time_to_live,
                    double jitter)
      : cache_(to_options(maximum_weight, typical_weight, time_to_live, jitter)) {}

  py::object get(const py::str& key, const py::object& otherwise, bool batch) {
    const auto handle = cache_.get(to_utf8(key), to_access(batch));
    return handle ? *handle : otherwise;
  }

  void put(const py::str& key, const py::object& value, std::int64_t weight, const std::optional<double>& time_to_live,
           bool batch) {
    PutOptions options{.time_to_live = std::nullopt, .access = to_access(batch)};
    if (time_to_live) options.time_to_live = to_duration(*time_to_live, "time_to_live");
    cache_.put(to_utf8(key), value, to_count(weight, "weight"), options);
  }

  bool erase(const py::str& key) { return cache_.erase(to_utf8(key)); }
  void clear() { cache_.clear(); }

  py::list hottest_keys(std::int64_t limit) const {
    py::list keys;
    for (const std::string& key : cache_.hottest_keys(to_count(limit, "limit"))) keys.append(py::str(key));
    return keys;
  }

  py::object stats() const { return to_python(cache_.stats()); }
  std::size_t size() const { return cache_.stats().entries; }

 private:
  static Access to_access(bool batch) { return batch ? Access::batch : Access::user; }

  static MemoryCacheOptions to_options(std::int64_t maximum_weight, std::int64_t typical_weight,
                                       const std::optional<double>& time_to_live, double jitter) {
    MemoryCacheOptions options;
    options.maximum_weight = to_count(maximum_weight, "maximum_weight");
    options.typical_weight = to_count(typical_weight, "typical_weight");
    if (time_to_live) options.time_to_live = to_duration(*time_to_live, "time_to_live");
    options.jitter = jitter;
    return options;
  }

  MemoryCache<std::string, py::object> cache_;
};

inline void bind_memory_cache(py::module_& core) {
  py::class_<MemoryCacheHandle>(core, "MemoryCache")
      .def(py::init<std::int64_t, std::int64_t, std::optional<double>, double>(), "maximum_weight"_a = 10'000,
           py::kw_only(), "typical_weight"_a = 1, "time_to_live"_a = py::none(), "jitter"_a = 0.1)
      .def("get", &MemoryCacheHandle::get, "key"_a, "default"_a = py::none(), py::kw_only(), "batch"_a = false,
           "The value, the same object each time; ``default`` when it is absent or expired.")
      .def("put", &MemoryCacheHandle::put, "key"_a, "value"_a, "weight"_a = 1, py::kw_only(),
           "time_to_live"_a = py::none(), "batch"_a = false,
           "Replaces what was there. ``time_to_live`` is in seconds, in place of the cache's. With ``batch``, only "
           "what is\n"
           "there is replaced. What is too heavy for the cache is not kept.")
      .def("erase", &MemoryCacheHandle::erase, "key"_a, "Whether it was there.")
      .def("clear", &MemoryCacheHandle::clear, "Forgets all values.")
      .def("hottest_keys", &MemoryCacheHandle::hottest_keys, "limit"_a,
           "At most so many keys, those first that were used most of late.")
      .def("stats", &MemoryCacheHandle::stats, "Since it was made.")
      .def("__len__", &MemoryCacheHandle::size);
}

}  // namespace pilling::python
