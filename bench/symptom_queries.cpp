#include "symptom_queries.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/symptom_groups.hpp"
#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"
#include "sources/file_bytes.hpp"
#include "sources/file_contents.hpp"
#include "support/split.hpp"

namespace pilling::bench {

using support::split;

SymptomQuery::SymptomQuery(std::string text, const std::string& pattern) : text_(std::move(text)) {
  try {
    pattern_.emplace(pattern, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error&) {
    words_ = split(pattern, '|');
  }
}

bool SymptomQuery::is_relevant(const std::string& efficacy) const {
  if (pattern_) return std::regex_search(efficacy, *pattern_);
  return std::ranges::any_of(words_, [&](const std::string& word) { return efficacy.find(word) != std::string::npos; });
}

std::vector<SymptomQuery> symptom_queries(const std::filesystem::path& path) {
  std::vector<SymptomQuery> queries;
  std::size_t number = 0;
  for (std::string& line : split(sources::read_file_bytes(path), '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> columns = split(line, '\t');
    if (columns.size() < 2 || columns[0].empty() || columns[1].empty()) {
      throw BadData(path.string() + ": line " + std::to_string(number) + " should be a phrase, a tab and a pattern",
                    path.string());
    }
    queries.emplace_back(columns[0], columns[1]);
  }
  if (queries.empty()) throw BadData(path.string() + " holds no line of phrase, tab and pattern", path.string());
  return queries;
}

std::vector<std::shared_ptr<const Medicine>> symptom_medicines(const std::filesystem::path& path) {
  std::map<std::string, std::shared_ptr<const Medicine>> medicines;
  for (auto& numbered : sources::read_medicine_file(path).rows) {
    auto medicine = std::make_shared<const Medicine>(std::move(numbered.row));
    medicines.insert_or_assign(medicine->id.value, medicine);
  }
  if (medicines.empty()) throw BadData(path.string() + " holds no medicine", path.string());
  std::vector<std::shared_ptr<const Medicine>> result;
  for (auto& [id, medicine] : medicines) result.push_back(std::move(medicine));
  return result;
}

std::vector<search::SymptomEntry> symptom_entries(const engine::MedicineCatalogue& catalogue,
                                                  const EngineOptions& options) {
  const auto extractive = make_extractive_summarizer();
  std::vector<search::SymptomEntry> entries;
  for (const auto& [fingerprint, use] : catalogue.indexes->texts) {
    for (auto& group : engine::symptom_groups(options, catalogue.medicines, use.medicines, *extractive)) {
      entries.push_back(std::move(group.entry));
    }
  }
  return entries;
}

}  // namespace pilling::bench
