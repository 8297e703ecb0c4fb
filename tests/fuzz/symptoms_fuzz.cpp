// Any phrase, any texts and any table: what is understood lies within the phrase, and what is found within its text.
//
// The first line is the phrase; lines before an empty one are texts; what follows is a table.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/symptoms.hpp"
#include "search/symptom_index.hpp"

namespace {

using pilling::MentionedSymptom;
using pilling::SymptomConcepts;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_spans(const std::vector<pilling::ByteSpan>& spans, std::string_view text) {
  require(!spans.empty());
  for (const auto span : spans) {
    require(span.begin < span.end && span.end <= text.size());
    require((static_cast<unsigned char>(text[span.begin]) & 0xC0) != 0x80);
  }
}

void check(const std::shared_ptr<const SymptomConcepts>& concepts, const std::vector<std::string>& texts,
           const std::string& phrase) {
  const pilling::SymptomReading reading = concepts->understand(phrase);
  require(reading == concepts->understand(phrase));
  for (const auto* symptoms : {&reading.understood, &reading.absent}) {
    for (const MentionedSymptom& symptom : *symptoms) check_spans(symptom.spans, phrase);
  }
  std::vector<pilling::search::SymptomEntry> entries;
  for (const std::string& text : texts) entries.push_back({.text = text, .indications = {text}});
  const pilling::search::SymptomIndex index(std::move(entries), concepts);
  const auto read = index.read(phrase);
  const auto hits = index.search(read, 5, {});
  require(!read.red_flag || hits.empty());
  for (const auto& hit : hits) {
    require(hit.score > 0 && hit.score <= 1);
    require(hit.concepts.size() + hit.missing.size() == reading.understood.size());
    check_spans(hit.spans, texts.at(hit.entry));
  }
  for (const auto& hit : index.search_words(phrase, 5, {})) {
    require(hit.is_approximate);
    check_spans(hit.spans, texts.at(hit.entry));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto bundled = SymptomConcepts::bundled();
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto take_line = [&] {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return std::string(line);
  };
  const std::string phrase = take_line();
  std::vector<std::string> texts;
  while (!rest.empty() && rest.front() != '\n') texts.push_back(take_line());
  try {
    check(bundled, texts, phrase);
    check(SymptomConcepts::parse(rest, "the fuzzed table"), texts, phrase);
  } catch (const pilling::InvalidArgument&) {
    return -1;
  } catch (const pilling::BadData&) {
  }
  return 0;
}
