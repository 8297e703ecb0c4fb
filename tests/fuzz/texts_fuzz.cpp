// Any efficacy text: it is made readable, and its summary is of its own words.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "pilling/summarizer.hpp"
#include "text/clean.hpp"
#include "text/fingerprint.hpp"
#include "text/normalize.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool holds_every_word(const std::string& text, const std::string& phrase) {
  std::istringstream words(phrase);
  for (std::string word; words >> word;) {
    if (text.find(word) == std::string::npos) return false;
  }
  return true;
}

void check_summary(const std::string& text, std::string_view keyword) {
  static const auto summarizer = pilling::make_extractive_summarizer();
  const auto summary = summarizer->summarize({.text = text, .keyword = keyword}, {});
  if (!summary) return;
  require(!summary->text.empty());
  require(pilling::text::is_valid_utf8(summary->text));
  for (const auto& indication : summary->indications) {
    require(!indication.empty());
    require(pilling::text::is_valid_utf8(indication));
    require(holds_every_word(text, indication));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const std::string text = pilling::text::clean_text(raw);
  require(pilling::text::is_valid_utf8(text));
  require(pilling::text::fingerprint(text).size() == 32);
  check_summary(text, {});
  check_summary(text, std::string_view(text).substr(0, text.find(' ')));
  return 0;
}
