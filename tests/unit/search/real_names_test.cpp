#include <array>
#include <cstdio>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pilling/search.hpp"
#include "support/rounds.hpp"
#include "support/sample_data.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

std::vector<std::string> lines_of(const std::filesystem::path& compressed) {
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(("gzip -dc '" + compressed.string() + "'").c_str(), "r"));
  std::string text;
  std::array<char, 65536> block{};
  while (pipe) {
    const std::size_t size = std::fread(block.data(), 1, block.size(), pipe.get());
    if (size == 0) break;
    text.append(block.data(), size);
  }
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

void expect_every_name_first(const std::vector<std::string>& names) {
  const NameIndex index(names);
  std::size_t searched = 0;
  const std::size_t step = names.size() > 1000 ? 100 / support::rounds(100) : 1;
  for (std::size_t i = 0; i < names.size(); i += step) {
    const std::string& name = names[i];
    if (text::normalize(name).text.empty() || name.size() > NameIndex::maximum_query_bytes) continue;
    ++searched;
    const std::vector<NameMatch> matches = index.search(name, 1);
    ASSERT_EQ(matches.size(), 1u) << name;
    ASSERT_EQ(names[matches[0].index], name);
    ASSERT_EQ(matches[0].kind, MatchKind::exact) << name;
  }
  EXPECT_GT(searched, names.size() / step * 9 / 10);
}

TEST(NameIndex, FindsEveryNameOfASampleFirst) {
  expect_every_name_first({"타이레놀정500밀리그람(아세트아미노펜)", "어린이타이레놀산160밀리그램",
                           "베라스트정_(20?g/1정)", "코디바드정80/12.5밀리그램_(1정)",
                           "코디바드정160/12.5밀리그램_(1정)", "헤파린주사1,000IU/mL", "헤파린주사25,000IU/mL",
                           "1.가람치약, 2.나람치약", "이브안티트롬빈Ⅲ주500아이유", "펜타덤패취12μg/h",
                           "펜타덤패취(25㎍/h)", "록시칼캅셀", "록시칼캡슐", "서클정 75mg", "서클정75mg"});
}

TEST(NameIndex, FindsEveryRealNameFirst) {
  const std::optional<std::filesystem::path> file = support::real_data("names/all_product_names_ko.txt.gz");
  if (!file) GTEST_SKIP() << "the real product names are not here; PILLING_DATA_DIR names their folder";

  const std::vector<std::string> names = lines_of(*file);

  ASSERT_GT(names.size(), 90000u);
  expect_every_name_first(names);
}

}  // namespace
}  // namespace pilling
