#include "search/verb_forms.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string_view>

namespace pilling::search {
namespace {

bool conjugates(std::string_view stem, std::string_view word) {
  const Keys keys = keys_of_word(word);
  return std::ranges::any_of(verb_forms(stem), [&](const Keys& form) {
    return keys.size() >= form.size() && std::equal(form.begin(), form.end(), keys.begin());
  });
}

TEST(VerbForms, FollowRegularAndIrregularVerbs) {
  for (const std::string_view word : {"아프다", "아파요", "아퍼", "아픈데", "아팠어요", "아픔"}) {
    EXPECT_TRUE(conjugates("아프", word)) << word;
  }
  for (const std::string_view word : {"가렵다", "가려워요", "가려운", "가려웠어요"}) {
    EXPECT_TRUE(conjugates("가렵", word)) << word;
  }
  for (const std::string_view word : {"붓고", "부었어요", "부어서", "부은"})
    EXPECT_TRUE(conjugates("붓", word)) << word;
  for (const std::string_view word : {"막히고", "막혀요", "막혔어요", "막힌"}) {
    EXPECT_TRUE(conjugates("막히", word)) << word;
  }
  for (const std::string_view word : {"마르고", "말라요", "말랐어요"}) EXPECT_TRUE(conjugates("마르", word)) << word;
  for (const std::string_view word : {"빨갛고", "빨간", "빨개요"}) EXPECT_TRUE(conjugates("빨갛", word)) << word;
  for (const std::string_view word : {"되고", "돼요", "됐어요"}) EXPECT_TRUE(conjugates("되", word)) << word;
  for (const std::string_view word : {"체하고", "체했어요", "체함"}) EXPECT_TRUE(conjugates("체하", word)) << word;
  for (const std::string_view word : {"헐고", "헐어서", "허는"}) EXPECT_TRUE(conjugates("헐", word)) << word;
}

TEST(VerbForms, KeepCharactersApart) {
  EXPECT_FALSE(conjugates("아프", "앞으로"));
  EXPECT_FALSE(conjugates("붓", "붕어"));
  EXPECT_FALSE(conjugates("입", "이웃"));
  EXPECT_FALSE(conjugates("가렵", "가렸다"));
}

TEST(VerbForms, OfAWordWithoutSyllablesAreItself) { EXPECT_EQ(verb_forms("mri").size(), 1u); }

}  // namespace
}  // namespace pilling::search
