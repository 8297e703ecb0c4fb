#include "search/symptom_index.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "search/query.hpp"
#include "search/symptom_texts.hpp"
#include "search/word_fallback.hpp"

namespace pilling::search {
namespace {

// Indications are few; those behind the last bit count as it.
using Indications = std::uint64_t;
constexpr std::size_t most_indications = 64;

// How an entry speaks of a concept.
struct Mentioned {
  std::uint32_t entry = 0;
  float fit = 0;  // (0, 1]
  bool is_wider = false;
  Indications indications = 0;
  std::vector<ByteSpan> spans;
};

// Best is what the text names first and is for alone. Commas tell how much else there is, also within an indication.
float fit_of(const TextMention& mention, std::string_view text) {
  const std::string_view before = text.substr(0, mention.spans.front().begin);
  const auto others = static_cast<float>(std::ranges::count(text, ','));
  const auto place = static_cast<float>(std::ranges::count(before, ','));
  const float kind = mention.is_wider ? 0.5F : 1.0F;
  return kind / (1 + 0.08F * place) / (1 + 0.04F * others);
}

// Sold over the counter, not known, everything else.
std::uint32_t dispensing_rank(std::string_view dispensing) {
  if (dispensing == "otc") return 0;
  return dispensing.empty() ? 1 : 2;
}

// Three steps, within which being sold over the counter counts for more than fitting better.
std::uint32_t step_of(float fit) { return fit >= 0.6F ? 0 : fit >= 0.3F ? 1 : 2; }

struct Candidate {
  std::uint32_t entry = 0;
  std::uint32_t found = 0;
  float fit = 0;  // the sum over what was found
};

std::string joined_indications(const std::vector<std::string>& all, Indications chosen) {
  constexpr std::size_t line_characters = 60;  // as of the extractive summarizer
  std::string line;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((chosen >> std::min(i, most_indications - 1) & 1U) == 0) continue;
    const std::size_t length = count_characters(all[i]);
    if (!line.empty() && characters + 2 + length > line_characters) break;
    if (!line.empty()) line += ", ";
    characters += length + (line.empty() ? 0 : 2);
    line += all[i];
  }
  return line;
}

}  // namespace

