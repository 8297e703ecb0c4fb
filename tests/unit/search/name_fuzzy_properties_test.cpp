#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "search/approximate.hpp"
#include "search/edit_distance.hpp"
#include "search/name_query.hpp"
#include "search/name_segment.hpp"
#include "support/rounds.hpp"

namespace pilling::search {
namespace {

using Names = std::vector<std::string>;

std::string random_syllable(std::mt19937_64& random) {
  // Few letters, so that names are near to one another.
  constexpr std::array<std::string_view, 24> syllables = {"가", "각", "간", "나", "난", "낙", "다", "단",
                                                          "달", "라", "락", "란", "고", "곡", "노", "논",
                                                          "도", "독", "로", "과", "의", "ㄱ", "ㅏ", "빠"};
  return std::string(syllables[random() % syllables.size()]);
}

std::string random_piece(std::mt19937_64& random) {
  constexpr std::array<std::string_view, 10> pieces = {"1", "10", "5mg", "10mg", "a", "b", " ", "(", "0.5", "%"};
  return random() % 5 == 0 ? std::string(pieces[random() % pieces.size()]) : random_syllable(random);
}

std::string random_name(std::mt19937_64& random, std::size_t pieces) {
  std::string name;
  for (std::size_t i = 0; i < pieces; ++i) name += random_piece(random);
  return name;
}

bool is_strict(const std::vector<Key>& keys, std::size_t at) {
  if (!text::is_letter_key(keys[at])) return true;
  while (at > 0 && text::is_latin_key(keys[at]) && text::is_latin_key(keys[at - 1])) --at;
  return text::is_latin_key(keys[at]) && at > 0 && !text::is_letter_key(keys[at - 1]);
}

// The textbook's table, free to begin at a start of a character and to end anywhere but within a number. Only letters
// may be changed, dropped, added or swapped.
std::size_t least_edits(const NameSegment& names, std::uint32_t field, const std::vector<Key>& pattern,
                        const ApproximateOptions& options) {
  constexpr std::size_t none = 1000;
  const std::uint32_t first = names.key_begin(field);
  const std::size_t width = names.key_end(field) - first;
  std::size_t least = none;
  for (std::size_t start = 0; start <= width; ++start) {
    const auto begin = first + static_cast<std::uint32_t>(start);
    const bool may_begin =
        options.only_part_starts ? names.begins_part(begin) : text::starts_character(names.keys()[begin]);
    if (start == width || !may_begin || names.is_within_number(begin)) continue;
    const std::size_t longest = std::min(width - start, pattern.size() + options.edits);
    std::vector<std::vector<std::size_t>> table(pattern.size() + 1, std::vector<std::size_t>(longest + 1, none));
    const auto name_key = [&](std::size_t j) { return text::code(names.keys()[begin + j]); };
    const auto name_strict = [&](std::size_t j) { return names.is_strict(begin + static_cast<std::uint32_t>(j)); };
    for (std::size_t i = 0; i <= pattern.size(); ++i) {
      for (std::size_t j = 0; j <= longest; ++j) {
        std::size_t& cell = table[i][j];
        if (i == 0 && j == 0) cell = 0;
        if (i > 0 && !is_strict(pattern, i - 1)) cell = std::min(cell, table[i - 1][j] + 1);
        if (j > 0 && !name_strict(j - 1)) cell = std::min(cell, table[i][j - 1] + 1);
        if (i == 0 || j == 0) continue;
        if (pattern[i - 1] == name_key(j - 1)) cell = std::min(cell, table[i - 1][j - 1]);
        if (!is_strict(pattern, i - 1) && !name_strict(j - 1)) cell = std::min(cell, table[i - 1][j - 1] + 1);
        const bool is_swap = i > 1 && j > 1 && pattern[i - 1] == name_key(j - 2) && pattern[i - 2] == name_key(j - 1) &&
                             !is_strict(pattern, i - 1) && !is_strict(pattern, i - 2) && !name_strict(j - 1) &&
                             !name_strict(j - 2);
        if (is_swap) cell = std::min(cell, table[i - 2][j - 2] + 1);
      }
    }
    for (std::size_t j = 0; j <= longest; ++j) {
      if (!names.is_within_number(begin + static_cast<std::uint32_t>(j))) {
        least = std::min(least, table[pattern.size()][j]);
      }
    }
  }
  return least;
}

// PILLING_LONG_TESTS tries 1,500 seeds.
TEST(ApproximatePatternProperties, FindsWhatAFullScanFinds) {
  const std::uint64_t seeds = support::rounds(60, 1'500);
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<NameEntry> entries;
    for (int i = 0; i < 60; ++i) entries.push_back({.name = random_name(random, 1 + random() % 6)});
    const auto names = NameSegment::build(entries, 0);
    for (int i = 0; i < 20; ++i) {
      const std::string typed = random_name(random, 2 + random() % 4);
      const NameQuery query = read_query(typed, TextReading::literal, false);
      for (const std::size_t edits : {1u, 2u, 3u}) {
        const ApproximateOptions options{.edits = edits, .only_part_starts = random() % 2 == 0};
        if (query.keys.size() <= edits) continue;
        std::map<std::uint32_t, std::size_t> found;
        for (const ApproximateHit& hit : ApproximatePattern(query.keys).find(*names, options)) {
          found.emplace(hit.field, hit.edits);
        }

        for (std::uint32_t field = 0; field < names->field_count(); ++field) {
          const std::size_t least = least_edits(*names, field, query.keys, options);
          const auto place = found.find(field);
          ASSERT_EQ(place != found.end(), least <= edits)
              << "seed " << seed << ", " << typed << ", " << edits << " edits in " << names->text(field);
          if (place != found.end()) {
            ASSERT_EQ(place->second, least) << "seed " << seed << ": " << names->text(field);
          }
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, seeds * 1'600);
}

TEST(EditDistance, CountsSwapsAsOne) {
  const auto keys = [](std::string_view text) { return text::keystrokes(text); };

  EXPECT_EQ(edit_distance(keys("abcd"), keys("abcd"), 9), 0u);
  EXPECT_EQ(edit_distance(keys("abcd"), keys("abdc"), 9), 1u);
  EXPECT_EQ(edit_distance(keys("가나"), keys("거나"), 9), 1u);
  EXPECT_EQ(edit_distance(keys("kitten"), keys("sitting"), 9), 3u);
  EXPECT_GT(edit_distance(keys("kitten"), keys("sitting"), 2), 2u);
}

}  // namespace
}  // namespace pilling::search
