#include <fstream>
#include <sstream>
#include <utility>

#include "pilling/error.hpp"
#include "pilling/symptoms.hpp"
#include "search/bundled_concepts.hpp"
#include "search/query.hpp"
#include "search/symptom_language.hpp"

namespace pilling {
namespace {

std::vector<SymptomName> named(const std::vector<search::TableEntry>& entries) {
  std::vector<SymptomName> concepts;
  concepts.reserve(entries.size());
  for (const search::TableEntry& entry : entries) concepts.push_back({.id = entry.id, .name = entry.name});
  return concepts;
}

}  // namespace

SymptomConcepts::SymptomConcepts(std::unique_ptr<const search::SymptomLanguage> language)
    : language_(std::move(language)) {}
SymptomConcepts::~SymptomConcepts() = default;

std::shared_ptr<const SymptomConcepts> SymptomConcepts::bundled() {
  return parse(search::symptom_concepts, "the symptom concepts that come with Pilling");
}

std::shared_ptr<const SymptomConcepts> SymptomConcepts::read(const std::filesystem::path& file) {
  const std::string path = file.string();
  std::ifstream lines(file, std::ios::binary);
  if (std::filesystem::is_directory(file)) throw StorageError("the symptom concepts " + path + " are a folder", path);
  if (!lines) throw StorageError("cannot open the symptom concepts " + path + "; is it there?", path);
  std::ostringstream table;
  table << lines.rdbuf();
  if (lines.bad() || table.bad()) throw StorageError("cannot read symptom concepts from " + path, path);
  return parse(std::move(table).str(), path);
}

std::shared_ptr<const SymptomConcepts> SymptomConcepts::parse(std::string_view table, const std::string& source) {
  auto language = std::make_unique<const search::SymptomLanguage>(search::read_symptom_table(table, source));
  return std::shared_ptr<const SymptomConcepts>(new SymptomConcepts(std::move(language)));
}

const std::string& SymptomConcepts::version() const noexcept { return language_->version(); }
std::vector<SymptomName> SymptomConcepts::concepts() const { return named(language_->concepts()); }
std::vector<SymptomName> SymptomConcepts::red_flags() const { return named(language_->red_flags()); }

SymptomReading SymptomConcepts::understand(std::string_view phrase) const {
  search::check_query(phrase, 1);
  return language_->describe(language_->read(phrase));
}

}  // namespace pilling
