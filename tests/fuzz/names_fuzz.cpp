// Any names and any query: spans stay inside of the name, and a name searched whole comes first.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "search/symptom_index.hpp"
#include "text/normalize.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool is_on_character_border(std::string_view text, std::size_t position) {
  return position == text.size() || (static_cast<unsigned char>(text[position]) & 0xC0) != 0x80;
}

void check_spans(const std::vector<pilling::ByteSpan>& spans, std::string_view text) {
  for (const auto span : spans) {
    require(span.begin < span.end && span.end <= text.size());
    require(is_on_character_border(text, span.begin) && is_on_character_border(text, span.end));
  }
}

void check_matches(const std::vector<pilling::NameMatch>& matches, const std::vector<std::string>& names) {
  for (const auto& match : matches) {
    require(match.index < names.size());
    require(match.score > 0 && match.score <= 1);
    check_spans(match.spans, names[match.index]);
  }
}

void check_whole_name(const pilling::NameIndex& index, const std::string& name) {
  if (name.size() > pilling::NameIndex::maximum_query_bytes) return;
  const auto matches = index.search(name, 3);
  const std::string normal = pilling::text::normalize(name).text;
  require(pilling::text::normalize(normal).text == normal);
  if (!matches.empty()) require(matches.front().kind == pilling::MatchKind::exact);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> names = lines_of({reinterpret_cast<const char*>(data), size});
  const std::string query = names.front();
  names.erase(names.begin());
  try {
    const pilling::NameIndex index(names);
    const pilling::search::SymptomIndex symptoms(names);
    for (const auto& name : names) check_whole_name(index, name);
    check_matches(index.search(query, 5), names);
    check_matches(index.suggest(query, 5), names);
    for (const auto& hit : symptoms.search(query, 5)) check_spans(hit.spans, names.at(hit.text));
  } catch (const pilling::InvalidArgument&) {
    return -1;
  }
  return 0;
}
