#include "engine/name_entries.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "search/name_parts.hpp"
#include "text/normalize.hpp"

namespace pilling::engine {
namespace {

// The aliases of each name, brand and product code that has any.
class Aliases {
 public:
  explicit Aliases(const std::vector<MedicineAlias>& aliases) {
    for (const MedicineAlias& alias : aliases) by_name_[text::normalize(alias.name).text].push_back(alias.alias);
  }

  std::vector<std::string> of(const Medicine& medicine) const {
    if (by_name_.empty()) return {};
    const text::NormalForm name = text::normalize(medicine.name);
    const std::string brand = name.text.substr(0, search::take_apart(medicine.name, name).brand_end);
    std::vector<std::string> aliases;
    for (const std::string& key : {medicine.id.value, name.text, brand}) {
      const auto found = by_name_.find(key);
      if (found != by_name_.end()) aliases.insert(aliases.end(), found->second.begin(), found->second.end());
    }
    std::ranges::sort(aliases);
    const auto repeated = std::ranges::unique(aliases);
    aliases.erase(repeated.begin(), repeated.end());
    return aliases;
  }

 private:
  std::unordered_map<std::string, std::vector<std::string>> by_name_;
};

}  // namespace

std::vector<NameEntry> name_entries(const EngineOptions& options, const std::vector<Medicine>& medicines) {
  const Aliases aliases(options.aliases);
  std::vector<NameEntry> entries;
  entries.reserve(medicines.size());
  for (const Medicine& medicine : medicines) {
    const auto popularity = options.popularity.find(medicine.id.value);
    const std::uint32_t known = popularity == options.popularity.end() ? 0 : popularity->second;
    // Behind all others that match as well.
    const bool is_withdrawn = !medicine.withdrawn_on.empty();
    entries.push_back({.name = medicine.name,
                       .ingredients = medicine.ingredients,
                       .english_name = medicine.english_name,
                       .aliases = aliases.of(medicine),
                       .company = medicine.company,
                       .dispensing = medicine.dispensing,
                       .popularity = is_withdrawn ? 0 : std::max(known, known + 1)});
  }
  return entries;
}

}  // namespace pilling::engine
