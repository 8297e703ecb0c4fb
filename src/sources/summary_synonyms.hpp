#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace pilling::sources {

/// Words that mean the same wherever they stand. A value; may be shared by threads.
class Synonyms {
 public:
  /// Those of data/summary_synonyms.txt.
  static Synonyms bundled();

  /// Lines like "A = B = C", and comments behind a "#". Throws BadData naming the line.
  static Synonyms parse(std::string_view text, const std::string& source);

  /// One of the words that mean the same as this one, for all of them the same; the word itself when there is no other.
  /// In a normal form.
  std::string_view representative(std::string_view word) const;

 private:
  std::unordered_map<std::string, std::string> representatives_;
};

}  // namespace pilling::sources
