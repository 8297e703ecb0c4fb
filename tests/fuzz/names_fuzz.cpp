// Any names and any query: a name searched whole comes first, nothing is passed off as what it is not, and the answers
// do not depend on how the names came into the index.
//
// The first line is the query, each other a name. Tabs part what else is known of it: ingredients, English name,
// aliases (between "|"), company, and a word whose length is the popularity.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "memory_file.hpp"
#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "support/split.hpp"
#include "text/fingerprint.hpp"
#include "text/keystrokes.hpp"
#include "text/normalize.hpp"

namespace {

using pilling::fuzz::MemoryFile;

using pilling::MatchKind;
using pilling::NameEntry;
using pilling::NameIndex;
using pilling::NameMatch;
using pilling::support::split;
using Random = std::mt19937_64;

constexpr std::size_t limit = 10;

void require(bool holds) {
  if (!holds) std::abort();
}

NameEntry entry_of(std::string_view line) {
  std::vector<std::string> columns = split(line, '\t');
  columns.resize(std::max<std::size_t>(columns.size(), 6));
  return {.name = columns[0],
          .ingredients = columns[1],
          .english_name = columns[2],
          .aliases = split(columns[3], '|'),
          .company = columns[4],
          .popularity = static_cast<std::uint32_t>(columns[5].size())};
}

bool is_searchable(std::string_view form) { return form.find_first_not_of(" .?%") != std::string_view::npos; }

bool is_on_character_border(std::string_view text, std::size_t position) {
  return position == text.size() || (static_cast<unsigned char>(text[position]) & 0xC0) != 0x80;
}

void check_spans(const std::vector<pilling::ByteSpan>& spans, std::string_view text) {
  require(!spans.empty());
  for (const auto span : spans) {
    require(span.begin < span.end && span.end <= text.size());
    require(is_on_character_border(text, span.begin) && is_on_character_border(text, span.end));
  }
}

std::vector<pilling::text::Key> codes_of(std::string_view text) {
  auto keys = pilling::text::keystrokes(pilling::text::normalize(text).text);
  for (auto& key : keys) key = pilling::text::code(key);
  return keys;
}

bool holds(std::string_view text, std::string_view query) {
  const auto keys = codes_of(text);
  return !std::ranges::search(keys, codes_of(query)).empty();
}

std::set<std::string> numbers_in(std::string_view text) {
  std::set<std::string> numbers;
  const std::string form = pilling::text::normalize(text).text;
  constexpr std::string_view digits = "0123456789";
  for (std::size_t begin = form.find_first_of(digits); begin != std::string::npos;) {
    const std::size_t end = std::min(form.find_first_not_of("0123456789.", begin), form.size());
    numbers.insert(form.substr(begin, end - begin));
    begin = form.find_first_of(digits, end);
  }
  return numbers;
}

// A number is never cut or changed in what is given as certain. Words may name an amount in another unit, and stand in
// several texts.
void check_numbers(const NameMatch& match, std::string_view query) {
  if (match.approximate || match.kind == MatchKind::words || match.kind == MatchKind::same_brand) return;
  require(std::ranges::includes(numbers_in(match.text), numbers_in(query)));
}

// What looks like a literal match is one.
void check_kind(const NameMatch& match, std::string_view query) {
  constexpr std::array loose = {MatchKind::fuzzy, MatchKind::sound, MatchKind::partial};
  constexpr std::array literal = {MatchKind::exact, MatchKind::brand, MatchKind::prefix, MatchKind::other_name,
                                  MatchKind::inside};
  const bool is_loose = std::ranges::find(loose, match.kind) != loose.end();
  require(match.approximate || !is_loose);
  require(match.edits == 0 || match.kind == MatchKind::fuzzy);
  require(match.score < 1 || match.kind == MatchKind::exact);
  if (match.reading != pilling::TextReading::literal) return;
  if (match.kind == MatchKind::exact) require(codes_of(match.name) == codes_of(query));
  if (std::ranges::find(literal, match.kind) != literal.end()) require(holds(match.text, query));
}

void check_matches(const std::vector<NameMatch>& matches, const NameIndex& index, std::string_view query) {
  require(matches.size() <= limit);
  std::set<std::size_t> seen;
  double previous = 1;
  bool has_approximate = false;
  for (const auto& match : matches) {
    require(seen.insert(match.index).second);
    require(index.name(match.index) == match.name);
    require(match.score > 0 && match.score <= previous);
    previous = match.score;
    check_spans(match.spans, match.text);
    require(match.brand.begin <= match.brand.end && match.brand.end <= match.name.size());
    check_kind(match, query);
    require(match.approximate || !has_approximate);
    has_approximate |= match.approximate;
    require(!explain(match).empty());
  }
}

// Everything that is the same for the same names, however they came.
using Ranked = std::vector<std::tuple<std::string, double, std::size_t>>;

Ranked ranked(const std::vector<NameMatch>& matches) {
  Ranked result;
  for (const auto& match : matches) result.emplace_back(match.name, match.score, match.edits);
  return result;
}

Ranked ranked(const std::vector<pilling::ConfusableName>& names) {
  Ranked result;
  for (const auto& name : names) result.emplace_back(name.brand, name.similarity, name.edits);
  return result;
}

void check_same_answers(const NameIndex& one, const NameIndex& other, const std::string& query) {
  require(one.size() == other.size());
  require(ranked(one.search(query, limit)) == ranked(other.search(query, limit)));
  require(ranked(one.suggest(query, limit)) == ranked(other.suggest(query, limit)));
  require(ranked(one.confusable_names(query)) == ranked(other.confusable_names(query)));
}

void check_whole_name(const NameIndex& index, const std::string& name) {
  if (name.size() > NameIndex::maximum_query_bytes) return;
  const std::string normal = pilling::text::normalize(name).text;
  require(pilling::text::normalize(normal).text == normal);
  for (const auto& matches : {index.search(name, 3), index.suggest(name, 3)}) {
    require(matches.empty() != is_searchable(normal));
    if (matches.empty()) continue;
    require(matches.front().name == name && matches.front().kind == MatchKind::exact && matches.front().score == 1);
  }
}

void check_filter(const NameIndex& index, const std::vector<NameEntry>& entries, const std::string& query) {
  const std::string& company = entries.front().company;
  const auto matches = index.search(query, limit, {.company = company});
  check_matches(matches, index, query);
  const bool may_have_legal_form =
      company.find_first_of(" (") != std::string::npos || company.find("㈜") != std::string::npos;
  for (const auto& match : matches) {
    require(company.empty() || may_have_legal_form || entries[match.index].company.find(company) != std::string::npos);
  }
  require(index.search(query, limit, {.form = "no such form"}).empty());
}

// What `changed` holds, one part of it having come later, and another having gone.
void check_changes(const std::vector<NameEntry>& entries, const std::string& query, Random& random) {
  if (entries.empty()) return;
  const std::size_t first = random() % entries.size();
  NameIndex changed(std::vector<NameEntry>(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(first)));
  require(changed.add(entries[first]) == first);
  changed.add_all(std::vector<NameEntry>(entries.begin() + static_cast<std::ptrdiff_t>(first) + 1, entries.end()));
  std::vector<NameEntry> left;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (random() % 4 == 0) {
      require(changed.remove(i) && !changed.remove(i) && !changed.name(i));
    } else {
      left.push_back(entries[i]);
    }
  }
  check_same_answers(changed, NameIndex(left), query);
}

