#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/call.hpp"
#include "pilling/source.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

/// Asks the sources for names that the catalogue does not hold, and keeps in the store what they say. Thread-safe:
/// however many callers ask for a name, it is looked up once, and what all sources answered is not asked again for ten
/// minutes.
class LiveLookUp {
 public:
  LiveLookUp(std::vector<std::shared_ptr<MedicineSource>> sources, std::shared_ptr<Store> store,
             std::shared_ptr<Summarizer> extractive, std::function<std::chrono::system_clock::time_point()> now);

  struct Outcome {
    bool was_asked = false;             ///< now, not within the last minutes
    std::vector<std::string> warnings;  ///< of sources that failed, or said what cannot be kept
  };

  Outcome look_up(const std::string& name, const CallOptions& call);

 private:
  CacheEntry ask_sources(std::string_view name, const CallOptions& call);

  const std::vector<std::shared_ptr<MedicineSource>> sources_;
  const std::shared_ptr<Store> store_;
  const std::shared_ptr<Summarizer> extractive_;
  const std::function<std::chrono::system_clock::time_point()> now_;
  TieredCache asked_;
};

}  // namespace pilling::engine
