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

// The entries that speak of one concept, by number. What is wider is an answer only where nothing is better.
class Mentions {
 public:
  void add(Mentioned mentioned) {
    better_ += mentioned.is_wider ? 0 : 1;
    entries_.push_back(std::move(mentioned));
  }

  bool holds(std::uint32_t entry) const { return position_of(entry) != entries_.end(); }

  void remove(std::uint32_t entry) {
    const auto found = position_of(entry);
    better_ -= found->is_wider ? 0 : 1;
    entries_.erase(found);
  }

  template <class Use>
  void for_each(const Use& use) const {
    for (const Mentioned& mentioned : entries_) {
      if (is_answer(mentioned)) use(mentioned);
    }
  }

  const Mentioned* find(std::uint32_t entry) const {
    const auto found = position_of(entry);
    return found != entries_.end() && is_answer(*found) ? &*found : nullptr;
  }

 private:
  bool is_answer(const Mentioned& mentioned) const { return !mentioned.is_wider || better_ == 0; }

  std::vector<Mentioned>::const_iterator position_of(std::uint32_t entry) const {
    const auto found = std::ranges::lower_bound(entries_, entry, {}, &Mentioned::entry);
    return found != entries_.end() && found->entry == entry ? found : entries_.end();
  }

  std::vector<Mentioned> entries_;
  std::size_t better_ = 0;  // how many are not wider
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

// For a child, what is for children; what is for adults comes last.
std::uint32_t age_rank(SymptomAge age, TableList list) {
  return list == TableList::children_first ? static_cast<std::uint32_t>(age) : 0;
}

// Three steps, within which being sold over the counter counts for more than fitting better.
std::uint32_t step_of(float fit) { return fit >= 0.6F ? 0 : fit >= 0.3F ? 1 : 2; }

struct Candidate {
  std::uint32_t entry = 0;
  std::uint32_t found = 0;
  std::uint32_t primary = 0;  // of what was found, what the phrase is about
  float fit = 0;              // the sum over what was found
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
      : concepts_(std::move(concepts)), fallback_(valid_texts(entries)) {
    std::vector<Mentions> mentions(language().concepts().size());
    for (SymptomEntry& entry : entries) {
      const std::uint32_t number = keep(std::move(entry));
      for_each_mention(
          number, [&](std::uint32_t symptom, Mentioned mentioned) { mentions[symptom].add(std::move(mentioned)); });
    }
    for (Mentions& all : mentions) mentions_.push_back(std::make_shared<const Mentions>(std::move(all)));
  }

  std::uint32_t add(SymptomEntry entry) {
    check_indexed(entry.text, "efficacy text", entries_.size());
    fallback_.add(entry.text);
    const std::uint32_t number = keep(std::move(entry));
    for_each_mention(number, [&](std::uint32_t symptom, Mentioned mentioned) {
      Mentions changed = *mentions_[symptom];
      changed.add(std::move(mentioned));
      mentions_[symptom] = std::make_shared<const Mentions>(std::move(changed));
    });
    return number;
  }

  void remove(std::uint32_t entry) {
    fallback_.remove(entry);
    entries_[entry] = nullptr;
    for (auto& mentions : mentions_) {
      if (!mentions->holds(entry)) continue;
      Mentions changed = *mentions;
      changed.remove(entry);
      mentions = std::make_shared<const Mentions>(std::move(changed));
    }
  }

  const SymptomLanguage& language() const { return concepts_->language(); }

  std::vector<SymptomHit> search(const PhraseReading& reading, std::size_t limit, std::string_view dispensing) const {
    if (reading.red_flag || reading.list == TableList::none) return {};
    std::vector<Candidate> candidates(entries_.size());
    std::vector<std::uint32_t> touched;
    float weight = 1;
    for (const PhraseReading::Mention* wanted : by_importance(reading)) {
      mentions_[wanted->symptom]->for_each([&](const Mentioned& mentioned) {
        if (!dispensing.empty() && entries_[mentioned.entry]->dispensing != dispensing) return;
        Candidate& candidate = candidates[mentioned.entry];
        if (candidate.found++ == 0) touched.push_back(mentioned.entry);
        candidate.entry = mentioned.entry;
        candidate.primary += wanted->is_secondary ? 0 : 1;
        candidate.fit += weight * mentioned.fit;
      });
      // What is said first matters most.
      weight = std::max(0.6F, weight - 0.1F);
    }
    const std::size_t count = std::min(limit, touched.size());
    std::ranges::partial_sort(touched, touched.begin() + static_cast<std::ptrdiff_t>(count), {},
                              [&](std::uint32_t entry) { return rank_of(candidates[entry], reading.list); });
    std::vector<SymptomHit> hits;
    for (std::size_t i = 0; i < count; ++i) hits.push_back(hit(candidates[touched[i]], reading));
    return hits;
  }