void damage(std::string& bytes, Random& random) {
  for (std::size_t left = 1 + random() % 8; left > 0 && !bytes.empty(); --left) {
    bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
  }
}

void check_snapshot(const NameIndex& index, const std::string& query, Random& random) {
  static const MemoryFile file;
  index.save(file.path());
  check_same_answers(index, NameIndex::open(file.path()), query);

  std::string damaged = file.bytes();
  damage(damaged, random);
  file.replace(damaged);
  try {
    check_same_answers(index, NameIndex::open(file.path()), query);
  } catch (const pilling::BadData&) {
  }
}

void check_names(const std::vector<NameEntry>& entries, const std::string& query, Random& random) {
  const NameIndex index(entries);
  for (const auto& entry : entries) check_whole_name(index, entry.name);
  const auto matches = index.search(query, limit);
  check_matches(matches, index, query);
  for (const auto& match : matches) check_numbers(match, query);
  check_matches(index.suggest(query, limit), index, query);
  const auto best = index.search(query, 1);
  require(best.empty() == matches.empty() && (best.empty() || ranked(best).front() == ranked(matches).front()));
  if (!entries.empty()) check_filter(index, entries, query);
  // One of these for each input, for they build indexes of their own.
  switch (random() % 3) {
    case 0:
      return check_same_answers(index, NameIndex(std::vector<NameEntry>(entries.rbegin(), entries.rend())), query);
    case 1:
      return check_changes(entries, query, random);
    default:
      return check_snapshot(index, query, random);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines = split({reinterpret_cast<const char*>(data), size}, '\n');
  const std::string query = lines.front();
  lines.erase(lines.begin());
  std::vector<NameEntry> entries;
  for (const auto& line : lines) entries.push_back(entry_of(line));
  Random random(pilling::text::checksum({data, size}));
  try {
    check_names(entries, query, random);
  } catch (const pilling::InvalidArgument&) {
    return -1;
  }
  return 0;
}
