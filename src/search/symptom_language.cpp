#include "search/symptom_language.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "search/language_builder.hpp"
#include "search/symptom_context.hpp"
#include "search/symptom_grammar.hpp"
#include "search/symptom_layout.hpp"
#include "search/symptom_matches.hpp"

namespace pilling::search {
namespace {

using Mention = PhraseReading::Mention;

// What the phrase says of each match.
std::vector<JudgedMatch> judge(const SymptomPhrase& phrase, const std::vector<PatternMatch>& matches) {
  std::vector<JudgedMatch> judged;
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
void share_remarks(const SymptomPhrase& phrase, std::vector<JudgedMatch>& judged) {
  std::ranges::stable_sort(judged, {}, [](const JudgedMatch& one) { return one.match.last; });
  for (std::size_t i = judged.size(); i-- > 0;) {
    const SymptomToken& token = phrase.tokens()[judged[i].match.last];
    if (judged[i].remark != Remark::nothing || !phrase.word(token).is_noun()) continue;
    const auto next =
        std::ranges::find_if(judged.begin() + static_cast<std::ptrdiff_t>(i), judged.end(),
                             [&](const JudgedMatch& other) { return other.match.last > judged[i].match.last; });
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

  void add(const JudgedMatch& judged, std::uint32_t first) {
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
    const auto place = [](const Mention& mention) { return std::tuple(mention.begin, mention.end, mention.symptom); };
    std::ranges::sort(reading_.understood, {}, place);
    std::ranges::sort(reading_.absent, {}, place);
  }

 private:
  void take_words(Mention& mention, const PatternMatch& match, std::uint32_t first) const {
    bool is_guessed = false;
    std::size_t begin = 0;
    std::size_t end = 0;
    for (std::uint32_t i = 0; i < 64 && first + i < phrase_.tokens().size(); ++i) {
      if (((match.tokens | match.elsewhere) >> i & 1U) == 0) continue;
      const SymptomToken& token = phrase_.tokens()[first + i];
      is_guessed |= token.is_guessed;
      add_span(mention.spans, phrase_.original(token.begin, token.end));
      if ((match.tokens >> i & 1U) == 0) continue;
      if (begin == end) begin = token.begin;
      end = std::max(end, token.end);
    }
    // Said twice, it is where it is said first.
    constexpr std::size_t close = 2;
    if (mention.begin == mention.end) std::tie(mention.begin, mention.end) = std::pair(begin, end);
    if (begin <= mention.end + close) mention.end = std::max(mention.end, end);
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
  void note(const JudgedMatch& judged, std::uint32_t first) {
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

MentionedSymptom described(const Mention& mention, const std::vector<TableEntry>& entries) {
  const TableEntry& entry = entries[mention.symptom];
  return {.id = entry.id, .name = entry.name, .spans = mention.spans, .approximate = mention.is_guessed};
}

}  // namespace

SymptomLanguage::SymptomLanguage(SymptomTable table) { LanguageBuilder(*this, std::move(table)).build(); }

PhraseReading SymptomLanguage::read(std::string_view text) const {
  PhraseReading typed = read_as_typed(text);
  const std::optional<LayoutText> korean = in_korean_layout(text);
  if (!korean || typed.red_flag) return typed;
  PhraseReading other = read_as_typed(korean->text);
  const auto said = [](const PhraseReading& reading) { return reading.understood.size() + reading.absent.size(); };
  const auto is_guessed = [](const PhraseReading& reading) {
    return std::ranges::any_of(reading.understood, &Mention::is_guessed);
  };
  const bool says_more = other.red_flag || (said(other) > said(typed) && !is_guessed(other));
  if (!says_more) return typed;
  const auto map = [&](Mention& mention) {
    for (ByteSpan& span : mention.spans) span = korean->original(span);
  };
  std::ranges::for_each(other.understood, map);
  std::ranges::for_each(other.absent, map);
  if (other.red_flag) map(*other.red_flag);
  other.reading = TextReading::korean_layout;
  return other;
}

PhraseReading SymptomLanguage::read_as_typed(std::string_view text) const {
  const SymptomPhrase phrase(text, vocabulary_);
  const auto count = static_cast<std::uint32_t>(phrase.tokens().size());
  PhraseReading reading;
  ReadingBuilder builder(phrase, reading);
  bool is_taken = false;
  constexpr std::uint32_t row = 64;
  for (std::uint32_t first = 0; first < count;) {
    std::uint32_t end = first + 1;
    while (end < count && end - first < row && phrase.tokens()[end].sentence == phrase.tokens()[first].sentence) ++end;
    JudgedRow judged{phrase, first, judge(phrase, find_matches(phrase, first, end, patterns_, patterns_by_class_))};
    share_remarks(phrase, judged.matches);
    set_wishes_aside(judged, patterns_);
    drop_similes(judged);
    is_taken |= drop_what_was_taken(judged);
    for (const JudgedMatch& one : judged.matches) builder.add(one, first);
    first = end;
  }
  builder.finish();
  const bool has_condition = drop_conditions(phrase, concepts_, reading.understood);
  mark_secondary(phrase, concepts_, reading.understood);
  add_notes(reading, is_taken, has_condition);
  return reading;
}

// Two notes are of what no pattern can tell.
void SymptomLanguage::add_notes(PhraseReading& reading, bool is_taken, bool has_condition) const {
  for (std::uint32_t note = 0; note < notes_.size(); ++note) {
    const bool is_told = (is_taken && notes_[note].id == "taken") || (has_condition && notes_[note].id == "condition");
    if (is_told && std::ranges::find(reading.notes, note) == reading.notes.end()) reading.notes.push_back(note);
  }
  std::ranges::sort(reading.notes);
  for (const std::uint32_t note : reading.notes) reading.list = std::max(reading.list, notes_[note].list);
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
  for (const std::uint32_t note : reading.notes) {
    const TableEntry& entry = notes_[note];
    described_reading.notes.push_back({.id = entry.id,
                                       .name = entry.name,
                                       .sentence = entry.sentence,
                                       .withholds_medicines = entry.list == TableList::none});
  }
  described_reading.reading = reading.reading;
  return described_reading;
}

}  // namespace pilling::search
