#include "sources/file_bytes.hpp"

#include <gtest/gtest.h>

#include "pilling/error.hpp"
#include "support/gzip.hpp"
#include "unit/sources/written_file.hpp"

namespace pilling::sources {
namespace {

using support::gzip;

TEST(FileBytes, ReadsAPlainFileAsItIs) {
  const WrittenFile file("약은\n요");

  EXPECT_EQ(read_file_bytes(file.path()), "약은\n요");
}

TEST(FileBytes, LeavesOutTheByteOrderMark) {
  const WrittenFile plain("\xef\xbb\xbf{}");
  const WrittenFile packed(gzip("\xef\xbb\xbf{}"));

  EXPECT_EQ(read_file_bytes(plain.path()), "{}");
  EXPECT_EQ(read_file_bytes(packed.path()), "{}");
}

TEST(FileBytes, InflatesAllMembersOfAGzipFile) {
  const WrittenFile file(gzip("첫째 ") + gzip("") + gzip("둘째"));

  EXPECT_EQ(read_file_bytes(file.path()), "첫째 둘째");
}

TEST(FileBytes, PassesOverZerosAfterTheLastMember) {
  const WrittenFile file(gzip("text") + std::string(512, '\0'));

  EXPECT_EQ(read_file_bytes(file.path()), "text");
}

TEST(FileBytes, TellsWhereAGzipFileEndsTooEarly) {
  const std::string packed = gzip(std::string(10'000, 'x') + "end");
  const WrittenFile file(std::string_view(packed).substr(0, packed.size() - 9));

  try {
    read_file_bytes(file.path());
    FAIL() << "a truncated file was read";
  } catch (const BadData& error) {
    EXPECT_EQ(error.source(), file.path().string());
    EXPECT_EQ(error.byte_offset(), packed.size() - 9);
    EXPECT_NE(std::string(error.what()).find("ends too early"), std::string::npos);
  }
}

TEST(FileBytes, RefusesADamagedGzipFile) {
  std::string packed = gzip("some text that is long enough to be damaged in its middle");
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
  const WrittenFile file(packed);

  EXPECT_THROW(read_file_bytes(file.path()), BadData);
}

TEST(FileBytes, RefusesAWrongChecksum) {
  std::string packed = gzip("text");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);
  const WrittenFile file(packed);

  EXPECT_THROW(read_file_bytes(file.path()), BadData);
}

TEST(FileBytes, RefusesWhatFollowsTheLastMember) {
  const WrittenFile file(gzip("text") + "garbage");

  EXPECT_THROW(read_file_bytes(file.path()), BadData);
}

TEST(FileBytes, RefusesAFileThatInflatesBeyondTheLimit) {
  const WrittenFile bomb(gzip(std::string(1'000'000, '\0')));

  EXPECT_THROW(read_file_bytes(bomb.path(), 999'999), BadData);
  EXPECT_EQ(read_file_bytes(bomb.path(), 1'000'000).size(), 1'000'000U);
}

TEST(FileBytes, RefusesAPlainFileBeyondTheLimit) {
  const WrittenFile file("12345");

  EXPECT_THROW(read_file_bytes(file.path(), 4), BadData);
}

TEST(FileBytes, SaysThatAFileIsNotThere) {
  EXPECT_THROW(read_file_bytes("/nowhere/easydrug.jsonl"), StorageError);
  EXPECT_THROW(read_file_bytes(std::filesystem::temp_directory_path()), StorageError);
}

TEST(FileBytes, ReadsAnEmptyFile) {
  const WrittenFile file("");

  EXPECT_EQ(read_file_bytes(file.path()), "");
}

}  // namespace
}  // namespace pilling::sources
