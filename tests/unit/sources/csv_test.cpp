#include "sources/csv.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace pilling::sources {
namespace {

using Fields = std::vector<std::string>;

struct Read {
  std::vector<CsvRow> rows;
  std::vector<std::pair<std::uint64_t, std::string>> broken;
};

Read read(std::string_view csv) {
  Read result;
  read_csv(csv, {.row = [&](const CsvRow& row) { result.rows.push_back(row); },
                 .broken = [&](std::uint64_t line,
                               std::string reason) { result.broken.emplace_back(line, std::move(reason)); }});
  return result;
}

TEST(Csv, ReadsFieldsAndQuotes) {
  const Read result = read("이름,주소\n\"가나\",\"서울, 1층\"\n다라,\"그는 \"\"약국\"\"이라 했다\"\n");

  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.rows[0].fields, (Fields{"이름", "주소"}));
  EXPECT_EQ(result.rows[1].fields, (Fields{"가나", "서울, 1층"}));
  EXPECT_EQ(result.rows[2].fields, (Fields{"다라", "그는 \"약국\"이라 했다"}));
}

TEST(Csv, KeepsEmptyFields) {
  const Read result = read("a,,\n,\"\",c\n");

  ASSERT_EQ(result.rows.size(), 2U);
  EXPECT_EQ(result.rows[0].fields, (Fields{"a", "", ""}));
  EXPECT_EQ(result.rows[1].fields, (Fields{"", "", "c"}));
}

TEST(Csv, ReadsTheLastRowWithoutALineEnd) {
  const Read result = read("a,b\r\nc,d");

  ASSERT_EQ(result.rows.size(), 2U);
  EXPECT_EQ(result.rows[1].fields, (Fields{"c", "d"}));
}

TEST(Csv, CountsLinesOverQuotedBreaksAndEmptyLines) {
  const Read result = read("head\r\n\"one\r\ntwo\nthree\"\r\n\r\n\nlast\r\n");

  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.rows[1].line, 2U);
  EXPECT_EQ(result.rows[1].fields, (Fields{"one\r\ntwo\nthree"}));
  EXPECT_EQ(result.rows[2].line, 7U);
}

TEST(Csv, LosesOnlyTheLineOfAQuoteThatIsNeverClosed) {
  const Read result = read("a,b\n\"open,1\nc,d\ne,f\n");

  ASSERT_EQ(result.broken.size(), 1U);
  EXPECT_EQ(result.broken[0].first, 2U);
  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.rows[1].fields, (Fields{"c", "d"}));
  EXPECT_EQ(result.rows[2].line, 4U);
}

TEST(Csv, ReportsATruncatedLastLine) {
  const Read result = read("a,b\nc,\"cut o");

  ASSERT_EQ(result.rows.size(), 1U);
  ASSERT_EQ(result.broken.size(), 1U);
  EXPECT_EQ(result.broken[0].first, 2U);
}

TEST(Csv, FindsNothingInNothing) {
  EXPECT_TRUE(read("").rows.empty());
  EXPECT_TRUE(read("\n\r\n  \n").rows.empty());
}

TEST(Csv, PassesOnWhatTheVisitorThrows) {
  const CsvVisitor visit{.row = [](const CsvRow&) { throw std::runtime_error("enough"); },
                         .broken = [](std::uint64_t, const std::string&) {}};

  EXPECT_THROW(read_csv("a,b\nc,d\n", visit), std::runtime_error);
}

std::string quoted_row(const Fields& fields) {
  std::string row;
  for (const std::string& field : fields) {
    if (!row.empty()) row += ',';
    row += '"';
    for (const char c : field) row += c == '"' ? std::string("\"\"") : std::string(1, c);
    row += '"';
  }
  return row + "\r\n";
}

TEST(Csv, GivesBackWhatWasWrittenWithQuotes) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string_view alphabet = "a,\"\n\r; x";
    std::string csv;
    std::vector<Fields> written;
    std::vector<std::uint64_t> lines;
    std::uint64_t line = 1;
    for (unsigned row = 0; row < random() % 6; ++row) {
      Fields fields(2 + random() % 3);
      for (std::string& field : fields) {
        for (unsigned i = 0; i < random() % 8; ++i) field += alphabet[random() % alphabet.size()];
      }
      const std::string text = quoted_row(fields);
      lines.push_back(line);
      line += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
      csv += text;
      written.push_back(std::move(fields));
    }

    const Read result = read(csv);

    ASSERT_EQ(result.rows.size(), written.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
      EXPECT_EQ(result.rows[i].fields, written[i]);
      EXPECT_EQ(result.rows[i].line, lines[i]);
    }
  }
}

}  // namespace
}  // namespace pilling::sources
