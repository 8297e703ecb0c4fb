#include "sources/summary_synonyms.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "pilling/error.hpp"
#include "sources/summary_synonyms_data.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t found = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, found);
  text.remove_prefix(std::min(found + 1, text.size()));
  return part;
}

}  // namespace

Synonyms Synonyms::bundled() { return parse(summary_synonyms, "the synonyms that come with the library"); }

Synonyms Synonyms::parse(std::string_view text, const std::string& source) {
  if (!text::is_valid_utf8(text)) throw BadData(source + " is not valid UTF-8", source);
  Synonyms synonyms;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    std::string_view line = take_until(text, '\n');
    line = take_until(line, '#');
    if (text::normalize(line).text.empty()) continue;
    std::string first;
    while (!line.empty()) {
      std::string word = text::normalize(take_until(line, '=')).text;
      if (first.empty()) first = word;
      // A word on two lines would make everything on both of them one thing.
      if (word.empty() || !synonyms.representatives_.emplace(std::move(word), first).second) {
        throw BadData(source + ", line " + std::to_string(number) + ": a word is missing, or stands there twice",
                      source);
      }
    }
  }
  return synonyms;
}

std::string_view Synonyms::representative(std::string_view word) const {
  const auto found = representatives_.find(std::string(word));
  return found == representatives_.end() ? word : std::string_view(found->second);
}

}  // namespace pilling::sources
