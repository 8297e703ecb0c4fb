#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace pilling::engine {

/// Looks again and again, on a thread of its own, whether another process has changed the store. Thread-safe. When it
/// is destroyed, a look under way is waited for, and nothing else.
class CatalogueWatch {
 public:
  /// Loads what has changed, if anything has; returns whether something was loaded. May throw.
  using Look = std::function<bool()>;

  struct Counts {
    std::uint64_t loads = 0;     ///< looks that found something and loaded it
    std::uint64_t failures = 0;  ///< looks that threw; the next one tries again
  };

  /// Waits `interval` before each look; with an interval of 0 there is no thread and no look.
  CatalogueWatch(std::chrono::milliseconds interval, Look look);
  ~CatalogueWatch();
  CatalogueWatch(const CatalogueWatch&) = delete;
  CatalogueWatch& operator=(const CatalogueWatch&) = delete;

  Counts counts() const;

 private:
  class Watcher;

  std::unique_ptr<Watcher> watcher_;  // none when nothing is watched
};

}  // namespace pilling::engine
