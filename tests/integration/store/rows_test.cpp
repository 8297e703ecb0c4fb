#include "store/rows.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace pilling::store {
namespace {

TEST(Lists, ReadBackWhateverTheyHold) {
  constexpr unsigned seed = 1;
  std::mt19937 random(seed);
  const std::string letters("\n\\n,\0a", 6);
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::string> items(random() % 5);
    for (std::string& item : items) {
      for (auto left = random() % 6; left > 0; --left) item += letters[random() % letters.size()];
    }

    EXPECT_EQ(decode_list(encode_list(items)), items) << "seed " << seed << ", round " << round;
  }
}

TEST(Lists, TellNoItemFromOneEmptyItem) {
  EXPECT_EQ(encode_list({}), "");
  EXPECT_EQ(encode_list({""}), "\n");
}

TEST(Hours, AreReadableInTheDatabase) {
  OpeningHours hours;
  hours.days[0] = OpenInterval{540, 1140};
  hours.days[OpeningHours::holiday] = OpenInterval{0, 1440};

  EXPECT_EQ(encode_hours(hours), "540-1140,,,,,,,0-1440");
  EXPECT_EQ(encode_hours({}), ",,,,,,,");
}

TEST(Hours, ReadBackWhateverTheyHold) {
  OpeningHours hours;
  hours.days[1] = OpenInterval{-5, -3};
  hours.days[6] = OpenInterval{std::numeric_limits<int>::min(), std::numeric_limits<int>::max()};

  EXPECT_EQ(decode_hours(encode_hours(hours)), hours);
  EXPECT_EQ(decode_hours(encode_hours({})), OpeningHours{});
}

TEST(Hours, AreNothingWhenTheTextIsNoSuchThing) {
  for (const char* text : {"", ",,,,,,", ",,,,,,,,", "1,,,,,,,", "1-,,,,,,,", "-2,,,,,,,", "1-2-3,,,,,,,", " ,,,,,,,",
                           "99999999999-1,,,,,,,", "540-1140,,,,,,,x"}) {
    EXPECT_EQ(decode_hours(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pilling::store
