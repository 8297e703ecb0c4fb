#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"

namespace pilling::bench {

using Strings = std::vector<std::string>;

/// What somebody types, and the names that are right answers to it.
struct KnownQuery {
  std::string kind;
  std::string text;
  std::set<std::string> right;
};

inline constexpr std::size_t answers = 10;

inline constexpr std::array<std::string_view, 9> main_classes = {
    "exact", "prefix", "substring", "choseong", "incomplete", "typo1", "typo2", "wrong_ime", "unit_space"};

bool is_main_class(std::string_view kind);

/// The rows of a plain or gzip file, in columns separated by tabs. Lines that begin with "#" are left out.
std::vector<Strings> rows_of(const std::filesystem::path& path);

/// From one name a line, or columns: id, name, brand, form, strength, ingredient, source, English name.
std::vector<NameEntry> name_entries(const std::filesystem::path& path, bool with_english);

/// From columns: class, query, right names joined by "|".
std::vector<KnownQuery> known_queries(const std::filesystem::path& path);

/// Right answers among `found`, which are not more than `answers`, of as many as could be there: from 0 to 1.
double recall(const KnownQuery& query, const Strings& found);

/// The smallest value below which `share` of the values lie; 0 of none.
double quantile(std::vector<double> values, double share);

}  // namespace pilling::bench
