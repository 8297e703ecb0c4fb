#include "search/symptom_table.hpp"

#include <gtest/gtest.h>
#include <string>

#include "pilling/error.hpp"
#include "pilling/symptoms.hpp"

namespace pilling::search {
namespace {

constexpr const char* small_table = R"(version test
words 머리: 머리 골
concept headache 두통
  text: 두통, 편두통
  say: <머리> 아프다
  from: test
)";

std::string problem_of(const std::string& table) {
  try {
    SymptomConcepts::parse(table, "a table");
  } catch (const BadData& problem) {
    EXPECT_EQ(problem.source(), "a table");
    return problem.what();
  }
  return "none";
}

TEST(SymptomTable, ReadsConceptsAndTheirForms) {
  const SymptomTable table = read_symptom_table(small_table, "a table");

  EXPECT_EQ(table.version, "test");
  ASSERT_EQ(table.classes.size(), 1u);
  EXPECT_EQ(table.classes[0].words.size(), 2u);
  ASSERT_EQ(table.entries.size(), 1u);
  EXPECT_EQ(table.entries[0].id, "headache");
  EXPECT_EQ(table.entries[0].name, "두통");
  ASSERT_EQ(table.entries[0].medical.size(), 2u);
  EXPECT_EQ(table.entries[0].medical[1].text, "편두통");
  EXPECT_EQ(table.entries[0].medical[1].line, 4u);
}

TEST(SymptomTable, SkipsCommentsBlankLinesCarriageReturnsAndAByteOrderMark) {
  const auto concepts = SymptomConcepts::parse(
      "\xef\xbb\xbfversion 1\r\n\r\n# words\r\nconcept a 두통 # head\r\n  text: 두통\r\n  from: test\r\n", "a table");

  EXPECT_EQ(concepts->version(), "1");
  EXPECT_EQ(concepts->concepts(), (std::vector<SymptomName>{{.id = "a", .name = "두통"}}));
}

TEST(SymptomTable, RefusesWordsOfGrammar) {
  for (const std::string word : {"없음", "것", "거", "말고", "아님", "게", "못"}) {
    const std::string table = "version 1\nconcept a 두통\n  say: 머리 아프다/" + word + "\n  from: test\n";
    EXPECT_NE(problem_of(table).find("line 3 holds \"" + word + "\", a word of grammar"), std::string::npos) << word;
  }
}

TEST(SymptomTable, NamesTheLineThatIsWrong) {
  EXPECT_NE(problem_of("").find("version"), std::string::npos);
  EXPECT_NE(problem_of("concept a 두통\n").find("line 1 comes before"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nversion 2\n").find("line 2 names the version again"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nthing a b\n").find("line 2 begins with \"thing\""), std::string::npos);
  EXPECT_NE(problem_of("version 1\n  say: 두통\n").find("line 2 is indented"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a\n").find("line 2 should give an id and a name"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  text 두통\n").find("line 3 should read"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  word: 두통\n").find("line 3 has the key \"word\""),
            std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  say: 두통 | | 열\n").find("line 3 has nothing between"),
            std::string::npos);
  EXPECT_NE(problem_of("version 1\nwords 머리 골\n").find("line 2 should read"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a \xff\n").find("line 2 is not valid UTF-8"), std::string::npos);
}

TEST(SymptomTable, ReadsRolesAndLists) {
  const SymptomTable table = read_symptom_table(
      "version 1\nconcept a 불면\n  say: 불면\n  role: circumstance\n  from: test\n"
      "concept b 당뇨병\n  say: 당뇨\n  role: condition\n  from: test\n"
      "note c 아기\n  say: 아기\n  list: none\n  tell: 병원\n  from: test\n"
      "note d 아이\n  say: 아이\n  list: children first\n  tell: 약국\n  from: test\n",
      "a table");

  EXPECT_EQ(table.entries[0].role, TableRole::circumstance);
  EXPECT_EQ(table.entries[1].role, TableRole::condition);
  EXPECT_EQ(table.entries[2].list, TableList::none);
  EXPECT_EQ(table.entries[3].list, TableList::children_first);
}

TEST(SymptomTable, NamesTheRoleOrListThatIsNone) {
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  role: cause\n").find("line 3 has the role \"cause\""),
            std::string::npos);
  EXPECT_NE(problem_of("version 1\nnote a 술\n  role: condition\n").find("line 3 gives a role"), std::string::npos);
  EXPECT_NE(problem_of("version 1\nnote a 술\n  list: some\n").find("line 3 lists \"some\""), std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  list: none\n").find("line 3 says what to list"),
            std::string::npos);
}

TEST(SymptomTable, ReadsWrittenFormsInTextsAlone) {
  const auto concepts = SymptomConcepts::parse(
      "version 1\nconcept a 임신 영양\n  written: 임신\n  say: 임신 영양제\n  from: test\n", "a table");

  EXPECT_TRUE(concepts->understand("임신").understood.empty());
  EXPECT_EQ(concepts->understand("임신 영양제").understood.size(), 1u);
}

TEST(SymptomTable, NamesTheEntryThatIsIncomplete) {
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  from: test\n").find("line 2 begins \"a\""), std::string::npos);
  EXPECT_NE(problem_of("version 1\nconcept a 두통\n  text: 두통\n").find("no \"from:\""), std::string::npos);
  EXPECT_NE(problem_of("version 1\nred-flag a 흉통\n  say: 흉통\n  tell: 병원\n  from: test\n").find("no \"call:\""),
            std::string::npos);
  EXPECT_NE(problem_of("version 1\nnote a 술\n  say: 술\n  from: test\n").find("no \"tell:\""), std::string::npos);
  EXPECT_NE(problem_of(std::string(small_table) + "concept headache 두통\n").find("line 7 gives the id"),
            std::string::npos);
}

TEST(SymptomTable, NamesThePhraseThatCannotBeUsed) {
  const std::string head = "version 1\nconcept a 두통\n  from: test\n  ";

  EXPECT_NE(problem_of(head + "say: <없음> 아프다\n").find("line 4 names <없음>"), std::string::npos);
  EXPECT_NE(problem_of(head + "say: ~생리 ~배\n").find("line 4 holds \"~생리 ~배\""), std::string::npos);
  EXPECT_NE(problem_of(head + "text: 귀\n").find("line 4 looks for \"귀\""), std::string::npos);
  EXPECT_NE(problem_of(head + "text: !?\n").find("which has no letter"), std::string::npos);
}

TEST(SymptomTable, SaysWhenAFileIsNotThere) {
  EXPECT_THROW(SymptomConcepts::read("/no/such/table.txt"), StorageError);
  EXPECT_THROW(SymptomConcepts::read("/"), StorageError);
}

}  // namespace
}  // namespace pilling::search
