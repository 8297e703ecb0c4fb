#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "search/symptom_language.hpp"

namespace pilling::search {

/// Compiles a table. Throws BadData naming the line that is wrong.
class LanguageBuilder {
 public:
  LanguageBuilder(SymptomLanguage& language, SymptomTable table);
  void build();

 private:
  void add_classes();
  void add_entry(TableEntry entry);
  void add_patterns(const std::vector<TableText>& phrases, PatternUse use, std::uint32_t entry);
  void add_pattern(Pattern pattern, const TableText& phrase);
  static std::vector<std::string> split_by_denial(std::string_view written);
  void add_forms(const std::vector<TableText>& forms, TextForm form);
  void add_measures();
  PatternPart part_of(std::string_view written, std::size_t line);
  ClassId class_of(std::string_view written, std::size_t line);
  ClassId new_class();
  void put(std::string_view written, ClassId words, std::size_t line);
  std::uint32_t word_of(std::string_view surface, std::size_t line);
  std::uint32_t measure(std::string_view name);
  void finish();

  SymptomLanguage& language_;
  SymptomTable table_;
  std::map<std::string, ClassId, std::less<>> classes_;      // by what is written
  std::map<std::string, std::uint32_t, std::less<>> words_;  // by surface
  std::map<std::string, std::uint32_t, std::less<>> forms_;  // by normal form
  std::size_t class_count_ = 0;
};

}  // namespace pilling::search
