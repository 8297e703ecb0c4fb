#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/staged_source.hpp"
#include "pilling/medicine.hpp"
#include "pilling/source.hpp"
#include "refresh/work.hpp"

namespace pilling::engine {

/// What sources list now, compared with what the store holds. For the thread that refreshes.
class MedicineRefresh {
 public:
  MedicineRefresh(refresh::Work& work, const std::vector<std::shared_ptr<MedicineSource>>& sources);

  /// All pages of all sources. A source that cannot be read changes nothing; the report tells.
  void fetch();

  /// Whether every source was read to its end.
  bool is_complete() const noexcept { return is_complete_; }

  /// The medicines as the store will hold them; in a dry run, the report says what changed.
  std::vector<Medicine> preview();

  /// Writes what changed, and forgets the pages; the report says what. Whether a row has changed.
  bool publish(StoreTransaction& transaction);

 private:
  // One source, and what it said.
  struct Listing {
    StagedSource source;
    std::string job;                        // of the notes of what it lists
    std::unordered_set<std::string> known;  // ids that it listed before
    std::unordered_set<std::string> ids;    // that it lists now
    std::unordered_set<std::string> gone;   // of the known ones, those that it has no more
    bool is_read = false;                   // without failure
  };
  struct Row {
    Medicine medicine;
    bool adds_only = false;  // a source before this one describes the medicine, and could not be read
  };
  struct Counts;
  using Find = std::function<std::optional<Medicine>(const MedicineId&)>;
  using Put = std::function<void(const Medicine&)>;

  std::optional<AllRows<Medicine>> read(Listing& listing);
  std::optional<AllRows<Medicine>> walk(Listing& listing);
  void take(Listing& listing, AllRows<Medicine> all);
  void add_row(Listing& listing, Medicine row);
  void find_gone(Listing& listing);
  void ask_for(Listing& listing, const std::vector<std::string>& missing);
  bool is_gone(Listing& listing, const std::string& id);
  bool is_listed(const std::string& id) const;
  bool is_described_before(const std::string& id, const Listing& listing) const;
  Counts compare(const Find& find, const Put& put) const;
  void compare_row(const Row& row, const Find& find, const Put& put, Counts& counts) const;
  void tell(const Counts& counts) const;

  refresh::Work& work_;
  std::vector<std::unique_ptr<Listing>> listings_;
  std::vector<Row> rows_;                                   // each id once
  std::unordered_map<std::string, std::size_t> positions_;  // of the rows, by id
  bool is_complete_ = true;
};

}  // namespace pilling::engine
