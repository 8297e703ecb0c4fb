#include "search/symptom_texts.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "search/indexed_text.hpp"
#include "text/keystrokes.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

struct Place {
  std::size_t begin = 0;  // bytes of the original text
  std::size_t end = 0;
  TextForm form;
};

// A text without what stands in brackets, and where its bytes come from.
struct Bracketless {
  std::string text;
  std::vector<std::size_t> origins;
};

Bracketless without_brackets(std::string_view text) {
  Bracketless result;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = text[i] == '(' || text[i] == '[';
    const bool closes = text[i] == ')' || text[i] == ']';
    if (opens) ++depth;
    if (depth == 0 && !closes) {
      result.text += text[i];
      result.origins.push_back(i);
    }
    if (closes && depth > 0) --depth;
  }
  return result;
}

// Calls `use` with each form of the table that stands in the text, and its bytes.
template <typename Use>
void for_each_form(std::string_view text, const SymptomLanguage& language, Use use) {
  const IndexedText indexed = read_efficacy(text);
  const std::string_view normal = indexed.normal.text;
  const std::vector<text::Key> keys = text::keystrokes(normal);
  std::vector<std::size_t> starts;  // bytes of the characters
  for (std::size_t at = 0; at < normal.size(); at += text::decode(normal, at).size) starts.push_back(at);
  starts.push_back(normal.size());
  std::vector<std::size_t> characters(keys.size() + 1, starts.size() - 1);  // of each stroke
  std::size_t character = 0;
  for (std::size_t key = 0; key < keys.size(); ++key) {
    if (text::starts_character(keys[key])) characters[key] = character++;
  }
  for (std::size_t key = 0; key < keys.size(); ++key) {
    if (!text::starts_character(keys[key])) continue;
    const std::size_t begin = starts[characters[key]];
    language.text_lexicon().for_each_at(std::span(keys).subspan(key), [&](const SymptomLexicon::Hit& hit) {
      const std::size_t end = starts[characters[key + hit.length]];
      const auto first = indexed.is_barred.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = indexed.is_barred.begin() + static_cast<std::ptrdiff_t>(end);
      const bool is_whole = std::find(first + 1, last, true) == last;
      for (const TextForm& form : language.forms_of(hit.word)) {
        // What a form is taken for by mistake may go on over commas.
        if (is_whole || form.kind == TextForm::Kind::mistaken) use(indexed.normal.original(begin, end), form);
      }
    });
  }
}

std::vector<Place> places_in(std::string_view text, const SymptomLanguage& language) {
  std::vector<Place> places;
  for_each_form(text, language, [&](ByteSpan span, const TextForm& form) {
    places.push_back({.begin = span.begin, .end = span.end, .form = form});
  });
  if (text.find('(') == std::string_view::npos && text.find('[') == std::string_view::npos) return places;
  const Bracketless plain = without_brackets(text);
  for_each_form(plain.text, language, [&](ByteSpan span, const TextForm& form) {
    places.push_back({.begin = plain.origins[span.begin], .end = plain.origins[span.end - 1] + 1, .form = form});
  });
  return places;
}

bool is_covered(const Place& place, const std::vector<Place>& places) {
  return std::ranges::any_of(places, [&](const Place& other) {
    return other.form.kind == TextForm::Kind::mistaken && other.form.symptom == place.form.symptom &&
           other.begin <= place.begin && place.end <= other.end;
  });
}

std::vector<ByteSpan> merged(std::vector<ByteSpan> spans) {
  std::ranges::sort(spans);
  std::vector<ByteSpan> result;
  for (const ByteSpan& span : spans) {
    if (!result.empty() && span.begin < result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

}  // namespace

std::vector<TextMention> mentions_in(std::string_view text, const SymptomLanguage& language) {
  const std::vector<Place> places = places_in(text, language);
  std::map<std::uint32_t, TextMention> mentions;
  for (const TextForm::Kind kind : {TextForm::Kind::medical, TextForm::Kind::wider}) {
    for (const Place& place : places) {
      if (place.form.kind != kind || is_covered(place, places)) continue;
      const auto [found, is_new] = mentions.try_emplace(place.form.symptom);
      TextMention& mention = found->second;
      if (is_new) mention.is_wider = kind == TextForm::Kind::wider;
      const bool counts = mention.is_wider == (kind == TextForm::Kind::wider);
      if (counts) mention.spans.push_back({place.begin, place.end});
    }
  }
  std::vector<TextMention> result;
  for (auto& [symptom, mention] : mentions) {
    mention.symptom = symptom;
    mention.spans = merged(std::move(mention.spans));
    result.push_back(std::move(mention));
  }
  return result;
}

}  // namespace pilling::search
