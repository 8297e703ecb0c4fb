#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/catalogue.hpp"
#include "pilling/engine.hpp"
#include "pilling/search.hpp"
#include "pilling/summarizer.hpp"
#include "pilling/symptoms.hpp"

namespace pilling::engine {

/// What came to the shown medicines by one change.
struct ShownChange {
  std::uint64_t number = 0;                         ///< of what was shown from then on
  std::shared_ptr<const MedicineCatalogue> rows{};  ///< new ones by themselves; null: none
  std::string summarised_text{};                    ///< has another summary of some keyword; empty: none
};

/// The medicines that are shown at a time, and how they came about. Immutable.
struct ShownMedicines {
  std::shared_ptr<const MedicineCatalogue> catalogue;
  std::uint64_t number = 0;  ///< greater after every change
  std::uint64_t since = 0;   ///< from which number on `changes` tells all
  std::vector<ShownChange> changes{};

  /// Whether an answer to a name that was made of what was shown under `then` is what would be made now.
  bool still_holds(const SearchResult& result, std::uint64_t then, std::string_view text,
                   const NameFilter& filter) const;
  /// The same for a complaint.
  bool still_holds(const SymptomResult& result, std::uint64_t then, std::string_view text,
                   const SymptomOptions& options) const;
};

/// The medicines and pharmacies that an engine shows, and how they follow the store. Thread-safe. Readers get what is
/// shown at the time, and never wait for a load; loads take turns.
class ShownCatalogue {
 public:
  /// Which part of the store may hold something new.
  struct Part {
    bool medicines = false;
    bool pharmacies = false;
  };

  /// Loads both. The options are used for as long as this is. `on_replaced` is called when no answer that was made
  /// before holds any longer.
  ShownCatalogue(const EngineOptions& options, std::shared_ptr<Summarizer> extractive,
                 std::function<void()> on_replaced);

  std::shared_ptr<const ShownMedicines> medicines() const;
  std::shared_ptr<const PharmacyCatalogue> pharmacies() const;

  /// What the store holds and the engine does not, whoever wrote it. Whether something was loaded.
  bool load_news(const Part& part);

  /// Another summary of a text, from the next query on.
  void show(const SummaryRequest& request, const Summary& summary);

 private:
  Part find_news(const Part& part) const;
  void load_medicines();
  void load_pharmacies();
  void replace(std::shared_ptr<const MedicineCatalogue> catalogue);
  void change(std::shared_ptr<const MedicineCatalogue> catalogue, ShownChange change);
  void swap_in(ShownMedicines next);
  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(options_.now()); }

  const EngineOptions& options_;
  const std::shared_ptr<Summarizer> extractive_;
  const std::function<void()> on_replaced_;
  // Loads take turns: otherwise one that read the store before an import could replace one that read it after.
  std::mutex load_mutex_;
  mutable std::mutex swap_mutex_;
  std::shared_ptr<const ShownMedicines> medicines_;
  std::shared_ptr<const PharmacyCatalogue> pharmacies_;
};

}  // namespace pilling::engine
