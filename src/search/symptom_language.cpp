#include "search/symptom_language.hpp"

#include <algorithm>
#include <utility>

#include "search/language_builder.hpp"
#include "search/symptom_grammar.hpp"
#include "search/symptom_matches.hpp"
#include "text/keystrokes.hpp"

namespace pilling::search {
namespace {

using Mention = PhraseReading::Mention;

struct Judged {
  PatternMatch match;
  Remark remark = Remark::nothing;
};

// What the phrase says of each match.
std::vector<Judged> judge(const SymptomPhrase& phrase, const std::vector<PatternMatch>& matches) {
  std::vector<Judged> judged;
  for (const PatternMatch& match : matches) {
    Remark remark = phrase.tokens()[match.last].remark;
    if (match.is_over) remark = Remark::over;
    // "안 아픈 데가 없어요": it is everywhere.
    if (match.is_denied) remark = remark == Remark::denied ? Remark::nothing : Remark::denied;
    if (match.needs_denial && remark == Remark::denied) remark = Remark::nothing;
    judged.push_back({match, remark});
  }
  return judged;
}

// "열이나 기침은 없고": what is said of the last noun of a row is said of all.
void share_remarks(const SymptomPhrase& phrase, std::vector<Judged>& judged) {
  std::ranges::stable_sort(judged, {}, [](const Judged& one) { return one.match.last; });
  for (std::size_t i = judged.size(); i-- > 0;) {
    const SymptomToken& token = phrase.tokens()[judged[i].match.last];
    if (judged[i].remark != Remark::nothing || !phrase.word(token).is_noun()) continue;
    const auto next =
        std::ranges::find_if(judged.begin() + static_cast<std::ptrdiff_t>(i), judged.end(),
                             [&](const Judged& other) { return other.match.last > judged[i].match.last; });
    if (next == judged.end() || next->match.use != judged[i].match.use) continue;
    const SymptomToken& other = phrase.tokens()[next->match.last];
    if (other.sentence != token.sentence || other.begin < token.end) continue;
    if (phrase.begins_an_item(token.end, other.begin + 1)) continue;
    if (!phrase.word(other).is_noun()) continue;
    if (are_coordinated(phrase.between(token.end, other.begin))) judged[i].remark = next->remark;
  }
}

void add_span(std::vector<ByteSpan>& spans, ByteSpan span) {
  if (std::ranges::find(spans, span) == spans.end()) spans.push_back(span);
  std::ranges::sort(spans);
}

class ReadingBuilder {
 public:
  ReadingBuilder(const SymptomPhrase& phrase, PhraseReading& reading) : phrase_(phrase), reading_(reading) {}

  void add(const Judged& judged, std::uint32_t first) {
    const PatternMatch& match = judged.match;
    switch (match.use) {
      case PatternUse::symptom: {
        auto& mentions = judged.remark == Remark::nothing ? reading_.understood : reading_.absent;
        return mention(mentions, match, first);
      }
      case PatternUse::red_flag:
        // What is over may come back: a stroke that was gone in minutes is one all the same. "가슴 통증 말고는
        // 괜찮아요" tells of the pain.
        if (judged.remark != Remark::denied) flag(match, first);
        return;
      case PatternUse::note:
        return note(judged, first);
      case PatternUse::harmless:
      case PatternUse::no_note:
        return;
    }
  }

  void finish() {
    std::erase_if(reading_.absent, [&](const Mention& absent) {
      return std::ranges::find(reading_.understood, absent.symptom, &Mention::symptom) != reading_.understood.end();
    });
    const auto first_span = [](const Mention& mention) { return std::pair(mention.spans.front(), mention.symptom); };
    std::ranges::sort(reading_.understood, {}, first_span);
    std::ranges::sort(reading_.absent, {}, first_span);
    std::ranges::sort(reading_.notes);
  }

