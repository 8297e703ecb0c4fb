#include "search/language_builder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "search/query.hpp"
#include "search/symptom_grammar.hpp"

namespace pilling::search {
namespace {

constexpr std::string_view blanks = " \t";

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool take(std::string_view& text, std::string_view sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(sign.size());
  return true;
}

bool is_class_name(std::string_view written) {
  return written.starts_with('<') && written.ends_with('>') && written.find('/') == std::string_view::npos;
}

template <typename Use>
void for_each_part(std::string_view text, std::string_view separators, Use use) {
  for (std::size_t begin = text.find_first_not_of(separators); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    use(text.substr(begin, end - begin));
    begin = text.find_first_not_of(separators, end);
  }
}

}  // namespace

LanguageBuilder::LanguageBuilder(SymptomLanguage& language, SymptomTable table)
    : language_(language), table_(std::move(table)) {}

void LanguageBuilder::build() {
  language_.version_ = table_.version;
  add_measures();
  add_classes();
  for (TableEntry& entry : table_.entries) add_entry(std::move(entry));
  finish();
}

void LanguageBuilder::add_classes() {
  for (const TableText& adverb : table_.adverbs) {
    language_.vocabulary_.words[word_of(adverb.text, adverb.line)].is_adverb = true;
  }
  for (const TableClass& named : table_.classes) {
    const std::string name = "<" + named.name + ">";
    if (classes_.contains(name))
      table_.fail(named.words.front().line, "gives the words of " + name + ", which are built in");
    const ClassId words = new_class();
    classes_.emplace(name, words);
    for (const TableText& word : named.words) put(word.text, words, word.line);
  }
}

void LanguageBuilder::add_entry(TableEntry entry) {
  const auto keep = [&](std::vector<TableEntry>& entries) {
    entries.push_back(entry);
    return static_cast<std::uint32_t>(entries.size() - 1);
  };
  if (entry.kind == TableKind::note) {
    const std::uint32_t position = keep(language_.notes_);
    add_patterns(entry.spoken, PatternUse::note, position);
    return add_patterns(entry.harmless, PatternUse::no_note, position);
  }
  if (entry.kind == TableKind::red_flag) {
    const std::uint32_t position = keep(language_.red_flags_);
    add_patterns(entry.spoken, PatternUse::red_flag, position);
    return add_patterns(entry.harmless, PatternUse::harmless, position);
  }
  const std::uint32_t position = keep(language_.concepts_);
  add_patterns(entry.spoken, PatternUse::symptom, position);
  for (const TableText& form : entry.medical) {
    const PatternPart part{.words = class_of(form.text, form.line)};
    language_.patterns_.push_back({.entry = position, .use = PatternUse::symptom, .parts = {part}});
  }
  add_forms(entry.medical, {.symptom = position, .kind = TextForm::Kind::medical});
  add_forms(entry.written, {.symptom = position, .kind = TextForm::Kind::medical});
  add_forms(entry.wider, {.symptom = position, .kind = TextForm::Kind::wider});
  add_forms(entry.mistaken, {.symptom = position, .kind = TextForm::Kind::mistaken});
}

void LanguageBuilder::add_patterns(const std::vector<TableText>& phrases, PatternUse use, std::uint32_t entry) {
  for (const TableText& phrase : phrases) {
    std::vector<std::vector<PatternPart>> readings(1);
    for_each_part(phrase.text, blanks, [&](std::string_view written) {
      std::vector<std::vector<PatternPart>> longer;
      for (const std::string& part : split_by_denial(written)) {
        for (const auto& reading : readings) {
          longer.push_back(reading);
          longer.back().push_back(part_of(part, phrase.line));
        }
      }
      readings = std::move(longer);
    });
    for (auto& parts : readings) add_pattern({.entry = entry, .use = use, .parts = std::move(parts)}, phrase);
  }
}

void LanguageBuilder::add_pattern(Pattern pattern, const TableText& phrase) {
  // The last part is looked for first, so it must have a place.
  std::ranges::stable_partition(pattern.parts, &PatternPart::is_elsewhere);
  if (pattern.parts.empty() || pattern.parts.back().is_elsewhere) {
    table_.fail(phrase.line, "holds " + in_quotes(phrase.text) + ", which has no word without ~");
  }
  language_.patterns_.push_back(std::move(pattern));
}

void LanguageBuilder::add_forms(const std::vector<TableText>& forms, TextForm form) {
  for (const TableText& text : forms) {
    const std::string normal = text::normalize(text.text).text;
    if (count_characters(normal) < 2) {
      table_.fail(text.line, "looks for " + in_quotes(text.text) + " in texts, where one syllable means too much");
    }
    const auto [found, is_new] = forms_.try_emplace(normal, static_cast<std::uint32_t>(language_.text_forms_.size()));
    if (is_new) {
      language_.text_forms_.emplace_back();
      language_.text_lexicon_.add(text::keystrokes(normal), found->second, WordShape::noun);
    }
    language_.text_forms_[found->second].push_back(form);
  }
}

PatternPart LanguageBuilder::part_of(std::string_view written, std::size_t line) {
  PatternPart part;
  for (bool is_sign = true; is_sign;) {
    if (take(written, "!")) {
      part.is_denied = true;
    } else if (take(written, "~")) {
      part.is_elsewhere = true;
    } else if (take(written, "-")) {
      part.is_ending = true;
    } else {
      is_sign = false;
    }
  }
  std::string words(written);
  // 없다 is a denied 있다.
  constexpr std::string_view present = "있다";
  for_each_part(written, "/", [&](std::string_view word) {
    if (part.is_denied && word == present) words += "/없다";
  });
  part.words = class_of(words, line);
  return part;
}

ClassId LanguageBuilder::new_class() {
  if (class_count_ == std::numeric_limits<ClassId>::max()) table_.fail(0, "holds too many words");
  return static_cast<ClassId>(class_count_++);
}

// "나오다/!멈추다" is two phrases: a denial is of its own word only.
std::vector<std::string> LanguageBuilder::split_by_denial(std::string_view written) {
  std::string signs;
  while (!written.empty() && (written.front() == '~' || written.front() == '-')) {
    signs += written.front();
    written.remove_prefix(1);
  }
  std::string plain;
  std::string denied;
  for_each_part(written, "/", [&](std::string_view word) {
    std::string& words = word.starts_with('!') ? denied : plain;
    take(word, "!");
    if (!words.empty()) words += '/';
    words += word;
  });
  std::vector<std::string> parts;
  if (!plain.empty()) parts.push_back(signs + plain);
  if (!denied.empty()) parts.push_back(signs + "!" + denied);
  return parts;
}

// Of a class by its name, of one word, or of several between slashes.
ClassId LanguageBuilder::class_of(std::string_view written, std::size_t line) {
  if (const auto known = classes_.find(written); known != classes_.end()) return known->second;
  if (is_class_name(written))
    table_.fail(line, "names " + std::string(written) + ", which no \"words\" line above gives");
  const ClassId words = new_class();
  classes_.emplace(std::string(written), words);
  for_each_part(written, "/", [&](std::string_view word) { put(word, words, line); });
  return words;
}

// Adds a word, or the words of a class, to a class.
void LanguageBuilder::put(std::string_view written, ClassId words, std::size_t line) {
  if (!is_class_name(written)) {
    SymptomWord& word = language_.vocabulary_.words[word_of(written, line)];
    // Behind a complaint it would end what is read of its denial: 기침 없음 would be a cough.
    if (word.shape == WordShape::noun && !word.is_adverb && is_grammar_word(text::normalize(written).text)) {
      table_.fail(line,
                  "holds " + in_quotes(written) + ", a word of grammar that says of others whether they are there");
    }
    word.classes.push_back(words);
    return;
  }
  const ClassId other = class_of(written, line);
  for (SymptomWord& word : language_.vocabulary_.words) {
    if (std::ranges::find(word.classes, other) != word.classes.end()) word.classes.push_back(words);
  }
}

std::uint32_t LanguageBuilder::word_of(std::string_view surface, std::size_t line) {
  SymptomWord word{.surface = std::string(surface)};
  std::string_view letters = surface;
  word.begins_a_word = take(letters, "^");
  word.ends_a_word = letters.size() > 1 && letters.ends_with('^');
  if (word.ends_a_word) letters.remove_suffix(1);
  constexpr std::string_view verb_ending = "다";
  if (letters.ends_with('-')) {
    word.shape = WordShape::root;
    letters.remove_suffix(1);
  } else if (letters.ends_with(verb_ending) && letters.size() > verb_ending.size()) {
    word.shape = WordShape::verb;
    letters.remove_suffix(verb_ending.size());
  }
  const std::string normal = text::normalize(letters).text;
  if (normal.empty()) table_.fail(line, "holds " + in_quotes(surface) + ", which has no letter or digit");
  word.characters = count_characters(normal);
  // One word however it is marked: ^가래 is 가래.
  const std::string key = normal + (word.shape == WordShape::verb ? "-" : "");
  if (const auto known = words_.find(key); known != words_.end()) {
    SymptomWord& same = language_.vocabulary_.words[known->second];
    same.begins_a_word |= word.begins_a_word;
    same.ends_a_word |= word.ends_a_word;
    if (word.shape == WordShape::noun) same.shape = WordShape::noun;
    return known->second;
  }
  const auto id = static_cast<std::uint32_t>(language_.vocabulary_.words.size());
  if (word.shape == WordShape::verb) {
    for (const Keys& form : verb_forms(letters)) language_.vocabulary_.lexicon.add(form, id, word.shape);
  } else {
    language_.vocabulary_.lexicon.add(text::keystrokes(normal), id, word.shape);
  }
  language_.vocabulary_.words.push_back(std::move(word));
  words_.emplace(key, id);
  return id;
}

std::uint32_t LanguageBuilder::measure(std::string_view name) {
  const ClassId words = new_class();
  classes_.emplace("<" + std::string(name) + ">", words);
  SymptomWord word{.surface = std::string(name), .characters = 2, .classes = {words}};
  language_.vocabulary_.words.push_back(std::move(word));
  return static_cast<std::uint32_t>(language_.vocabulary_.words.size() - 1);
}

void LanguageBuilder::add_measures() {
  SymptomVocabulary& vocabulary = language_.vocabulary_;
  vocabulary.fever_38 = measure("38도");
  vocabulary.fever_39 = measure("39도");
  vocabulary.fever_40 = measure("40도");
  vocabulary.months_under_3 = measure("3개월전");
  vocabulary.months_under_12 = measure("12개월전");
  vocabulary.years_under_19 = measure("19살전");
  vocabulary.many_pills = measure("많은알");
  // The denied form of 있다 is a word of its own.
  const std::uint32_t absent = word_of("없다", 0);
  vocabulary.words[absent].is_negative = true;
  put("없다", class_of("있다", 0), 0);
}

void LanguageBuilder::finish() {
  for (SymptomWord& word : language_.vocabulary_.words) {
    std::ranges::sort(word.classes);
    const auto repeated = std::ranges::unique(word.classes);
    word.classes.erase(repeated.begin(), repeated.end());
  }
  language_.vocabulary_.lexicon.finish();
  language_.text_lexicon_.finish();
  language_.patterns_by_class_.resize(class_count_);
  for (std::uint32_t i = 0; i < language_.patterns_.size(); ++i) {
    language_.patterns_by_class_[language_.patterns_[i].parts.back().words].push_back(i);
  }
}

}  // namespace pilling::search
