#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pilling/cache.hpp"
#include "pilling/call.hpp"
#include "pilling/medicine.hpp"
#include "pilling/source.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

/// What the sources know of a name.
struct LookUp {
  std::vector<Medicine> rows;         ///< each medicine once, kept in the store or not
  std::vector<std::string> warnings;  ///< what failed, was left out, or could not be kept
};

CacheCodec<LookUp> look_up_codec();

/// Asks the sources for names that the catalogue does not hold, and keeps in the store what they say. Thread-safe:
/// however many callers ask for a name, it is looked up once; what all sources answered and the store kept is not asked
/// again for an hour, nor is a name that none of them knows for a minute, nor a source that failed for some moments.
class LiveLookUp {
 public:
  /// `options` are those of the cache, but for the times that values live.
  LiveLookUp(std::vector<std::shared_ptr<MedicineSource>> sources, std::shared_ptr<Store> store,
             std::shared_ptr<Summarizer> extractive, TieredCacheOptions options);

  struct Outcome {
    bool was_asked = false;               ///< now, not before
    std::vector<std::string> warnings;    ///< of the look-up, or why there is none
    std::shared_ptr<const LookUp> found;  ///< null when nobody knows the name
  };

  Outcome look_up(const std::string& name, const CallOptions& call);

  /// Forgets the answers that name one of the medicines: another row of it has come.
  void forget(const std::vector<MedicineId>& changed);

  void warm_start() { answers_.warm_start(); }
  TieredCacheStats stats() const { return answers_.stats(); }

 private:
  // What one look-up ran into.
  struct Trouble {
    std::vector<std::string> warnings;
    bool is_passing = false;  // asking again may well answer more

    void add(const std::string& where, std::string what);
  };

  std::optional<LoadedValue<LookUp>> ask_sources(const std::string& name, const CallOptions& call);
  static std::vector<Medicine> ask(MedicineSource& source, const std::string& name, const CallOptions& call,
                                   Trouble& trouble);
  void keep(const std::vector<Medicine>& rows, const CallOptions& call, Trouble& trouble);
  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_()); }

  const std::vector<std::shared_ptr<MedicineSource>> sources_;
  const std::shared_ptr<Store> store_;
  const std::shared_ptr<Summarizer> extractive_;
  const std::function<std::chrono::system_clock::time_point()> now_;
  TieredCache<LookUp> answers_;
};

}  // namespace pilling::engine