class SymptomIndex::Impl {
 public:
  Impl(std::vector<SymptomEntry> entries, std::shared_ptr<const SymptomConcepts> concepts)
      : entries_(std::move(entries)),
        concepts_(std::move(concepts)),
        mentions_(language().concepts().size()),
        fallback_(valid_texts(entries_)) {
    for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) {
      const bool has_same_text = entry > 0 && entries_[entry].text == entries_[entry - 1].text;
      has_same_text ? copy_mentions(entry) : add_mentions(entry);
    }
    // What is wider is an answer only where nothing is better.
    for (std::vector<Mentioned>& mentions : mentions_) {
      const bool has_better = !std::ranges::all_of(mentions, &Mentioned::is_wider);
      if (has_better) std::erase_if(mentions, [](const Mentioned& mentioned) { return mentioned.is_wider; });
    }
  }

  const SymptomLanguage& language() const { return concepts_->language(); }

  std::vector<SymptomHit> search(const PhraseReading& reading, std::size_t limit, std::string_view dispensing) const {
    if (reading.red_flag || reading.understood.empty()) return {};
    std::vector<Candidate> candidates(entries_.size());
    std::vector<std::uint32_t> touched;
    float weight = 1;
    for (const PhraseReading::Mention& wanted : reading.understood) {
      for (const Mentioned& mentioned : mentions_[wanted.symptom]) {
        if (!dispensing.empty() && entries_[mentioned.entry].dispensing != dispensing) continue;
        Candidate& candidate = candidates[mentioned.entry];
        if (candidate.found++ == 0) touched.push_back(mentioned.entry);
        candidate.entry = mentioned.entry;
        candidate.fit += weight * mentioned.fit;
      }
      // What is said first is what it is about: "이가 아파서 잠을 못 자요".
      weight = std::max(0.6F, weight - 0.1F);
    }
    const std::size_t count = std::min(limit, touched.size());
    std::ranges::partial_sort(touched, touched.begin() + static_cast<std::ptrdiff_t>(count), {},
                              [&](std::uint32_t entry) { return rank_of(candidates[entry]); });
    std::vector<SymptomHit> hits;
    for (std::size_t i = 0; i < count; ++i) hits.push_back(hit(candidates[touched[i]], reading));
    return hits;
  }

  std::vector<SymptomHit> search_words(std::string_view phrase, std::size_t limit, std::string_view dispensing) const {
    std::vector<SymptomHit> hits;
    for (WordFallback::Hit& found : fallback_.search(phrase, dispensing.empty() ? limit : entries_.size())) {
      if (hits.size() == limit) break;
      const SymptomEntry& entry = entries_[found.text];
      if (!dispensing.empty() && entry.dispensing != dispensing) continue;
      SymptomHit hit;
      hit.entry = found.text;
      hit.score = found.score;
      hit.spans = std::move(found.spans);
      hit.is_approximate = true;
      hits.push_back(std::move(hit));
    }
    return hits;
  }

 private:
  static std::vector<std::string_view> valid_texts(const std::vector<SymptomEntry>& entries) {
    std::vector<std::string_view> texts;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      check_indexed(entries[i].text, "efficacy text", i);
      texts.push_back(entries[i].text);
    }
    return texts;
  }

  void add_mentions(std::uint32_t entry) {
    const SymptomEntry& own = entries_[entry];
    std::vector<Indications> where(mentions_.size());
    for (std::size_t i = 0; i < own.indications.size(); ++i) {
      const Indications bit = Indications{1} << std::min(i, most_indications - 1);
      for (const TextMention& mention : mentions_in(own.indications[i], language())) where[mention.symptom] |= bit;
    }
    for (TextMention& mention : mentions_in(own.text, language())) {
      const Indications indications = where[mention.symptom];
      mentions_[mention.symptom].push_back({.entry = entry,
                                            .fit = fit_of(mention, own.text),
                                            .is_wider = mention.is_wider,
                                            .indications = indications,
                                            .spans = std::move(mention.spans)});
    }
  }

  // Entries of one text differ in how they are dispensed.
  void copy_mentions(std::uint32_t entry) {
    for (std::vector<Mentioned>& mentions : mentions_) {
      if (mentions.empty() || mentions.back().entry != entry - 1) continue;
      Mentioned copy = mentions.back();
      copy.entry = entry;
      mentions.push_back(std::move(copy));
    }
  }

  std::tuple<std::int64_t, std::uint32_t, std::uint32_t, float, std::int64_t, std::uint32_t> rank_of(
      const Candidate& candidate) const {
    const SymptomEntry& entry = entries_[candidate.entry];
    const float fit = candidate.fit / static_cast<float>(candidate.found);
    return {-static_cast<std::int64_t>(candidate.found),  step_of(fit),   dispensing_rank(entry.dispensing), -fit,
            -static_cast<std::int64_t>(entry.popularity), candidate.entry};
  }

  SymptomHit hit(const Candidate& candidate, const PhraseReading& reading) const {
    const SymptomEntry& entry = entries_[candidate.entry];
    SymptomHit hit;
    hit.entry = candidate.entry;
    hit.score = static_cast<double>(candidate.fit) / static_cast<double>(reading.understood.size());
    Indications chosen = 0;
    for (const PhraseReading::Mention& wanted : reading.understood) {
      const auto& mentions = mentions_[wanted.symptom];
      const auto found = std::ranges::lower_bound(mentions, candidate.entry, {}, &Mentioned::entry);
      if (found == mentions.end() || found->entry != candidate.entry) {
        hit.missing.push_back(wanted.symptom);
        continue;
      }
      hit.concepts.push_back(wanted.symptom);
      hit.spans.insert(hit.spans.end(), found->spans.begin(), found->spans.end());
      hit.is_approximate |= wanted.is_guessed;
      chosen |= found->indications;
    }
    std::ranges::sort(hit.spans);
    merge(hit.spans);
    hit.summary = joined_indications(entry.indications, chosen);
    return hit;
  }

  static void merge(std::vector<ByteSpan>& spans) {
    std::size_t last = 0;
    for (std::size_t i = 1; i < spans.size(); ++i) {
      if (spans[i].begin < spans[last].end) {
        spans[last].end = std::max(spans[last].end, spans[i].end);
      } else {
        spans[++last] = spans[i];
      }
    }
    if (!spans.empty()) spans.resize(last + 1);
  }

  std::vector<SymptomEntry> entries_;
  std::shared_ptr<const SymptomConcepts> concepts_;
  std::vector<std::vector<Mentioned>> mentions_;  // of each concept, by entry
  WordFallback fallback_;
};

SymptomIndex::SymptomIndex(std::vector<SymptomEntry> entries, std::shared_ptr<const SymptomConcepts> concepts)
    : impl_(std::make_unique<const Impl>(std::move(entries), std::move(concepts))) {}
SymptomIndex::~SymptomIndex() = default;
SymptomIndex::SymptomIndex(SymptomIndex&&) noexcept = default;
SymptomIndex& SymptomIndex::operator=(SymptomIndex&&) noexcept = default;

PhraseReading SymptomIndex::read(std::string_view phrase) const {
  check_query(phrase, 1);
  return impl_->language().read(phrase);
}

SymptomReading SymptomIndex::describe(const PhraseReading& reading) const {
  return impl_->language().describe(reading);
}

std::string SymptomIndex::id_of(std::uint32_t symptom) const { return impl_->language().concepts()[symptom].id; }

std::vector<SymptomHit> SymptomIndex::search(const PhraseReading& reading, std::size_t limit,
                                             std::string_view dispensing) const {
  return impl_->search(reading, limit, dispensing);
}

std::vector<SymptomHit> SymptomIndex::search_words(std::string_view phrase, std::size_t limit,
                                                   std::string_view dispensing) const {
  return impl_->search_words(phrase, limit, dispensing);
}

}  // namespace pilling::search
