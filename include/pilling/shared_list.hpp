#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "pilling/export.hpp"

namespace pilling {

/// An immutable list whose copies share the elements: a copy of many costs no more than one of few. It reads like a
/// constant std::vector. Thread-safe.
template <class Value>
class SharedList {
 public:
  /// As the standard library asks for them.
  ///@{
  // NOLINTBEGIN(readability-identifier-naming)
  using value_type = Value;
  using const_iterator = const Value*;
  using iterator = const_iterator;
  // NOLINTEND(readability-identifier-naming)
  ///@}

  /// Moves the elements in; without any, holds no memory.
  ///@{
  SharedList() = default;
  SharedList(std::vector<Value> values)  // NOLINT(google-explicit-constructor): a list is what a vector becomes
      : values_(values.empty() ? nullptr : std::make_shared<const std::vector<Value>>(std::move(values))) {}
  SharedList(std::initializer_list<Value> values) : SharedList(std::vector<Value>(values)) {}
  ///@}

  /// As those of a vector: `[]`, `front` and `back` need an element.
  ///@{
  const_iterator begin() const noexcept { return values_ ? values_->data() : nullptr; }
  const_iterator end() const noexcept { return begin() + size(); }
  std::size_t size() const noexcept { return values_ ? values_->size() : 0; }
  bool empty() const noexcept { return size() == 0; }

  const Value& operator[](std::size_t index) const noexcept { return (*values_)[index]; }
  const Value& front() const noexcept { return values_->front(); }
  const Value& back() const noexcept { return values_->back(); }
  ///@}

  /// Throws std::out_of_range.
  const Value& at(std::size_t index) const { return values_ ? values_->at(index) : std::vector<Value>().at(index); }

  /// The elements, as a thing that can be compared and kept: null when there are none.
  std::shared_ptr<const std::vector<Value>> shared() const noexcept { return values_; }

  bool operator==(const SharedList& other) const {
    return values_ == other.values_ || std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::shared_ptr<const std::vector<Value>> values_;
};

}  // namespace pilling
