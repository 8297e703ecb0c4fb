#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/call.hpp"
#include "pilling/medicine.hpp"
#include "pilling/source.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

/// Asks the sources for names that the catalogue does not hold, and keeps in the store what they say. Thread-safe:
/// however many callers ask for a name, it is looked up once, and what all sources answered and the store kept is not
/// asked again for ten minutes.
class LiveLookUp {
 public:
  LiveLookUp(std::vector<std::shared_ptr<MedicineSource>> sources, std::shared_ptr<Store> store,
             std::shared_ptr<Summarizer> extractive, std::function<std::chrono::system_clock::time_point()> now);

  struct Outcome {
    bool was_asked = false;                              ///< now, not within the last minutes
    std::vector<std::string> warnings;                   ///< what failed, was left out, or could not be kept
    std::shared_ptr<const std::vector<Medicine>> found;  ///< each once, kept or not; none when there are none
  };

  Outcome look_up(const std::string& name, const CallOptions& call);

 private:
  // What one look-up ran into.
  struct Trouble {
    std::vector<std::string> warnings;
    bool is_passing = false;  // asking again may well answer more

    void add(const std::string& where, std::string what);
  };

  CacheEntry ask_sources(const std::string& name, const CallOptions& call);
  static std::vector<Medicine> ask(MedicineSource& source, const std::string& name, const CallOptions& call,
                                   Trouble& trouble);
  void keep(const std::string& name, std::vector<Medicine> rows, const CallOptions& call, Trouble& trouble);
  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_()); }

  const std::vector<std::shared_ptr<MedicineSource>> sources_;
  const std::shared_ptr<Store> store_;
  const std::shared_ptr<Summarizer> extractive_;
  const std::function<std::chrono::system_clock::time_point()> now_;
  MemoryCache<std::string, std::vector<Medicine>> found_;
  TieredCache asked_;
};

}  // namespace pilling::engine
