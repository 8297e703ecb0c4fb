#include "search/suffix_array.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace pilling::search {
namespace {

using Keys = std::vector<Key>;
using Positions = std::vector<std::uint32_t>;

// Texts, each followed by a `key_end`, with the padding behind them. Few letters, so that much is alike.
Keys random_texts(std::mt19937_64& random, std::size_t texts, std::size_t longest, Key letters) {
  Keys keys = {text::key_end};
  for (; texts > 0; --texts) {
    for (std::size_t left = random() % (longest + 1); left > 0; --left) {
      const Key start = random() % 2 == 0 ? text::character_start : Key{0};
      keys.push_back(static_cast<Key>((1 + random() % letters) | start));
    }
    keys.push_back(text::key_end);
  }
  keys.resize(keys.size() + SuffixArray::padding);
  return keys;
}

// The suffix as it counts: up to the end of its text, without start bits.
Keys suffix_at(const Keys& keys, std::uint32_t position) {
  Keys suffix;
  for (; text::code(keys[position]) != text::key_end; ++position) suffix.push_back(text::code(keys[position]));
  return suffix;
}

Positions sorted_naively(const Keys& keys) {
  Positions positions;
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (text::code(keys[i]) != text::key_end) positions.push_back(i);
  }
  std::ranges::stable_sort(positions, {}, [&](std::uint32_t position) { return suffix_at(keys, position); });
  return positions;
}

SuffixRange found_naively(const Keys& keys, const Positions& sorted, const Keys& pattern) {
  const auto begins = [&](std::uint32_t position) {
    const Keys suffix = suffix_at(keys, position);
    return suffix.size() >= pattern.size() && std::equal(pattern.begin(), pattern.end(), suffix.begin());
  };
  const auto first = std::ranges::find_if(sorted, begins);
  const auto last = std::find_if_not(first, sorted.end(), begins);
  return {.begin = static_cast<std::size_t>(first - sorted.begin()),
          .end = static_cast<std::size_t>(last - sorted.begin())};
}

// A piece of some text, at times with one key changed.
Keys random_pattern(std::mt19937_64& random, const Keys& keys, Key letters) {
  Keys pattern = suffix_at(keys, static_cast<std::uint32_t>(random() % (keys.size() - SuffixArray::padding)));
  pattern.resize(std::min<std::size_t>(pattern.size(), 1 + random() % 24));
  if (pattern.empty()) pattern.push_back(1);
  if (random() % 3 == 0) pattern[random() % pattern.size()] = static_cast<Key>(1 + random() % (letters + 1));
  return pattern;
}

// A suffix array with what it refers to.
struct Owned {
  explicit Owned(const Keys& keys, std::size_t width)
      : parts(SuffixArray::sort(keys)),
        packed(PackedPositions::pack(parts.positions, width)),
        array(keys, PackedPositions(packed, width), parts.buckets) {}

  SuffixArray::Parts parts;
  std::vector<std::uint8_t> packed;
  SuffixArray array;
};

TEST(SuffixArray, SortsAsANaiveSortDoes) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random(seed);
    const Key letters = static_cast<Key>(1 + random() % 5);
    const Keys keys = random_texts(random, 60, 30, letters);

    EXPECT_EQ(SuffixArray::sort(keys).positions, sorted_naively(keys)) << "seed " << seed;
  }
}

TEST(SuffixArray, SortsManyThatAreAlike) {
  const Keys text(60, 1);
  Keys keys = {text::key_end};
  for (int i = 0; i < 20; ++i) {
    keys.insert(keys.end(), text.begin(), text.end());
    keys.push_back(text::key_end);
  }
  keys.resize(keys.size() + SuffixArray::padding);

  EXPECT_EQ(SuffixArray::sort(keys).positions, sorted_naively(keys));
}

TEST(SuffixArray, DoesNotCareForStartBits) {
  std::mt19937_64 random(5);
  Keys keys = random_texts(random, 40, 20, 3);
  const Positions with_starts = SuffixArray::sort(keys).positions;
  for (Key& key : keys) key = text::code(key);

  EXPECT_EQ(SuffixArray::sort(keys).positions, with_starts);
}

TEST(SuffixArray, FindsWhatANaiveSearchFinds) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    std::mt19937_64 random(seed);
    const Key letters = static_cast<Key>(1 + random() % 5);
    const Keys keys = random_texts(random, 25, 25, letters);
    const Positions sorted = sorted_naively(keys);
    for (const std::size_t width : {3u, 4u}) {
      const Owned owned(keys, width);
      for (int i = 0; i < 40; ++i) {
        const Keys pattern = random_pattern(random, keys, letters);

        const SuffixRange found = owned.array.find(pattern);

        const SuffixRange expected = found_naively(keys, sorted, pattern);
        ASSERT_EQ(found.size(), expected.size()) << "seed " << seed << ", " << pattern.size() << " keys";
        if (found.size() > 0) {
          ASSERT_EQ(found.begin, expected.begin) << "seed " << seed;
        }
      }
    }
  }
}

TEST(SuffixArray, FindsNothingBeyondTheEndOfAText) {
  const Keys keys = {0, 1, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Owned owned(keys, 3);

  EXPECT_EQ(owned.array.find(Keys{1, 2}).size(), 1u);
  EXPECT_EQ(owned.array.find(Keys{1, 2, 3}).size(), 0u);
  EXPECT_EQ(owned.array.find(Keys{3, 1}).size(), 0u);
}

TEST(SuffixArray, FindsNothingForNoPattern) {
  const Keys keys = {0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  EXPECT_EQ(Owned(keys, 3).array.find({}).size(), 0u);
}

TEST(SuffixArray, FindsNothingInNoTexts) {
  const Keys keys(1 + SuffixArray::padding, text::key_end);
  const Owned owned(keys, 3);

  EXPECT_EQ(owned.array.size(), 0u);
  EXPECT_EQ(owned.array.find(Keys{1}).size(), 0u);
  EXPECT_EQ(SuffixArray().find(Keys{1}).size(), 0u);
}

TEST(PackedPositions, GiveWhatWasPackedInEitherWidth) {
  const Positions small = {0, 1, 0xFF, 0x100, 0xFFFFFF, 7};
  const Positions large = {0, 0x1000000, 0xFFFFFFFF, 7};
  const auto unpacked = [](const Positions& positions, std::size_t width) {
    const std::vector<std::uint8_t> bytes = PackedPositions::pack(positions, width);
    const PackedPositions packed(bytes, width);
    Positions result;
    for (std::size_t i = 0; i < packed.size(); ++i) result.push_back(packed[i]);
    return result;
  };

  EXPECT_EQ(unpacked(small, 3), small);
  EXPECT_EQ(unpacked(small, 4), small);
  EXPECT_EQ(unpacked(large, 4), large);
}

TEST(PackedPositions, TakeFourBytesOnlyWhereThreeDoNotReach) {
  EXPECT_EQ(PackedPositions::width_for(0), 3u);
  EXPECT_EQ(PackedPositions::width_for(0xFFFFFF), 3u);
  EXPECT_EQ(PackedPositions::width_for(0x1000000), 4u);
}

TEST(PackedPositions, AreNoneInNoBytes) {
  EXPECT_EQ(PackedPositions().size(), 0u);
  EXPECT_EQ(PackedPositions({}, 3).size(), 0u);
  EXPECT_EQ(PackedPositions(PackedPositions::pack({}, 3), 3).size(), 0u);
}

}  // namespace
}  // namespace pilling::search
