#include "cache/invalidations.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace pilling::cache {
namespace {

using Tags = std::vector<std::string>;

// As many as are remembered one by one.
constexpr int bound = 100'000;

TEST(Invalidations, LetEverythingHoldAtFirst) {
  const Invalidations invalidations;

  EXPECT_TRUE(invalidations.holds(Tags{}, 1));
  EXPECT_TRUE(invalidations.holds(Tags{"a"}, 1));
  EXPECT_NE(invalidations.version(), 0U);
}

TEST(Invalidations, EndWhatCarriesTheTagAndIsNotNewer) {
  Invalidations invalidations;

  invalidations.mark("a", 10);

  EXPECT_FALSE(invalidations.holds(Tags{"a"}, 9));
  EXPECT_FALSE(invalidations.holds(Tags{"b", "a"}, 10));
  EXPECT_TRUE(invalidations.holds(Tags{"a"}, 11));
  EXPECT_TRUE(invalidations.holds(Tags{"b"}, 9));
  EXPECT_TRUE(invalidations.holds(Tags{}, 9));
}

TEST(Invalidations, OfAllEndWhatIsNotNewer) {
  Invalidations invalidations;

  invalidations.mark_all(10);

  EXPECT_FALSE(invalidations.holds(Tags{}, 10));
  EXPECT_FALSE(invalidations.holds(Tags{"a"}, 10));
  EXPECT_TRUE(invalidations.holds(Tags{"a"}, 11));
}

TEST(Invalidations, AreNotTakenBackByAnOlderMark) {
  Invalidations invalidations;
  invalidations.mark("a", 10);
  invalidations.mark_all(5);

  invalidations.mark("a", 3);
  invalidations.mark_all(2);

  EXPECT_FALSE(invalidations.holds(Tags{"a"}, 10));
  EXPECT_FALSE(invalidations.holds(Tags{}, 5));
  EXPECT_TRUE(invalidations.holds(Tags{}, 6));
}

TEST(Invalidations, ChangeTheirVersionWithEveryMarkThatCounts) {
  Invalidations invalidations;
  const auto at_first = invalidations.version();

  invalidations.mark("a", 10);
  const auto with_tag = invalidations.version();
  invalidations.mark_all(10);
  const auto with_all = invalidations.version();
  invalidations.mark("a", 10);
  invalidations.mark_all(9);

  EXPECT_LT(at_first, with_tag);
  EXPECT_LT(with_tag, with_all);
  EXPECT_EQ(invalidations.version(), with_all);
}

TEST(Invalidations, TellTagsApartByEveryByte) {
  Invalidations invalidations;

  invalidations.mark(std::string("a\0b", 3), 10);

  EXPECT_TRUE(invalidations.holds(Tags{"a", std::string("a\0c", 3)}, 1));
  EXPECT_FALSE(invalidations.holds(Tags{std::string("a\0b", 3)}, 1));
}

// Nothing that was declared invalid holds again; what is older than the marks is given up with them.
TEST(Invalidations, BeyondABoundEndAllThatIsOlder) {
  Invalidations invalidations;
  for (int tag = 1; tag <= bound; ++tag) invalidations.mark(std::to_string(tag), tag);
  ASSERT_TRUE(invalidations.holds(Tags{"none"}, 1));
  const auto before = invalidations.version();

  invalidations.mark("one more", 50);

  EXPECT_GT(invalidations.version(), before);
  EXPECT_FALSE(invalidations.holds(Tags{"1"}, 1));
  EXPECT_FALSE(invalidations.holds(Tags{std::to_string(bound)}, bound));
  EXPECT_FALSE(invalidations.holds(Tags{"none"}, bound));
  EXPECT_TRUE(invalidations.holds(Tags{"1"}, bound + 1));
  EXPECT_FALSE(invalidations.holds(Tags{"one more"}, 50));
}

TEST(Invalidations, GiveNothingUpForATagThatTheyKnow) {
  Invalidations invalidations;
  for (int tag = 1; tag <= bound; ++tag) invalidations.mark(std::to_string(tag), tag);

  invalidations.mark("7", bound + 10);

  EXPECT_FALSE(invalidations.holds(Tags{"7"}, bound + 10));
  EXPECT_TRUE(invalidations.holds(Tags{"none"}, 1));
}

}  // namespace
}  // namespace pilling::cache
