#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

using Names = std::vector<std::string>;

std::vector<std::size_t> positions(const std::vector<NameMatch>& matches) {
  std::vector<std::size_t> found;
  for (const NameMatch& match : matches) found.push_back(match.index);
  return found;
}

std::string random_name(std::mt19937_64& random) {
  static const Names pieces = {"가",    "나", "다", "정",       "캅셀", "캡슐", "a",   "B",   "(",
                               ")",     " ",  "·",  "1",        "0",    "10",   "100", "0.5", ".5",
                               "1,000", "mg", "㎎", "밀리그람", "?g",   "%",    "/",   "Ⅱ",   "\u1100\u1161"};
  std::string name;
  for (std::size_t left = 1 + random() % 7; left > 0; --left) name.append(pieces[random() % pieces.size()]);
  return name;
}

Names random_names(std::mt19937_64& random, std::size_t count) {
  Names names;
  while (names.size() < count) names.push_back(random_name(random));
  return names;
}

bool is_searchable(std::string_view form) { return form.find_first_not_of(" .?%") != std::string_view::npos; }

// Borders that lie between two characters of one number.
std::set<std::size_t> borders_within_numbers(std::string_view form) {
  std::set<std::size_t> borders;
  const auto digit = [&](std::size_t at) { return at < form.size() && form[at] >= '0' && form[at] <= '9'; };
  for (std::size_t at = 0; at < form.size(); ++at) {
    if (!digit(at)) continue;
    for (++at; digit(at) || (at < form.size() && form[at] == '.' && digit(at + 1)); ++at) borders.insert(at);
  }
  return borders;
}

struct Form {
  std::string text;
  std::set<std::size_t> within_numbers;
};

std::vector<Form> forms_of(const Names& names) {
  std::vector<Form> forms;
  for (const std::string& name : names) {
    const std::string form = text::normalize(name).text;
    forms.push_back({form, borders_within_numbers(form)});
  }
  return forms;
}

bool is_latin(char c) { return c >= 'a' && c <= 'z'; }

// Whether up to four Latin letters behind a number or a sign go on across the border.
bool is_within_unit(std::string_view form, std::size_t at) {
  if (at == 0 || at >= form.size() || !is_latin(form[at]) || !is_latin(form[at - 1])) return false;
  std::size_t begin = at;
  while (begin > 0 && is_latin(form[begin - 1])) --begin;
  return begin > 0 && at - begin < 4 &&
         std::string_view("0123456789.%?").find(form[begin - 1]) != std::string_view::npos;
}

// Positions of the names that hold the text as it stands, numbers and units whole.
std::set<std::size_t> scan(const std::vector<Form>& forms, std::string_view text, bool is_unfinished) {
  const std::string needle = text::normalize(text).text;
  std::set<std::size_t> found;
  if (!is_searchable(needle)) return found;
  const bool is_open = is_unfinished && text.back() >= '0' && text.back() <= '9';
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto& [form, within] = forms[i];
    for (std::size_t at = form.find(needle); at != std::string::npos; at = form.find(needle, at + 1)) {
      if (is_within_unit(form, at)) continue;
      if (!within.contains(at) && (is_open || !within.contains(at + needle.size()))) found.insert(i);
    }
  }
  return found;
}

void expect_found(const Names& names, const std::vector<Form>& forms, std::string_view text,
                  const std::vector<NameMatch>& matches, const std::set<std::size_t>& expected) {
  const std::string needle = text::normalize(text).text;
  std::set<std::size_t> found;
  for (const NameMatch& match : matches) {
    EXPECT_EQ(match.kind == MatchKind::exact && match.reading == TextReading::literal,
              forms[match.index].text == needle)
        << "\"" << text << "\" in \"" << names[match.index] << "\"";
    EXPECT_TRUE(found.insert(match.index).second) << names[match.index] << " was given twice";
    if (expected.contains(match.index)) {
      EXPECT_FALSE(match.approximate) << text << " in " << names[match.index];
    }
  }
  for (const std::size_t index : expected) EXPECT_TRUE(found.contains(index)) << text << " in " << names[index];
}

TEST(NameIndexProperties, FindsWhatAFullScanFinds) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Names names = random_names(random, 150);
    const std::vector<Form> forms = forms_of(names);
    const NameIndex index(names);
    for (int i = 0; i < 30; ++i) {
      const std::string text = random_name(random).substr(0, random() % 2 == 0 ? std::string::npos : 3);
      if (!text::is_valid_utf8(text)) continue;

      expect_found(names, forms, text, index.search(text, names.size()), scan(forms, text, false));
      expect_found(names, forms, text, index.suggest(text, names.size()), scan(forms, text, true));
    }
    if (HasFailure()) return;
  }
}

TEST(NameIndexProperties, GivesTheBestOfAllForAnyLimit) {
  std::mt19937_64 random(7);
  const Names names = random_names(random, 400);
  const NameIndex index(names);
  for (const std::string_view text : {"가", "정", "10", "a", "1000", "가나"}) {
    const std::vector<std::size_t> all = positions(index.search(text, names.size()));
    for (std::size_t limit = 1; limit <= all.size(); ++limit) {
      const std::vector<std::size_t> best(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(limit));

      ASSERT_EQ(positions(index.search(text, limit)), best) << text << ", limit " << limit;
    }
  }
}

TEST(NameIndexProperties, FindsEveryWholeNameFirst) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random(seed);
    const Names names = random_names(random, 300);
    const NameIndex index(names);
    for (const std::string& name : names) {
      if (!is_searchable(text::normalize(name).text)) continue;
      for (const auto& matches : {index.search(name, 1), index.suggest(name, 1)}) {
        ASSERT_EQ(matches.size(), 1u) << "seed " << seed << ": " << name;
        ASSERT_EQ(names[matches[0].index], name) << "seed " << seed;
        ASSERT_EQ(matches[0].kind, MatchKind::exact) << "seed " << seed << ": " << name;
        ASSERT_DOUBLE_EQ(matches[0].score, 1);
      }
    }
  }
}

TEST(NameIndexProperties, KeepsSpansAndScoresWithinBounds) {
  const auto is_border = [](std::string_view text, std::size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
  };
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    std::mt19937_64 random(seed);
    const Names names = random_names(random, 200);
    const NameIndex index(names);
    for (int i = 0; i < 50; ++i) {
      const std::string query = random_name(random);
      double previous = 1;
      for (const NameMatch& match : index.search(query, 50)) {
        const ByteSpan span = match.spans.at(0);
        const std::string& name = names[match.index];

        ASSERT_TRUE(span.begin < span.end && span.end <= name.size()) << "seed " << seed;
        ASSERT_TRUE(is_border(name, span.begin) && is_border(name, span.end)) << "seed " << seed;
        ASSERT_TRUE(match.score > 0 && match.score <= previous) << "seed " << seed << ": " << query << " in " << name;
        ASSERT_EQ(match.score == 1, match.kind == MatchKind::exact) << "seed " << seed;
        previous = match.score;
      }
    }
  }
}

TEST(NameIndexProperties, SurvivesAnyBytes) {
  const NameIndex index(Names{"타이레놀정500mg", "게보린정"});
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    std::mt19937_64 random(seed);
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left) text.push_back(static_cast<char>(random()));
    if (text::is_valid_utf8(text)) {
      EXPECT_NO_THROW(index.search(text)) << "seed " << seed;
    } else {
      EXPECT_THROW(index.search(text), InvalidArgument) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace pilling
