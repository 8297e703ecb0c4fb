#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "search/segment_image.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

// More brands of one company that sound like tylenol than a search looks at, and one of another.
std::vector<NameEntry> brands_that_sound_alike() {
  std::vector<NameEntry> entries;
  for (const std::string brand :
       {"타이레놀", "타이래놀", "타일레놀", "타이레늘", "타이레넬", "타이로놀", "다이레놀", "다이래놀", "타이렌올",
        "타이래늘", "타이렐놀", "타이라놀", "타이러놀", "타이리놀", "타이레날", "타이레널", "타이레눌", "타이레닐",
        "다이로놀", "다이레늘", "타이네놀", "타이레농", "타이래날", "타이래널", "타이로날"}) {
    entries.push_back({.name = brand + "정", .company = "들꽃제약"});
  }
  entries.push_back({.name = "타이로눌정", .company = "햇살제약"});
  return entries;
}

TEST(NameIndexPromises, FindBySoundWhatPassesTheFilter) {
  const NameIndex index(brands_that_sound_alike());

  const std::vector<NameMatch> matches = index.search("tylenol", 10, {.company = "햇살제약"});

  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].name, "타이로눌정");
}

TEST(NameIndexPromises, FindBySoundWhatIsLeft) {
  const std::vector<NameEntry> entries = brands_that_sound_alike();
  NameIndex index(entries);
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) index.remove(i);

  const std::vector<NameMatch> matches = index.search("tylenol");

  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].name, "타이로눌정");
}

TEST(NameIndexPromises, TakeAnyLimit) {
  const NameIndex index(std::vector<std::string>{"새봄정", "새봄시럽"});
  constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();

  for (const std::size_t limit : {std::size_t{1} << 32, largest / 2, largest, largest - 47}) {
    std::size_t found = 0;
    EXPECT_NO_THROW(found = index.search("새봄", limit).size()) << limit;
    EXPECT_EQ(found, 2u) << limit;
  }
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

TEST(NameIndexSnapshot, IsRefusedOrHarmlessWhenASectionIsWrongAndItsChecksumRight) {
  using search::Section;
  const support::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "names";
  NameIndex(std::vector<std::string>{"타이레놀정500밀리그람(아세트아미노펜)", "게보린정", "타이로신정"}).save(file);
  const std::string whole = bytes_of(file);
  constexpr auto sections = static_cast<std::uint32_t>(Section::count);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    const search::ImageReader reader({reinterpret_cast<const std::uint8_t*>(whole.data()), whole.size()}, "names");
    search::ImageWriter writer;
    const auto wrong = static_cast<std::uint32_t>(seed % sections);
    for (std::uint32_t i = 0; i < sections; ++i) {
      std::string section(reader.text(Section{i}));
      if (i == wrong && !section.empty()) section[random() % section.size()] ^= static_cast<char>(1 + random() % 255);
      writer.put(Section{i}, std::string_view(section));
    }
    const std::vector<std::uint8_t> image = writer.image();
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
    try {
      const NameIndex opened = NameIndex::open(file);
      for (const std::string_view text : {"타이레놀", "타이래놀", "ㅌㅇ", "tylenol", "500", "정"}) {
        for (const NameMatch& match : opened.search(text)) {
          ASSERT_LE(match.spans.at(0).end, match.text.size()) << "seed " << seed << ", section " << wrong;
        }
        ASSERT_NO_THROW(opened.confusable_names(text)) << "seed " << seed << ", section " << wrong;
      }
    } catch (const BadData&) {
    }
  }
}

}  // namespace
}  // namespace pilling