  std::vector<SymptomHit> search_words(std::string_view phrase, std::size_t limit, std::string_view dispensing) const {
    std::vector<SymptomHit> hits;
    for (WordFallback::Hit& found : fallback_.search(phrase, dispensing.empty() ? limit : entries_.size())) {
      if (hits.size() == limit) break;
      const SymptomEntry& entry = *entries_[found.text];
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

  std::uint32_t keep(SymptomEntry entry) {
    entries_.push_back(std::make_shared<const SymptomEntry>(std::move(entry)));
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }

  template <class Use>
  void for_each_mention(std::uint32_t entry, const Use& use) const {
    const SymptomEntry& own = *entries_[entry];
    std::vector<Indications> where(language().concepts().size());
    for (std::size_t i = 0; i < own.indications.size(); ++i) {
      const Indications bit = Indications{1} << std::min(i, most_indications - 1);
      for (const TextMention& mention : mentions_in(own.indications[i], language())) where[mention.symptom] |= bit;
    }
    for (TextMention& mention : mentions_in(own.text, language())) {
      const Indications indications = where[mention.symptom];
      use(mention.symptom, Mentioned{.entry = entry,
                                     .fit = fit_of(mention, own.text),
                                     .is_wider = mention.is_wider,
                                     .indications = indications,
                                     .spans = std::move(mention.spans)});
    }
  }

  static std::vector<const PhraseReading::Mention*> by_importance(const PhraseReading& reading) {
    std::vector<const PhraseReading::Mention*> mentions;
    mentions.reserve(reading.understood.size());
    for (const auto& mention : reading.understood) mentions.push_back(&mention);
    std::ranges::stable_partition(mentions, [](const auto* mention) { return !mention->is_secondary; });
    return mentions;
  }

  using Rank = std::tuple<std::int64_t, std::int64_t, std::uint32_t, std::uint32_t, std::uint32_t, float, std::int64_t,
                          std::string_view, std::uint32_t>;
  Rank rank_of(const Candidate& candidate, TableList list) const {
    const SymptomEntry& entry = *entries_[candidate.entry];
    const float fit = candidate.fit / static_cast<float>(candidate.found);
    return {-static_cast<std::int64_t>(candidate.found),
            -static_cast<std::int64_t>(candidate.primary),
            age_rank(entry.age, list),
            step_of(fit),
            dispensing_rank(entry.dispensing),
            -fit,
            -static_cast<std::int64_t>(entry.popularity),
            entry.code,
            candidate.entry};
  }

  SymptomHit hit(const Candidate& candidate, const PhraseReading& reading) const {
    const SymptomEntry& entry = *entries_[candidate.entry];
    SymptomHit hit;
    hit.entry = candidate.entry;
    hit.score = static_cast<double>(candidate.fit) / static_cast<double>(reading.understood.size());
    Indications chosen = 0;
    for (const PhraseReading::Mention& wanted : reading.understood) {
      const Mentioned* found = mentions_[wanted.symptom]->find(candidate.entry);
      if (found == nullptr) {
        hit.missing.push_back(wanted.symptom);
        continue;
      }
      hit.concepts.push_back(wanted.symptom);
      if (found->is_wider) hit.wider.push_back(wanted.symptom);
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

  std::vector<std::shared_ptr<const SymptomEntry>> entries_;  // null: removed
  std::shared_ptr<const SymptomConcepts> concepts_;
  std::vector<std::shared_ptr<const Mentions>> mentions_;  // of each concept
  WordFallback fallback_;
};

SymptomIndex::SymptomIndex(std::vector<SymptomEntry> entries, std::shared_ptr<const SymptomConcepts> concepts)
    : impl_(std::make_unique<Impl>(std::move(entries), std::move(concepts))) {}
SymptomIndex::~SymptomIndex() = default;
SymptomIndex::SymptomIndex(const SymptomIndex& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
SymptomIndex::SymptomIndex(SymptomIndex&&) noexcept = default;
SymptomIndex& SymptomIndex::operator=(SymptomIndex&&) noexcept = default;

std::uint32_t SymptomIndex::add(SymptomEntry entry) { return impl_->add(std::move(entry)); }
void SymptomIndex::remove(std::uint32_t entry) { impl_->remove(entry); }

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
