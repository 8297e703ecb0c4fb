#include "search/symptom_index.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "search/indexed_text.hpp"
#include "search/query.hpp"
#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What the texts are full of, and tells none of them from another.
bool is_filler(std::string_view form) {
  constexpr std::array<std::string_view, 12> fillers = {"때", "때에", "때의", "시", "시에", "시의",
                                                        "및", "또는", "수",   "것", "약",   "약은"};
  return std::ranges::find(fillers, form) != fillers.end();
}

// "등" may mean the back, but in the texts it is "and so on": it counts as missing wherever it stands.
bool is_looked_for(std::string_view form) { return form != "등"; }

// One word of the query: as typed, and in normal form.
struct Word {
  std::string typed;
  std::string form;
};

// What the normal form leaves out stands between words, except the comma of "1,000"; of two numbers it keeps a space.
std::vector<Word> split(std::string_view query) {
  const text::NormalForm normal = text::normalize(query);
  std::vector<Word> words;
  const auto add = [&](std::size_t begin, std::size_t end) {
    const ByteSpan typed = normal.original(begin, end);
    Word word{.typed = std::string(query.substr(typed.begin, typed.end - typed.begin)),
              .form = normal.text.substr(begin, end - begin)};
    const bool is_new = std::ranges::find(words, word.form, &Word::form) == words.end();
    if (is_new && is_searchable(word.form) && !is_filler(word.form)) words.push_back(std::move(word));
  };
  std::size_t begin = 0;
  for (std::size_t i = 1; i < normal.text.size(); ++i) {
    const bool is_within_one_number = is_digit(normal.text[i - 1]) && is_digit(normal.text[i]);
    const bool is_space = normal.text[i] == ' ';
    if (!is_space && (normal.begins[i] <= normal.ends[i - 1] || is_within_one_number)) continue;
    if (begin < i) add(begin, i);
    begin = is_space ? i + 1 : i;
  }
  if (!normal.text.empty()) add(begin, normal.text.size());
  return words;
}

// A posting list for each pair of neighbouring characters, and for each single one.
using Term = std::uint64_t;

template <typename Use>
void for_each_term(std::string_view form, Use use) {
  char32_t previous = 0;
  for (std::size_t at = 0; at < form.size();) {
    const text::Character character = text::decode(form, at);
    if (previous != 0) use(Term{previous} << 32 | character.value);
    use(Term{character.value});
    previous = character.value;
    at += character.size;
  }
}

std::vector<Term> terms_of_word(std::string_view form) {
  std::vector<Term> singles;
  std::vector<Term> pairs;
  for_each_term(form, [&](Term term) { (term >> 32 == 0 ? singles : pairs).push_back(term); });
  return pairs.empty() ? singles : pairs;
}

