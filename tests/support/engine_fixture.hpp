#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/engine.hpp"
#include "support/korean_instant.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::support {

/// A Wednesday that is no holiday, 12:00 in Korea.
inline constexpr std::chrono::sys_seconds wednesday_noon =
    korean_instant(std::chrono::year(2026) / std::chrono::November / 25, 12);

/// A folder for an engine and its files, where it is always Wednesday noon.
class EngineFixture : public testing::Test {
 protected:
  EngineOptions options() const {
    EngineOptions options;
    options.database = directory_.path() / "pilling.db";
    options.now = [] { return std::chrono::system_clock::time_point(wednesday_noon); };
    return options;
  }

  std::filesystem::path file(const std::string& name, std::string_view content) const {
    const auto path = directory_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  TemporaryDirectory directory_;
};

inline std::vector<std::string> names_of(const SearchResult& result) {
  std::vector<std::string> names;
  for (const MedicineMatch& match : result.matches) names.push_back(match.medicine->name);
  return names;
}

inline std::vector<std::string> names_of(const NearbyResult& result) {
  std::vector<std::string> names;
  for (const NearbyPharmacy& nearby : result.pharmacies) names.push_back(nearby.pharmacy->name);
  return names;
}

}  // namespace pilling::support
