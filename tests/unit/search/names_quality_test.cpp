#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "name_queries.hpp"
#include "pilling/search.hpp"
#include "support/sample_data.hpp"
#include "support/sanitizers.hpp"

namespace pilling {
namespace {

// In per cent.
struct Quality {
  double first = 0;
  double recall = 0;
};

using Qualities = std::map<std::string, Quality, std::less<>>;

struct RealData {
  std::filesystem::path names;
  std::filesystem::path queries;
};

std::optional<RealData> real_data() {
  const auto names = support::real_data("names/search_corpus_50k.tsv.gz");
  const auto queries = support::real_data("names/queries_dev.tsv");
  return names && queries ? std::optional(RealData{*names, *queries}) : std::nullopt;
}

// By class, and of the nine main classes together under "main".
Qualities qualities(const RealData& data, bool with_english) {
  const NameIndex index(bench::name_entries(data.names, with_english));
  Qualities sums;
  std::map<std::string, double> counts;
  for (const bench::KnownQuery& query : bench::known_queries(data.queries)) {
    bench::Strings found;
    for (const NameMatch& match : index.search(query.text, bench::answers)) found.push_back(match.name);
    const double first = !found.empty() && query.right.contains(found.front()) ? 100 : 0;
    std::vector<std::string> kinds = {query.kind};
    if (bench::is_main_class(query.kind)) kinds.emplace_back("main");
    for (const std::string& kind : kinds) {
      sums[kind].first += first;
      sums[kind].recall += 100 * bench::recall(query, found);
      ++counts[kind];
    }
  }
  for (auto& [kind, quality] : sums) {
    quality.first /= counts[kind];
    quality.recall /= counts[kind];
  }
  return sums;
}

void expect_floor(const Qualities& qualities, std::string_view kind, Quality floor) {
  const auto found = qualities.find(kind);
  ASSERT_NE(found, qualities.end()) << "there is no query of class " << kind;
  EXPECT_GE(found->second.first, floor.first) << "first answers right, of class " << kind;
  EXPECT_GE(found->second.recall, floor.recall) << "right answers among the first ten, of class " << kind;
}

TEST(NameQuality, StaysAboveTheFloorOfEveryClass) {
  if (support::is_sanitized) GTEST_SKIP() << "it asks 1,420 queries of 50,000 names, which the other tests do on fewer";
  const auto data = real_data();
  if (!data) GTEST_SKIP() << "the real names and queries are not here; PILLING_DATA_DIR names their folder";

  const Qualities plain = qualities(*data, false);

  expect_floor(plain, "exact", {100, 100});
  expect_floor(plain, "prefix", {100, 100});
  expect_floor(plain, "wrong_ime", {100, 100});
  expect_floor(plain, "nfd_fullwidth", {100, 100});
  // 트리메 ends the brand of 셀트리메정, which by the documented order comes before 트리멕정.
  expect_floor(plain, "incomplete", {100, 99.9});
  expect_floor(plain, "substring", {99, 99.5});
  expect_floor(plain, "choseong", {99.5, 99.5});
  expect_floor(plain, "mixed_cho", {96, 98});
  // The right answers to two queries hold another dosage form than the one that was typed.
  expect_floor(plain, "unit_space", {99.5, 98.9});
  expect_floor(plain, "typo1", {95, 99.5});
  expect_floor(plain, "typo2", {95, 99});
  expect_floor(plain, "typo_long", {99, 100});
  expect_floor(plain, "latin_eng", {65, 90});
  expect_floor(plain, "main", {98.8, 99.6});
}

TEST(NameQuality, StaysAboveTheFloorForEnglishNames) {
  if (support::is_sanitized) GTEST_SKIP() << "it asks 1,420 queries of 50,000 names, which the other tests do on fewer";
  const auto data = real_data();
  if (!data) GTEST_SKIP() << "the real names and queries are not here; PILLING_DATA_DIR names their folder";

  const Qualities with_english = qualities(*data, true);

  // The goal is 95: most misses are the first word of English names that several brands share, as 이가탄에프 and
  // 이가탄에스.
  expect_floor(with_english, "latin_eng", {94, 90});
}

}  // namespace
}  // namespace pilling
