#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using Names = std::vector<std::string>;

std::vector<std::string> names_of(const std::vector<NameMatch>& matches) {
  std::vector<std::string> names;
  for (const NameMatch& match : matches) names.push_back(match.name);
  return names;
}

Names some_names(std::size_t count) {
  Names names;
  std::mt19937_64 random(1);
  const Names syllables = {"가", "나", "단", "라", "말", "보", "새", "봄", "정", "큰"};
  for (std::size_t i = 0; i < count; ++i) {
    std::string name;
    for (std::size_t left = 2 + random() % 3; left > 0; --left) name += syllables[random() % syllables.size()];
    names.push_back(name + std::to_string(i) + "정");
  }
  return names;
}

const Names questions = {"가", "ㄱ", "나단", "새봄", "ㅅㅂ", "새본", "tk", "봄3", "새봄 7"};

TEST(NameIndexChanges, AreSeenByTheNextSearch) {
  NameIndex index(Names{"게보린정"});

  const std::size_t added = index.add({.name = "새봄정"});

  EXPECT_EQ(added, 1u);
  EXPECT_EQ(names_of(index.search("새봄")), Names{"새봄정"});
  EXPECT_TRUE(index.remove(0));
  EXPECT_FALSE(index.remove(0));
  EXPECT_FALSE(index.remove(7));
  EXPECT_TRUE(index.search("게보린").empty());
  EXPECT_EQ(index.name(0), std::nullopt);
  EXPECT_EQ(index.name(1), "새봄정");
  EXPECT_EQ(index.add({.name = "들꽃정"}), 2u);
  EXPECT_EQ(index.size(), 2u);
}

