#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "engine/catalogue.hpp"
#include "pilling/engine.hpp"
#include "pilling/medicine.hpp"
#include "pilling/symptoms.hpp"
#include "search/symptom_index.hpp"

namespace pilling::bench {

/// A phrase, and a pattern of the efficacy texts of medicines for it.
class SymptomQuery {
 public:
  /// A pattern that is no regular expression, such as "요통|요(", is read as words between bars.
  SymptomQuery(std::string text, const std::string& pattern);

  const std::string& text() const { return text_; }
  bool is_relevant(const std::string& efficacy) const;

 private:
  std::string text_;
  std::optional<std::regex> pattern_;
  std::vector<std::string> words_;
};

/// Lines of phrase, tab, pattern; plain or gzip. Empty lines and those that begin with # are skipped. Throws BadData
/// naming the line that is none of these, or when there is none.
std::vector<SymptomQuery> symptom_queries(const std::filesystem::path& path);

/// The medicines of an e약은요 file, by code. Throws StorageError or BadData, also when no row could be read.
std::vector<std::shared_ptr<const Medicine>> symptom_medicines(const std::filesystem::path& path);

/// What the symptom index of a catalogue is built from.
std::vector<search::SymptomEntry> symptom_entries(const engine::MedicineCatalogue& catalogue,
                                                  const EngineOptions& options);

}  // namespace pilling::bench
