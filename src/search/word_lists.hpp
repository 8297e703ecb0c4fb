#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace pilling::search {

/// A list of function words, asked for many times a phrase.
using WordList = std::span<const std::string_view>;

/// As `starts_with`. Syllables differ in their last byte more often than in their first.
inline bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && text[word.size() - 1] == word.back() && text.starts_with(word);
}

inline bool begins_with_any(std::string_view text, WordList words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return begins_with(text, word); });
}

inline bool ends_with_any(std::string_view text, WordList words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.ends_with(word); });
}

inline bool contains_word(WordList words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// Takes the longest of the words off the front. Whether there was one.
inline bool take_longest(std::string_view& text, WordList words) {
  std::size_t longest = 0;
  for (const std::string_view word : words) {
    if (word.size() > longest && begins_with(text, word)) longest = word.size();
  }
  text.remove_prefix(longest);
  return longest > 0;
}

}  // namespace pilling::search