TEST(NameIndexChanges, HideRemovedNamesFromShortTextsToo) {
  const Names names = some_names(2'000);
  NameIndex index(names);
  const std::vector<NameMatch> before = index.search("가", 5);

  for (const NameMatch& match : before) index.remove(match.index);

  for (const NameMatch& match : index.search("가", 50)) {
    for (const NameMatch& removed : before) EXPECT_NE(match.index, removed.index);
  }
}

TEST(NameIndexChanges, LeaveTheOrderAsIfAllHadComeAtOnce) {
  Names names = some_names(1'200);
  const NameIndex at_once(names);
  std::shuffle(names.begin(), names.end(), std::mt19937_64(2));
  NameIndex one_by_one(Names(names.begin(), names.begin() + 400));
  for (std::size_t i = 400; i < 900; ++i) one_by_one.add({.name = names[i]});
  std::vector<NameEntry> rest;
  for (std::size_t i = 900; i < names.size(); ++i) rest.push_back({.name = names[i]});
  one_by_one.add_all(rest);

  for (const std::string& question : questions) {
    EXPECT_EQ(names_of(at_once.search(question, 20)), names_of(one_by_one.search(question, 20))) << question;
  }
}

TEST(NameIndexChanges, RefuseABadNameWhole) {
  NameIndex index(Names{"게보린정"});

  const std::vector<NameEntry> entries = {{.name = "새봄정"}, {.name = "ab\xB0\xA1"}};

  EXPECT_THROW(index.add_all(entries), InvalidArgument);

  EXPECT_EQ(index.size(), 1u);
  EXPECT_TRUE(index.search("새봄정").empty());
}

TEST(NameIndexChanges, GoOnBesideSearches) {
  NameIndex index(some_names(300));
  {
    const std::jthread writer([&] {
      for (int i = 0; i < 60; ++i) {
        const std::size_t added = index.add({.name = "들꽃" + std::to_string(i) + "정"});
        if (i % 3 == 0) index.remove(added);
      }
    });
    const std::jthread reader([&] {
      for (int i = 0; i < 200; ++i) {
        for (const NameMatch& match : index.search(questions[static_cast<std::size_t>(i) % questions.size()])) {
          EXPECT_FALSE(match.name.empty());
        }
      }
    });
  }

  EXPECT_EQ(index.search("들꽃", 100).size(), 40u);
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(NameIndexSnapshot, AnswersAsTheIndexDid) {
  const support::TemporaryDirectory folder;
  const NameIndex index(some_names(500));

  index.save(folder.path() / "names");
  NameIndex opened = NameIndex::open(folder.path() / "names");

  for (const std::string& question : questions) {
    EXPECT_EQ(names_of(index.search(question, 20)), names_of(opened.search(question, 20))) << question;
  }
  EXPECT_EQ(opened.add({.name = "들꽃정"}), 500u);
  EXPECT_EQ(names_of(opened.search("들꽃정")).at(0), "들꽃정");
}

TEST(NameIndexSnapshot, HasTheSameBytesForTheSameNames) {
  const support::TemporaryDirectory folder;
  const Names names = some_names(300);
  NameIndex grown(Names(names.begin(), names.begin() + 100));
  for (std::size_t i = 100; i < names.size(); ++i) grown.add({.name = names[i]});

  NameIndex(names).save(folder.path() / "one");
  grown.save(folder.path() / "other");

  EXPECT_EQ(bytes_of(folder.path() / "one"), bytes_of(folder.path() / "other"));
}

TEST(NameIndexSnapshot, IsRefusedWhenItIsDamagedOrCut) {
  const support::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "names";
  NameIndex(some_names(60)).save(file);
  const std::string whole = bytes_of(file);
  std::mt19937_64 random(3);

  std::size_t refused = 0;
  constexpr std::size_t tries = 200;
  for (std::size_t i = 0; i < tries; ++i) {
    std::string damaged = whole;
    damaged.resize(random() % whole.size());
    write(file, damaged);
    EXPECT_THROW(NameIndex::open(file), BadData) << damaged.size() << " bytes";

    damaged = whole;
    damaged[random() % whole.size()] ^= static_cast<char>(1 + random() % 255);
    write(file, damaged);
    try {
      const NameIndex opened = NameIndex::open(file);
      EXPECT_EQ(opened.size(), 60u);  // a byte that only fills
    } catch (const BadData&) {
      ++refused;
    }
  }

  EXPECT_GT(refused, tries / 2);
}

TEST(NameIndexSnapshot, IsRefusedWhenItIsOfAnotherVersion) {
  const support::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "names";
  NameIndex(Names{"새봄정"}).save(file);
  std::string bytes = bytes_of(file);
  ++bytes[8];
  write(file, bytes);

  try {
    NameIndex::open(file);
    FAIL() << "nothing was thrown";
  } catch (const BadData& problem) {
    EXPECT_NE(std::string_view(problem.what()).find("another version"), std::string_view::npos) << problem.what();
  }
}

TEST(NameIndexSnapshot, SaysWhenThereIsNone) {
  const support::TemporaryDirectory folder;
  write(folder.path() / "text", "no snapshot at all");
  write(folder.path() / "empty", "");

  EXPECT_THROW(NameIndex::open(folder.path() / "none"), StorageError);
  EXPECT_THROW(NameIndex::open(folder.path() / "text"), BadData);
  EXPECT_THROW(NameIndex::open(folder.path() / "empty"), BadData);
  EXPECT_THROW(NameIndex(Names{}).save(folder.path() / "no" / "folder"), StorageError);
}

TEST(NameIndexCopy, SharesNamesAndNoChanges) {
  NameIndex original({"게보린정", "타이레놀정"});
  NameIndex copy = original;

  EXPECT_EQ(copy.add({.name = "지르텍정"}), 2u);
  EXPECT_TRUE(copy.remove(0));
  EXPECT_EQ(original.add({.name = "판콜에이"}), 2u);

  EXPECT_EQ(original.search("게보린").size(), 1u);
  EXPECT_TRUE(original.search("지르텍").empty());
  EXPECT_EQ(original.name(2), "판콜에이");
  EXPECT_TRUE(copy.search("게보린").empty());
  EXPECT_EQ(copy.search("지르텍").size(), 1u);
  EXPECT_EQ(copy.name(2), "지르텍정");
  copy = original;
  EXPECT_EQ(copy.search("게보린").size(), 1u);
}

}  // namespace
}  // namespace pilling