 private:
  void take_words(Mention& mention, const PatternMatch& match, std::uint32_t first) const {
    bool is_guessed = false;
    for (std::uint32_t i = 0; i < 64 && first + i < phrase_.tokens().size(); ++i) {
      if (((match.tokens | match.elsewhere) >> i & 1U) == 0) continue;
      const SymptomToken& token = phrase_.tokens()[first + i];
      is_guessed |= token.is_guessed;
      add_span(mention.spans, phrase_.original(token.begin, token.end));
    }
    // Said once without a slip is said.
    mention.is_guessed &= is_guessed;
  }

  void mention(std::vector<Mention>& mentions, const PatternMatch& match, std::uint32_t first) const {
    auto found = std::ranges::find(mentions, match.entry, &Mention::symptom);
    if (found == mentions.end()) {
      mentions.push_back({.symptom = match.entry, .is_guessed = true, .spans = {}});
      found = mentions.end() - 1;
    }
    take_words(*found, match, first);
  }

  // Nobody is told of what a slip of the finger made of a word.
  void note(const Judged& judged, std::uint32_t first) {
    const PatternMatch& match = judged.match;
    Mention words{.symptom = match.entry, .is_guessed = true, .spans = {}};
    take_words(words, match, first);
    const bool is_new = std::ranges::find(reading_.notes, match.entry) == reading_.notes.end();
    if (judged.remark == Remark::nothing && !words.is_guessed && is_new) reading_.notes.push_back(match.entry);
  }

  // The first of the table wins.
  void flag(const PatternMatch& match, std::uint32_t first) {
    if (reading_.red_flag && reading_.red_flag->symptom < match.entry) return;
    if (!reading_.red_flag || reading_.red_flag->symptom != match.entry) {
      reading_.red_flag = Mention{.symptom = match.entry, .is_guessed = true, .spans = {}};
    }
    take_words(*reading_.red_flag, match, first);
  }

  const SymptomPhrase& phrase_;
  PhraseReading& reading_;
};

UnderstoodSymptom described(const Mention& mention, const std::vector<TableEntry>& entries) {
  const TableEntry& entry = entries[mention.symptom];
  return {.id = entry.id, .name = entry.name, .spans = mention.spans, .approximate = mention.is_guessed};
}

}  // namespace

SymptomLanguage::SymptomLanguage(SymptomTable table) { LanguageBuilder(*this, std::move(table)).build(); }

PhraseReading SymptomLanguage::read(std::string_view text) const {
  const SymptomPhrase phrase(text, vocabulary_);
  const auto count = static_cast<std::uint32_t>(phrase.tokens().size());
  PhraseReading reading;
  ReadingBuilder builder(phrase, reading);
  constexpr std::uint32_t row = 64;
  for (std::uint32_t first = 0; first < count;) {
    std::uint32_t end = first + 1;
    while (end < count && end - first < row && phrase.tokens()[end].sentence == phrase.tokens()[first].sentence) ++end;
    std::vector<Judged> judged = judge(phrase, find_matches(phrase, first, end, patterns_, patterns_by_class_));
    share_remarks(phrase, judged);
    for (const Judged& one : judged) builder.add(one, first);
    first = end;
  }
  builder.finish();
  return reading;
}

SymptomReading SymptomLanguage::describe(const PhraseReading& reading) const {
  SymptomReading described_reading;
  for (const Mention& mention : reading.understood) {
    described_reading.understood.push_back(described(mention, concepts_));
  }
  for (const Mention& mention : reading.absent) described_reading.absent.push_back(described(mention, concepts_));
  if (reading.red_flag) {
    const TableEntry& entry = red_flags_[reading.red_flag->symptom];
    described_reading.red_flag = RedFlag{.id = entry.id,
                                         .name = entry.name,
                                         .sentence = entry.sentence,
                                         .number = entry.number,
                                         .spans = reading.red_flag->spans};
  }
  for (const std::uint32_t note : reading.notes) described_reading.notes.push_back(notes_[note].sentence);
  return described_reading;
}

}  // namespace pilling::search