struct Occurrence {
  std::uint32_t text = 0;
  std::size_t word = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

using Occurrences = std::span<const Occurrence>;

// A text, by what decides its rank.
struct Candidate {
  std::size_t place = 0;
  std::size_t length = 0;
  std::uint32_t text = 0;
  Occurrences found;
};

// Those of each text, where there are the most of them.
std::vector<Occurrences> largest_groups(Occurrences by_text) {
  std::vector<Occurrences> largest;
  while (!by_text.empty()) {
    const auto is_of_first = [&](const Occurrence& occurrence) { return occurrence.text == by_text.front().text; };
    const auto end = std::ranges::find_if_not(by_text, is_of_first);
    const Occurrences group = by_text.first(static_cast<std::size_t>(end - by_text.begin()));
    if (!largest.empty() && group.size() > largest.front().size()) largest.clear();
    if (largest.empty() || group.size() == largest.front().size()) largest.push_back(group);
    by_text = by_text.subspan(group.size());
  }
  return largest;
}

std::vector<ByteSpan> spans_of(Occurrences found, const text::NormalForm& normal) {
  std::vector<ByteSpan> spans;
  for (const Occurrence& occurrence : found) spans.push_back(normal.original(occurrence.begin, occurrence.end));
  std::ranges::sort(spans);
  std::vector<ByteSpan> merged;
  for (const ByteSpan& span : spans) {
    if (!merged.empty() && span.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

}  // namespace

class SymptomIndex::Impl {
 public:
  explicit Impl(const std::vector<std::string>& texts) {
    texts_.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      check_indexed(texts[i], "efficacy text", i);
      texts_.push_back(read_efficacy(texts[i]));
      const auto position = static_cast<std::uint32_t>(i);
      for_each_term(std::string_view(texts_[i].normal.text).substr(texts_[i].begin), [&](Term term) {
        std::vector<std::uint32_t>& posting = postings_[term];
        if (posting.empty() || posting.back() != position) posting.push_back(position);
      });
    }
  }

  std::vector<SymptomHit> search(std::string_view query, std::size_t limit) const {
    check_query(query, limit);
    const std::vector<Word> words = split(query);
    const std::vector<Occurrence> found = occurrences_of(words);
    std::vector<Candidate> best;
    for (const Occurrences& of_text : largest_groups(found)) best.push_back(candidate(of_text));
    const std::size_t wanted = std::min(limit, best.size());
    std::ranges::partial_sort(best, best.begin() + static_cast<std::ptrdiff_t>(wanted),
                              [](const Candidate& a, const Candidate& b) {
                                return std::tie(a.place, a.length, a.text) < std::tie(b.place, b.length, b.text);
                              });
    std::vector<SymptomHit> hits;
    for (std::size_t i = 0; i < wanted; ++i) hits.push_back(hit(best[i], words));
    return hits;
  }

 private:
  // The first place of each word in each text that holds it, text by text.
  std::vector<Occurrence> occurrences_of(const std::vector<Word>& words) const {
    std::vector<Occurrence> found;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!is_looked_for(words[i].form)) continue;
      for (const std::uint32_t text : texts_with_terms(words[i].form)) {
        // Neighbouring pairs do not make the word, so it is looked up in the text.
        const std::optional<std::size_t> begin = texts_[text].find(words[i].form);
        if (begin) found.push_back({.text = text, .word = i, .begin = *begin, .end = *begin + words[i].form.size()});
      }
    }
    if (words.size() > 1) std::ranges::stable_sort(found, {}, &Occurrence::text);
    return found;
  }

  std::vector<std::uint32_t> texts_with_terms(std::string_view form) const {
    std::vector<std::uint32_t> texts;
    bool is_first = true;
    for (const Term term : terms_of_word(form)) {
      const auto posting = postings_.find(term);
      if (posting == postings_.end()) return {};
      if (std::exchange(is_first, false)) {
        texts = posting->second;
        continue;
      }
      std::erase_if(texts, [&](std::uint32_t text) { return !std::ranges::binary_search(posting->second, text); });
    }
    return texts;
  }

  Candidate candidate(Occurrences found) const {
    const IndexedText& indexed = texts_[found.front().text];
    const bool is_all_first = std::ranges::all_of(
        found, [&](const Occurrence& occurrence) { return occurrence.begin < indexed.first_indication_end; });
    const std::size_t earliest = std::ranges::min(found, {}, &Occurrence::begin).begin;
    const std::string_view before = std::string_view(indexed.normal.text).substr(0, earliest).substr(indexed.begin);
    return {.place = is_all_first ? 0 : 1 + count_characters(before),
            .length = indexed.characters,
            .text = found.front().text,
            .found = found};
  }

  // At half its worth when the first word stands a hundred characters into the text.
  SymptomHit hit(const Candidate& candidate, const std::vector<Word>& words) const {
    constexpr double half_way = 100;
    const double share = static_cast<double>(candidate.found.size()) / static_cast<double>(words.size());
    SymptomHit hit;
    hit.text = candidate.text;
    hit.score = share * half_way / (half_way + static_cast<double>(candidate.place));
    hit.spans = spans_of(candidate.found, texts_[candidate.text].normal);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool is_found = std::ranges::find(candidate.found, i, &Occurrence::word) != candidate.found.end();
      (is_found ? hit.words : hit.missing).push_back(words[i].typed);
    }
    return hit;
  }

  std::vector<IndexedText> texts_;
  std::unordered_map<Term, std::vector<std::uint32_t>> postings_;
};

SymptomIndex::SymptomIndex(const std::vector<std::string>& texts) : impl_(std::make_unique<const Impl>(texts)) {}
SymptomIndex::~SymptomIndex() = default;
SymptomIndex::SymptomIndex(SymptomIndex&&) noexcept = default;
SymptomIndex& SymptomIndex::operator=(SymptomIndex&&) noexcept = default;

std::vector<SymptomHit> SymptomIndex::search(std::string_view query, std::size_t limit) const {
  return impl_->search(query, limit);
}

}  // namespace pilling::search
