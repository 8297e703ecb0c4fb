#include "engine/catalogue_changes.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_set>
#include <utility>

#include "engine/name_entries.hpp"
#include "engine/symptom_groups.hpp"
#include "text/fingerprint.hpp"

namespace pilling::engine {
namespace {

// Above, making the indexes anew costs less than changing them. Measured by `engine_bench`.
constexpr std::size_t most_rows = 512;

// Copies share less and less with what was loaded, and every answer looks through what came since.
bool is_much(const MedicineCatalogue& loaded, std::size_t rows) {
  return loaded.changes + rows > std::max<std::size_t>(1024, loaded.medicines.size() / 4);
}

// As `load_medicines` chooses it.
std::optional<Summary> summary_of(const EngineOptions& options, Summarizer& extractive, const std::string& efficacy,
                                  std::chrono::sys_seconds now) {
  if (efficacy.empty()) return std::nullopt;
  for (const std::string& maker : {options.summarizer->maker(), extractive.maker()}) {
    auto stored = options.store->summary({.text = text::fingerprint(efficacy), .keyword = {}, .maker = maker});
    if (stored) return stored;
  }
  return extract(extractive, efficacy, now);
}

// A catalogue on its way to the next one.
class Changing {
 public:
  Changing(const EngineOptions& options, const MedicineCatalogue& catalogue, Summarizer& extractive)
      : options_(options),
        extractive_(extractive),
        catalogue_(std::make_shared<MedicineCatalogue>(catalogue)),
        indexes_(std::make_shared<MedicineIndexes>(*catalogue.indexes)) {}

  void put(std::vector<Medicine> rows) {
    indexes_->names.add_all(name_entries(options_, rows));
    for (Medicine& row : rows) put(std::make_shared<const Medicine>(std::move(row)));
    for (const std::string& text : changed_texts_) group_anew(text);
  }

  std::shared_ptr<const MedicineCatalogue> finish(MedicinesVersion version, std::size_t changes) {
    catalogue_->version = std::move(version);
    catalogue_->changes += changes;
    catalogue_->indexes = std::move(indexes_);
    return std::move(catalogue_);
  }

 private:
  void put(std::shared_ptr<const Medicine> medicine) {
    const auto position = static_cast<std::uint32_t>(catalogue_->medicines.size());
    Positions& by_id = indexes_->by_id;
    const auto place = by_id.begin() + (place_of(medicine->id, by_id, catalogue_->medicines) - by_id.cbegin());
    if (place != by_id.end() && catalogue_->medicines[*place]->id == medicine->id) {
      take_out(std::exchange(*place, position));
    } else {
      by_id.insert(place, position);
    }
    if (!medicine->efficacy.empty()) use_of_text(*medicine).medicines.push_back(position);
    catalogue_->medicines.push_back(std::move(medicine));
  }

  void take_out(std::uint32_t position) {
    const Medicine& medicine = *catalogue_->medicines[position];
    indexes_->names.remove(position);
    if (!medicine.efficacy.empty()) std::erase(use_of_text(medicine).medicines, position);
    catalogue_->medicines[position] = nullptr;
  }

  TextUse& use_of_text(const Medicine& medicine) {
    const std::string fingerprint = text::fingerprint(medicine.efficacy);
    if (seen_texts_.insert(fingerprint).second) changed_texts_.push_back(fingerprint);
    return indexes_->texts[fingerprint];
  }

  void group_anew(const std::string& fingerprint) {
    TextUse& use = indexes_->texts.at(fingerprint);
    for (const std::uint32_t entry : use.entries) {
      indexes_->symptoms.remove(entry);
      indexes_->owners[entry].clear();
    }
    use.entries.clear();
    if (use.medicines.empty()) {
      indexes_->texts.erase(fingerprint);
      return;
    }
    for (SymptomGroup& group : symptom_groups(options_, catalogue_->medicines, use.medicines, extractive_)) {
      use.entries.push_back(indexes_->symptoms.add(std::move(group.entry)));
      indexes_->owners.push_back(std::move(group.owners));
    }
  }

  const EngineOptions& options_;
  Summarizer& extractive_;
  std::shared_ptr<MedicineCatalogue> catalogue_;
  std::shared_ptr<MedicineIndexes> indexes_;
  std::vector<std::string> changed_texts_;  // by fingerprint, in the order of their rows
  std::unordered_set<std::string> seen_texts_;
};

}  // namespace

std::optional<CatalogueChanges> load_changes(const EngineOptions& options, const MedicineCatalogue& loaded,
                                             Summarizer& extractive, std::chrono::sys_seconds now) {
  // First: what is committed while the rows are read counts as news then, rather than as loaded.
  CatalogueChanges changes{.version = stored_versions(options).medicines, .rows = {}};
  if (changes.version.published != loaded.version.published) return std::nullopt;
  auto rows = options.store->medicines_since(loaded.version.catalogue, most_rows);
  if (!rows || is_much(loaded, rows->size())) return std::nullopt;
  // Something changed, and nothing says what: a copy was restored, or somebody writes who does not note versions.
  if (rows->empty() || changes.version.catalogue < loaded.version.catalogue) return std::nullopt;
  changes.rows = *std::move(rows);
  for (Medicine& row : changes.rows) row.summary = summary_of(options, extractive, row.efficacy, now);
  return changes;
}

std::shared_ptr<const MedicineCatalogue> with_changes(const EngineOptions& options, const MedicineCatalogue& catalogue,
                                                      CatalogueChanges changes, Summarizer& extractive) {
  Changing changing(options, catalogue, extractive);
  const std::size_t rows = changes.rows.size();
  changing.put(std::move(changes.rows));
  return changing.finish(std::move(changes.version), rows);
}

bool replaces_any(const MedicineCatalogue& catalogue, const std::vector<Medicine>& rows) {
  return std::ranges::any_of(rows, [&](const Medicine& row) { return catalogue.find(row.id) != nullptr; });
}

}  // namespace pilling::engine
