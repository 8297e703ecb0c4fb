#include <gtest/gtest.h>
#include <limits>

#include "pilling/error.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling {
namespace {

TEST(Compass, HasAWordForEverySector) {
  EXPECT_EQ(compass_word(0), "north");
  EXPECT_EQ(compass_word(22.4), "north");
  EXPECT_EQ(compass_word(22.6), "north-east");
  EXPECT_EQ(compass_word(90), "east");
  EXPECT_EQ(compass_word(135), "south-east");
  EXPECT_EQ(compass_word(180), "south");
  EXPECT_EQ(compass_word(225), "south-west");
  EXPECT_EQ(compass_word(270), "west");
  EXPECT_EQ(compass_word(315), "north-west");
  EXPECT_EQ(compass_word(337.6), "north");
  EXPECT_EQ(compass_word(359.999), "north");
}

TEST(Compass, SpeaksKorean) {
  EXPECT_EQ(compass_word(0, Language::korean), "북");
  EXPECT_EQ(compass_word(50, Language::korean), "북동");
  EXPECT_EQ(compass_word(200, Language::korean), "남");
  EXPECT_EQ(compass_word(240, Language::korean), "남서");
}

TEST(Compass, TurnsRoundAnyNumberOfTimes) {
  EXPECT_EQ(compass_word(-90), "west");
  EXPECT_EQ(compass_word(720 + 90), "east");
  EXPECT_EQ(compass_word(-1e-20), "north");
}

TEST(Compass, RefusesABearingThatIsNoNumber) {
  EXPECT_THROW(compass_word(std::numeric_limits<double>::quiet_NaN()), InvalidArgument);
  EXPECT_THROW(compass_word(std::numeric_limits<double>::infinity()), InvalidArgument);
}

}  // namespace
}  // namespace pilling
