#pragma once

#include <chrono>
#include <exception>
#include <string_view>

#include "pilling/metrics.hpp"

namespace pilling::core {

/// Tells a hook of a piece of work from its beginning to its end. Costs nothing without a hook; what a hook throws is
/// dropped.
class Span {
 public:
  Span(const SpanHook& hook, std::string_view name) noexcept {
    if (!hook) return;
    exceptions_ = std::uncaught_exceptions();
    began_ = std::chrono::steady_clock::now();
    try {
      finish_ = hook(name);
    } catch (...) {
      // Whoever is told of work has no say in it.
    }
  }
  ~Span() {
    if (!finish_) return;
    try {
      finish_(
          {.elapsed = std::chrono::steady_clock::now() - began_, .failed = std::uncaught_exceptions() > exceptions_});
    } catch (...) {
      // As above.
    }
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

 private:
  int exceptions_ = 0;
  std::chrono::steady_clock::time_point began_{};
  SpanFinish finish_{};
};

}  // namespace pilling::core
