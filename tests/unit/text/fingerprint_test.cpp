#include "text/fingerprint.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace pilling::text {
namespace {

TEST(Fingerprint, IsTheSameEverywhere) {
  EXPECT_EQ(fingerprint(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(fingerprint("abc"), "06b05ab6733a618578af5f94892f3950");
}

TEST(Fingerprint, TellsTextsApart) {
  std::set<std::string> fingerprints;
  std::string text;

  for (int i = 0; i < 2000; ++i) {
    fingerprints.insert(fingerprint(text));
    text.push_back(i % 3 == 0 ? '\0' : 'a');
  }

  EXPECT_EQ(fingerprints.size(), 2000u);
  EXPECT_TRUE(fingerprints.begin()->find_first_not_of("0123456789abcdef") == std::string::npos);
  EXPECT_EQ(fingerprints.begin()->size(), 32u);
}

}  // namespace
}  // namespace pilling::text
