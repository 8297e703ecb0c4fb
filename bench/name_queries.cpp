#include "name_queries.hpp"

#include <algorithm>

#include "sources/file_bytes.hpp"
#include "support/split.hpp"

namespace pilling::bench {

using support::split;

bool is_main_class(std::string_view kind) { return std::ranges::find(main_classes, kind) != main_classes.end(); }

std::vector<Strings> rows_of(const std::filesystem::path& path) {
  std::vector<Strings> rows;
  for (std::string& line : split(sources::read_file_bytes(path), '\n')) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty() && line.front() != '#') rows.push_back(split(line, '\t'));
  }
  return rows;
}

std::vector<NameEntry> name_entries(const std::filesystem::path& path, bool with_english) {
  std::vector<NameEntry> entries;
  for (const Strings& row : rows_of(path)) {
    NameEntry entry{.name = row.size() > 1 ? row[1] : row[0]};
    if (with_english && row.size() > 7) entry.english_name = row[7];
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<KnownQuery> known_queries(const std::filesystem::path& path) {
  std::vector<KnownQuery> queries;
  for (const Strings& row : rows_of(path)) {
    if (row.size() < 3) continue;
    const Strings right = split(row[2], '|');
    queries.push_back({row[0], row[1], {right.begin(), right.end()}});
  }
  return queries;
}

double recall(const KnownQuery& query, const Strings& found) {
  std::set<std::string> right;
  for (const std::string& name : found) {
    if (query.right.contains(name)) right.insert(name);
  }
  return static_cast<double>(right.size()) / static_cast<double>(std::min(answers, query.right.size()));
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace pilling::bench
